"""The front end equals librosa, at any block size, and does not drift."""

from itertools import pairwise
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from emoviz.hearing.front_end import FrontEnd, columns_of, mel_frames
from emoviz.songs.song import Song
from emoviz.units import COLUMN_S, Samples
from tests.support.audio import music

RATE_HZ = 22050
LIBROSA_TOLERANCE_DB = 1e-4


@pytest.fixture(scope="module")
def front_end() -> FrontEnd:
    return FrontEnd(librosa.filters.mel(sr=RATE_HZ, n_fft=1323, n_mels=96))


def samples_of(song: Song) -> Samples:
    complaints: list[str] = []
    samples = np.concatenate(list(song.sound_blocks(RATE_HZ, complaints.append)))
    assert not complaints
    return samples[:, :1]


def frames_of(front_end: FrontEnd, *blocks: Samples) -> npt.NDArray[np.float32]:
    return np.concatenate(list(mel_frames(blocks, front_end)))


def librosa_frames(
    samples: Samples, front_end: FrontEnd, *, without_offset: bool = True
) -> npt.NDArray[np.float64]:
    """Give the same by librosa, each column cut out by itself: (columns, frames, bands)."""
    span = (front_end.frames_per_column - 1) * front_end.hop_length + front_end.frame_length
    padded = np.pad(samples[:, 0].astype(np.float64), (front_end.lead_length, span), mode="edge")
    columns = len(samples) // front_end.column_length
    starts = np.arange(columns) * front_end.column_length
    parts = np.stack([padded[start : start + span] for start in starts])
    if without_offset:
        fade = librosa.filters.get_window("hann", span)
        parts -= np.average(parts, axis=1, weights=fade)[:, None]
    power = librosa.feature.melspectrogram(
        y=parts,
        sr=front_end.sample_rate_hz,
        n_fft=front_end.frame_length,
        hop_length=front_end.hop_length,
        n_mels=front_end.bands,
        center=False,
        power=2,
    )
    frames_db = librosa.power_to_db(power, ref=1.0, amin=front_end.floor_power, top_db=None)
    return frames_db.transpose(0, 2, 1)


def test_equals_librosa_on_every_column_of_real_music(front_end: FrontEnd, demo_song: Song) -> None:
    samples = samples_of(demo_song)
    frames_db = frames_of(front_end, samples)
    expected_db = librosa_frames(samples, front_end)
    assert frames_db.shape == (int(demo_song.duration_s / COLUMN_S), 17, 96)
    assert np.abs(frames_db - expected_db).max() < LIBROSA_TOLERANCE_DB
    assert expected_db.max() - expected_db.min() > 60.0  # there was something to compare
    # An offset shows in the lowest bands alone.
    plain_db = librosa_frames(samples, front_end, without_offset=False)
    assert np.abs(frames_db - plain_db)[..., 3:].max() < LIBROSA_TOLERANCE_DB


def test_a_column_is_the_mean_of_its_frames_in_decibels(front_end: FrontEnd) -> None:
    frames_db = frames_of(front_end, music(2.0, RATE_HZ)[:, :1])
    columns_db = columns_of(frames_db)
    assert columns_db.shape == (4, 96)
    np.testing.assert_allclose(columns_db[1, 5], frames_db[1, :, 5].mean(), rtol=1e-6)


@given(cuts=st.lists(st.integers(0, 3 * RATE_HZ), max_size=12))
def test_blocks_of_any_size_give_identical_frames(front_end: FrontEnd, cuts: list[int]) -> None:
    samples = music(3.0, RATE_HZ)[:, :1]
    edges = [0, *sorted(cuts), len(samples)]
    blocks = [samples[start:stop] for start, stop in pairwise(edges)]
    np.testing.assert_array_equal(frames_of(front_end, *blocks), frames_of(front_end, samples))


def test_every_half_second_starts_at_its_own_sample(front_end: FrontEnd) -> None:
    # The same half-second of sound, 20 minutes apart: 17 hops a column would drift by 2.8 s.
    minutes_20 = 2400
    piece = music(1.5, RATE_HZ)[:, :1]
    silence = np.zeros((10 * front_end.column_length, 1), np.float32)
    blocks = [piece, *[silence] * (minutes_20 // 10), piece]
    late_db = frames_of(front_end, *blocks)
    assert len(late_db) == minutes_20 + 6
    np.testing.assert_array_equal(late_db[-2], late_db[1])


def test_no_drift_over_20_minutes_of_a_resampled_file(front_end: FrontEnd, tmp_path: Path) -> None:
    rate_hz, minutes_20_s = 11000, 1200
    clicks = np.zeros(rate_hz * minutes_20_s, np.int16)
    # In the middle of the second half-second, and of the last but one.
    for time_s in (0.75, minutes_20_s - 0.75):
        clicks[round(time_s * rate_hz)] = 30000
    soundfile.write(tmp_path / "clicks.flac", clicks, rate_hz)
    frames_db = frames_of(front_end, samples_of(Song.open(tmp_path / "clicks.flac")))
    assert len(frames_db) == 2 * minutes_20_s
    loudest = frames_db.max(axis=2)
    assert loudest[1].argmax() == front_end.frames_per_column // 2
    assert loudest[-2].argmax() == front_end.frames_per_column // 2
    np.testing.assert_allclose(frames_db[-2], frames_db[1], atol=0.1)


@pytest.mark.parametrize(
    ("samples", "columns"),
    [
        (0, 0),
        (1000, 0),
        (11025 - 221, 0),  # more than 10 ms are missing
        (11025 - 220, 1),  # what resampling may round away
        (11025, 1),
        (11026, 1),
        (2 * 11025 - 221, 1),
        (2 * 11025 - 220, 2),
        (60 * 11025, 60),
        (60 * 11025 + 11024 - 220, 60),
    ],
)
def test_the_last_half_second_counts_when_it_is_whole(
    front_end: FrontEnd, samples: int, columns: int
) -> None:
    sound = music(31.0, RATE_HZ)[:samples, :1]
    assert sum(map(len, mel_frames([sound], front_end))) == columns


def test_silence_lies_on_the_floor(front_end: FrontEnd) -> None:
    frames_db = frames_of(front_end, np.zeros((RATE_HZ, 1), np.float32))
    np.testing.assert_allclose(frames_db, -100.0)


def test_what_is_heard_of_channels_is_their_power(front_end: FrontEnd) -> None:
    left, right = music(3.0, RATE_HZ, 1)[:, :1], music(3.0, RATE_HZ, 2)[:, 1:]
    alone = [10.0 ** (frames_of(front_end, sound).astype(float) / 10.0) for sound in (left, right)]
    for sign in (1, -1):
        both_db = frames_of(front_end, np.hstack([left, sign * right]))
        both = 10.0 ** (both_db.astype(float) / 10.0)
        np.testing.assert_allclose(both, sum(alone), rtol=1e-5, atol=2 * front_end.floor_power)


@pytest.mark.parametrize("offset", [0.3, -0.05])
def test_an_offset_is_not_heard_not_even_at_the_ends(front_end: FrontEnd, offset: float) -> None:
    # From its midst: where music begins with silence there is nothing at the ends to compare.
    sound = 0.5 * music(4.0, RATE_HZ)[5000:, :]
    moved = sound + np.array([offset, -offset / 3], np.float32)
    moved_db, sound_db = frames_of(front_end, moved), frames_of(front_end, sound)
    # Below lies the rounding of single-precision samples.
    heard = sound_db > -80.0
    np.testing.assert_allclose(moved_db[heard], sound_db[heard], atol=0.01)
