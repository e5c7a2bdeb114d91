"""Reads the library for the map: in a thread what takes its time, and at once what does not."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from emoviz import errors
from emoviz.gui.map.songs import MapSongs, merged
from emoviz.library.records import LibrarySong, absolute
from emoviz.library.store import Library
from emoviz.system import files, paths
from emoviz.units import Values

_LOG = logging.getLogger(__name__)

_LOOK_S = 0.5
_REST_PER_READING = 8.0
"""How much longer the reader rests than it reads while songs keep coming: a million take long."""

_PATIENCE_MS = 250

_MOST_MERGED = 100_000
"""In a larger library it would take seconds to find what is there twice."""

_SAME_S = 1.0
"""Songs of one title and artist are one if they are as long as this nearly."""

Durations = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
TakesSongs: TypeAlias = Callable[[list[LibrarySong]], None]


class MapReader(QObject):
    """Reads where the songs of a library are, and again whenever any program has changed it."""

    read = Signal(object)
    """`MapSongs`, or None where there is no library yet"""
    durations_read = Signal(object, object)
    """The `MapSongs` and how long each is, in seconds"""
    found = Signal(str, object)
    """What was searched for, and the ids of the songs in whose names it is"""
    failed = Signal(object)
    """`errors.LibraryError`; what was read before is as good as it was."""
    _gathered = Signal(object, object)

    def __init__(self, path: Path | None, model: str) -> None:
        super().__init__()
        self._path, self._model = path, model
        self._text = ""
        self._looks = self._is_closed = self._reads_anew = False
        self._wanted: list[tuple[Ids, TakesSongs]] = []
        self._wake = threading.Condition()
        self._gathered.connect(lambda take, songs: take(songs))
        self._here: Library | None = None
        self._thread = threading.Thread(target=self._run, name="map reader", daemon=True)
        self._thread.start()

    def look(self, looks: bool) -> None:
        """Read now and whenever something changes, or rest."""
        self._tell(looks=looks)

    def look_again(self) -> None:
        """Read anew even if nothing has changed: what was in the way may be gone."""
        self._tell(reads_anew=True)

    def search(self, text: str) -> None:
        """Find the songs in whose names `text` is; the answer to the latest text comes."""
        self._tell(text=text)

    def gather(self, song_ids: Ids, take: TakesSongs) -> None:
        """Look up any number of songs, and call back with those that are still there."""
        with self._wake:
            self._wanted.append((song_ids, take))
            self._wake.notify()

    def use_model(self, model: str) -> None:
        """Show the songs where this model places them, if it has heard any."""
        if model != self._model:
            self._tell(model=model, reads_anew=True)

    def close(self) -> None:
        """Read no more, and wait for the thread to end."""
        self._tell(is_closed=True)
        self._thread.join()
        self._close_here()

    def songs(self, song_ids: Sequence[int]) -> list[LibrarySong]:
        """Give songs by their ids, of those that are still in the library."""
        library = self._library_here()
        if library is None:
            return []
        try:
            return _songs(library, song_ids)
        except errors.LibraryError as error:
            self._close_here()
            self.failed.emit(error)
            return []

    def moments(self, song_id: int, model: str) -> Values | None:
        """Give a song as one distribution, as `saying.moments_of` has it, if it is known."""
        library = self._library_here()
        if library is None:
            return None
        try:
            return library.moments([song_id], model).get(song_id)
        except errors.LibraryError as error:
            self._close_here()
            self.failed.emit(error)
            return None

    def id_of(self, song: Path) -> int | None:
        """Give the id of the song at a path, if it is in the library."""
        library = self._library_here()
        if library is None:
            return None
        try:
            with library.asking() as connection:
                row = connection.execute(
                    "SELECT id FROM songs WHERE path = ?", (absolute(song),)
                ).fetchone()
        except errors.EmovizError:
            # A map without the ring: what is wrong is said where it is read.
            return None
        return None if row is None else int(row[0])

    def _library_here(self) -> Library | None:
        if self._here is None and self._path is not None and self._path.exists():
            try:
                self._here = Library.open(self._path)
                with self._here.asking() as connection:
                    # Whoever points at a dot does not wait for another program.
                    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            except errors.LibraryError as error:
                self.failed.emit(error)
        return self._here

    def _close_here(self) -> None:
        if self._here is not None:
            self._here.close()
            self._here = None

    def _tell(self, **changes: str | bool) -> None:
        with self._wake:
            for name, value in changes.items():
                setattr(self, f"_{name}", value)
            self._wake.notify()

    # What the thread does.

    def _run(self) -> None:
        reading = _Reading(self)
        answered, looks = "", False
        while True:
            with self._wake:
                is_asked = self._is_closed or self._reads_anew or self._wanted
                if not is_asked and self._text == answered and self._looks == looks:
                    self._wake.wait(_LOOK_S if looks else None)
                if self._is_closed:
                    break
                looks, text = self._looks, self._text
                anew, self._reads_anew = self._reads_anew, False
                wanted, self._wanted = self._wanted, []
            try:
                for song_ids, take in wanted:
                    self._gathered.emit(take, reading.songs(song_ids))
                has_read = looks and reading.look(self._path, self._model, anew=anew)
                if text != answered or (has_read and text):
                    answered = text
                    self.found.emit(text, reading.search(text))
            except errors.LibraryError as error:
                reading.fail(error)
            except Exception as error:  # noqa: BLE001  (it is said, and the thread goes on)
                reading.fail_unexpectedly(self._path, error)
        reading.close()


class _Reading:
    """The library as the thread has it open, and how it was when it was read last."""

    def __init__(self, reader: MapReader) -> None:
        self._reader = reader
        self._library: Library | None = None
        self._file: files.Identity | None = None
        self._version = -1
        self._rests_until_s = 0.0
        self._was_told = False
        self._said = ""

    def look(self, path: Path | None, model: str, *, anew: bool) -> bool:
        """Read if the library is another, or has changed; tell whether it was read.

        Raises `errors.LibraryError`.
        """
        if anew:
            self.close()
            self._said = ""
        file = None if path is None else files.identity(path)
        if file is None or path is None:
            was_open = self._library is not None
            self.close()
            if was_open or anew or not self._was_told:
                self._was_told = True
                self._reader.read.emit(None)
            return False
        if file != self._file:
            self.close()
            # Noted before it is opened: one that cannot be is not tried again and again.
            self._file = file
            self._library = Library.open(path)
        if self._library is None or time.monotonic() < self._rests_until_s:
            return False
        with self._library.asking() as connection:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return False
        # Noted before it is read: what cannot be is not read again until it has changed.
        self._version = version
        self._read(self._library, model)
        return True

    def songs(self, song_ids: Ids) -> list[LibrarySong]:
        """Give songs, of those that are still there. Raises `errors.LibraryError`."""
        return [] if self._library is None else _songs(self._library, song_ids)

    def search(self, text: str) -> Ids:
        """Find songs by a text. Raises `errors.LibraryError`."""
        if self._library is None or not text:
            return np.zeros(0, np.int64)
        return self._library.search_text(text)

    def fail(self, error: errors.LibraryError) -> None:
        """Say once what is wrong, and try again only what may be over soon."""
        file = self._file
        self.close()
        if not isinstance(error, errors.LibraryBusyError):
            self._file = file
        self._say_once(error)

    def fail_unexpectedly(self, path: Path | None, error: Exception) -> None:
        """Say once that something went wrong; it is tried again when the library has changed."""
        _LOG.error("reading %s", path, exc_info=error)
        self._say_once(
            errors.LibraryError(
                f"{path}: the library could not be read; "
                f"{paths.log_file()} says where. Open the map again to try once more."
            )
        )

    def _say_once(self, error: errors.LibraryError) -> None:
        if str(error) != self._said:
            self._said = str(error)
            self._reader.failed.emit(error)

    def close(self) -> None:
        """Close the library."""
        if self._library is not None:
            self._library.close()
        self._library, self._file = None, None
        self._version, self._rests_until_s = -1, 0.0

    def _read(self, library: Library, model: str) -> None:
        began_s = time.monotonic()
        model = model if model in (known := library.models()) else next(iter(known), model)
        points = library.points(model)
        copies = _copies(library) if len(points) <= _MOST_MERGED else []
        songs = merged(points, copies, model)
        took_s = time.monotonic() - began_s
        self._rests_until_s = time.monotonic() + _REST_PER_READING * took_s
        self._was_told, self._said = True, ""
        self._reader.read.emit(songs)
        self._reader.durations_read.emit(songs, _durations_s(library, songs))


def _copies(library: Library) -> list[list[int]]:
    """Give the ids of songs that are there more than once: of one title, artist and length."""
    query = (
        "SELECT id, artist_id, title, duration_s FROM songs WHERE (artist_id, title) IN "
        "(SELECT artist_id, title FROM songs WHERE title <> '' "
        "GROUP BY artist_id, title HAVING count(*) > 1) "
        "ORDER BY artist_id, title, duration_s, id"
    )
    copies: list[list[int]] = []
    last: tuple[int, str, float] | None = None
    with library.asking() as connection:
        for song, artist, title, duration_s in connection.execute(query):
            same = last is not None and last[:2] == (artist, title)
            if same and last is not None and duration_s - last[2] <= _SAME_S:
                copies[-1].append(int(song))
            else:
                copies.append([int(song)])
            last = (artist, title, duration_s)
    return [same for same in copies if len(same) > 1]


def _durations_s(library: Library, songs: MapSongs) -> Durations:
    with library.asking() as connection:
        rows = np.fromiter(
            connection.execute("SELECT id, duration_s FROM songs ORDER BY id"),
            np.dtype([("song", "<i8"), ("duration_s", "<f8")]),
        )
    if not len(rows):
        return np.zeros(len(songs))
    places = np.minimum(np.searchsorted(rows["song"], songs.points.song_ids), len(rows) - 1)
    return rows["duration_s"][places]


def _songs(library: Library, song_ids: Sequence[int] | Ids) -> list[LibrarySong]:
    try:
        return library.songs(song_ids)
    except KeyError:
        # Some have been taken out since the map was read.
        if len(song_ids) == 1:
            return []
    middle = len(song_ids) // 2
    return _songs(library, song_ids[:middle]) + _songs(library, song_ids[middle:])
