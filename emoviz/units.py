"""What every step shares: half-seconds, samples, values, places."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

COLUMN_S = 0.5
"""Duration of one column, in seconds: labels and predictions come at 2 Hz."""

SCALE = (-1.0, 1.0)
"""What valence and arousal lie in, both ends included."""

DECIMALS = 6
"""Digits that a value carries: finer than any listener, and the same on every machine."""

BAND_DEVIATIONS = 1.645
"""Deviations to either side that hold 90 % of a normal distribution."""

Samples: TypeAlias = npt.NDArray[np.float32]
"""Sound: (n,) mono or (n, channels), full scale at -1 and 1."""

Values: TypeAlias = npt.NDArray[np.float64]
"""A track, finished or growing: (n, 2) or (n, 4), valence and arousal first.

NaN is no value: silence, and while the track grows also what is not known yet.
"""

Mask: TypeAlias = npt.NDArray[np.bool_]
"""(n,), whether something is so of each half-second"""

Place: TypeAlias = tuple[float, float]
"""From when to when, in seconds."""


def end_times_s(count: int) -> npt.NDArray[np.float64]:
    """Give the time stamps of half-seconds, (count,), in seconds: 0.5, 1.0, 1.5, ..."""
    return np.arange(1, count + 1, dtype=np.float64) * COLUMN_S
