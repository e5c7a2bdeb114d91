"""What the map knows of the songs it shows: where they lie, and whose they are."""

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice

import numpy as np
import numpy.typing as npt

from emoviz.library.records import Points

NAMED_GROUPS = 7
"""How many artists or albums have a colour of their own; the palettes have as many."""

_SAME_PLACE = 0.1
_CELLS = 256
_LEAST_AREA = 0.05
"""The songs of a library are thought to take up so much of the plane at least."""

Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint8]


class GroupBy(Enum):
    """What the colours of the dots tell apart."""

    ARTIST = "artist"
    ALBUM = "album"


@dataclass(frozen=True)
class Group:
    """An artist or album that has a colour of its own, and how many songs are theirs."""

    name: str
    songs: int
    colour: int = 0
    """Which of the palette's colours is theirs"""


@dataclass(frozen=True, eq=False)
class Groups:
    """The most frequent artists or albums; `codes` has, for each song, 0 or 1 + its colour."""

    named: tuple[Group, ...]
    other_songs: int
    codes: Codes


@dataclass(frozen=True, eq=False)
class MapSongs:
    """The songs of a library on the plane, and how closely they lie."""

    points: Points
    model: str
    same_as: Mapping[int, int] = field(default_factory=dict)
    """Ids of songs that are on the map as another, and the id of that"""
    crowding: float = field(init=False)
    """Songs per unit of area, around a typical song"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "crowding", _crowding(self.points))

    def __len__(self) -> int:
        return len(self.points)

    def groups(self, by: GroupBy, before: Groups | None = None) -> Groups:
        """Find the artists or albums with the most songs, the most frequent first.

        A name has a colour by itself, and keeps it where it has one in `before`: what comes into
        the library, or is searched for, changes none.
        """
        points = self.points
        if by is GroupBy.ARTIST:
            ids, names = points.artist_ids, points.artists
        else:
            ids, names = points.album_ids, points.albums
        counts = np.bincount(ids, minlength=len(names))
        order = np.argsort(-counts, kind="stable")
        # Songs whose tags name nobody are not by one artist.
        having_names = (index for index in order if names[index] and counts[index])
        chosen = list(islice(having_names, NAMED_GROUPS))
        code_of = np.zeros(max(len(names), 1), np.uint8)
        colours = _colours_for([names[index] for index in chosen], before)
        code_of[chosen] = [1 + colour for colour in colours]
        named = tuple(
            Group(names[index], int(counts[index]), colour)
            for index, colour in zip(chosen, colours, strict=True)
        )
        return Groups(named, len(points) - sum(group.songs for group in named), code_of[ids])

    def indices_of(self, song_ids: npt.NDArray[np.int64]) -> Indices:
        """Give where the songs of these ids are, of those that are on the map."""
        known = self.points.song_ids
        if not len(known):
            return np.zeros(0, np.intp)
        if self.same_as:
            shown = dict.fromkeys(self.same_as.get(song, song) for song in song_ids.tolist())
            song_ids = np.array(list(shown), np.int64)
        places: Indices = np.minimum(np.searchsorted(known, song_ids), len(known) - 1)
        found: Indices = places[known[places] == song_ids]
        return found

    def nearest(
        self, valence: float, arousal: float, reach: float, among: Mask | None = None
    ) -> int | None:
        """Give the index of the song nearest to a point, of those that are no farther away."""
        points = self.points
        away = np.hypot(points.valence - np.float32(valence), points.arousal - np.float32(arousal))
        if among is not None:
            away = np.where(among, away, np.inf)
        if not len(away) or away[nearest := int(away.argmin())] > reach:
            return None
        return nearest


def merged(points: Points, copies: Sequence[Sequence[int]], model: str) -> MapSongs:
    """Put songs that are there more than once on the map once, each where its first copy is.

    `copies` has the ids of each song that may be there more than once; if they lie far from each
    other, they are several that only are called the same.
    """
    index_of: dict[int, int] = {}
    if copies:
        index_of = dict(zip(points.song_ids.tolist(), range(len(points)), strict=True))
    same_as: dict[int, int] = {}
    for same in copies:
        first, *others = [song for song in same if song in index_of] or [0]
        for song in others:
            here, there = index_of[first], index_of[song]
            across = float(points.valence[here] - points.valence[there])
            upright = float(points.arousal[here] - points.arousal[there])
            if math.hypot(across, upright) <= _SAME_PLACE:
                same_as[song] = first
    if not same_as:
        return MapSongs(points, model)
    kept = ~np.isin(points.song_ids, list(same_as))
    points = replace(
        points,
        song_ids=points.song_ids[kept],
        valence=points.valence[kept],
        arousal=points.arousal[kept],
        artist_ids=points.artist_ids[kept],
        album_ids=points.album_ids[kept],
    )
    return MapSongs(points, model, same_as)


def _colours_for(names: Sequence[str], before: Groups | None) -> list[int]:
    """Give each name a colour of its own."""
    had = {} if before is None else {group.name: group.colour for group in before.named}
    colours = {name: had[name] for name in names if name in had}
    for name in names:
        if name not in colours:
            wish = zlib.crc32(name.encode("utf-8", "surrogateescape")) % NAMED_GROUPS
            free = (number for number in range(NAMED_GROUPS) if number not in colours.values())
            colours[name] = min(free, key=lambda number: (number - wish) % NAMED_GROUPS)
    return [colours[name] for name in names]


def _crowding(points: Points) -> float:
    if not len(points):
        return 0.0
    across, upright = (
        np.clip((values + 1.0) * (_CELLS / 2), 0, _CELLS - 1).astype(np.intp)
        for values in (points.valence, points.arousal)
    )
    counts = np.bincount(upright * _CELLS + across)
    # Of two cells the one with more songs counts for more: it is where most songs are.
    per_cell = np.square(counts, dtype=np.float64).sum() / counts.sum()
    # A song by itself is no crowd, however small its cell; nor are a few songs in one place.
    return min(float((per_cell - 1.0) * (_CELLS / 2) ** 2), len(points) / _LEAST_AREA)
