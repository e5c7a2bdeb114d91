"""Reasons: parts that add up to a difference, in words that are true of what was measured."""

import numpy as np
import pytest

from emoviz.tracks.reasons import Reasons, Why, why
from emoviz.tracks.track import Provenance, Track

NAMES = ("loudness", "brightness", "attack", "harmony", "timbre", "before")
START = np.array([0.2, -0.3])
MEASURED = ("loudness", "brightness", "attack")
ORIGIN = Provenance("song.wav", "0" * 64, "Song", "none", "1", "1")


def reasons(count: int = 80) -> Reasons:
    """Give the first half nothing, and the second: louder, darker, denser, and harmony against."""
    parts, measures = np.zeros((count, 6, 2)), np.zeros((count, 3))
    later = slice(count // 2, None)
    parts[later, :, 1] = [0.2, -0.02, 0.1, 0.0, 0.05, 0.001]
    parts[later, 3, 0] = -0.1
    measures[later] = [0.6, -0.3, 0.2]
    return Reasons(NAMES, MEASURED, parts, measures)


def test_parts_add_up_and_say_what_rose_and_fell() -> None:
    found = why(reasons(), range(40), range(40, 80))
    assert found is not None
    assert found.arousal == pytest.approx(sum(part.arousal for part in found.parts))
    assert (found.valence, found.arousal) == pytest.approx((-0.1, 0.331))
    assert [part.words for part in found.parts] == [
        "louder",
        "darker timbre",
        "denser",
        "mode and harmony",
        "what came before",
    ]
    assert found.said() == ("arousal +0.33: louder (+0.20), denser (+0.10), darker timbre (+0.03)")


def test_where_nothing_is_known_there_is_no_reason() -> None:
    told = reasons()
    told.parts[:40] = np.nan
    assert why(told, range(40), range(40, 80)) is None
    assert why(told, range(10), []) is None
    assert Why(0.0, 0.0, ()).said() == ""


def test_a_track_tells_why_it_turned() -> None:
    told = reasons()
    values = np.column_stack([told.parts.sum(axis=1) + START, np.full((80, 2), 0.05)])
    plain = Track.from_values(values, ORIGIN)
    assert plain.why(0) is None
    track = Track(**{**vars(plain), "reasons": told})
    first, second = track.sections()
    turned = track.why(1)
    assert turned is not None
    assert turned.arousal == pytest.approx(second.arousal - first.arousal)
    assert turned.valence == pytest.approx(second.valence - first.valence)
    begins = track.why(0)
    assert begins is not None
    assert begins.arousal == pytest.approx(first.arousal - values[:, 1].mean())


def test_a_track_tells_what_a_moment_owes_beside_the_song() -> None:
    told = reasons()
    told.parts[10] = np.nan
    values = np.column_stack([told.parts.sum(axis=1) + START, np.full((80, 2), 0.05)])
    track = Track(**{**vars(Track.from_values(values, ORIGIN)), "reasons": told})
    here = track.why_between(30.0, 32.0)
    assert here is not None
    assert here.arousal == pytest.approx(values[60, 1] - np.nanmean(values[:, 1]))
    assert here.arousal == pytest.approx(sum(part.arousal for part in here.parts))
    assert here.parts[0].words == "louder"
    assert here.parts[0].cause == "loudness"
    assert track.why_between(5.2, 5.2) is None
    assert track.why_between(90.0, 91.0) is None
    assert Track.from_values(values, ORIGIN).why_between(30.0, 32.0) is None
