"""File2Track: a song and an estimator to a trajectory, window by window."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import __version__, errors
from emoviz.estimator import Estimator
from emoviz.melspectrogram import COLUMN_S, columns_of, mel_frames
from emoviz.song import Report, Song
from emoviz.trajectory import Provenance, Trajectory
from emoviz.windows import Track, Window, count_windows, cut, windows_of

# Above what dither makes of digital silence (-68 dB in a mel frame), below a tone of one step of
# 16 bits (-57 dB).
_SILENT_DB = -65.0

# Digits that a value carries: finer than any listener, and the same on every machine.
_DECIMALS = 6


_Chunks: TypeAlias = "queue.SimpleQueue[npt.NDArray[np.float32] | None]"


class AnalysisCancelledError(Exception):
    """The analysis was told to stop before it was done."""


@dataclass(frozen=True)
class Update:
    """What has become known of a song.

    `new_frames_db` has shape (columns, frames, bands) and continues where the last one ended;
    it is empty where only a window was estimated. `values` has shape (columns_decoded, outputs),
    NaN where no window has been estimated yet. `windows_total` is an estimate, from the header's
    duration, until `decoded` is true.
    """

    new_frames_db: npt.NDArray[np.float32]
    values: npt.NDArray[np.float64]
    windows_done: int
    windows_total: int
    decoded: bool


def ignore_update(_: Update) -> None:
    """Take no notice."""


class File2Track:
    """Tracks songs with one estimator.

    A thread decodes the song and computes its columns while the caller's thread estimates the
    windows whose columns have come, those nearest to the playhead first. Values do not depend on
    that order.
    """

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator

    def __call__(
        self,
        song: Song,
        *,
        report: Report,
        on_update: Callable[[Update], None] = ignore_update,
        playhead_s: Callable[[], float] = lambda: 0.0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Trajectory:
        """Track `song` and give its trajectory.

        `report` takes sentences about what is wrong with the song but does not stop the work.
        Raises `errors.SongError` if there is nothing to track, and `AnalysisCancelledError` soon
        after `cancelled` has become true.
        """
        stop = threading.Event()
        chunks: _Chunks = queue.SimpleQueue()
        with ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
            decoding = pool.submit(self._decode, song, report, chunks, stop)
            try:
                values = self._estimate(song, chunks, on_update, playhead_s, cancelled)
            finally:
                stop.set()
            decoding.result()
        if not len(values):
            raise errors.SongTooShortError(song.path, song.duration_s)
        return Trajectory.from_values(values.round(_DECIMALS), self._provenance(song))

    def _decode(self, song: Song, report: Report, chunks: _Chunks, stop: threading.Event) -> None:
        front_end = self.estimator.front_end
        loudest_db = -np.inf
        try:
            blocks = song.mono_blocks(front_end.sample_rate_hz, report)
            for frames_db in mel_frames(blocks, front_end):
                if stop.is_set():
                    return
                loudest_db = max(loudest_db, float(frames_db.max()))
                chunks.put(frames_db)
        finally:
            chunks.put(None)
        if -np.inf < loudest_db < _SILENT_DB:
            report(f"{song.path}: the song is silent; what is predicted for it means nothing.")

    def _estimate(
        self,
        song: Song,
        chunks: _Chunks,
        on_update: Callable[[Update], None],
        playhead_s: Callable[[], float],
        cancelled: Callable[[], bool],
    ) -> npt.NDArray[np.float64]:
        work = _Work(self.estimator, expected_columns=round(song.duration_s / COLUMN_S))
        while not work.finished:
            if cancelled():
                raise AnalysisCancelledError
            window = work.nearest_ready(round(playhead_s() / COLUMN_S))
            if window is not None:
                work.estimate(window)
            new_frames_db = work.take(chunks, wait=window is None)
            on_update(work.update(new_frames_db))
        return work.track.values

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
    """The columns that have come, the windows still to be estimated, and the track so far."""

    def __init__(self, estimator: Estimator, expected_columns: int) -> None:
        self.track = Track(len(estimator.info.outputs))
        self._estimator = estimator
        self._expected_columns = expected_columns
        # Room that doubles where it is full: to make room for every chunk would copy the columns
        # of a three-hour song thousands of times.
        self._room_db = np.zeros((64, estimator.front_end.bands), np.float32)
        self._columns_db = self._room_db[:0]
        self._pending: list[Window] = []
        self._planned = 0
        self._done = 0
        self._decoded = False

    @property
    def finished(self) -> bool:
        return self._decoded and not self._pending

    def take(self, chunks: _Chunks, *, wait: bool) -> npt.NDArray[np.float32]:
        """Take over the chunks that have come, `wait`ing for one if told; give their frames."""
        taken = []
        while not self._decoded and (wait or not chunks.empty()):
            chunk = chunks.get()
            wait = False
            if chunk is None:
                self._decoded = True
            else:
                taken.append(chunk)
        if taken:
            for chunk in taken:
                self._append(columns_of(chunk))
            self.track.grow(len(self._columns_db))
        self._plan()
        return np.concatenate(taken) if taken else np.zeros((0, 0, 0), np.float32)

    def _append(self, columns_db: npt.NDArray[np.float32]) -> None:
        before = len(self._columns_db)
        after = before + len(columns_db)
        if after > len(self._room_db):
            room_db = np.zeros((2 * after, columns_db.shape[1]), np.float32)
            room_db[:before] = self._columns_db
            self._room_db = room_db
        self._room_db[before:after] = columns_db
        self._columns_db = self._room_db[:after]

    def nearest_ready(self, playhead: int) -> Window | None:
        """Take the pending window whose middle is nearest to the column under the playhead."""
        if not self._pending:
            return None
        nearest = min(self._pending, key=lambda w: abs(w.first + w.length // 2 - playhead))
        self._pending.remove(nearest)
        return nearest

    def estimate(self, window: Window) -> None:
        """Estimate one window and blend it into the track."""
        windows_db = cut(self._columns_db, window)[None]
        self.track.add(window, self._estimator(windows_db)[0])
        self._done += 1

    def update(self, new_frames_db: npt.NDArray[np.float32]) -> Update:
        """Say what is known now."""
        columns = len(self._columns_db)
        if not self._decoded:
            columns = max(columns, self._expected_columns)
        total = count_windows(columns, self._estimator.info.window_columns)
        return Update(new_frames_db, self.track.values, self._done, total, self._decoded)

    def _plan(self) -> None:
        """Make pending the windows that can be cut now: those that end inside what has come."""
        columns = len(self._columns_db)
        if not columns:
            return
        for window in windows_of(columns, self._estimator.info.window_columns, self._planned):
            if not self._decoded and max(window.first, 0) + window.length > columns:
                return
            self._pending.append(window)
            self._planned += 1
