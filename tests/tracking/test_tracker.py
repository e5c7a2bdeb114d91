"""A song to a trajectory: without seams, in any order, down to one half-second."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoviz import __version__, errors
from emoviz.hearing.columns import frames_of
from emoviz.hearing.mel_frames import Frames
from emoviz.models.estimator import Estimator, ModelInfo
from emoviz.songs.song import DamagedPlace, Report, Song, ignore_damaged_place
from emoviz.system import files
from emoviz.tracking.tracker import AnalysisCancelledError, File2Track, Update
from emoviz.tracking.windows import Blend, Window, cut, windows_of
from emoviz.tracks.track import Track
from emoviz.units import Samples
from tests.support.audio import music, write_music
from tests.support.breaking import BreakingDecoders
from tests.support.models import copy_shipped, take_deviations
from tests.support.patience import DEADLINE_S

RATE_HZ = 22050

Columns = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


class Model(Protocol):
    """What joining windows needs of a model."""

    @property
    def info(self) -> ModelInfo: ...

    def __call__(self, windows_db: Columns) -> Columns: ...


class Listener:
    """Takes what the tracker reports."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.updates: list[Update] = []

    def track(self, model: Estimator, song: Song, **options: Callable[[], object]) -> Track:
        return File2Track(model)(
            song,
            report=self.sentences.append,
            on_update=self.updates.append,
            **options,  # type: ignore[arg-type]
        )


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def demo_track(shipped_model: Estimator, demo_song: Song) -> Track:
    return Listener().track(shipped_model, demo_song)


@pytest.fixture(scope="module")
def demo_columns(shipped_model: Estimator, demo_song: Song) -> Columns:
    hearing = shipped_model.hearing()
    for frames in demo_frames(shipped_model, demo_song):
        hearing.push(frames)
    hearing.end()
    parts = []
    while hearing.ready:
        parts.append(hearing.listen().columns)
    return np.concatenate(parts)


def demo_frames(model: Estimator, song: Song) -> Iterator[Frames]:
    blocks = song.sound_blocks(model.front_end.sample_rate_hz, pytest.fail)
    return frames_of(blocks, model.front_ends)


def analysis_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("decode")]


# Seams.


def blended(model: Model, columns_db: Columns, length: int) -> Values:
    track = Blend(outputs=2)
    track.grow(len(columns_db))
    for window in windows_of(len(columns_db), length):
        track.add(window, model(cut(columns_db, window)[None])[0, :, :2])
    return track.values


def butted(model: Model, columns_db: Columns, length: int) -> Values:
    """Join windows end to end, half a window later than the blended ones: what makes seams."""
    windows = [Window(first, length) for first in range(-length // 2, len(columns_db), length)]
    values = np.concatenate([model(cut(columns_db, window)[None])[0] for window in windows])
    return values[length // 2 :][: len(columns_db), :2].astype(np.float64)


def steps_by_phase(
    join: Callable[[Model, Columns, int], Values],
    model: Model,
    columns_db: Columns,
    border_every: int,
) -> Values:
    """Give the mean step of the track for each distance from a window's border; borders first.

    The song is tracked once for each place its first half-second can have in a window, so every
    phase sees the same music, and only what windows do to it differs between them.
    """
    length = model.info.window_columns
    sums, counts = np.zeros(border_every), np.zeros(border_every)
    for cut_off in range(border_every):
        values = join(model, columns_db[cut_off:], length)
        steps = np.abs(np.diff(values, axis=0)).mean(axis=1)
        # The same pieces of music for every phase: those that are left whatever is cut off.
        columns = np.arange(1, len(values))
        inside = (columns + cut_off > length) & (columns + cut_off < len(columns_db) - length)
        phases = columns[inside] % border_every
        np.add.at(sums, phases, steps[inside])
        np.add.at(counts, phases, 1)
    assert counts.min() == counts.max()
    return sums / counts


class Disagreeing:
    """The shipped model, but every window is shifted on the scale by something of its own."""

    def __init__(self, model: Estimator) -> None:
        self._model = model
        self._shifts = np.random.default_rng(0)
        self.info = model.info

    def __call__(self, windows_db: Columns) -> Columns:
        shift = self._shifts.uniform(-0.3, 0.3, 2).astype(np.float32)
        return self._model(windows_db)[:, :, :2] + shift


def is_seam(steps: Values) -> bool:
    """Tell whether the step at a border stands out of the steps elsewhere."""
    elsewhere = steps[1:]
    return bool(steps[0] > elsewhere.max() + elsewhere.std())


def test_a_border_of_windows_leaves_no_step(
    shipped_model: Estimator, demo_columns: Columns
) -> None:
    half = shipped_model.info.window_columns // 2
    steps = steps_by_phase(blended, shipped_model, demo_columns, border_every=half)
    assert not is_seam(steps)


def test_windows_that_disagree_leave_no_step(
    shipped_model: Estimator, demo_columns: Columns
) -> None:
    half = shipped_model.info.window_columns // 2
    steps = steps_by_phase(blended, Disagreeing(shipped_model), demo_columns, border_every=half)
    assert not is_seam(steps)


def test_the_measurement_finds_the_seams_of_windows_that_are_not_blended(
    shipped_model: Estimator, demo_columns: Columns
) -> None:
    whole = shipped_model.info.window_columns
    steps = steps_by_phase(butted, Disagreeing(shipped_model), demo_columns, border_every=whole)
    # Borders of butted windows lie half a window off those of the blended ones.
    assert is_seam(np.roll(steps, -(whole // 2)))


def test_steps_at_borders_of_the_demo_song_are_steps_as_elsewhere(
    shipped_model: Estimator, demo_track: Track
) -> None:
    half = shipped_model.info.window_columns // 2
    for values in (demo_track.valence, demo_track.arousal):
        steps = np.abs(np.diff(values))
        at_border = np.arange(1, len(values)) % half == 0
        assert at_border.sum() >= 5
        assert steps[at_border].max() <= steps[~at_border].max()
        assert np.median(steps[at_border]) <= np.quantile(steps[~at_border], 0.9)


# Lengths.


@pytest.mark.parametrize(
    ("duration_s", "rows"),
    [
        (0.5, 1),
        (0.98, 1),
        (0.99, 2),
        (1.0, 2),
        (10.0, 20),
        (29.9, 59),
        (30.0, 60),
        (30.1, 60),
        (45.0, 90),
    ],
)
@pytest.mark.parametrize("rate_hz", [22050, 44100])
def test_one_row_for_each_half_second(
    shipped_model: Estimator,
    listener: Listener,
    tmp_path: Path,
    duration_s: float,
    rows: int,
    rate_hz: int,
) -> None:
    write_music(tmp_path / "song.wav", duration_s, rate_hz)
    trajectory = listener.track(shipped_model, Song.open(tmp_path / "song.wav"))
    assert len(trajectory) == rows
    np.testing.assert_array_equal(trajectory.times_s, 0.5 * np.arange(1, rows + 1))
    assert np.isfinite(trajectory.valence).all()
    assert np.isfinite(trajectory.arousal).all()
    assert not listener.sentences


def test_the_end_of_a_song_does_not_change_its_beginning(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "long.wav", music(95.0, RATE_HZ), RATE_HZ)
    soundfile.write(tmp_path / "short.wav", music(95.0, RATE_HZ)[: 65 * RATE_HZ], RATE_HZ)
    long = listener.track(shipped_model, Song.open(tmp_path / "long.wav"))
    short = listener.track(shipped_model, Song.open(tmp_path / "short.wav"))
    # Windows that end inside the shorter one: the first 30 s are made of nothing else.
    np.testing.assert_array_equal(short.valence[:60], long.valence[:60])


# Order, progress.


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places_s=st.lists(st.floats(0, 120), min_size=1, max_size=8))
def test_the_playhead_does_not_change_the_values(
    shipped_model: Estimator, demo_song: Song, demo_track: Track, places_s: list[float]
) -> None:
    turn = iter(range(10**6))
    jumping = Listener().track(
        shipped_model, demo_song, playhead_s=lambda: places_s[next(turn) % len(places_s)]
    )
    assert jumping == demo_track


def test_progress_is_monotone_and_complete(
    shipped_model: Estimator, listener: Listener, demo_song: Song
) -> None:
    trajectory = listener.track(shipped_model, demo_song)
    updates = listener.updates
    done = [update.windows_done for update in updates]
    assert done == sorted(done)
    assert all(update.windows_done <= update.windows_total for update in updates)
    assert updates[-1].decoded
    assert updates[-1].windows_done == updates[-1].windows_total
    lengths = [len(update.values) for update in updates]
    assert lengths == sorted(lengths)
    known = [int(np.isfinite(update.values[:, 0]).sum()) for update in updates]
    assert known == sorted(known)
    assert sum(len(update.new_frames_db) for update in updates) == len(trajectory)
    np.testing.assert_allclose(updates[-1].values[:, 0], trajectory.valence, atol=1e-6)


def test_frames_come_in_the_order_of_the_song(
    shipped_model: Estimator, listener: Listener, demo_song: Song
) -> None:
    listener.track(shipped_model, demo_song, playhead_s=lambda: 80.0)
    frames = [update.new_frames_db for update in listener.updates if len(update.new_frames_db)]
    expected = [part.mel_db for part in demo_frames(shipped_model, demo_song)]
    np.testing.assert_array_equal(np.concatenate(frames), np.concatenate(expected))


class WatchedSong(Song):
    """A song that tells when all of it has been decoded."""

    def sound_blocks(
        self, rate_hz: int, report: Report, on_damage: DamagedPlace = ignore_damaged_place
    ) -> Iterator[Samples]:
        yield from super().sound_blocks(rate_hz, report, on_damage)
        decoded_flags[self.path].set()


decoded_flags: dict[Path, threading.Event] = {}


def changed(before: Values, after: Values) -> slice:
    """Give the half-seconds whose values an update has changed."""
    old = np.full_like(after, np.nan)
    old[: len(before)] = before
    places = np.flatnonzero(~np.isclose(old, after, rtol=0, atol=0, equal_nan=True).all(axis=1))
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


def test_the_window_nearest_to_the_playhead_comes_first(
    shipped_model: Estimator, tmp_path: Path
) -> None:
    write_music(tmp_path / "song.wav", 240.0, RATE_HZ)
    song = WatchedSong.open(tmp_path / "song.wav")
    decoded_flags[song.path] = threading.Event()
    playhead_s = 120.0
    updates: list[Update] = []

    def wait_for_decoding(update: Update) -> None:
        updates.append(update)
        assert decoded_flags[song.path].wait(DEADLINE_S)

    File2Track(shipped_model)(
        song,
        report=lambda _: None,
        on_update=wait_for_decoding,
        playhead_s=lambda: playhead_s,
    )
    # From here on (nearly) everything was decoded and the order free.
    ready = next(n for n, update in enumerate(updates) if len(update.values) > 440)
    estimated = [
        changed(before.values, after.values)
        for before, after in zip(updates[ready:], updates[ready + 1 :], strict=False)
        if after.windows_done > before.windows_done
    ]
    middles = [(part.start + part.stop) / 2 for part in estimated if part.stop - part.start == 60]
    assert len(middles) >= 10
    distances = [abs(middle - playhead_s / 0.5) for middle in middles]
    assert distances[0] <= 15
    assert distances == sorted(distances)


def test_cancelling_ends_it_soon_and_leaves_no_thread(
    shipped_model: Estimator, demo_song: Song
) -> None:
    updates: list[Update] = []
    with pytest.raises(AnalysisCancelledError):
        File2Track(shipped_model)(
            demo_song,
            report=lambda _: None,
            on_update=updates.append,
            cancelled=lambda: len(updates) >= 2,
        )
    assert len(updates) == 2
    assert not analysis_threads()


def test_an_error_of_the_listener_ends_it_too(shipped_model: Estimator, demo_song: Song) -> None:
    def fail(_: Update) -> None:
        raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="the window is gone"):
        File2Track(shipped_model)(demo_song, report=lambda _: None, on_update=fail)
    assert not analysis_threads()


# What is wrong with songs.


def test_silence_is_said(shipped_model: Estimator, listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(5 * RATE_HZ), RATE_HZ)
    assert len(listener.track(shipped_model, Song.open(path))) == 10
    (sentence,) = listener.sentences
    assert sentence.startswith(f"{path}: the song is silent")


def test_dither_counts_as_silence_and_quiet_music_does_not(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    dither = rng.integers(-1, 2, 5 * RATE_HZ).astype(np.int16)
    soundfile.write(tmp_path / "dither.wav", dither, RATE_HZ)
    listener.track(shipped_model, Song.open(tmp_path / "dither.wav"))
    assert len(listener.sentences) == 1
    quiet = 10 ** (-50 / 20) * music(5.0, RATE_HZ)
    soundfile.write(tmp_path / "quiet.wav", quiet, RATE_HZ)
    listener.track(shipped_model, Song.open(tmp_path / "quiet.wav"))
    assert len(listener.sentences) == 1


def test_samples_that_are_not_numbers_are_said_and_taken_as_silence(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    sound = music(20.0, RATE_HZ).copy()
    sound[3 * RATE_HZ : 3 * RATE_HZ + 50] = np.nan
    sound[9 * RATE_HZ, 1] = np.inf
    path = tmp_path / "nan.wav"
    soundfile.write(path, sound, RATE_HZ, subtype="FLOAT")
    trajectory = listener.track(shipped_model, Song.open(path))
    assert len(trajectory) == 40
    assert np.isfinite(trajectory.valence).all()
    (sentence,) = listener.sentences
    assert sentence.startswith(f"{path}: samples that are not numbers (the first at 3.00 s)")


def test_a_song_that_breaks_off_in_its_first_half_second(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    write_music(tmp_path / "whole.flac", 20.0, RATE_HZ)
    path = tmp_path / "stub.flac"
    whole = (tmp_path / "whole.flac").read_bytes()
    path.write_bytes(whole[: len(whole) // 60])
    with pytest.raises(errors.SongError) as caught:
        listener.track(shipped_model, Song.open(path))
    assert str(caught.value).startswith(f"{path}: ")
    # What its header promises is not what it is.
    assert "it is 20.00 s long" not in str(caught.value)


def test_a_song_shorter_than_a_value_is_refused(tmp_path: Path) -> None:
    write_music(tmp_path / "blip.wav", 0.2, RATE_HZ)
    with pytest.raises(errors.SongTooShortError, match=r"blip\.wav: it is 0\.20 s long"):
        Song.open(tmp_path / "blip.wav")


def test_a_song_that_vanishes_before_it_is_decoded(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    write_music(tmp_path / "song.wav", 5.0, RATE_HZ)
    song = Song.open(tmp_path / "song.wav")
    song.path.unlink()
    with pytest.raises(errors.SongVanishedError, match=r"song\.wav: the file has vanished"):
        listener.track(shipped_model, song)


def test_a_song_that_vanishes_while_it_is_decoded(
    shipped_model: Estimator, listener: Listener, tmp_path: Path
) -> None:
    write_music(tmp_path / "song.wav", 5.0, RATE_HZ)
    song = Song.open(tmp_path / "song.wav")
    with pytest.raises(errors.SongVanishedError, match=r"song\.wav: the file has vanished"):
        File2Track(shipped_model)(
            song,
            report=lambda _: None,
            on_update=lambda _: song.path.unlink(missing_ok=True),
        )


# Provenance.


def test_a_trajectory_says_where_it_comes_from(
    shipped_model: Estimator, demo_song: Song, demo_track: Track
) -> None:
    provenance = demo_track.provenance
    assert provenance.song_file == "demo.ogg"
    assert provenance.song_sha256 == files.sha256_of_file(demo_song.path)
    assert provenance.song_title == demo_song.title
    assert provenance.model == shipped_model.info.name
    assert provenance.model_version == shipped_model.info.version
    assert provenance.emoviz_version == __version__


def test_deviations_are_there_only_if_the_model_has_them(
    demo_track: Track, listener: Listener, tmp_path: Path
) -> None:
    assert demo_track.valence_sd is not None
    assert demo_track.arousal_sd is not None
    assert len(demo_track.valence_sd) == len(demo_track)
    folder = copy_shipped(tmp_path / "cae")
    take_deviations(folder)
    write_music(tmp_path / "song.wav", 5.0, RATE_HZ)
    trajectory = listener.track(Estimator(folder), Song.open(tmp_path / "song.wav"))
    assert trajectory.valence_sd is None
    assert trajectory.arousal_sd is None


def test_what_breaks_off_unexpectedly_while_it_decodes_reaches_whoever_tracks(
    shipped_model: Estimator, tmp_path: Path
) -> None:
    write_music(tmp_path / "song.wav", 12.0, 44100)
    song = Song.open(tmp_path / "song.wav", BreakingDecoders)
    with pytest.raises(RuntimeError, match="the well is dry"):
        File2Track(shipped_model)(song, report=pytest.fail)
