"""A second track on the time axis of a first, where the two songs do not begin or run alike."""

import math
from dataclasses import dataclass

import numpy as np

from emoviz.hearing.alignment import NONE, Alignment
from emoviz.units import COLUMN_S, Place, Values, end_times_s


def aligned(values: Values, alignment: Alignment = NONE) -> Values:
    """Give a second track, (n, 2) or more columns, at the half-seconds of the first: (m, ...).

    Between two of its own half-seconds a value lies on a straight line. It is NaN where the second
    has no value, or has not begun; what it has before the start of the first is left out.
    """
    if alignment.offset_s == 0.0 and alignment.stretch == 1.0:
        return values
    end_s = alignment.here(len(values) * COLUMN_S)
    count = max(0, math.floor(end_s / COLUMN_S + 1e-6))
    places = (alignment.offset_s + alignment.stretch * end_times_s(count)) / COLUMN_S - 1.0
    found = np.full((count, values.shape[1]), np.nan)
    # Half of the first half-second is known well enough.
    inside = (places > -0.5) & (places < len(values) - 0.5)
    held = np.clip(places[inside], 0.0, max(len(values) - 1.0, 0.0))
    before = np.floor(held + 1e-6).astype(int)
    share = np.clip(held - before, 0.0, 1.0)[:, np.newaxis]
    after = np.minimum(before + 1, len(values) - 1)
    # A neighbour that is unknown, and of no weight, would make the value unknown as well.
    mixed = values[before] * (1.0 - share) + np.where(share > 0.0, values[after], 0.0) * share
    found[inside] = mixed
    return found


@dataclass(frozen=True)
class RegionMeans:
    """Means (valence, arousal) over a part: of both tracks, and of the second less the first.

    Over the half-seconds that both know; NaN where there are none.
    """

    first: tuple[float, float]
    second: tuple[float, float]
    difference: tuple[float, float]


def differences(first: Values, second: Values) -> Values:
    """Give the second less the first, (n, 2), as far as the shorter goes; NaN where unknown."""
    shared = min(len(first), len(second))
    return second[:shared, :2] - first[:shared, :2]


def region_means(first: Values, second: Values, region: Place | None = None) -> RegionMeans:
    """Give the means of two tracks on one time axis, (n, 2) or more columns, in a region.

    A half-second is in a region, from when to when in seconds, if its middle is. None is all.
    """
    shared = min(len(first), len(second))
    middles_s = end_times_s(shared) - COLUMN_S / 2
    inside = np.ones(shared, bool)
    if region is not None:
        inside = (middles_s >= region[0]) & (middles_s < region[1])
    one, other = first[:shared, :2][inside], second[:shared, :2][inside]
    unknown = np.isnan(one) | np.isnan(other)
    return RegionMeans(
        *(_means(np.where(unknown, np.nan, values)) for values in (one, other, other - one))
    )


def _means(values: Values) -> tuple[float, float]:
    valence, arousal = (
        float(column[~np.isnan(column)].mean()) if not np.isnan(column).all() else math.nan
        for column in values.T
    )
    return valence, arousal
