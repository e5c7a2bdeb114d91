"""What the default model tells of its values adds up to them, and is true of what is heard."""

import numpy as np
import pytest

from emoviz.models import estimator
from emoviz.songs.arrays import SampledSong
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.reasons import why
from emoviz.tracks.track import Track
from tests.support.audio import music

RATE_HZ = 22050


def song() -> SampledSong:
    """Give 20 s of music that is softer and then as loud as it is."""
    samples = music(20.0, RATE_HZ).copy()
    samples[: len(samples) // 2] *= 0.1
    return SampledSong.of(samples, RATE_HZ)


@pytest.fixture(scope="module")
def track() -> Track:
    """Track the song, with reasons."""
    return File2Track(estimator.load(), explains=True)(song(), report=lambda _: None)


def test_parts_add_up_to_every_difference(track: Track) -> None:
    told = track.reasons
    assert told is not None
    sums = told.parts.sum(axis=1)
    values = track.values[:, :2]
    assert sums - sums[0] == pytest.approx(values - values[0], abs=1e-4)


def test_what_is_louder_is_said_to_be(track: Track) -> None:
    assert track.reasons is not None
    found = why(track.reasons, range(4, 16), range(26, 38))
    assert found is not None
    assert found.parts[0].words == "louder"
    assert found.parts[0].arousal > 0.0
    back = why(track.reasons, range(26, 38), range(4, 16))
    assert back is not None
    assert back.parts[0].words == "softer"
    assert back.parts[0].arousal == pytest.approx(-found.parts[0].arousal)


def test_values_are_the_same_whether_reasons_are_asked_for_or_not(track: Track) -> None:
    plain = File2Track(estimator.load())(song(), report=lambda _: None)
    assert plain.reasons is None
    assert np.array_equal(plain.values, track.values, equal_nan=True)
