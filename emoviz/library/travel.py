"""Playlists that travel: the songs nearest to a path across the plane, in its order."""

import numpy as np
import numpy.typing as npt

Route = npt.NDArray[np.float64]
"""Corners of a path, (n, 2): valence and arousal"""

FEWEST, MOST = 2, 200
NEAR = 0.15
"""How far from a path a song may lie, as a share of what whoever drew it saw."""
_SONGS_PER_REACH = 8.0


def length_of(path: Route) -> float:
    """Give how long a path is, in units of the plane."""
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def count_for(path: Route, reach: float = 1.0) -> int:
    """Give how many songs suit a path, drawn by someone who saw the plane from this near.

    `reach` is how far they saw from the middle of their view, in units of the plane.
    """
    return min(max(round(1 + length_of(path) / reach * _SONGS_PER_REACH), FEWEST), MOST)


def stops(path: Route, count: int) -> Route:
    """Give `count` places, (count, 2), evenly spread along a path, from its start to its end."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    places = np.linspace(0.0, way[-1], count) if count > 1 else np.array([way[-1] / 2])
    return np.column_stack([np.interp(places, way, path[:, part]) for part in range(2)])


def along(
    path: Route,
    valence: npt.NDArray[np.float32],
    arousal: npt.NDArray[np.float32],
    count: int,
    farthest: float = np.inf,
) -> npt.NDArray[np.intp]:
    """Give the indices of `count` songs that lie along a path, or of fewer if no more lie there.

    `valence` and `arousal`, (songs,), are on [-1, 1]; the indices, (at most `count`,), are in the
    order of the path. Each is the one nearest to its stop of those that are not taken yet, so that
    none comes twice, and none is farther from its stop than `farthest`.
    """
    chosen: list[int] = []
    for stop_valence, stop_arousal in stops(path, min(count, len(valence))):
        away = np.square(valence - np.float32(stop_valence))
        away += np.square(arousal - np.float32(stop_arousal))
        away[chosen] = np.inf
        nearest = int(away.argmin())
        if away[nearest] <= farthest**2:
            chosen.append(nearest)
    return np.array(chosen, np.intp)
