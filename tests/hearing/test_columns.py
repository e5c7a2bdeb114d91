"""A listener hears the same whatever way the frames come, and the song mirrored past its ends."""

from pathlib import Path

import numpy as np
import pytest

from emoviz.hearing.columns import (
    BLOCK_COLUMNS,
    Heard,
    Hearing,
    LiveNetworkHearing,
    NetworkHearing,
    frames_of,
)
from emoviz.hearing.mel_frames import Floats, Frames
from emoviz.models.estimator import Estimator
from emoviz.models.inference import session
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track

HALO = 3


def heard(hearing: Hearing, frames: Frames, chunk: int, nearest: int = 0) -> Floats:
    parts: list[Heard] = []
    for start in range(0, len(frames), chunk):
        hearing.push(frames[start : start + chunk])
        while hearing.ready:
            parts.append(hearing.listen(nearest))
    hearing.end()
    while hearing.ready:
        parts.append(hearing.listen(nearest))
    parts.sort(key=lambda part: part.first)
    ends = [part.first + len(part.columns) for part in parts]
    assert [part.first for part in parts] == [0, *ends[:-1]]
    return np.concatenate([part.columns for part in parts])


def smoothing(frames: Frames) -> Floats:
    """Stand for a network: how each column differs from what lies around it, frame by frame."""
    flat = frames.mel_db.reshape(-1, frames.mel_db.shape[2])
    reach = HALO * frames.mel_db.shape[1]
    padded = np.pad(flat, ((reach, reach), (0, 0)))
    kernel = np.arange(1.0, 2 * reach + 2)
    out = np.stack(
        [np.convolve(padded[:, band], kernel, mode="valid") for band in range(flat.shape[1])], 1
    )
    return out.reshape(frames.mel_db.shape).sum(axis=1).astype(np.float32)


def noise(columns: int) -> Frames:
    random = np.random.default_rng(columns)
    return Frames((random.normal(-40.0, 10.0, (columns, 4, 2)).astype(np.float32),))


@pytest.mark.parametrize("columns", [1, 2, 5, BLOCK_COLUMNS, BLOCK_COLUMNS + 1, 200])
def test_beyond_its_ends_a_song_is_heard_mirrored(columns: int) -> None:
    frames = noise(columns)
    found = heard(NetworkHearing(smoothing, HALO), frames, chunk=7)
    for nearest in (columns // 2, columns):
        for chunk in (7, columns):
            again = heard(NetworkHearing(smoothing, HALO), frames, chunk, nearest)
            assert again.tobytes() == found.tobytes()
    flat = frames.mel_db.reshape(-1, 2)
    mirrored = np.concatenate([flat[::-1], flat] * 4 + [flat[::-1]])
    whole = smoothing(Frames((mirrored.reshape(-1, 4, 2),)))
    start = 3 * columns if columns > 2 * HALO else 5 * columns
    np.testing.assert_allclose(found, whole[start : start + columns], rtol=1e-4)


def test_what_is_nearest_is_heard_first_and_the_rest_is_forgotten() -> None:
    hearing = NetworkHearing(smoothing, HALO)
    hearing.push(noise(10 * BLOCK_COLUMNS))
    hearing.end()
    places = []
    while hearing.ready:
        places.append(hearing.listen(nearest=7 * BLOCK_COLUMNS).first // BLOCK_COLUMNS)
    assert places[:4] in ([6, 7, 5, 8], [7, 6, 8, 5])
    assert sorted(places) == list(range(10))
    assert not hearing._kept


def test_what_is_heard_does_not_depend_on_chunks(default_model: Estimator, demo_song: Song) -> None:
    blocks = demo_song.sound_blocks(default_model.front_end.sample_rate_hz, pytest.fail)
    chunks = list(frames_of(blocks, default_model.front_ends))
    frames = Frames(
        tuple(
            np.concatenate(parts) for parts in zip(*(c.by_front_end for c in chunks), strict=True)
        )
    )[:140]
    once = heard(default_model.hearing(), frames, chunk=140)
    assert once.shape == (140, default_model.features)
    for chunk in (1, 33):
        assert heard(default_model.hearing(), frames, chunk).tobytes() == once.tobytes()


def test_both_front_ends_tell_of_the_same_half_seconds(
    default_model: Estimator, demo_song: Song
) -> None:
    rate_hz = default_model.front_end.sample_rate_hz
    samples = np.concatenate(list(demo_song.sound_blocks(rate_hz, pytest.fail)))
    samples = samples[: rate_hz * 7 + 123]
    for size in (1000, 50_000):
        blocks = [samples[at : at + size] for at in range(0, len(samples), size)]
        parts = list(frames_of(blocks, default_model.front_ends))
        assert sum(len(part) for part in parts) == 14
        for part in parts:
            assert len({len(frames) for frames in part.by_front_end}) == 1


def test_a_short_song_is_tracked(default_model: Estimator, tmp_path: Path) -> None:
    import soundfile

    from tests.support.audio import music

    path = tmp_path / "short.wav"
    soundfile.write(path, music(0.6, 44100), 44100)
    track = File2Track(default_model)(Song.open(path), report=pytest.fail)
    assert len(track) == 1
    assert np.isfinite([track.valence[0], track.arousal[0], track.valence_sd[0]]).all()


def test_what_is_heard_has_the_same_digits_on_any_number_of_cores(default_model: Estimator) -> None:
    data = (default_model.info.folder / "listener.onnx").read_bytes()
    random = np.random.default_rng(3)
    inputs = {
        name: random.normal(-50.0, 15.0, (1, 10 * end.frames_per_column, end.bands))
        for name, end in zip(("mel_db", "pitch_db"), default_model.front_ends, strict=True)
    }
    inputs = {name: levels.astype(np.float32) for name, levels in inputs.items()}
    once, *others = (session(data, threads).run(None, inputs)[0] for threads in (1, 2, 3))
    for other in others:
        assert other.tobytes() == once.tobytes()


@pytest.mark.parametrize("at_once", [1, 3, 40])
def test_what_still_sounds_is_heard_at_once_and_in_the_end_as_it_is(at_once: int) -> None:
    frames = noise(40)
    hearing = LiveNetworkHearing(smoothing, HALO)
    columns = np.zeros((0, 2), np.float32)
    for start in range(0, len(frames), at_once):
        new = hearing.push(frames[start : start + at_once])
        columns = np.concatenate([columns[: new.first], new.columns])
        assert len(columns) == min(start + at_once, len(frames))
        # What follows is taken to be what was, mirrored: as where a song ends here.
        ended = heard(NetworkHearing(smoothing, HALO), frames[: len(columns)], chunk=7)
        np.testing.assert_allclose(columns, ended, rtol=1e-4)
