"""The shapes of the curves of valence and arousal: how far their scale reaches, and their bands."""

import numpy as np
import numpy.typing as npt
from pyqtgraph.functions import arrayToQPath
from PySide6.QtGui import QPainterPath

from emoviz.gui.look.texts import signed
from emoviz.tracks.trail import outline
from emoviz.units import BAND_DEVIATIONS, Values

_LIMITS = (0.25, 0.5, 0.75, 1.0)
LEAST_LIMIT = _LIMITS[0]
_LEAST_SPAN = 0.1
"""Nearer than this a scale would show what no listener tells apart."""


def limit_of(values: Values) -> float:
    """Give how far the scale reaches to both sides of 0: the least that holds values and bands."""
    known = values[~np.isnan(values[:, 0])]
    if not len(known):
        return LEAST_LIMIT
    reach = np.abs(known[:, :2])
    if known.shape[1] == 4:
        reach = reach + BAND_DEVIATIONS * known[:, 2:]
    highest = float(reach.max())
    return next((limit for limit in _LIMITS if highest < 0.95 * limit), _LIMITS[-1])


def scale_marks(limit: float) -> list[tuple[float, str]]:
    """Give the values that are written beside a scale, and their texts."""
    marked = 0.8 * limit
    return [(-marked, f"−{marked:.1f}"), (0.0, "0"), (marked, f"+{marked:.1f}")]


def range_of(values: Values) -> tuple[float, float] | None:
    """Give the lowest and highest value to show of lines (n, 2) that fill a view; None of none."""
    known = values[:, :2][~np.isnan(values[:, :2])]
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    room = max(0.12 * (high - low), (_LEAST_SPAN - (high - low)) / 2)
    return low - room, high + room


def range_marks(low: float, high: float) -> list[tuple[float, str]]:
    """Give the values that are written beside a scale from `low` to `high`, and their texts."""
    at = [low + share * (high - low) for share in (0.1, 0.5, 0.9)]
    return [(round(value, 2), signed(round(value, 2))) for value in at]


def band_outline(
    times_s: npt.NDArray[np.float64],
    values: Values,
    dimension: int,
    most: int,
    limit: float = np.inf,
) -> QPainterPath:
    """Outline where 90 % of ratings are expected, piece by piece where something is known.

    In seconds and values, as far as `limit` to both sides; with about `most` points, and empty for
    a track without deviations.
    """
    if values.shape[1] < 4:
        return QPainterPath()
    middle, reach = values[:, dimension], BAND_DEVIATIONS * values[:, dimension + 2]
    edge_s, low = outline(times_s, middle - reach, most)
    _, high = outline(times_s, middle + reach, most)
    low, high = np.maximum(low, -limit), np.minimum(high, limit)
    known = ~(np.isnan(low) | np.isnan(high))
    borders = np.flatnonzero(np.diff(known.astype(int), prepend=0, append=0))
    path = QPainterPath()
    for first, last in borders.reshape(-1, 2):
        piece = slice(first, last)
        x = np.concatenate([edge_s[piece], edge_s[piece][::-1]])
        y = np.concatenate([high[piece], low[piece][::-1]])
        path.addPath(arrayToQPath(x, y, connect="all"))
        path.closeSubpath()
    return path
