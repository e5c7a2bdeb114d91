"""How a song and its track are written into the library's tables, inside a transaction."""

import sqlite3

from emoviz.library.records import (
    SongRecord,
    Summary,
    absolute,
    folded,
    reasons_to_row,
    shape_of,
    shape_to_blob,
    values_to_blob,
)
from emoviz.tracks.track import Track


def put_song(connection: sqlite3.Connection, record: SongRecord, sha256: bytes) -> int:
    """Write what is known of a song, in place of what was known of it, and give its id.

    Where its bytes are others than they were, the tracks of all models are forgotten.
    """
    artist_id = _id_of(connection, "artists", {"name": record.artist})
    row = {
        "path": absolute(record.path),
        "size": record.state.size,
        "mtime_ns": record.state.mtime_ns,
        "sha256": sha256,
        "duration_s": record.duration_s,
        "artist_id": artist_id,
        "album_id": _id_of(connection, "albums", {"artist_id": artist_id, "title": record.album}),
        "title": record.title,
        "words": folded(f"{record.title}\n{record.artist}\n{record.album}"),
    }
    known = connection.execute(
        "SELECT id, sha256 FROM songs WHERE path = ?", (row["path"],)
    ).fetchone()
    if known is None:
        marks = ",".join(f":{name}" for name in row)
        added = connection.execute(f"INSERT INTO songs ({','.join(row)}) VALUES ({marks})", row)
        return int(added.lastrowid or 0)
    song_id, known_sha256 = known
    if known_sha256 != sha256:
        connection.execute("DELETE FROM tracks WHERE song_id = ?", (song_id,))
        connection.execute("DELETE FROM sections WHERE song_id = ?", (song_id,))
    changes = ",".join(f"{name} = :{name}" for name in row)
    connection.execute(f"UPDATE songs SET {changes} WHERE id = :id", row | {"id": song_id})
    return int(song_id)


def put_track(connection: sqlite3.Connection, song_id: int, trajectory: Track) -> None:
    """Write a track of a song that is there, inside a transaction."""
    provenance = trajectory.provenance
    model_id = _id_of(connection, "models", {"name": provenance.model})
    connection.execute("DELETE FROM tracks WHERE song_id = ? AND model_id = ?", (song_id, model_id))
    track_id = connection.execute(
        f"INSERT INTO tracks VALUES (NULL, {','.join('?' * 12)})",
        (
            song_id,
            model_id,
            provenance.model_version,
            provenance.emoviz_version,
            *places_of(trajectory),
        ),
    ).lastrowid
    connection.execute(
        "INSERT INTO track_shapes VALUES (?, ?)", (track_id, shape_to_blob(shape_of(trajectory)))
    )
    columns = (
        trajectory.valence,
        trajectory.arousal,
        trajectory.valence_sd,
        trajectory.arousal_sd,
    )
    connection.execute(
        "INSERT INTO track_values VALUES (?, ?, ?, ?, ?)",
        (track_id, *map(values_to_blob, columns)),
    )
    if trajectory.reasons is not None:
        connection.execute(
            "INSERT INTO track_reasons VALUES (?, ?, ?, ?, ?)",
            (track_id, *reasons_to_row(trajectory.reasons)),
        )


def places_of(trajectory: Track) -> tuple[float | None, ...]:
    """Give the cells of a track's row that say where it lies; None all where it is silent."""
    summary = Summary.of(trajectory)
    if summary is None:
        return (None,) * 8
    return (*summary.mean, *summary.variance, *summary.start, *summary.end)


def _id_of(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> int:
    """Give the id of the row of a table of names, which is added if it is not there."""
    names, marks = ",".join(row), ",".join("?" * len(row))
    values = tuple(row.values())
    connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values)
    question = f"SELECT id FROM {table} WHERE ({names}) = ({marks})"
    return int(connection.execute(question, values).fetchone()[0])
