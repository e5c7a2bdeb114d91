"""Library: songs and their tracks in one file, put in and asked for."""

import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.library import database
from emoviz.library.records import (
    FileState,
    LibrarySong,
    Points,
    SongRecord,
    absolute,
    folded,
    reasons_from_row,
    text_of,
    trajectory_from_blobs,
)
from emoviz.library.writing import put_song, put_track
from emoviz.models import estimator
from emoviz.system import files, paths
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import ASSUMED_DEVIATION
from emoviz.tracks.section_edits import SectionEditor, sections_from_text, sections_to_text
from emoviz.tracks.track import Provenance, Track
from emoviz.units import SCALE, Values

Ids = npt.NDArray[np.int64]

_SONG = """SELECT songs.id, songs.path, songs.title, artists.name, albums.title, songs.duration_s
    FROM songs JOIN artists ON artists.id = songs.artist_id
        JOIN albums ON albums.id = songs.album_id"""
_ASKED_AT_ONCE = 500


class Library:
    """The songs that have been tracked, with their tracks by each model.

    To be used by one thread at a time, in a with statement or closed by hand; several programs can
    have the same file open. Every method raises `errors.LibraryError` where the file is damaged,
    kept by another program for too long, or cannot be written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._versions = _Versions()

    @classmethod
    def open(cls, path: Path | None = None) -> "Library":
        """Open the library in the file `path`, or the user's own; a new one is begun if needed.

        Raises `errors.LibraryError`.
        """
        path = path or paths.library_file()
        return cls(path, database.connect(path))

    @classmethod
    def open_existing(cls, path: Path | None = None) -> "Library":
        """Open a library that must be there. Raises `errors.LibraryError`."""
        path = path or paths.library_file()
        if not path.exists():
            raise errors.LibraryMissingError(path)
        return cls.open(path)

    def close(self) -> None:
        """Close the file; what was put in is in it."""
        with database.as_library_error(self.path):
            self._connection.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for questions; what SQLite says becomes `errors.LibraryError`.

        So does what an answer cannot be made of: SQLite keeps any kind of value in any column.
        """
        with self._lock, database.as_library_error(self.path):
            try:
                yield self._connection
            except (TypeError, ValueError, OverflowError, AttributeError) as error:
                reason = "what stands in it makes no sense"
                raise errors.LibraryCorruptError(self.path, reason) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to write with: all of it is written, or nothing."""
        with self.asking() as connection, database.transaction(connection):
            yield connection

    # Songs that go in.

    def put(self, record: SongRecord, trajectory: Track) -> int:
        """Keep a song and its track, in place of an older track by the same model; give its id.

        Where the file is not what it was, the tracks of all models are forgotten.
        """
        sha256 = bytes.fromhex(trajectory.provenance.song_sha256)
        with self.writing() as connection:
            song_id = put_song(connection, record, sha256)
            put_track(connection, song_id, trajectory)
        return song_id

    def keep_sections(self, path: Path, track: Track) -> None:
        """Keep the sections of a track that a user has changed with its song, if that is known.

        Those of a track whose `edited_sections` is None are forgotten.
        """
        with self.writing() as connection:
            known = connection.execute(
                "SELECT id FROM songs WHERE path = ?", (absolute(path),)
            ).fetchone()
            if known is None:
                return
            connection.execute("DELETE FROM sections WHERE song_id = ?", known)
            if track.edited_sections is not None:
                editor = SectionEditor(track.values, Circumplex.music())
                text = sections_to_text(track.edited_sections, editor)
                connection.execute("INSERT INTO sections VALUES (?, ?)", (*known, text))

    def forget(self, song_ids: Iterable[int]) -> None:
        """Take songs and their tracks out; their files stay as they are."""
        with self.writing() as connection:
            connection.executemany("DELETE FROM songs WHERE id = ?", ((id_,) for id_ in song_ids))

    # Questions about one song.

    def track(self, path: Path, model: str) -> Track | None:
        """Give the track of the song at `path` by the version of `model` that is installed.

        The song is known by its path, size and time; where these are not as they were, by its
        bytes: one that was touched, moved or copied is known too, and noted as it is now.

        Raises `errors.SongError` if there is no file to look at.
        """
        state, name = FileState.of(path), absolute(path)
        with self.asking() as connection:
            known = connection.execute(
                "SELECT id, size, mtime_ns, sha256 FROM songs WHERE path = ?", (name,)
            ).fetchone()
            if known is not None and (known[1], known[2]) == (state.size, state.mtime_ns):
                return self._track(connection, known[0], path, model)
            alike = connection.execute(
                "SELECT id, sha256 FROM songs WHERE size = ? ORDER BY path = ? DESC, id",
                (state.size, name),
            ).fetchall()
        if not alike:
            return None
        sha256 = bytes.fromhex(_sha256(path))
        for song_id, other in alike:
            if other == sha256:
                return self._recognise(song_id, path, state, model)
        return None

    def find(self, path: Path, model: str) -> tuple[LibrarySong, Track] | None:
        """Give a song by its path, with its track, as they were put in: no file is looked at."""
        with self.asking() as connection:
            row = connection.execute(f"{_SONG} WHERE songs.path = ?", (absolute(path),)).fetchone()
            if row is None:
                return None
            song = _song(row)
            trajectory = self._track(connection, song.id, song.path, model)
        return None if trajectory is None else (song, trajectory)

    def song(self, song_id: int) -> LibrarySong:
        """Give a song by its id. Raises `KeyError` if there is none."""
        (song,) = self.songs([song_id])
        return song

    def songs(self, song_ids: Sequence[int] | Ids) -> list[LibrarySong]:
        """Give songs by their ids (n,), in that order. Raises `KeyError` if one is unknown."""
        wanted = np.asarray(song_ids, np.int64).tolist()
        found: dict[int, LibrarySong] = {}
        with self.asking() as connection:
            for first in range(0, len(wanted), _ASKED_AT_ONCE):
                part = wanted[first : first + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(part))
                for row in connection.execute(f"{_SONG} WHERE songs.id IN ({marks})", part):
                    found[row[0]] = _song(row)
        return [found[song_id] for song_id in wanted]

    def moments(self, song_ids: Sequence[int], model: str) -> dict[int, Values | None]:
        """Give some songs as one distribution each, as `saying.moments_of` has it, (1, 4).

        None is that of a song that is silent.
        """
        with self.asking() as connection:
            rows = connection.execute(
                "SELECT song_id, tracks.valence, tracks.arousal, valence_variance, "
                "arousal_variance, valence_sd, arousal_sd "
                "FROM tracks JOIN track_values ON track_id = tracks.id WHERE model_id = "
                "(SELECT id FROM models WHERE name = ?) "
                f"AND song_id IN ({','.join('?' * len(song_ids))})",
                (model, *song_ids),
            )
            return {row[0]: _moments(row[1:]) for row in rows}

    def all_songs(self) -> Iterator[LibrarySong]:
        """Yield every song, in the order of their paths."""
        after = ""
        while True:
            with self.asking() as connection:
                rows = connection.execute(
                    f"{_SONG} WHERE songs.path > ? ORDER BY songs.path LIMIT {_ASKED_AT_ONCE}",
                    (after,),
                ).fetchall()
                songs = [_song(row) for row in rows]
            if not songs:
                return
            yield from songs
            after = rows[-1][1]

    # Questions about all of them.

    def __len__(self) -> int:
        with self.asking() as connection:
            return int(connection.execute("SELECT count(*) FROM songs").fetchone()[0])

    def models(self) -> list[str]:
        """Name the models that have tracked songs, the default one first."""
        with self.asking() as connection:
            names = connection.execute(
                "SELECT name FROM models "
                "WHERE EXISTS (SELECT 1 FROM tracks WHERE model_id = models.id)"
            )
            found = [text_of(name) for (name,) in names]
        return sorted(found, key=lambda name: (name != estimator.DEFAULT_MODEL, name))

    def points(self, model: str | None = None) -> Points:
        """Give where every song lies, as `model` heard it: by default the first of `models`.

        Songs that are silent lie nowhere.
        """
        with self.asking() as connection:
            placed = _rows(
                connection,
                "SELECT song_id, valence, arousal FROM tracks WHERE model_id = "
                "(SELECT id FROM models WHERE name = ?) AND valence IS NOT NULL",
                (self._default(model),),
                [("song", "<i8"), ("valence", "<f4"), ("arousal", "<f4")],
            )
            made_by = _rows(
                connection,
                "SELECT id, artist_id, album_id FROM songs",
                (),
                [("song", "<i8"), ("artist", "<i8"), ("album", "<i8")],
            )
            _check_places(np.stack([placed["valence"], placed["arousal"]]))
            artists = connection.execute("SELECT id, name FROM artists ORDER BY id").fetchall()
            albums = connection.execute("SELECT id, title FROM albums ORDER BY id").fetchall()
        placed = placed[np.argsort(placed["song"])]
        made_by = made_by[np.argsort(made_by["song"])]
        # Another program may have put songs in between the two questions.
        placed = placed[np.isin(placed["song"], made_by["song"], assume_unique=True)]
        made_by = made_by[np.searchsorted(made_by["song"], placed["song"])]
        return Points(
            song_ids=placed["song"].copy(),
            valence=placed["valence"].copy(),
            arousal=placed["arousal"].copy(),
            artist_ids=_places(made_by["artist"], artists),
            album_ids=_places(made_by["album"], albums),
            artists=[name for _, name in artists],
            albums=[title for _, title in albums],
        )

    def search_text(self, text: str) -> Ids:
        """Give the ids of the songs in whose title, artist and album every word of `text` is found.

        Shape (songs,), in no order. A part of a word is enough; capitals and accents do not count.
        """
        tokens = folded(text).split()
        tests = " AND ".join(["instr(words, ?)"] * len(tokens)) or "1"
        with self.asking() as connection:
            rows = connection.execute(f"SELECT id FROM songs WHERE {tests}", tokens)
            return np.fromiter((row[0] for row in rows), np.int64)

    def _default(self, model: str | None) -> str:
        return model or next(iter(self.models()), estimator.DEFAULT_MODEL)

    def _track(
        self, connection: sqlite3.Connection, song_id: int, path: Path, model: str
    ) -> Track | None:
        row = connection.execute(
            """SELECT songs.sha256, songs.title, tracks.model_version, tracks.emoviz_version,
                track_values.valence, track_values.arousal,
                track_values.valence_sd, track_values.arousal_sd, sections.edited,
                names, measured, parts, measures
            FROM tracks JOIN songs ON songs.id = tracks.song_id
                JOIN track_values ON track_values.track_id = tracks.id
                LEFT JOIN sections ON sections.song_id = songs.id
                LEFT JOIN track_reasons ON track_reasons.track_id = tracks.id
            WHERE tracks.song_id = ?
                AND tracks.model_id = (SELECT id FROM models WHERE name = ?)""",
            (song_id, model),
        ).fetchone()
        if row is None or row[2] != self._versions.of(model):
            return None
        provenance = Provenance(
            song_file=path.name,
            song_sha256=row[0].hex(),
            song_title=text_of(row[1]),
            model=model,
            model_version=row[2],
            emoviz_version=text_of(row[3]),
        )
        track = trajectory_from_blobs(row[4:8], provenance)
        if row[9] is not None:
            track = replace(track, reasons=reasons_from_row(row[9:13], len(track)))
        if row[8] is None:
            return track
        edited = sections_from_text(text_of(row[8]), track.values, Circumplex.music())
        return replace(track, edited_sections=edited)

    def _recognise(self, song_id: int, path: Path, state: FileState, model: str) -> Track | None:
        """Give the track of a song whose bytes are known, and note where it is now."""
        with self.asking() as connection:
            trajectory = self._track(connection, song_id, path, model)
        if trajectory is None:
            return None
        known = self.song(song_id)
        # A song without tags is called what its file is called.
        title = known.title if known.title != known.path.stem else path.stem
        provenance = replace(trajectory.provenance, song_title=title)
        trajectory = replace(trajectory, provenance=provenance)
        record = SongRecord(path, state, title, known.artist, known.album, known.duration_s)
        # A library that can only be read is of use all the same.
        with suppress(errors.LibraryUnwritableError):
            self.put(record, trajectory)
        return trajectory


class _Versions:
    """Which version of each model is installed: read again only where its `model.toml` is new."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[files.Stamp, str]] = {}

    def of(self, model: str) -> str:
        """Give a model's version. Raises `errors.ModelBrokenError`."""
        try:
            stamp = files.Stamp.of((paths.models() / model / "model.toml").stat())
        except OSError:
            # Reading it says what is wrong.
            return estimator.describe(model).version
        if model not in self._known or self._known[model][0] != stamp:
            self._known[model] = (stamp, estimator.describe(model).version)
        return self._known[model][1]


def _song(row: tuple[object, ...]) -> LibrarySong:
    """Make a song of a row of `_SONG`. Raises `ValueError` where it can be none."""
    song_id, path, title, artist, album, duration_s = row
    if not isinstance(song_id, int) or not isinstance(duration_s, float):
        raise ValueError("a number is none")
    if not math.isfinite(duration_s):
        raise ValueError("a song is endless")
    return LibrarySong(
        Path(text_of(path)),
        text_of(title),
        text_of(artist),
        text_of(album),
        duration_s,
        id=song_id,
    )


def _moments(row: tuple[Any, ...]) -> Values | None:
    """Make a distribution of a track's row. Raises `ValueError` where it can be none."""
    if row[0] is None:
        return None
    means, variances = np.array(row[:2], np.float64), np.array(row[2:4], np.float64)
    _check_places(means)
    deviations = np.sqrt(np.maximum(variances + [_mean_square(blob) for blob in row[4:]], 0.0))
    if not np.isfinite(deviations).all():
        raise ValueError("a deviation is none")
    return np.concatenate([means, deviations])[None]


def _mean_square(blob: bytes | None) -> float:
    """Give the mean square of deviations, of those that are known, or of the assumed one."""
    if blob is None:
        return ASSUMED_DEVIATION**2
    deviations = np.frombuffer(blob, "<f4").astype(np.float64)
    known = deviations[~np.isnan(deviations)]
    return float(np.square(known).mean()) if len(known) else ASSUMED_DEVIATION**2


def _check_places(places: npt.NDArray[np.floating[Any]]) -> None:
    """Raise `ValueError` where a mean of valence or arousal is not on their scale."""
    if not ((places >= SCALE[0]) & (places <= SCALE[1])).all():
        raise ValueError("a place is outside the plane")


def _sha256(path: Path) -> str:
    try:
        return files.sha256_of_file(path)
    except OSError as error:
        raise errors.SongVanishedError(path) from error


def _rows(
    connection: sqlite3.Connection,
    question: str,
    values: tuple[object, ...],
    columns: list[tuple[str, str]],
) -> npt.NDArray[np.void]:
    """Give the rows of an answer as an array with a field for each column."""
    return np.fromiter(connection.execute(question, values), np.dtype(columns))


def _places(ids: Ids, names: list[tuple[int, str]]) -> npt.NDArray[np.int32]:
    return np.searchsorted([id_ for id_, _ in names], ids).astype(np.int32)
