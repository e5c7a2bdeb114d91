"""Finding songs by their feeling: an area of the plane, a word, a change, a song alike."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.library.records import SHAPE_POINTS, shape_of, shapes_from_blobs
from emoviz.library.store import Ids, Library
from emoviz.tracks.circumplex import NEUTRAL, NEUTRAL_RADIUS, QUADRANTS, Circumplex
from emoviz.tracks.track import Track

Floats = npt.NDArray[np.float64]

WORD_REACH_DEG = 22.5
"""How far to either side of a word a song that is meant by it lies."""
CHANGE_REACH_DEG = 45.0
"""The same for where a song starts and ends: music changes little, and a quadrant is enough."""

MEAN = ("valence", "arousal")
START = ("start_valence", "start_arousal")
END = ("end_valence", "end_arousal")
"""The columns of the places of a track that can be asked for"""

_SHAPES_AT_ONCE = 50_000
_QUADRANT_ANGLES_DEG = (45.0, 135.0, 225.0, 315.0)
_OLD_QUADRANTS = ("excited, happy", "tense, angry", "sad, bored", "calm, content")
"""What the quadrants were called: whoever has asked for them so finds what they found."""


class Criterion(Protocol):
    """What songs are found by: a place of their tracks, and what it is to be like."""

    @property
    def columns(self) -> tuple[str, str]:
        """The place: the columns of its valence and arousal."""

    def condition(self) -> tuple[str, list[float]]:
        """Give a condition in SQL and the values for its marks."""

    def distance(self, valence: Floats, arousal: Floats) -> Floats:
        """Give how far songs are from what is meant, for the order in which they come.

        All have shape (songs,); valence and arousal are on [-1, 1], and the least comes first.
        """


@dataclass(frozen=True)
class Area:
    """A rectangle of the plane, its borders included; the middle of it comes first."""

    valence: tuple[float, float] = (-1.0, 1.0)
    arousal: tuple[float, float] = (-1.0, 1.0)
    columns: tuple[str, str] = MEAN

    def condition(self) -> tuple[str, list[float]]:
        """Give a condition in SQL that an index answers."""
        valence, arousal = self.columns
        text = f"{valence} BETWEEN ? AND ? AND {arousal} BETWEEN ? AND ?"
        return text, [*self.valence, *self.arousal]

    def distance(self, valence: Floats, arousal: Floats) -> Floats:
        """Give the distance from the middle, (songs,), in units of the plane."""
        away: Floats = np.hypot(
            valence - sum(self.valence) / 2.0, arousal - sum(self.arousal) / 2.0
        )
        return away


@dataclass(frozen=True)
class Sector:
    """What lies in a direction from the middle of the plane, and not near the middle."""

    angle_deg: float
    reach_deg: float
    columns: tuple[str, str] = MEAN

    def condition(self) -> tuple[str, list[float]]:
        """Give a condition in SQL: the angle between is smaller than the reach."""
        valence, arousal = self.columns
        along = f"({valence} * ? + {arousal} * ?)"
        squared = f"({valence} * {valence} + {arousal} * {arousal})"
        text = f"{along} > 0 AND {along} * {along} >= ? * {squared} AND {squared} >= ?"
        angle = math.radians(self.angle_deg)
        direction = [math.cos(angle), math.sin(angle)]
        reach = math.cos(math.radians(self.reach_deg)) ** 2
        return text, [*direction * 3, reach, NEUTRAL_RADIUS**2]

    def distance(self, valence: Floats, arousal: Floats) -> Floats:
        """Give the angle to the direction, (songs,), in radians, 0 to pi."""
        angle = np.arctan2(arousal, valence) - math.radians(self.angle_deg)
        turned: Floats = np.abs((angle + math.pi) % (2 * math.pi) - math.pi)
        return turned


@dataclass(frozen=True)
class Middle:
    """What lies so near to the middle of the plane that no word is said for it."""

    columns: tuple[str, str] = MEAN

    def condition(self) -> tuple[str, list[float]]:
        """Give a condition in SQL."""
        valence, arousal = self.columns
        return f"{valence} * {valence} + {arousal} * {arousal} < ?", [NEUTRAL_RADIUS**2]

    def distance(self, valence: Floats, arousal: Floats) -> Floats:
        """Give the distance from the middle, (songs,), in units of the plane."""
        away: Floats = np.hypot(valence, arousal)
        return away


def meant_by(
    word: str, columns: tuple[str, str] = MEAN, reach_deg: float = WORD_REACH_DEG
) -> Criterion:
    """Give what a word of Russell's, a word for music, or the name of a quadrant stands for.

    A word that is in both is Russell's. Raises `errors.WordError` for another word.
    """
    wanted = " ".join(word.casefold().split())
    if wanted == NEUTRAL:
        return Middle(columns)
    for names in (QUADRANTS, _OLD_QUADRANTS):
        if wanted in names:
            angle_deg = _QUADRANT_ANGLES_DEG[names.index(wanted)]
            return Sector(angle_deg, _QUADRANT_ANGLES_DEG[0], columns)
    russell = Circumplex.russell().words
    own = {known.text for known in russell}
    words = (*russell, *(known for known in Circumplex.music().words if known.text not in own))
    for known in words:
        if known.text == wanted:
            return Sector(known.angle_deg, reach_deg, columns)
    quadrants = [f'"{name}"' for name in QUADRANTS]
    raise errors.WordError(word, [*(known.text for known in words), NEUTRAL, *quadrants])


def find(library: Library, criteria: Sequence[Criterion], model: str) -> Ids:
    """Give the ids of the songs that meet all criteria, as `model` heard them, the best first."""
    columns = list(dict.fromkeys(name for each in criteria for name in each.columns))
    parts = [each.condition() for each in criteria]
    conditions = "".join(f" AND {text}" for text, _ in parts)
    question = (
        f"SELECT {','.join(['song_id', *columns])} FROM tracks "
        f"WHERE model_id = (SELECT id FROM models WHERE name = ?){conditions}"
    )
    values = [model, *(value for _, given in parts for value in given)]
    kinds = np.dtype([("song_id", "<i8"), *((name, "<f8") for name in columns)])
    with library.asking() as connection:
        found = np.fromiter(connection.execute(question, values), kinds)
    distance = np.zeros(len(found))
    for each in criteria:
        valence, arousal = each.columns
        distance += each.distance(found[valence], found[arousal])
    ids: Ids = found["song_id"][np.lexsort((found["song_id"], distance))]
    return ids


def find_alike(library: Library, trajectory: Track, model: str) -> tuple[Ids, Floats]:
    """Give the ids of all songs, those first whose path over the plane is most like this one.

    Ids and distances have shape (songs,). The distance, 0 to the plane's diagonal, is the root
    mean square over the length of both, whatever that is, between where one is and where the other
    is, in those places where neither is silent; songs without such a place are left out.
    """
    shape = shape_of(trajectory)
    songs: list[npt.NDArray[np.int64]] = []
    distances: list[Floats] = []
    with library.asking() as connection:
        tracks = np.fromiter(
            connection.execute(
                "SELECT id, song_id FROM tracks "
                "WHERE model_id = (SELECT id FROM models WHERE name = ?)",
                (model,),
            ),
            np.dtype([("id", "<i8"), ("song_id", "<i8")]),
        )
        tracks = tracks[np.argsort(tracks["id"])]
        rows = connection.execute("SELECT track_id, shape FROM track_shapes ORDER BY track_id")
        while part := rows.fetchmany(_SHAPES_AT_ONCE):
            ids = np.array([row[0] for row in part])
            ours = np.isin(ids, tracks["id"], assume_unique=True)
            shapes = shapes_from_blobs([row[1] for row in part])[ours]
            squares = np.square(shapes - shape)
            points = np.count_nonzero(~np.isnan(squares[:, :SHAPE_POINTS]), axis=1)
            near = points > 0
            songs.append(tracks["song_id"][np.searchsorted(tracks["id"], ids[ours][near])])
            sums = np.nansum(squares[near], axis=1, dtype=np.float64)
            distances.append(np.sqrt(sums / points[near]))
    if not songs:
        return np.zeros(0, np.int64), np.zeros(0)
    all_songs, all_distances = np.concatenate(songs), np.concatenate(distances)
    order = np.lexsort((all_songs, all_distances))
    return all_songs[order], all_distances[order]


def only(ids: Ids, wanted: Iterable[int] | Ids) -> Ids:
    """Keep of ids (n,), in their order, those that are wanted as well."""
    kept: Ids = ids[np.isin(ids, np.asarray(wanted, np.int64))]
    return kept
