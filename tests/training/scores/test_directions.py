from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.cues import CUES, EDITS
from emoviz.training.data.layouts import read_rows
from emoviz.training.data.tunes import Playing, Tune
from emoviz.training.scores.directions import directions, edited, share_right
from emoviz.training.scores.untrained import untrained
from emoviz.units import Samples, Values
from tests.training.folders import write_data


def _loudness(samples: Samples) -> Values:
    return np.repeat(untrained(samples)["loudness"], 2, axis=1)


def test_who_hears_loudness_answers_what_is_loudness_and_the_rest_by_chance() -> None:
    found = directions(_loudness, 1, lambda *done: None)
    assert list(found) == [cue.name for cue in CUES]
    assert found["louder"].right.value == 1.0
    assert found["crescendo"].right.value == 1.0
    wrong = directions(lambda samples: -_loudness(samples), 1, lambda *done: None)
    assert wrong["louder"].right.value == 0.0
    assert share_right(found.values()) + share_right(wrong.values()) == pytest.approx(1.0)


def test_clips_are_edited_as_tunes_are_played(tmp_path: Path) -> None:
    write_data(tmp_path, songs=2)
    found = edited(_loudness, read_rows(tmp_path), lambda *done: None)
    assert list(found) == [edit.name for edit in EDITS]
    assert found["louder"].right.value == 1.0
    assert found["crescendo"].right.value == 1.0


def test_a_tune_is_the_same_each_time_and_each_cue_changes_what_it_names() -> None:
    plain = Tune(3).played(Playing())
    np.testing.assert_array_equal(plain, Tune(3).played(Playing()))
    assert np.abs(plain).max() < 1.0
    half = Tune(3).played(Playing(notes_a_minute=(400.0, 400.0)))
    assert len(half) / len(plain) == pytest.approx(0.5, abs=0.05)

    def centroid(samples: Samples) -> float:
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float((power * np.arange(len(power))).sum() / power.sum())

    assert centroid(Tune(3).played(Playing(falling_db=4.0))) > 1.2 * centroid(plain)
    assert centroid(Tune(3).played(Playing(octaves=1))) > 1.5 * centroid(plain)
    minor = Tune(3).played(Playing(is_major=False))
    assert len(minor) == len(plain)
    assert np.abs(minor - plain).max() > 0.05
