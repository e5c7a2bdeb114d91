"""How well two tracks agree where both are known: RMSE, Pearson's r, Lin's concordance."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emoviz.units import Values

Floats = npt.NDArray[np.float64]

_STILL = 1e-9
"""A series that deviates less than this from its mean is one value and rounding."""


@dataclass(frozen=True)
class Agreement:
    """How two series agree in the half-seconds that both know.

    `rmse` is on the scale of the series, None where they share no half-second. `pearson_r` and
    `concordance` are in [-1, 1], both None where a series stays on one value: there is no
    correlation with it.
    """

    half_seconds: int
    rmse: float | None
    pearson_r: float | None
    concordance: float | None


class Agreements(NamedTuple):
    """How two tracks agree in each dimension."""

    valence: Agreement
    arousal: Agreement


def agreements(one: Values, other: Values) -> Agreements:
    """Give how two tracks, (n, 2) or more columns each, agree in valence and in arousal.

    Value i of both belongs to the same half-second; the longer one's end is left out.
    """
    shared = min(len(one), len(other))
    valence, arousal = (
        agreement(one[:shared, dimension], other[:shared, dimension]) for dimension in (0, 1)
    )
    return Agreements(valence, arousal)


def agreement(one: Floats, other: Floats) -> Agreement:
    """Give how two series (n,) agree; half-seconds where either is NaN are left out."""
    known = ~(np.isnan(one) | np.isnan(other))
    one, other = one[known], other[known]
    if not len(one):
        return Agreement(0, None, None, None)
    rmse = float(np.sqrt(((one - other) ** 2).mean()))
    r = pearson_r(one, other)
    if np.isnan(r):
        return Agreement(len(one), rmse, None, None)
    moments = (one, other, one**2, other**2, one * other)
    return Agreement(len(one), rmse, r, float(concordance(*(m.mean() for m in moments))))


def pearson_r(one: Floats, other: Floats) -> float:
    """Give Pearson's r of two series (n,) without NaN; NaN where one stays on one value."""
    if min(one.std(), other.std()) <= _STILL:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def concordance(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    one_squared: npt.ArrayLike,
    other_squared: npt.ArrayLike,
    product: npt.ArrayLike,
) -> Floats:
    """Give Lin's concordance correlation from the means of two series, their squares and product.

    The means may be arrays of one shape, for many pairs of series at once; NaN where both series
    stay on the same value. Lin (1989), Biometrics 45(1), with the population moments.
    """
    between = np.multiply(one, other)
    covariance = np.subtract(product, between)
    spread = np.asarray(one_squared) + np.asarray(other_squared) - 2.0 * between
    unknown = np.full(np.shape(spread), np.nan)
    found: Floats = np.divide(2.0 * covariance, spread, out=unknown, where=spread > _STILL**2)
    return found
