"""The same sound has the same track, on whatever channels, at whatever rate, at any offset."""

from pathlib import Path

import numpy as np
import pytest
import soxr

import emoviz
from emoviz.live.tracker import LiveTracker
from emoviz.models.estimator import Estimator
from emoviz.songs.arrays import SampledSong
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from tests.support.audio import Floats, encode

RATE_HZ = 44100
DURATION_S = 16
TOLERANCE = 0.02
SAME = 1e-4


def track(model: Estimator, sound: Floats, rate_hz: int = RATE_HZ) -> Floats:
    """Give valence and arousal of samples (n, channels) as (half-seconds, 2)."""
    song = SampledSong.of(sound.astype(np.float32), rate_hz)
    found = File2Track(model)(song, report=pytest.fail)
    return np.stack([found.valence, found.arousal], axis=1)


@pytest.fixture(scope="module")
def stereo(demo_song: Song) -> Floats:
    blocks = demo_song.stereo_blocks(RATE_HZ, 40.0)
    sound: Floats = np.concatenate(list(blocks))[: DURATION_S * RATE_HZ]
    return 0.6 * sound


@pytest.fixture(scope="module")
def mono(stereo: Floats) -> Floats:
    return stereo.mean(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def mono_track(shipped_model: Estimator, mono: Floats) -> Floats:
    return track(shipped_model, mono)


@pytest.mark.parametrize("sides", [(1, 1), (1, -1)])
def test_one_sound_on_both_sides_is_heard_in_or_out_of_phase(
    shipped_model: Estimator, mono: Floats, mono_track: Floats, sides: tuple[int, int]
) -> None:
    assert np.abs(track(shipped_model, mono * sides) - mono_track).max() < SAME


def test_sound_on_one_side_is_heard_three_decibels_softer(
    shipped_model: Estimator, mono: Floats
) -> None:
    softer = track(shipped_model, np.sqrt(0.5) * mono)
    for sides in ((1, 0), (0, 1)):
        assert np.abs(track(shipped_model, mono * sides) - softer).max() < SAME


def test_empty_surrounds_and_low_frequency_effects_change_nothing(
    shipped_model: Estimator, stereo: Floats
) -> None:
    silence = np.zeros_like(stereo)
    expected = track(shipped_model, stereo)
    for effects in (silence[:, :1], stereo[:, :1]):
        surround = np.hstack([stereo, silence[:, :1], effects, silence])
        assert np.abs(track(shipped_model, surround) - expected).max() < SAME


def test_low_frequency_effects_alone_are_silence(shipped_model: Estimator, mono: Floats) -> None:
    sound = np.zeros((len(mono), 6), np.float32)
    sound[:, 3:4] = mono
    said: list[str] = []
    File2Track(shipped_model)(SampledSong.of(sound, RATE_HZ), report=said.append)
    assert len(said) == 1
    assert "silent" in said[0]


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000, 96000])
def test_neither_an_offset_nor_the_rate_is_heard(
    shipped_model: Estimator, mono: Floats, mono_track: Floats, rate_hz: int
) -> None:
    sound = soxr.resample(mono, RATE_HZ, rate_hz)
    assert np.abs(track(shipped_model, sound, rate_hz) - mono_track).max() < TOLERANCE
    offset = track(shipped_model, sound + np.float32(0.27), rate_hz)
    assert np.abs(offset - mono_track).max() < TOLERANCE


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_file_of_six_channels_is_heard_as_its_two(
    tmp_path: Path, stereo: Floats, suffix: str
) -> None:
    six = np.hstack([stereo, np.zeros((len(stereo), 4), np.float32)])
    encode(tmp_path / f"two.{suffix}", stereo, RATE_HZ)
    encode(tmp_path / f"six.{suffix}", six, RATE_HZ)
    two_track, six_track = (
        emoviz.track(tmp_path / f"{name}.{suffix}", model="cae") for name in ("two", "six")
    )
    np.testing.assert_allclose(six_track.valence, two_track.valence, atol=0.001)
    np.testing.assert_allclose(six_track.arousal, two_track.arousal, atol=0.001)


def test_an_input_is_heard_as_the_song_is(shipped_model: Estimator, mono: Floats) -> None:
    moved = mono.astype(np.float32)
    tracks = []
    for sound in (moved, moved * np.float32([1, -1]), moved + np.float32([0.1, -0.2])):
        tracker = LiveTracker(shipped_model, RATE_HZ, sound.shape[1])
        for start in range(0, len(sound), RATE_HZ // 3):
            tracker.push(sound[start : start + RATE_HZ // 3])
        tracker.finish()
        tracks.append(tracker.values[:, :2])
    assert np.abs(tracks[1] - tracks[0]).max() < SAME
    assert np.abs(tracks[2] - tracks[0]).max() < TOLERANCE
