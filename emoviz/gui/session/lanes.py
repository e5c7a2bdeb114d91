"""The lanes of the window: which are shown, and the measuring of the song for them."""

import logging
import threading
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from emoviz import errors
from emoviz.gui import settings as remembered
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.lane_shapes import LANES
from emoviz.gui.time_views.lanes import FEW, LanesView
from emoviz.hearing.measures.measured import Measured
from emoviz.songs.song import Song
from emoviz.system import memory, priority
from emoviz.tracking.measuring import MeasuringCancelledError, measure

_LOG = logging.getLogger(__name__)

_COUNTS = {remembered.NO_LANES: 0, remembered.FEW_LANES: FEW, remembered.ALL_LANES: len(LANES)}


class Lanes(QObject):
    """Measures the song that is shown, in a patient thread, while lanes are shown, and only then.

    What was measured is kept as long as the song is shown, and not in the library: it takes some
    seconds, and decodes the song once more.
    """

    changed = Signal()
    """Other lanes are shown, or none."""
    said = Signal(str)
    """A sentence for the user"""
    _answered = Signal(int, object)
    _failed = Signal(int, str)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._view: LanesView | None = None
        self._actions: Mapping[str, QAction] = {}
        self._song: Song | None = None
        self._request = 0
        self._is_asked = self.known = False
        self._cancel = threading.Event()
        self._threads: list[threading.Thread] = []
        self._answered.connect(self._take)
        self._failed.connect(self._complain)

    @property
    def count(self) -> int:
        """How many lanes are shown."""
        return _COUNTS[self._settings.get(remembered.LANES)]

    def show_in(self, view: LanesView, actions: Mapping[str, QAction]) -> None:
        """Show the lanes in a view, and which they are in the actions of the table."""
        self._view, self._actions = view, actions

    def choose_lanes(self, choice: str) -> None:
        """Show so many lanes, and remember that."""
        self._settings.put(remembered.LANES, choice)
        self.restore()

    def restore(self) -> None:
        """Show as many lanes as the settings say."""
        if self._actions:
            self._actions[f"lanes_{self._settings.get(remembered.LANES)}"].setChecked(True)
        self._ask()
        self.changed.emit()

    def set_song(self, song: Song | None) -> None:
        """Measure a song, as soon as lanes are shown; of none there is nothing to show."""
        self._cancel.set()
        self._song = song
        self._is_asked = self.known = False
        self._request += 1
        if self._view is not None:
            self._view.set_measured(None)
        self._ask()

    def close(self) -> None:
        """Cancel what is being done and wait for its end."""
        self._cancel.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _ask(self) -> None:
        if self._song is None or self._is_asked or not self.count:
            return
        self._is_asked = True
        self._cancel = threading.Event()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(
            target=self._run, args=(self._request, self._song, self._cancel), name="measuring"
        )
        self._threads.append(thread)
        thread.start()

    def _run(self, request: int, song: Song, cancel: threading.Event) -> None:
        priority.step_back()
        try:
            # What is wrong with the song has been said while it was tracked.
            self._answered.emit(request, measure(song, lambda _: None, cancel.is_set))
        except MeasuringCancelledError:
            return
        except errors.EmovizError as error:
            if not cancel.is_set():
                self._failed.emit(request, str(error))
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("measuring of %s", song.path)
            sentence = str(errors.SongFailedError(song.path, "the measuring"))
            self._failed.emit(request, sentence)
        finally:
            memory.give_back()

    def _take(self, request: int, measured: Measured) -> None:
        if request == self._request and self._view is not None:
            self.known = True
            self._view.set_measured(measured)

    def _complain(self, request: int, sentence: str) -> None:
        if request == self._request:
            self.said.emit(sentence)
