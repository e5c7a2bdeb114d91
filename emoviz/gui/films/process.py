"""A film made in a process of its own, so that the window plays on undisturbed."""

import logging
import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.connection import Connection

from PySide6.QtCore import QObject, QTimer, Signal

from emoviz import errors
from emoviz.gui.films.making import FilmCancelledError, FilmOrder, make_film
from emoviz.system import paths
from emoviz.system.terminal import quiet_libraries

_LOG = logging.getLogger(__name__)

_LOOK_MS = 100
_TELL_S = 0.1
_BEHIND = 5
"""How much less in a hurry than the window it is, in steps of niceness."""
_PATIENCE_S = 20.0


class FilmProcess(QObject):
    """Makes one film and tells how far it is."""

    progressed = Signal(int, int)
    """Pictures done, pictures in all"""
    ended = Signal(str)
    """A sentence about what went wrong, or nothing if the film is there; not after `cancel`"""

    def __init__(self, parent: QObject, order: FilmOrder) -> None:
        super().__init__(parent)
        self.order = order
        # Spawned, not forked: a fork would copy the locks of threads that do not live on in it.
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_make, args=(order, theirs), name="film")
        self._process.start()
        # Or the end of the process would not end what it has to say.
        theirs.close()
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._listen)
        self._look.start()

    def cancel(self) -> None:
        """Have it end and leave nothing behind, a moment later."""
        self._look.stop()
        self._ours.close()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.join(_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _listen(self) -> None:
        said: tuple[int, int] | str | None = None
        try:
            while self._ours.poll():
                said = self._ours.recv()
                if isinstance(said, str):
                    break
        except (EOFError, OSError):
            target = self.order.target
            reason, remedy = "its process was ended", "try again, or a smaller size"
            said = str(errors.OutputError(target, reason, remedy))
        if isinstance(said, str):
            self.cancel()
            self.ended.emit(said)
        elif said is not None:
            self.progressed.emit(*said)


def _make(order: FilmOrder, theirs: Connection) -> None:
    """Do the work; whoever listens to `theirs` cancels it by listening no more."""
    # Ctrl+C in a terminal reaches this process too: the window decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        os.nice(_BEHIND)
    told_s = 0.0

    def tell(_doing: str, done: int, total: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s > _TELL_S:
            told_s = now_s
            theirs.send((done, total))

    try:
        with quiet_libraries():
            # Nothing is ever sent to here: what can be read is the end.
            make_film(order, lambda _: None, tell, theirs.poll)
        theirs.send("")
    except (FilmCancelledError, BrokenPipeError, ConnectionError):
        return
    except errors.EmovizError as error:
        theirs.send(str(error))
    except Exception:  # noqa: BLE001  (a process's end must reach the window)
        from emoviz.system import log

        log.start(paths.log_file())
        _LOG.exception("film of %s", order.song)
        file = paths.log_file()
        theirs.send(f"{order.song}: the film failed as nobody expected; {file} says where.")
