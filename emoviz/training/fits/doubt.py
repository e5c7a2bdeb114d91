"""How wide a model's deviations are, learnt from songs that it was not fitted on.

The variance of an estimate is a floor, plus a share of the variance between listeners where that is
predicted, plus a share of how strange the music is to the model. Floor and shares are those under
which the errors on held-out songs are likeliest, widened so that 90 % of the labels lie within
1.645 deviations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from emoviz.training.data.dataset import DIMENSIONS
from emoviz.units import BAND_DEVIATIONS

Doubles = npt.NDArray[np.float64]

_TRUSTED_SHARE = 0.9
_LEAST_VARIANCE = 1e-6


@dataclass(frozen=True)
class Shares:
    """What the variance of one dimension is made of.

    Variance = `floor` + `disagreement` · d² + `strangeness` · s for the predicted deviation d
    between listeners and the strangeness s.
    """

    floor: float
    disagreement: float
    strangeness: float


@dataclass(frozen=True)
class HeldOut:
    """Of every labelled half-second of songs that were held out, (columns, 2) each.

    `error` is label less estimate; the others are the d and s of `Shares`.
    """

    disagreement: Doubles
    strangeness: Doubles
    error: Doubles


def together(parts: Sequence[HeldOut]) -> HeldOut:
    """Join what several folds held out."""
    return HeldOut(
        np.concatenate([part.disagreement for part in parts]),
        np.concatenate([part.strangeness for part in parts]),
        np.concatenate([part.error for part in parts]),
    )


def shares_of(held_out: HeldOut) -> list[Shares]:
    """Find the shares for valence and arousal."""
    return [
        _shares(
            held_out.disagreement[:, index],
            held_out.strangeness[:, index],
            held_out.error[:, index],
        )
        for index in range(len(DIMENSIONS))
    ]


def _shares(disagreement: Doubles, strangeness: Doubles, error: Doubles) -> Shares:
    return Shares(*likeliest([disagreement**2, strangeness], error))


def likeliest(
    grounds: Sequence[Doubles], error: Doubles, weights: Doubles | None = None
) -> list[float]:
    """Give the floor and the share of each of the `grounds` that make the errors likeliest.

    All are (n,). Widened so that 90 % of the errors lie within 1.645 deviations; each
    error counts its weight, one unless they are given.
    """
    weights = np.ones_like(error) if weights is None else weights
    every = np.stack([np.ones_like(error), *grounds])
    usual = np.maximum(np.average(every, axis=1, weights=weights), 1e-12)

    def cost(logs: Doubles) -> float:
        variance = (np.exp(logs) / usual) @ every + _LEAST_VARIANCE
        return float(np.average(np.log(variance) + error**2 / variance, weights=weights))

    usual_error = float(np.average(error**2, weights=weights))
    start = np.full(len(every), np.log(usual_error / len(every) + _LEAST_VARIANCE))
    found = minimize(cost, start, method="Nelder-Mead", options={"maxiter": 400})
    shares = np.exp(found.x) / usual
    ratio = np.abs(error) / np.sqrt(shares @ every + _LEAST_VARIANCE)
    order = np.argsort(ratio)
    reached = np.cumsum(weights[order]) / weights.sum()
    trusted = float(np.interp(_TRUSTED_SHARE, reached, ratio[order]))
    widening = (trusted / BAND_DEVIATIONS) ** 2
    floor, *rest = (widening * shares).tolist()
    # What hardly occurs in the held-out songs must not be blown up by its own rarity.
    rest = [share if ground.any() else 0.0 for share, ground in zip(rest, grounds, strict=True)]
    return [floor + widening * _LEAST_VARIANCE, *rest]
