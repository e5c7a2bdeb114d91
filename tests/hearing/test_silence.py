"""Where nothing sounds there is no opinion; where something does, silence changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from emoviz.hearing.silence import Audibility, audibility, quietened
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


def test_a_gap_of_silence_is_neutral_and_wide(default_model: Estimator, tmp_path: Path) -> None:
    sound = music(15.0, RATE_HZ)
    gap = np.zeros((10 * RATE_HZ, sound.shape[1]))
    samples = np.concatenate([sound, gap, sound])
    found, said = track(default_model, tmp_path / "gap.wav", samples)
    middle = slice(36, 44)
    assert not said
    assert default_model.info.neutral_sd is not None
    np.testing.assert_allclose(found.valence[middle], 0.0, atol=1e-6)
    np.testing.assert_allclose(found.arousal[middle], 0.0, atol=1e-6)
    np.testing.assert_allclose(
        found.valence_sd[middle], default_model.info.neutral_sd[0], atol=1e-5
    )
    assert found.valence_sd[10] < found.valence_sd[40]
    # It fades there: no step is a jump.
    assert np.abs(np.diff(found.arousal)).max() < 0.25


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_silent_song_has_no_opinion_and_says_so(
    noise: float, default_model: Estimator, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    # Dither of one step of 16 bits is silence, too.
    dither = (random.random(20 * RATE_HZ) - random.random(20 * RATE_HZ)) * noise / 32768.0
    found, said = track(default_model, tmp_path / "silent.wav", dither)
    assert len(said) == 1
    assert "silent" in said[0]
    assert np.abs(found.valence).max() < 1e-6
    assert np.abs(found.arousal).max() < 1e-6
    assert found.arousal_sd.min() > 0.2


def test_rests_are_part_of_the_music() -> None:
    levels_db = np.full(60, -20.0)
    levels_db[[10, 20, 21, 30, 31, 32]] = -100.0
    np.testing.assert_array_equal(audibility(levels_db), 1.0)
    levels_db[40:52] = -100.0
    heard = audibility(levels_db)
    assert heard[45] == 0.0
    assert heard[36] == heard[56] == 1.0
    assert np.abs(np.diff(heard)).max() < 0.5


def test_values_of_models_without_deviations_fade_too() -> None:
    values = np.full((40, 2), 0.5)
    levels_db = np.full(40, -20.0)
    levels_db[15:] = -90.0
    drawn = quietened(values, audibility(levels_db), None)
    assert drawn.shape == (40, 2)
    assert (drawn[:10] == 0.5).all()
    assert (drawn[30:] == 0.0).all()


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
