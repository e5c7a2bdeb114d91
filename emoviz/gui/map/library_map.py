"""The map in the program: what it reads, what becomes of the songs that are chosen on it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.look.theme import Theme
from emoviz.gui.session.session import Session
from emoviz.gui.session.song_library import SongLibrary
from emoviz.gui.settings import Settings
from emoviz.library.playlist import write_m3u8
from emoviz.library.records import LibrarySong
from emoviz.tracks.circumplex import Circumplex

if TYPE_CHECKING:
    from emoviz.gui.map.filling import LibraryFilling
    from emoviz.gui.map.reader import MapReader
    from emoviz.gui.map.window import MapWindow

_SIZE = QSize(1180, 760)


class LibraryMap(QObject):
    """Shows the map when it is asked for. Its public method without arguments is an action.

    The map is imported then, too: the window is there sooner without it.
    """

    song_asked = Signal(object)
    """`Path` of a song to open"""
    songs_asked = Signal(object)
    """A sequence of `Path`, of songs to open one after the other"""

    def __init__(
        self,
        main_window: QWidget,
        session: Session,
        library: SongLibrary,
        settings: Settings,
        theme: Theme,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._session = session
        self._library = library
        self._settings = settings
        self._theme = theme
        self._reader: MapReader | None = None
        self._file: Path | None = None
        self.window: MapWindow | None = None
        self._filling: LibraryFilling | None = None
        session.opened.connect(lambda song, *_: self._on_opened(song.path))

    def show_map(self) -> None:
        """Show the map of the library, as it is now."""
        if self.window is None or self._file != self._library.path:
            self._make()
        assert self.window is not None
        self.window.set_words(Circumplex.of(self._settings.get(remembered.WORDS)))
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def show_and_fill(self, folder: Path) -> None:
        """Show the map, and add a folder's songs to it."""
        self.show_map()
        self.fill(folder)

    def close(self) -> None:
        """Close the map and what works for it."""
        if self._filling is not None:
            self._filling.close()
        if self.window is not None:
            self.window.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _make(self) -> None:
        from emoviz.gui.map.reader import MapReader
        from emoviz.gui.map.window import MapWindow

        self._file = self._library.path
        if self.window is not None and self._reader is not None:
            self.window.close()
            self.window.deleteLater()
            self._reader.close()
        self._reader = MapReader(self._file, self._session.model_name)
        words = Circumplex.of(self._settings.get(remembered.WORDS))
        window = self.window = MapWindow(self._theme, self._reader, words)
        window.song_asked.connect(self._open)
        window.songs_asked.connect(self._open_all)
        window.save_asked.connect(self._save)
        window.anew_asked.connect(self._begin_anew)
        window.closed.connect(self._remember)
        window.notice.folder_asked.connect(self._add_folder)
        window.status.folder_asked.connect(self._add_folder)
        window.status.stop_asked.connect(self._ready_filling().stop)
        window.resize(_SIZE.boundedTo(self._main_window.screen().availableSize()))
        window.restoreGeometry(self._settings.get(remembered.MAP_GEOMETRY))
        if self._session.song is not None:
            window.set_playing(self._session.song.path)

    def _on_opened(self, song: Path) -> None:
        if self.window is not None and self._reader is not None:
            self.window.set_playing(song)
            self._reader.use_model(self._session.model_name)

    def _remember(self) -> None:
        assert self.window is not None
        self._settings.put(remembered.MAP_GEOMETRY, self.window.saveGeometry())

    # What becomes of songs.

    def _open(self, song: LibrarySong) -> None:
        if song.path.exists():
            self.song_asked.emit(song.path)
        else:
            self._say(str(errors.SongNotFoundError(song.path)))

    def _open_all(self, songs: list[LibrarySong]) -> None:
        there = [song.path for song in songs if song.path.exists()]
        gone = [song.path for song in songs if not song.path.exists()]
        if there:
            self.songs_asked.emit(there)
        if len(gone) == 1:
            self._say(str(errors.SongNotFoundError(gone[0])))
        elif gone:
            text = self.tr("{0} of the {1} songs are no longer where they were: {2} is the first.")
            self._say(text.format(len(gone), len(songs), gone[0]))

    def _save(self, songs: list[LibrarySong]) -> None:
        assert self.window is not None
        proposed = self._settings.place_for(self.tr("playlist.m3u8"))
        dialogs.choose_playlist(self.window, proposed, lambda path: self._write(songs, path))

    def _write(self, songs: list[LibrarySong], path: Path) -> None:
        try:
            write_m3u8(songs, path)
        except errors.OutputError as error:
            self._say(str(error))
            return
        if self.window is not None:
            self.window.tell(self.tr("{0} songs were written to {1}.").format(len(songs), path))

    def _say(self, sentence: str) -> None:
        if self.window is not None:
            self.window.say(sentence)

    # What becomes of the library.

    def _add_folder(self) -> None:
        assert self.window is not None
        begin = self._settings.get(remembered.FOLDER)
        title = self.tr("Add a folder to the library")
        dialogs.choose_folder(self.window, begin, self.fill, title=title)

    def fill(self, folder: Path) -> None:
        """Add a folder's songs to the library, while the window lives."""
        filling = self._ready_filling()
        if self._file is not None and not filling.is_running:
            filling.begin(folder, self._file, self._session.model_name)

    def _ready_filling(self) -> "LibraryFilling":
        from emoviz.gui.map.filling import LibraryFilling

        if self._filling is None:
            self._filling = LibraryFilling()
            self._filling.progressed.connect(self._on_progress)
            self._filling.ended.connect(self._on_filled)
        return self._filling

    def _on_progress(self, done: int, total: int) -> None:
        if self.window is not None:
            self.window.status.show_progress(done, total)

    def _on_filled(self, sentence: str, is_good: bool) -> None:
        if self.window is None:
            return
        self.window.status.show_rest()
        if is_good:
            self.window.tell(sentence)
        else:
            self.window.say(sentence)

    def _begin_anew(self, path: Path) -> None:
        assert self.window is not None
        question = self.tr(
            "Keep the damaged library aside, with the date in its name, and begin a new one?"
        )
        dialogs.confirm(self.window, question, lambda: self._put_aside(path))

    def _put_aside(self, path: Path) -> None:
        self._library.begin_anew(path)
        if self._reader is not None:
            self._reader.look_again()
