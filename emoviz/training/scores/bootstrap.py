"""How sure a figure is: its interval when what it was measured on is drawn anew."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.int64]

_DRAWS = 1000
_SEED = 1989
_BOUNDS = (2.5, 97.5)


@dataclass(frozen=True)
class Measured:
    """A figure, and the 95 % interval that `low` and `high` bound; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


def measured(figure: Callable[[Indices], float], groups: Sequence[Hashable]) -> Measured:
    """Measure a figure of some units, each of a group, and its interval (bootstrap, seeded).

    `figure` takes the indices of units (n,), some of them several times, and gives NaN where it
    cannot be told. Groups are drawn with replacement, each with all its units: songs of one series
    are no independent witnesses. Efron and Tibshirani 1993, "An introduction to the bootstrap".
    """
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    parts = [np.array(units, np.int64) for units in members.values()]
    if not parts:
        return Measured(None)
    value = figure(np.concatenate(parts))
    random = np.random.default_rng(_SEED)
    draws = random.integers(len(parts), size=(_DRAWS, len(parts)))
    drawn = [figure(np.concatenate([parts[index] for index in draw])) for draw in draws]
    if np.isnan(value):
        return Measured(None)
    low, high = np.nanpercentile(drawn, _BOUNDS)
    return Measured(float(value), float(low), float(high))


def measured_mean(values: npt.NDArray[np.float64], groups: Sequence[Hashable]) -> Measured:
    """Measure the mean of values (n,), those that are NaN left out."""
    known = np.flatnonzero(~np.isnan(values))
    return measured(
        lambda indices: float(values[known][indices].mean()),
        [groups[index] for index in known.tolist()],
    )
