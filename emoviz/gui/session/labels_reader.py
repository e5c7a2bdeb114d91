"""Reads tables of labels in a thread: a large one takes most of a second."""

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.tracks import labels

_LOG = logging.getLogger(__name__)


class LabelsReader(QObject):
    """Answers by the id that `start` gave: the receiver drops what is not its latest."""

    finished = Signal(int, object)
    """id, `Labels`"""
    scale_asked = Signal(int, object, object)
    """id, `Path`, and the names of the scales that the labels could be on"""
    failed = Signal(int, str)
    """id, a sentence"""

    def __init__(self) -> None:
        super().__init__()
        self._request = 0
        self._threads: list[threading.Thread] = []

    def start(self, path: Path, scale: str | None = None) -> int:
        """Begin to read the labels in `path`, on a scale if it is known; give the request's id."""
        self._request += 1
        thread = threading.Thread(
            target=self._run, args=(self._request, path, scale), name="labels"
        )
        self._threads = [*(t for t in self._threads if t.is_alive()), thread]
        thread.start()
        return self._request

    def close(self) -> None:
        """Wait for the threads to end."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self, request: int, path: Path, scale: str | None) -> None:
        try:
            found = labels.read(path, scale)
        except errors.LabelsScaleError as error:
            self.scale_asked.emit(request, path, error.scales)
        except errors.EmovizError as error:
            self.failed.emit(request, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("labels in %s", path)
            self.failed.emit(
                request,
                f"{path}: the labels cannot be read; the log says why. Choose another file.",
            )
        else:
            self.finished.emit(request, found)
