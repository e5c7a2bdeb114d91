"""Where nothing sounds there are no values; where something does, silence changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from emoviz.hearing.silence import Audibility, audibility, is_silent, with_silence_missing
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.track import Track
from tests.support.audio import music

RATE_HZ = 22050


def track(model: Estimator, path: Path, samples: np.ndarray) -> tuple[Track, list[str]]:
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    said: list[str] = []
    return File2Track(model)(Song.open(path), report=said.append), said


def test_a_gap_of_silence_has_no_values(default_model: Estimator, tmp_path: Path) -> None:
    sound = music(15.0, RATE_HZ)
    gap = np.zeros((10 * RATE_HZ, sound.shape[1]))
    samples = np.concatenate([sound, gap, sound])
    found, said = track(default_model, tmp_path / "gap.wav", samples)
    assert not said
    missing = np.isnan(found.values)
    # All of a half-second is missing, or nothing.
    assert (missing.all(axis=1) == missing.any(axis=1)).all()
    silent = np.flatnonzero(missing[:, 0])
    # Notes die away into the gap, and the last of them is heard for a while.
    assert set(range(33, 49)) <= set(silent) <= set(range(29, 51))
    assert set(found.words[index] for index in silent) == {""}


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_silent_song_has_no_values_and_says_so(
    noise: float, default_model: Estimator, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    # Dither of one step of 16 bits is silence, too.
    dither = (random.random(20 * RATE_HZ) - random.random(20 * RATE_HZ)) * noise / 32768.0
    found, said = track(default_model, tmp_path / "silent.wav", dither)
    assert len(said) == 1
    assert "silent" in said[0]
    assert len(found) == 40
    assert np.isnan(found.values).all()


def test_rests_are_part_of_the_music() -> None:
    levels_db = np.full(60, -20.0)
    levels_db[[10, 20, 21, 30, 31, 32]] = -100.0
    np.testing.assert_array_equal(audibility(levels_db), 1.0)
    levels_db[40:52] = -100.0
    heard = audibility(levels_db)
    assert heard[45] == 0.0
    assert heard[36] == heard[56] == 1.0
    assert np.abs(np.diff(heard)).max() < 0.5


@pytest.mark.parametrize("outputs", [2, 4])
def test_what_is_heard_keeps_its_values(outputs: int) -> None:
    values = np.full((40, outputs), 0.5)
    levels_db = np.full(40, -20.0)
    levels_db[15:] = -90.0
    silent = is_silent(audibility(levels_db))
    found = with_silence_missing(values, silent)
    assert found.shape == (40, outputs)
    assert (found[:14] == 0.5).all()
    assert np.isnan(found[18:]).all()
    assert np.isnan(found).any(axis=1).tolist() == silent.tolist()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_levels_that_come_in_parts_say_what_they_say_at_once(parts: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    loud = np.repeat(random.random(sum(parts)) < 0.5, random.integers(1, 8, sum(parts)))
    levels_db = np.where(loud, -20.0, random.uniform(-90.0, -50.0, len(loud)))[: sum(parts)]
    growing = Audibility()
    for part in np.split(levels_db, np.cumsum(parts)[:-1]):
        before = growing.weights.copy()
        growing.append(part)
        assert len(growing.weights) == len(before) + len(part)
    np.testing.assert_array_equal(growing.weights, audibility(levels_db))
