"""Libraries of before silence was missing: what was drawn to neutral becomes missing in them."""

import sqlite3
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.library.records import shape_of, shape_to_blob, values_to_blob
from emoviz.library.writing import places_of
from emoviz.tracks.track import Provenance, Track

_FADED = 6
"""To how many half-seconds on either side of those at 0 a silence drew values"""
_TRACKS_AT_ONCE = 500
_NOBODY = Provenance("", "", "", "", "", "")

_Blobs: TypeAlias = tuple[bytes | None, ...]


def take_silence_out(connection: sqlite3.Connection) -> None:
    """Write NaN where tracks say (0, 0) because their song is silent, and sum these up anew.

    No music has exactly that, with six decimals. What lies in the fade beside it is missing as
    well: it had been drawn towards 0, by how much is not known.
    """
    last = 0
    while True:
        rows = connection.execute(
            "SELECT track_id, valence, arousal, valence_sd, arousal_sd FROM track_values "
            f"WHERE track_id > ? ORDER BY track_id LIMIT {_TRACKS_AT_ONCE}",
            (last,),
        ).fetchall()
        if not rows:
            return
        for track_id, *blobs in rows:
            values = _without_silence(tuple(blobs))
            if values is not None:
                _write(connection, track_id, values)
        last = rows[-1][0]


def _without_silence(blobs: _Blobs) -> npt.NDArray[np.float64] | None:
    """Give a track's values, (n, 2) or (n, 4), without its silence; None where it has none.

    None is also of what is no track: to say so is for who reads it.
    """
    try:
        columns = [np.frombuffer(blob, "<f4") for blob in blobs if blob is not None]
        values = np.column_stack(columns).astype(np.float64)
    except (TypeError, ValueError):
        return None
    if values.shape[1] not in (2, 4) or not len(values):
        return None
    silent = np.flatnonzero((values[:, :2] == 0.0).all(axis=1))
    for place in silent.tolist():
        values[max(place - _FADED, 0) : place + _FADED + 1] = np.nan
    return values if len(silent) else None


def _write(connection: sqlite3.Connection, track_id: int, values: npt.NDArray[np.float64]) -> None:
    track = Track.from_values(values, _NOBODY)
    columns = (track.valence, track.arousal, track.valence_sd, track.arousal_sd)
    connection.execute(
        "UPDATE track_values SET valence = ?, arousal = ?, valence_sd = ?, arousal_sd = ? "
        "WHERE track_id = ?",
        (*map(values_to_blob, columns), track_id),
    )
    connection.execute(
        "UPDATE track_shapes SET shape = ? WHERE track_id = ?",
        (shape_to_blob(shape_of(track)), track_id),
    )
    connection.execute(
        "UPDATE tracks SET valence = ?, arousal = ?, valence_variance = ?, arousal_variance = ?, "
        "start_valence = ?, start_arousal = ?, end_valence = ?, end_arousal = ? WHERE id = ?",
        (*places_of(track), track_id),
    )
