"""Adds a folder to the library while the window lives: processes track, a thread keeps."""

import contextlib
import logging
import multiprocessing
import os
import threading
from concurrent.futures import Executor
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.library.batch import Fate, Run, found_songs
from emoviz.library.outputs import Nowhere
from emoviz.library.store import Library
from emoviz.library.tracking import local_processes, track_with
from emoviz.system import paths

_LOG = logging.getLogger(__name__)

_LOOK_S = 0.1


class LibraryFilling(QObject):
    """Tracks the songs of a folder that the library does not know; one folder at a time."""

    progressed = Signal(int, int)
    """Songs done and songs in all; 0 in all as long as they are being counted"""
    ended = Signal(str, bool)
    """A sentence about what became of the songs, and whether nothing went wrong"""

    def __init__(self) -> None:
        super().__init__()
        self._stops = threading.Event()
        self._thread: threading.Thread | None = None
        self._others: set[BaseProcess] = set()
        """Processes that do something else"""

    @property
    def is_running(self) -> bool:
        """Whether songs are being added."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, folder: Path, library: Path, model: str) -> None:
        """Begin to add a folder to the library in a file."""
        self._stops.clear()
        self._others = set(multiprocessing.active_children())
        self._thread = threading.Thread(
            target=self._fill, args=(folder, library, model), name="library filling", daemon=True
        )
        self._thread.start()
        self.progressed.emit(0, 0)

    def stop(self) -> None:
        """Begin no more songs; those that are done are kept."""
        self._stops.set()

    def close(self) -> None:
        """Stop at once, with what is under way: it is tracked anew the next time."""
        self.stop()
        if self._thread is None:
            return
        is_over = False
        while not is_over:
            is_over = not self._thread.is_alive()
            for process in set(multiprocessing.active_children()) - self._others:
                process.terminate()
                process.join()
            self._thread.join(_LOOK_S)

    def _fill(self, folder: Path, file: Path, model: str) -> None:
        try:
            with found_songs([folder], is_enough=self._stops.is_set) as songs:
                # A core is left to the window.
                jobs = min(max(1, (os.cpu_count() or 2) - 1), len(songs))
                with Library.open(file) as library:
                    run = Run(library, model, Nowhere(), _Watch(self, len(songs)))
                    with contextlib.suppress(_StoppedError):
                        run(songs, partial(track_with, self._processes, model=model, jobs=jobs))
                sentence = self._summary(run, len(songs))
            self.ended.emit(sentence, not run.tally.failed)
        except errors.EmovizError as error:
            self.ended.emit(str(error), False)
        except Exception:  # noqa: BLE001  (said here, and the log says where)
            _LOG.exception("adding a folder")
            sentence = self.tr("{0} could not be added; {1} says why.")
            self.ended.emit(sentence.format(folder, paths.log_file()), False)

    def _processes(self, jobs: int) -> Executor:
        # Asked for more when processes have died: because they are to, if this is the end.
        if self._stops.is_set():
            raise _StoppedError
        return local_processes(jobs)

    def _summary(self, run: Run, total: int) -> str:
        tally = run.tally
        parts = [self.tr("{0} added").format(tally.counts[Fate.TRACKED])]
        if tally.counts[Fate.KNOWN]:
            parts.append(self.tr("{0} known already").format(tally.counts[Fate.KNOWN]))
        if tally.failed:
            parts.append(self.tr("{0} could not be read").format(tally.failed))
        if self._stops.is_set():
            parts.append(self.tr("then stopped"))
        sentence = self.tr("Of {0} songs: {1}.").format(total, ", ".join(parts))
        return f"{sentence} {tally.errors[0][1]}" if tally.errors else sentence


class _StoppedError(Exception):
    """The user has stopped the run."""


class _Watch:
    """Takes note of each song for a `Run`, and ends the run when it is to stop."""

    def __init__(self, filling: LibraryFilling, total: int) -> None:
        self._filling, self._total = filling, total
        self._done = 0

    def song(self, fate: Fate) -> None:
        """Tell how far it is."""
        self._done += 1
        self._filling.progressed.emit(self._done, self._total)
        if self._filling._stops.is_set():
            raise _StoppedError

    def say(self, sentence: str) -> None:
        """Say nothing now: the errors are told of at the end."""
