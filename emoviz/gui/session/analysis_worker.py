"""Tracks songs in a thread and answers the window by request id."""

import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.gui.session.song_library import SongLibrary
from emoviz.hearing.columns import frames_of
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelLevels
from emoviz.library.records import FileState
from emoviz.models import estimator
from emoviz.models.estimator import Estimator, ModelInfo
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.system import memory, priority
from emoviz.tracking.tracker import AnalysisCancelledError, File2Track, Update, note_place
from emoviz.tracks.track import Track
from emoviz.units import Place

_LOG = logging.getLogger(__name__)

# Ten answers a second look alive and leave the window time to draw: each redraws every view.
_ANSWER_EVERY_S = 0.1


class AnalysisWorker(QObject):
    """One analysis at a time; a new song cancels the one before.

    Every signal carries the id that `start` gave: the receiver drops what is not its latest. All
    signals are emitted from the worker's thread and arrive, queued, in the receiver's.
    """

    opened = Signal(int, object, object, object)
    """id, `Song`, which is the receiver's to close, `FrontEnd`, `ModelInfo`"""
    updated = Signal(int, object, object)
    """id, `Update`, and the `MelLevels` that have come, if any have"""
    finished = Signal(int, object)
    """id, `Track`"""
    failed = Signal(int, str)
    """id, a sentence"""
    warned = Signal(int, str)
    """id, a sentence"""

    def __init__(self, decoders: DecoderPool, library: SongLibrary | None = None) -> None:
        """Make a worker whose songs `decoders` decode.

        It looks into `library` first, and puts what it has tracked there.
        """
        super().__init__()
        self._decoders = decoders
        self._library = library
        self.playhead_s = 0.0
        self._request = 0
        # What cancels the song that is being opened and the one that is being tracked.
        self._opening = self._tracking = threading.Event()
        self._taking_over = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._model: Estimator | None = None

    def start(self, path: Path, model: str, sound_track: int | None = None) -> int:
        """Begin to open and track `path`, and give the request's id.

        Of several sound tracks `sound_track` is the number of the one that was chosen.

        What is being tracked is cancelled when the new song has been opened: one that cannot be
        opened changes nothing.
        """
        cancel = threading.Event()
        with self._taking_over:
            if self._opening is not self._tracking:
                # It may hang on a slow disk: it is left to end by itself.
                self._opening.set()
            self._opening = cancel
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._request += 1
        request = _Request(self._request, path, model, sound_track, cancel)
        thread = threading.Thread(target=self._run, args=(request,), name="analysis")
        self._threads.append(thread)
        thread.start()
        return self._request

    def stop(self) -> None:
        """Leave the song that is being tracked as it is."""
        self._tracking.set()

    def cancel(self) -> None:
        """Cancel what is being done, without waiting for its end, and let the model go."""
        with self._taking_over:
            for cancel in (self._opening, self._tracking):
                cancel.set()
            self._opening = self._tracking = threading.Event()
        self._model = None

    def close(self) -> None:
        """Cancel what is being done and wait for the threads to end."""
        self.cancel()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _take_over(self, cancel: threading.Event) -> bool:
        """Cancel what is being tracked in favour of what `cancel` cancels, if that still counts."""
        with self._taking_over:
            if cancel.is_set():
                return False
            self._tracking.set()
            self._tracking = cancel
            return True

    def _run(self, request: "_Request") -> None:
        cancel = request.cancel
        try:
            self._track(request)
        except AnalysisCancelledError:
            return
        except errors.EmovizError as error:
            if not cancel.is_set():
                self.failed.emit(request.number, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("analysis of %s", request.path)
            sentence = str(errors.SongFailedError(request.path, "the analysis"))
            self.failed.emit(request.number, sentence)
        finally:
            loaded = self._model
            if loaded is not None and self._tracking is cancel:
                # No other song is being tracked by it.
                loaded.rest()
            memory.give_back()

    def _track(self, request: "_Request") -> None:
        number, path, model, cancel = request.number, request.path, request.model, request.cancel
        info, front_end = estimator.describe(model), estimator.shown_front_end(model)
        state, song = FileState.of(path), Song.open(path, self._decoders.of, request.sound_track)
        if not self._take_over(cancel):
            song.close()
            return
        # Now it can be heard: who listens waits neither for the model nor for patience.
        self.opened.emit(number, song, front_end, info)
        # A library has one track of each file: of the sound that is heard unasked.
        library = self._library if song.sound_track is None else None
        known = library.recall(path, model) if library else None
        if known is not None:
            self._finish(number, known)
        # Before the model is loaded: its threads are as patient as the one that makes them.
        priority.step_back()
        answers = _Answers(self, number)
        if known is not None:
            self._decode(number, song, front_end, answers, cancel)
            return
        trajectory = File2Track(self._loaded(info, cancel), explains=True)(
            song,
            report=lambda sentence: self.warned.emit(number, sentence),
            on_update=answers.take,
            playhead_s=lambda: self.playhead_s,
            cancelled=cancel.is_set,
        )
        self._finish(number, trajectory)
        if library:
            library.keep(song, state, trajectory)

    def _finish(self, request: int, track: Track) -> None:
        # Found here, and kept in the track: the window would wait for those of a song of hours.
        track.sections()
        self.finished.emit(request, track)

    def _loaded(self, info: ModelInfo, cancel: threading.Event) -> Estimator:
        """Give the model, which stays loaded: that takes a while, in which the window is slow."""
        model = self._model
        if model is None or model.info.folder != info.folder or not model.is_current():
            # Two take twice the memory.
            self._model = None
            model = estimator.load(info.folder.name)
            if self._tracking is cancel:
                self._model = model
        return model

    def _decode(
        self,
        request: int,
        song: Song,
        front_end: FrontEnd,
        answers: "_Answers",
        cancel: threading.Event,
    ) -> None:
        """Give the picture of a song whose track is known already."""
        damaged: list[Place] = []
        blocks = song.sound_blocks(
            front_end.sample_rate_hz,
            lambda sentence: self.warned.emit(request, sentence),
            lambda start_s, end_s: note_place(damaged, (start_s, end_s)),
        )
        nothing = np.zeros((0, front_end.frames_per_column, front_end.bands), np.float32)
        update = Update(nothing, np.zeros((0, 2)), np.zeros(0, bool), 0, 1, decoded=False)
        for frames in frames_of(blocks, (front_end,)):
            if cancel.is_set():
                return
            answers.take(replace(update, new_frames_db=frames.mel_db, damaged=tuple(damaged)))
        answers.take(replace(update, windows_done=1, decoded=True, damaged=tuple(damaged)))


@dataclass(frozen=True)
class _Request:
    """What is to be tracked by its id, and what cancels that; the sound track that was chosen."""

    number: int
    path: Path
    model: str
    sound_track: int | None
    cancel: threading.Event


class _Answers:
    """Joins the updates of a moment to one answer."""

    def __init__(self, worker: AnalysisWorker, request: int) -> None:
        self._worker = worker
        self._request = request
        self._frames: list[MelLevels] = []
        self._answered_s = 0.0

    def take(self, update: Update) -> None:
        if len(update.new_frames_db):
            # Here, not where it is drawn: of a wav, minutes come at once.
            self._frames.append(MelLevels.of(update.new_frames_db))
        last = update.decoded and update.windows_done == update.windows_total
        now_s = time.monotonic()
        if not last and now_s - self._answered_s < _ANSWER_EVERY_S:
            return
        self._answered_s = now_s
        frames = MelLevels.joined(self._frames) if self._frames else None
        self._frames.clear()
        self._worker.updated.emit(self._request, update, frames)
