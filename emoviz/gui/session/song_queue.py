"""The songs that were given to the window, one after the other: folders stand for their songs."""

import html
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from emoviz.songs.finding import find_songs
from emoviz.system import paths

_LOG = logging.getLogger(__name__)


class SongQueue(QObject):
    """A list of songs and the place in it.

    Folders are looked through in a thread: they may be large, or far away.
    """

    song_asked = Signal(object)
    """`Path` of the song to open"""
    changed = Signal()
    """`has_previous` or `has_next` may have changed."""
    nothing_found = Signal(object)
    """`Path` of the first folder that was given"""
    said = Signal(str)
    """A sentence about what went wrong"""
    _found = Signal(int, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._songs: list[Path] = []
        self._place = 0
        self._search = 0
        self._found.connect(self._take)

    @property
    def songs(self) -> Sequence[Path]:
        """The songs in their order."""
        return self._songs

    @property
    def has_previous(self) -> bool:
        """Whether a song comes before the one that was asked for last."""
        return self._place > 0

    @property
    def has_next(self) -> bool:
        """Whether a song comes after the one that was asked for last."""
        return self._place + 1 < len(self._songs)

    @property
    def place(self) -> tuple[int, int]:
        """Which of how many songs was asked for last, the first being 1; (0, 0) of none."""
        return (self._place + 1, len(self._songs)) if self._songs else (0, 0)

    @property
    def next_name(self) -> str:
        """The name of the file that comes next, without its ending; "" if none does."""
        return self._songs[self._place + 1].stem if self.has_next else ""

    def go_to(self, index: int) -> None:
        """Ask for the song at a place of the queue, the first being 0."""
        self._go(index - self._place)

    def move(self, index: int, to: int) -> None:
        """Put a song of the queue at another place; what is played goes on."""
        if index == to or not (0 <= index < len(self._songs) and 0 <= to < len(self._songs)):
            return
        order = list(range(len(self._songs)))
        order.insert(to, order.pop(index))
        self._songs = [self._songs[number] for number in order]
        self._place = order.index(self._place)
        self.changed.emit()

    def show_in(self, actions: Mapping[str, QAction]) -> None:
        """Keep the actions of the table like the queue: of use where there is a song to go to."""
        tips = {name: actions[name].toolTip() for name in ("go_previous", "go_next")}

        def show() -> None:
            for name, enabled, step in (
                ("go_previous", self.has_previous, -1),
                ("go_next", self.has_next, 1),
            ):
                actions[name].setEnabled(enabled)
                comes = f"\n{self._songs[self._place + step].stem}" if enabled else ""
                actions[name].setToolTip(tips[name] + html.escape(comes))

        self.changed.connect(show)
        show()

    def put(self, given: Sequence[Path]) -> None:
        """Take files and folders in place of what there is, and ask for the first song."""
        self._search += 1
        if not any(path.is_dir() for path in given):
            self._take(self._search, given, list(given))
            return
        thread = threading.Thread(
            target=self._look, args=(self._search, list(given)), name="song search", daemon=True
        )
        thread.start()

    def put_single(self, song: Path) -> None:
        """Note that this song has been opened by itself; it stays in a queue that holds it."""
        self._search += 1
        if song in self._songs:
            self._place = self._songs.index(song)
        else:
            self._songs, self._place = [song], 0
        self.changed.emit()

    def go_previous(self) -> None:
        """Ask for the song before."""
        self._go(-1)

    def go_next(self) -> None:
        """Ask for the song after."""
        self._go(1)

    def _go(self, step: int) -> None:
        if 0 <= self._place + step < len(self._songs):
            self._place += step
            self.changed.emit()
            self.song_asked.emit(self._songs[self._place])

    def _look(self, search: int, given: list[Path]) -> None:
        passed_over: list[str] = []
        try:
            songs = [song for song, _ in find_songs(given, passed_over.append)]
        except Exception:  # noqa: BLE001  (a thread's end must reach the window)
            _LOG.exception("looking for songs in %s", given)
            sentence = self.tr("{0} could not be looked through; {1} says why.")
            self.said.emit(sentence.format(given[0], paths.log_file()))
        else:
            if passed_over and not songs:
                # Why there are none: a folder cannot be looked into.
                self.said.emit(passed_over[0])
            else:
                self._found.emit(search, given, songs)

    def _take(self, search: int, given: Sequence[Path], songs: list[Path]) -> None:
        if search != self._search:
            return
        if not songs:
            self.nothing_found.emit(next(path for path in given if path.is_dir()))
            return
        self._songs, self._place = songs, 0
        self.changed.emit()
        self.song_asked.emit(songs[0])
