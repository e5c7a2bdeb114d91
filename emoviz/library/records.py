"""What the library keeps of a song and of its track, and in which form."""

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.songs.song import Song
from emoviz.tracks.reasons import Reasons
from emoviz.tracks.track import Provenance, Track, fault_of
from emoviz.units import COLUMN_S, DECIMALS

SHAPE_POINTS = 32
"""How many places along a song its shape holds."""

END_SHARE = 0.2
"""Which share of a song is its start, and its end."""

Shapes = npt.NDArray[np.float32]

Pair: TypeAlias = tuple[float, float]
"""Valence and arousal"""


@dataclass(frozen=True)
class FileState:
    """What tells, without reading it, whether a file is still what it was."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "FileState":
        """Look at the file at `path`. Raises `errors.SongError`."""
        try:
            status = path.stat()
        except OSError as error:
            raise errors.unreadable(path, error) from error
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class SongRecord:
    """What is known of a song besides its tracks."""

    path: Path
    state: FileState
    title: str
    artist: str
    album: str
    duration_s: float

    @classmethod
    def of(cls, song: Song, state: FileState, track: Track) -> "SongRecord":
        """Note a song whose file was in that state before it was tracked.

        It is as long as its header says if that is within a second of its track, or else as that.
        """
        heard_s, duration_s = len(track) * COLUMN_S, song.duration_s
        if abs(duration_s - heard_s) > 2 * COLUMN_S:
            duration_s = heard_s
        return cls(song.path, state, song.title, song.artist, song.album, duration_s)


@dataclass(frozen=True)
class LibrarySong:
    """A song as it stands in the library."""

    path: Path
    title: str
    artist: str
    album: str
    duration_s: float
    id: int = 0


@dataclass(frozen=True, eq=False)
class Points:
    """The place of every song on the plane: its mean valence and arousal.

    All arrays have shape (songs,), in the order of `song_ids`. `artist_ids` and `album_ids` are
    places in the lists `artists` and `albums`; "" is the name where a song's tags have none.
    """

    song_ids: npt.NDArray[np.int64]
    valence: npt.NDArray[np.float32]
    arousal: npt.NDArray[np.float32]
    artist_ids: npt.NDArray[np.int32]
    album_ids: npt.NDArray[np.int32]
    artists: list[str]
    albums: list[str]

    def __len__(self) -> int:
        return len(self.song_ids)


@dataclass(frozen=True)
class Summary:
    """Where a track lies on the plane as a whole, at its start and at its end.

    All are of what is not silent; start and end are means over a fifth of that.
    """

    mean: Pair
    variance: Pair
    start: Pair
    end: Pair

    @classmethod
    def of(cls, trajectory: Track) -> "Summary | None":
        """Sum a trajectory up; None where all of it is silent."""
        values = trajectory.values[:, :2]
        values = values[~np.isnan(values).any(axis=1)]
        if not len(values):
            return None
        share = max(1, round(END_SHARE * len(values)))
        return cls(
            mean=_pair(values.mean(axis=0)),
            variance=_pair(values.var(axis=0)),
            start=_pair(values[:share].mean(axis=0)),
            end=_pair(values[-share:].mean(axis=0)),
        )


def shape_of(trajectory: Track) -> Shapes:
    """Give a trajectory's shape: `SHAPE_POINTS` of valence, then as many of arousal, evenly spaced.

    Each is the mean of its share of the song, so that songs of any length can be compared; NaN
    where less than half of the share has a value.
    """
    known = ~np.isnan(trajectory.valence)
    heard = _shares(known.astype(np.float64))
    unknown = np.full(SHAPE_POINTS, np.nan)
    means = [
        np.divide(_shares(np.where(known, values, 0.0)), heard, out=unknown.copy(), where=heard > 0)
        for values in (trajectory.valence, trajectory.arousal)
    ]
    is_heard = heard >= 0.5 * len(trajectory) / SHAPE_POINTS
    return np.concatenate([np.where(is_heard, mean, np.nan) for mean in means]).astype(np.float32)


def shape_to_blob(shape: Shapes) -> bytes:
    """Give the bytes of a shape: half precision is finer than any listener."""
    return shape.astype("<f2").tobytes()


def shapes_from_blobs(blobs: list[bytes]) -> Shapes:
    """Give shapes (n, 2 x `SHAPE_POINTS`) from their bytes."""
    return np.frombuffer(b"".join(blobs), "<f2").reshape(-1, 2 * SHAPE_POINTS).astype(np.float32)


def values_to_blob(values: npt.NDArray[np.float64] | None) -> bytes | None:
    """Give the bytes of half-second values (n,): single precision holds all their decimals."""
    return None if values is None else values.astype("<f4").tobytes()


def trajectory_from_blobs(blobs: tuple[bytes | None, ...], provenance: Provenance) -> Track:
    """Make the trajectory anew that `values_to_blob` took apart, digit by digit.

    Raises `ValueError` where it can be none.
    """
    columns = [np.frombuffer(blob, "<f4") for blob in blobs if blob is not None]
    values = np.column_stack(columns)
    if values.shape[1] not in (2, 4) or not len(values):
        raise ValueError("a track is none")
    if (fault := fault_of(values)) is not None:
        raise ValueError(fault)
    return Track.from_values(values.astype(np.float64).round(DECIMALS), provenance)


def reasons_to_row(reasons: Reasons) -> tuple[str, str, bytes, bytes]:
    """Give the cells of a track's reasons: half precision holds what is shown of them."""
    return (
        ",".join(reasons.names),
        ",".join(reasons.measured),
        reasons.parts.astype("<f2").tobytes(),
        reasons.measures.astype("<f2").tobytes(),
    )


def reasons_from_row(row: tuple[object, object, bytes, bytes], count: int) -> Reasons:
    """Make the reasons anew that `reasons_to_row` took apart, of a track of `count` half-seconds.

    Raises `ValueError` where they can be none.
    """
    names, measured = (tuple(text_of(cell).split(",")) for cell in row[:2])
    parts, measures = (np.frombuffer(blob, "<f2").astype(np.float64) for blob in row[2:])
    shape = (count, len(names), 2)
    return Reasons(names, measured, parts.reshape(shape), measures.reshape(count, len(measured)))


def text_of(value: object) -> str:
    """Give a value that is to be a text, as what is in the database may be anything.

    Raises `ValueError`.
    """
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("a text is none")
    return value


def absolute(path: Path) -> str:
    """Give the text a song's path is known by. Raises `errors.SongNameError` if there is none."""
    text = os.path.abspath(path)  # noqa: PTH100  (Path.absolute leaves ".." in, and links count)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.SongNameError(path) from error
    return text


def folded(text: str) -> str:
    """Give a text without what a search should not mind: capitals and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _shares(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give the sums of `SHAPE_POINTS` equal shares of values (n,), cut where the borders fall."""
    count = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.linspace(0.0, count, SHAPE_POINTS + 1)
    shares: npt.NDArray[np.float64] = np.diff(np.interp(places, np.arange(count + 1), sums))
    return shares


def _pair(values: npt.NDArray[np.float64]) -> Pair:
    valence, arousal = values.round(DECIMALS).tolist()
    return valence, arousal
