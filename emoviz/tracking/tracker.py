"""File2Track: a song and an estimator to a trajectory, window by window."""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import __version__, errors
from emoviz.hearing.columns import frames_of
from emoviz.hearing.mel_frames import Frames
from emoviz.hearing.silence import Audibility, is_silent, loudest_db, with_silence_missing
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Report, Song
from emoviz.tracking.windows import Blend, Window, count_windows, places_of, windows_of
from emoviz.tracks.reasons import Reasons
from emoviz.tracks.track import Provenance, Track
from emoviz.units import COLUMN_S, DECIMALS, Place, Samples

# A piece of columns is seen by the window that ends in it, the one after, and, mirrored at the end
# of the song, by two more.
_LAST_TO_SHOW = 3

_LOT_S = 6.0
"""How much sound goes from thread to thread at once: smaller pieces have the threads wait for each
other more often."""

_Chunks: TypeAlias = "queue.SimpleQueue[Frames | None]"


class AnalysisCancelledError(Exception):
    """The analysis was told to stop before it was done."""


@dataclass(frozen=True)
class Update:
    """What has become known of a song.

    `new_frames_db` has shape (columns, frames, bands) and continues where the last one ended;
    it is empty where only a window was estimated. `values` has shape (columns_decoded, outputs),
    NaN where no window has been estimated yet, and where `silent`, (columns_decoded,), says that
    nothing sounds: there never will be a value, as NaN in a finished track says. `windows_total`
    is an estimate, from the header's duration, until `decoded` is true.
    """

    new_frames_db: npt.NDArray[np.float32]
    values: npt.NDArray[np.float64]
    silent: npt.NDArray[np.bool_]
    windows_done: int
    windows_total: int
    decoded: bool
    damaged: tuple[Place, ...] = ()
    """Where the file is damaged, as far as it has been decoded; places that nearly touch are one"""


def ignore_update(_: Update) -> None:
    """Take no notice."""


class File2Track:
    """Tracks songs with one estimator.

    One thread decodes the song and another computes its frames, while the caller's thread listens
    to those that have come, and estimates the windows whose columns it has heard, those nearest to
    the playhead first. Values do not depend on that order.
    """

    def __init__(self, estimator: Estimator, *, explains: bool = False) -> None:
        """Track by a model; `explains` keeps too what values owe to what, if the model tells."""
        self.estimator = estimator
        self._explains = explains and bool(estimator.info.parts)

    def __call__(
        self,
        song: Song,
        *,
        report: Report,
        on_update: Callable[[Update], None] = ignore_update,
        playhead_s: Callable[[], float] = lambda: 0.0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Track:
        """Track `song` and give its trajectory.

        `report` takes sentences about what is wrong with the song but does not stop the work.
        Raises `errors.SongError` if there is nothing to track, and `AnalysisCancelledError` soon
        after `cancelled` has become true.
        """
        stop = threading.Event()
        chunks: _Chunks = queue.SimpleQueue()
        damaged: list[Place] = []
        with ThreadPoolExecutor(1, thread_name_prefix="frames") as pool:
            decoding = pool.submit(self._decode, song, report, chunks, damaged, stop)
            try:
                values, reasons = self._estimate(
                    song, chunks, damaged, on_update, playhead_s, cancelled
                )
            finally:
                stop.set()
            decoding.result()
        if not len(values):
            raise errors.SongTooShortError(song.path, song.duration_s)
        if np.isnan(values).all():
            report(f"{song.path}: the song is silent: there is no value in its track.")
        track = Track.from_values(values.round(DECIMALS), self._provenance(song))
        return track if reasons is None else replace(track, reasons=reasons)

    def _decode(
        self,
        song: Song,
        report: Report,
        chunks: _Chunks,
        damaged: list[Place],
        stop: threading.Event,
    ) -> None:
        rate_hz = self.estimator.front_end.sample_rate_hz
        blocks = song.sound_blocks(
            rate_hz,
            report,
            lambda start_s, end_s: note_place(damaged, (start_s, end_s)),
        )
        try:
            with closing(blocks), ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
                lots = _one_ahead(_in_lots(blocks, round(_LOT_S * rate_hz)), pool)
                for frames in frames_of(lots, self.estimator.front_ends):
                    if stop.is_set():
                        return
                    chunks.put(frames)
        finally:
            chunks.put(None)

    def _estimate(
        self,
        song: Song,
        chunks: _Chunks,
        damaged: list[Place],
        on_update: Callable[[Update], None],
        playhead_s: Callable[[], float],
        cancelled: Callable[[], bool],
    ) -> tuple[npt.NDArray[np.float64], Reasons | None]:
        expected = round(song.duration_s / COLUMN_S)
        work = _Work(self.estimator, expected, explains=self._explains)
        while not work.finished:
            if cancelled():
                raise AnalysisCancelledError
            playhead = round(playhead_s() / COLUMN_S)
            window = work.nearest_ready(playhead)
            if window is not None:
                work.estimate(window)
            new_frames_db = work.take(chunks, wait=window is None)
            work.listen(playhead)
            on_update(replace(work.update(new_frames_db), damaged=tuple(damaged)))
        return work.values, work.reasons

    def _provenance(self, song: Song) -> Provenance:
        return Provenance(
            song_file=song.path.name,
            song_sha256=song.sha256(),
            song_title=song.title,
            model=self.estimator.info.name,
            model_version=self.estimator.info.version,
            emoviz_version=__version__,
        )


class _Work:
    """What has been heard so far, the windows still to be estimated, and the track."""

    def __init__(
        self, estimator: Estimator, expected_columns: int, *, explains: bool = False
    ) -> None:
        self._track = Blend(len(estimator.info.outputs))
        info = estimator.info
        self._told = Blend(2 * len(info.parts) + len(info.measures)) if explains else None
        self._estimator = estimator
        self._expected_columns = expected_columns
        self._hearing = estimator.hearing()
        self._columns = _Columns(estimator.features, estimator.info.window_columns)
        self._heard = np.zeros(0, bool)
        self._audibility = Audibility()
        self._pending: list[Window] = []
        self._planned = 0
        self._done = 0
        self._decoded = False

    @property
    def finished(self) -> bool:
        return self._decoded and not self._hearing.ready and not self._pending

    @property
    def _decoded_columns(self) -> int:
        return len(self._audibility.weights)

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The track so far, NaN where the song is silent and where nothing is known yet."""
        return with_silence_missing(self._track.values, self._silent)

    @property
    def reasons(self) -> Reasons | None:
        """What the values owe to what, blended as they are; None of a model that does not tell."""
        if self._told is None:
            return None
        info = self._estimator.info
        told = with_silence_missing(self._told.values, self._silent)
        parts = told[:, : 2 * len(info.parts)].reshape(len(told), len(info.parts), 2)
        return Reasons(info.parts, info.measures, parts, told[:, 2 * len(info.parts) :])

    @property
    def _silent(self) -> npt.NDArray[np.bool_]:
        return is_silent(self._audibility.weights)

    def take(self, chunks: _Chunks, *, wait: bool) -> npt.NDArray[np.float32]:
        """Take over the chunks that have come, `wait`ing for one if told; give their frames."""
        wait = wait and not self._hearing.ready
        taken = []
        while not self._decoded and (wait or not chunks.empty()):
            chunk = chunks.get()
            wait = False
            if chunk is None:
                self._decoded = True
                self._hearing.end()
            else:
                self._hearing.push(chunk)
                taken.append(chunk)
        if not taken:
            return np.zeros((0, 0, 0), np.float32)
        mel_db = np.concatenate([chunk.mel_db for chunk in taken])
        self._audibility.append(loudest_db(mel_db, self._estimator.front_end))
        self._heard = np.pad(self._heard, (0, self._decoded_columns - len(self._heard)))
        self._track.grow(self._decoded_columns)
        if self._told is not None:
            self._told.grow(self._decoded_columns)
        return mel_db

    def listen(self, playhead: int) -> None:
        """Listen to what is nearest to the column under the playhead, if there is anything."""
        if self._hearing.ready:
            heard = self._hearing.listen(playhead)
            part = slice(heard.first, heard.first + len(heard.columns))
            self._columns.write(heard.first, heard.columns)
            self._heard[part] = True
        self._plan()

    def nearest_ready(self, playhead: int) -> Window | None:
        """Take the window, of those that can be cut, that is nearest to the playhead's column."""
        ready = [window for window in self._pending if self._is_heard(window)]
        if not ready:
            return None
        nearest = min(ready, key=lambda w: abs(w.first + w.length // 2 - playhead))
        self._pending.remove(nearest)
        return nearest

    def estimate(self, window: Window) -> None:
        """Estimate one window and blend it into the track."""
        windows = self._columns.cut(window, len(self._heard))[None]
        self._columns.forget(window)
        if self._told is None:
            self._track.add(window, self._estimator(windows)[0])
        else:
            values, told = self._estimator.explained(windows)
            self._track.add(window, values[0])
            self._told.add(window, told[0])
        self._done += 1

    def update(self, new_frames_db: npt.NDArray[np.float32]) -> Update:
        """Say what is known now."""
        columns = self._decoded_columns
        if not self._decoded:
            columns = max(columns, self._expected_columns)
        total = count_windows(columns, self._estimator.info.window_columns)
        return Update(new_frames_db, self.values, self._silent, self._done, total, self._decoded)

    def _plan(self) -> None:
        """Make pending the windows that end inside what has been decoded."""
        columns = self._decoded_columns
        if not columns:
            return
        for window in windows_of(columns, self._estimator.info.window_columns, self._planned):
            if not self._decoded and _last_shown(window) > columns:
                return
            self._pending.append(window)
            self._planned += 1

    def _is_heard(self, window: Window) -> bool:
        """Tell whether all that a window shows, mirrored parts too, has been heard."""
        last = len(self._heard)
        first = max(0, min(window.first, last - window.length))
        return bool(self._heard[first : _last_shown(window)].all())


def _in_lots(blocks: Iterator[Samples], samples: int) -> Iterator[Samples]:
    """Join blocks (n, channels) to some of `samples` and more; shorter ones come first.

    Each is twice as long as the one before at most, since somebody waits for the first.
    """
    waiting: list[Samples] = []
    count = least = 0
    for block in blocks:
        waiting.append(block)
        count += len(block)
        if count >= least:
            yield np.concatenate(waiting)
            waiting, count, least = [], 0, min(2 * count, samples)
    if waiting:
        yield np.concatenate(waiting)


def _one_ahead(blocks: Iterator[Samples], pool: ThreadPoolExecutor) -> Iterator[Samples]:
    """Yield blocks, of which the pool's thread makes the next while one is used."""
    waiting = pool.submit(next, blocks, None)
    while (block := waiting.result()) is not None:
        waiting = pool.submit(next, blocks, None)
        yield block


def note_place(places: list[Place], place: Place) -> None:
    """Append a place, or lengthen the last one if they nearly touch."""
    if places and place[0] - places[-1][1] < COLUMN_S:
        places[-1] = (places[-1][0], max(place[1], places[-1][1]))
    else:
        places.append(place)


def _last_shown(window: Window) -> int:
    """Give where what a window shows ends, be it mirrored at the start of the song."""
    return max(window.first + window.length, -window.first)


class _Columns:
    """The columns that have been heard, in pieces that are forgotten once they are of no more use.

    A piece is half a window long.
    """

    def __init__(self, width: int, window_columns: int) -> None:
        self._width, self._length = width, window_columns // 2
        self._pieces: dict[int, npt.NDArray[np.float32]] = {}
        self._done: set[int] = set()

    def write(self, first: int, columns: npt.NDArray[np.float32]) -> None:
        """Take columns, from column `first` of the song on."""
        while len(columns):
            number, place = divmod(first, self._length)
            if number not in self._pieces:
                self._pieces[number] = np.zeros((self._length, self._width), np.float32)
            taken = columns[: self._length - place]
            self._pieces[number][place : place + len(taken)] = taken
            first, columns = first + len(taken), columns[len(taken) :]

    def cut(self, window: Window, song_columns: int) -> npt.NDArray[np.float32]:
        """Cut a window out of a song of so many columns, mirrored past its ends."""
        index = places_of(window, song_columns)
        numbers = range(int(index.min()) // self._length, int(index.max()) // self._length + 1)
        pieces = np.concatenate([self._pieces[number] for number in numbers])
        return pieces[index - numbers[0] * self._length]

    def forget(self, window: Window) -> None:
        """Take note that a window will not be cut again."""
        number = window.first // self._length + 1
        self._done.add(number)
        for piece in range(number - _LAST_TO_SHOW, number + 1):
            if all(piece + later in self._done for later in range(_LAST_TO_SHOW + 1)):
                self._pieces.pop(piece, None)
