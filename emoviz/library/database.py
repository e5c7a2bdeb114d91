"""The library's file: an SQLite database, its tables, and what can be wrong with it."""

import datetime
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from emoviz import errors
from emoviz.library.silence_migration import take_silence_out
from emoviz.songs.formats import SONG_SUFFIXES

APPLICATION_ID = 0x656D6F76
"""Stands in the file's header and says whose it is: "emov"."""

BUSY_S = 10.0
"""How long to wait for another program that is writing."""

_RETRY_S = 0.01
_MOST_MAPPED_BYTES = 1 << 30
_CACHE_KB = 32_768
_BESIDE = ("-wal", "-shm")

Step: TypeAlias = str | Callable[[sqlite3.Connection], None]
Migrations: TypeAlias = Sequence[Sequence[Step]]

_FIRST = (
    "CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """CREATE TABLE albums (
        id INTEGER PRIMARY KEY,
        artist_id INTEGER NOT NULL REFERENCES artists,
        title TEXT NOT NULL,
        UNIQUE (artist_id, title)
    )""",
    """CREATE TABLE songs (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        duration_s REAL NOT NULL,
        artist_id INTEGER NOT NULL REFERENCES artists,
        album_id INTEGER NOT NULL REFERENCES albums,
        title TEXT NOT NULL,
        words TEXT NOT NULL
    )""",
    "CREATE INDEX songs_by_size ON songs (size)",
    "CREATE INDEX songs_by_album ON songs (artist_id, album_id)",
    # What songs are found by stands apart from their values, which are a hundred times as large.
    """CREATE TABLE tracks (
        id INTEGER PRIMARY KEY,
        song_id INTEGER NOT NULL REFERENCES songs ON DELETE CASCADE,
        model_id INTEGER NOT NULL REFERENCES models,
        model_version TEXT NOT NULL,
        emoviz_version TEXT NOT NULL,
        valence REAL NOT NULL,
        arousal REAL NOT NULL,
        valence_variance REAL NOT NULL,
        arousal_variance REAL NOT NULL,
        start_valence REAL NOT NULL,
        start_arousal REAL NOT NULL,
        end_valence REAL NOT NULL,
        end_arousal REAL NOT NULL,
        UNIQUE (song_id, model_id)
    )""",
    "CREATE INDEX tracks_by_place ON tracks (model_id, valence, arousal, song_id)",
    """CREATE INDEX tracks_by_change ON tracks (
        model_id, start_valence, start_arousal, end_valence, end_arousal, song_id
    )""",
    """CREATE TABLE track_shapes (
        track_id INTEGER PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
        shape BLOB NOT NULL
    )""",
    """CREATE TABLE track_values (
        track_id INTEGER PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
        valence BLOB NOT NULL,
        arousal BLOB NOT NULL,
        valence_sd BLOB,
        arousal_sd BLOB
    )""",
    """CREATE TABLE tags (
        song_id INTEGER NOT NULL REFERENCES songs ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (song_id, name)
    ) WITHOUT ROWID""",
)

# A song that is silent lies nowhere on the plane; before, silence was drawn to its middle.
_SILENCE_IS_MISSING: Sequence[Step] = (
    """CREATE TABLE new_tracks (
        id INTEGER PRIMARY KEY,
        song_id INTEGER NOT NULL REFERENCES songs ON DELETE CASCADE,
        model_id INTEGER NOT NULL REFERENCES models,
        model_version TEXT NOT NULL,
        emoviz_version TEXT NOT NULL,
        valence REAL,
        arousal REAL,
        valence_variance REAL,
        arousal_variance REAL,
        start_valence REAL,
        start_arousal REAL,
        end_valence REAL,
        end_arousal REAL,
        UNIQUE (song_id, model_id)
    )""",
    "INSERT INTO new_tracks SELECT * FROM tracks",
    "DROP TABLE tracks",
    "ALTER TABLE new_tracks RENAME TO tracks",
    "CREATE INDEX tracks_by_place ON tracks (model_id, valence, arousal, song_id)",
    """CREATE INDEX tracks_by_change ON tracks (
        model_id, start_valence, start_arousal, end_valence, end_arousal, song_id
    )""",
    take_silence_out,
)

_SECTIONS: Sequence[Step] = (
    # Those that a user has changed, as JSON; the song's, whichever model tracks it.
    """CREATE TABLE sections (
        song_id INTEGER PRIMARY KEY REFERENCES songs ON DELETE CASCADE,
        edited TEXT NOT NULL
    )""",
    """CREATE TABLE track_reasons (
        track_id INTEGER PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
        names TEXT NOT NULL,
        measured TEXT NOT NULL,
        parts BLOB NOT NULL,
        measures BLOB NOT NULL
    )""",
)

MIGRATIONS: Migrations = (_FIRST, _SILENCE_IS_MISSING, _SECTIONS)
"""What makes each version of the tables of the one before; the first begins with nothing.

While they run, foreign keys are not looked after: a table that is made anew would take along what
refers to it.
"""


def connect(path: Path, migrations: Migrations = MIGRATIONS) -> sqlite3.Connection:
    """Open the library's file, which is made if there is none, and bring its tables up to date.

    A file that cannot be written to is opened for reading. The connection may be used from any
    thread, by one at a time. Raises `errors.LibraryError`.
    """
    if path.suffix.lower() in SONG_SUFFIXES:
        raise errors.LibraryForeignError(path)
    with as_library_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _open(path)
        try:
            _set_up(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Have all that is written inside happen, or nothing, and all that is read be of one moment."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        # A disk that is full may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def as_library_error(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say of the library's file into `errors.LibraryError`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _library_error(path, error) from error
    except UnicodeDecodeError as error:
        # Even the names of tables may be garbled, and then so is what SQLite says of them.
        raise errors.LibraryCorruptError(path, "its text is garbled") from error
    except OSError as error:
        reason = errors.words_of(error)
        raise errors.LibraryUnwritableError(path, reason) from error


def set_aside(path: Path) -> Path | None:
    """Give a library's file a name with the date in it, so that a new one can be begun.

    Gives the new name, or None where there is nothing. Raises `errors.LibraryError`; songs and
    what belongs to other programs are left alone.
    """
    if not path.exists():
        return None
    if path.suffix.lower() in SONG_SUFFIXES or not path.is_file():
        raise errors.LibraryForeignError(path)
    now = datetime.datetime.now().astimezone()
    kept = path.with_name(f"{path.stem}-{now:%Y-%m-%d-%H%M%S}{path.suffix}")
    number = 2
    while kept.exists():
        kept = path.with_name(f"{path.stem}-{now:%Y-%m-%d-%H%M%S}-{number}{path.suffix}")
        number += 1
    with as_library_error(path):
        for beside in _BESIDE:
            if (log := path.with_name(path.name + beside)).exists():
                log.rename(kept.with_name(kept.name + beside))
        path.rename(kept)
    return kept


def _open(path: Path) -> sqlite3.Connection:
    try:
        connection = _connection(path, "rwc")
        # Nothing is looked at before the first question, and nothing written before the first try.
        connection.execute("PRAGMA schema_version").fetchone()
        return connection
    except sqlite3.OperationalError as error:
        if not path.exists() or error.sqlite_errorcode & 0xFF not in _UNWRITABLE:
            raise
    # Beside a file on a read-only disk SQLite cannot put what it shares with other programs.
    logged = path.with_name(path.name + "-wal")
    if logged.exists() and logged.stat().st_size:
        return _connection(path, "ro")
    return _connection(path, "ro&immutable=1")


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    name = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(
        name, BUSY_S, uri=True, isolation_level=None, check_same_thread=False
    )
    return connection


def _set_up(connection: sqlite3.Connection, path: Path, migrations: Migrations) -> None:
    for pragma in (
        # What a crash of the machine could take is the last songs: they are tracked again.
        "synchronous = NORMAL",
        f"cache_size = -{_CACHE_KB}",
        f"mmap_size = {_MOST_MAPPED_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # In one transaction: another program may be making the tables.
    with transaction(connection, "DEFERRED"):
        version = _version(connection, path)
    if version > len(migrations):
        raise errors.LibraryNewerError(path)
    if version < len(migrations):
        _log_ahead(connection)
        connection.execute("PRAGMA foreign_keys = OFF")
        with transaction(connection):
            # Another program may have done it while this one waited.
            for number in range(_version(connection, path), len(migrations)):
                for step in migrations[number]:
                    _take(step, connection)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {number + 1}")
    connection.execute("PRAGMA foreign_keys = ON")


def _take(step: Step, connection: sqlite3.Connection) -> None:
    if isinstance(step, str):
        connection.execute(step)
    else:
        step(connection)


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Have readers and a writer not wait for each other."""
    give_up_s = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            # For this alone SQLite does not wait by itself.
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > give_up_s:
                raise
            time.sleep(_RETRY_S)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Give the version of the tables, 0 where there are none yet."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not owner and not tables:
        return 0
    if owner != APPLICATION_ID:
        raise errors.LibraryForeignError(path)
    return int(version)


_UNWRITABLE = frozenset(
    (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)
)
_FULL = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR))
_BUSY = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL))
_CORRUPT = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def _library_error(path: Path, error: sqlite3.DatabaseError) -> errors.LibraryError:
    # Errors that Python's own module raises have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _BUSY:
        return errors.LibraryBusyError(path)
    if code in _UNWRITABLE:
        return errors.LibraryUnwritableError(path, "it, or its folder, is read-only")
    if code in _FULL:
        return errors.LibraryUnwritableError(path, "the disk is full or failing")
    if code in _CORRUPT:
        return errors.LibraryCorruptError(path, str(error))
    # A table or column that should be there is not: somebody else's hand, or damage.
    return errors.LibraryCorruptError(path, str(error))
