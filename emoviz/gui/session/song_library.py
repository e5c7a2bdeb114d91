"""The library beside the window: songs that were tracked before are there at once."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.gui import dialogs
from emoviz.library.records import FileState, SongRecord
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracks.track import Track


class SongLibrary(QObject):
    """Remembers tracks in a library, from any thread; without a file it remembers nothing.

    What is wrong with the library is said once, and keeps no song from being tracked. SQLite is
    imported with the first song, not before the window.
    """

    said = Signal(str)
    """A sentence for the user"""
    _failed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None
        self._said: set[str] = set()
        self._failed.connect(self._complain)

    @property
    def path(self) -> Path | None:
        """The library's file, if there is one."""
        return self._path

    def use(self, path: Path | None) -> None:
        """Remember in the library in this file from now on, or nowhere."""
        self._path = path
        self._said.clear()

    def recall(self, path: Path, model: str) -> Track | None:
        """Give the track of a song as it is now by the installed version of a model, if known."""
        file = self._path
        if file is None or not file.exists():
            return None
        from emoviz.library.store import Library

        try:
            with Library.open(file) as library:
                return library.track(path, model)
        except errors.LibraryError as error:
            self._failed.emit(error)
        except errors.SongError:
            # The song has gone since it was opened: tracking it will say so.
            pass
        return None

    def keep(self, song: Song, state: FileState, trajectory: Track) -> None:
        """Put in a song whose file was in that state before it was tracked.

        The demo song is none of the user's, and may lie somewhere else at every start.
        """
        file = self._path
        if file is None or song.path == paths.demo_song():
            return
        from emoviz.library.store import Library

        try:
            with Library.open(file) as library:
                library.put(SongRecord.of(song, state, trajectory), trajectory)
        except errors.LibraryError as error:
            self._failed.emit(error)

    def keep_sections(self, song: Song, track: Track) -> None:
        """Keep the sections of a track as its user has changed them, if its song is known."""
        file = self._path
        if file is None or not file.exists() or song.sound_track is not None:
            return
        from emoviz.library.store import Library

        try:
            with Library.open(file) as library:
                library.keep_sections(song.path, track)
        except errors.LibraryError as error:
            self._failed.emit(error)

    def _complain(self, error: errors.LibraryError) -> None:
        if str(error) in self._said:
            return
        self._said.add(str(error))
        if not isinstance(error, errors.LibraryCorruptError):
            self.said.emit(str(error))
            return
        question = self.tr(
            "The library {0} is damaged. Keep it aside, with the date in its name, and begin a "
            "new one?"
        ).format(error.path)
        dialogs.confirm(self._window, question, lambda: self.begin_anew(error.path))

    def begin_anew(self, path: Path) -> None:
        """Keep a damaged library aside, and begin a new one in its place."""
        from emoviz.library import database
        from emoviz.library.store import Library

        try:
            kept = database.set_aside(path)
            Library.open(path).close()
        except errors.LibraryError as error:
            self.said.emit(str(error))
            return
        if kept is not None:
            self.said.emit(self.tr("The damaged library is kept as {0}.").format(kept))
        self._said.clear()
