"""What of a track is seen at a moment: the value that sounds, the gliding head, the trail."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from emoviz.units import COLUMN_S, Values

ELLIPSE_DEVIATIONS = math.sqrt(-2.0 * math.log(0.1))
"""Deviations around the middle that hold 90 % of a normal distribution in two dimensions."""


def index_at(values: Values, time_s: float) -> int | None:
    """Give the index of the half-second that sounds at `time_s`, or None if it has no value.

    `values` has shape (half-seconds, 2 or 4), NaN where there is none; `time_s` beyond its ends
    counts as the end.
    """
    index = place_at(len(values), time_s)
    return None if index is None or np.isnan(values[index, 0]) else index


def place_at(count: int, time_s: float) -> int | None:
    """Give the index of the half-second at `time_s` of so many, be it known or not; None of none.

    Beyond their ends counts as the end.
    """
    if not count:
        return None
    return min(max(math.ceil(time_s / COLUMN_S) - 1, 0), count - 1)


def time_of(index: int) -> float:
    """Give the time stamp of a value, in seconds: when the gliding head is the value itself."""
    return (index + 1) * COLUMN_S


def head_at(values: Values, time_s: float) -> tuple[float, float] | None:
    """Give (valence, arousal) of the gliding head, or None where the track has no value.

    A value belongs to the end of its half-second, so the head reaches it there: at every time
    stamp it is the value itself, between two it is on the smooth curve through them. After a gap,
    as at the start, it waits where the first value is.
    """
    points = _points(values, np.array([time_s]))
    return None if np.isnan(points).any() else (float(points[0, 0]), float(points[0, 1]))


def deviation_at(values: Values, time_s: float) -> tuple[float, float] | None:
    """Give the deviations of (valence, arousal) at the gliding head, straight between two values.

    None where the track has no value or no deviation.
    """
    if values.shape[1] < 4 or not len(values):
        return None
    last = len(values) - 1
    place = min(max(time_s / COLUMN_S - 1.0, 0.0), last)
    before = min(int(place), max(last - 1, 0))
    share = place - before
    one, other = values[before, 2:], values[min(before + 1, last), 2:]
    if share and np.isnan(one).any():
        one = other
    valence_sd, arousal_sd = (1.0 - share) * one + share * other if share else one
    known = not (math.isnan(valence_sd) or math.isnan(arousal_sd))
    return (float(valence_sd), float(arousal_sd)) if known else None


def trail_at(values: Values, time_s: float, length_s: float, step_s: float) -> Values:
    """Give the last `length_s` of the path up to `time_s`, the oldest point first.

    Shape (m, 2), a point every `step_s` on the smooth curve (Catmull-Rom) through the values.
    Where some have no value the path breaks: the points there are NaN, and keep their place, so
    that the last is always that of `time_s`. Where none has a value there are no points.
    """
    start_s = max(time_s - length_s, 0.0)
    count = max(2, round((time_s - start_s) / step_s) + 1)
    points = _points(values, np.linspace(start_s, time_s, count))
    return points[:0] if np.isnan(points).any(axis=1).all() else points


def runs(numbers: npt.NDArray[np.float64]) -> Iterator[slice]:
    """Yield the stretches of numbers (n,) that have no NaN."""
    edges = np.flatnonzero(np.diff(~np.isnan(numbers), prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2):
        yield slice(int(start), int(stop))


def outline(
    times_s: npt.NDArray[np.float64], values: Values, most: int
) -> tuple[npt.NDArray[np.float64], Values]:
    """Thin a curve (n,) to about `most` points at most that look the same at that many pixels.

    Neighbours are pooled and each pool gives its lowest and highest value, so that no peak is
    lost; a curve that is short enough comes back as it is.
    """
    pool = -(-2 * len(values) // most)
    if pool <= 2:
        return times_s, values
    starts = np.arange(0, len(values), pool)
    middles = np.minimum(starts + pool // 2, len(values) - 1)
    # fmin and fmax pass over unknown values as long as the pool has a known one.
    ends = [np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)]
    outline_s = times_s[np.stack([starts, middles], axis=1).ravel()]
    return outline_s, np.stack(ends, axis=1).ravel()


def _points(values: Values, times_s: npt.NDArray[np.float64]) -> Values:
    """Evaluate the Catmull-Rom spline through (valence, arousal) at `times_s`: (m, 2)."""
    if not len(values):
        return np.full((len(times_s), 2), np.nan)
    last = len(values) - 1
    place = np.clip(times_s / COLUMN_S - 1.0, 0.0, last)
    before = np.minimum(place.astype(int), max(last - 1, 0))
    x = (place - before)[:, None]
    knots = [values[np.clip(before + shift, 0, last), :2] for shift in (-1, 0, 1, 2)]
    # An unknown neighbour bends nothing: the curve is straight towards it.
    p0 = np.where(np.isnan(knots[0]), knots[1], knots[0])
    p1, p2 = knots[1], knots[2]
    p3 = np.where(np.isnan(knots[3]), p2, knots[3])
    points: Values = p1 + 0.5 * x * (
        p2 - p0 + x * (2 * p0 - 5 * p1 + 4 * p2 - p3 + x * (3 * (p1 - p2) + p3 - p0))
    )
    # What lies beside a gap: at its time stamp a value is there, and the first after it holds.
    points = np.where(np.isnan(p1), p2, points)
    return np.where(x == 0.0, p1, points)
