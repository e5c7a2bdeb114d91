"""The default model's last layer: from what was heard around a half-second to its values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.ears.description import REACH_COLUMNS, Description
from emoviz.training.fits.doubt import Shares

EXTREME = 6.0
"""Deviations beyond which a feature counts as no further from its mean."""

Doubles = np.ndarray


@dataclass(frozen=True)
class Doubt:
    """What the deviations of one dimension are computed from.

    `listeners` (features + 1, the constant last) predicts the deviation between listeners. The
    strangeness of features x is their leverage, the variance that a ridge regression's prediction
    has for them (Hoerl and Kennard 1970), |x|² / `penalty` - |`known` x|².
    """

    shares: Shares
    penalty: float
    listeners: Doubles
    known: Doubles


@dataclass(frozen=True)
class Likeness:
    """How like a window is to typical music, for one dimension.

    Each of `centres` (centres, features), which are scaled as the features are, counts as
    exp(-`sharpness` · |x - centre|²), and `weights` (centres,) say what follows from it.
    """

    centres: Doubles
    sharpness: float
    weights: Doubles


class Head(nn.Module):
    """Judges the description, the window's mean and the moment's deviation apart.

    Labels move little in a song: what a whole window says is weighed by one set of weights
    (`static`) and by its likeness to typical music, and how a moment differs from its window by
    another set (`moving`). Takes (n, columns, features) and gives (n, columns, 4): valence,
    arousal and their deviations.
    """

    centre: torch.Tensor
    deviation: torch.Tensor
    scales: torch.Tensor

    def __init__(
        self, kept: Sequence[int], centre: Doubles, deviation: Doubles, scales: Doubles
    ) -> None:
        """Take the features' mean, deviation, and (2, features) what each is scaled by."""
        super().__init__()
        self.description = Description(kept)
        for name, values in (("centre", centre), ("deviation", deviation), ("scales", scales)):
            self.register_buffer(name, torch.from_numpy(np.asarray(values, np.float32)))
        size, outputs = self.description.size, len(DIMENSIONS)
        self.static = nn.Linear(size, outputs)
        self.moving = nn.Linear(size, outputs, bias=False)
        self.listeners = nn.Linear(size, outputs)
        self.likeness = nn.ModuleList()
        self.known = nn.ModuleList()
        self.doubts: list[Doubt] = []

    def set_values(
        self,
        static: Doubles,
        constant: Doubles,
        moving: Doubles,
        likeness: Sequence[Likeness],
    ) -> None:
        """Set the weights, (features, 2) each, the constant, (2,), and what is typical."""
        _set(self.static, static, constant)
        self.moving.weight.data = _tensor(moving.T)
        self.likeness = nn.ModuleList(_Likeness(part) for part in likeness)

    def set_doubts(self, doubts: list[Doubt]) -> None:
        """Set what the deviations are made of, for valence and arousal."""
        self.doubts = doubts
        weights = np.stack([doubt.listeners for doubt in doubts], axis=1)
        _set(self.listeners, weights[:-1], weights[-1])
        self.known = nn.ModuleList()
        for doubt in doubts:
            layer = nn.Linear(doubt.known.shape[1], doubt.known.shape[0], bias=False)
            layer.weight.data = _halved(doubt.known)
            self.known.append(layer)

    def features(self, columns: torch.Tensor) -> torch.Tensor:
        """Give the bounded description of each half-second, (n, columns, size)."""
        standard: torch.Tensor = (self.description(columns) - self.centre) / self.deviation
        return standard.clamp(-EXTREME, EXTREME)

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 4): values on [-1, 1], then deviations."""
        features = self.features(columns)
        values = self.values(features)
        return torch.cat([values, self._deviations(features)], dim=2)

    def values(self, features: torch.Tensor) -> torch.Tensor:
        """Give (n, columns, 2), valence and arousal on [-1, 1], of (n, columns, size)."""
        mean = whole(features)
        typical = [
            part(mean * scale) for part, scale in zip(self.likeness, self.scales, strict=True)
        ]
        values: torch.Tensor = self.static(mean) + torch.cat(typical, dim=2)
        values = values + self.moving(features - mean)
        return values.clamp(-1.0, 1.0)

    def _deviations(self, features: torch.Tensor) -> torch.Tensor:
        listeners = self.listeners(features)
        every = []
        for index, doubt in enumerate(self.doubts):
            scaled = features * self.scales[index]
            reach = scaled.square().sum(dim=2) / doubt.penalty
            leverage = (reach - self.known[index](scaled).square().sum(dim=2)).clamp(min=0.0)
            variance = (
                doubt.shares.floor
                + doubt.shares.disagreement * listeners[:, :, index] ** 2
                + doubt.shares.strangeness * leverage
            )
            every.append(torch.sqrt(variance))
        return torch.stack(every, dim=2)


def whole(features: torch.Tensor) -> torch.Tensor:
    """Average the features of windows over those half-seconds whose surroundings were seen.

    (n, columns, size) becomes (n, 1, size). So the windows of a song shorter than they are agree
    about it.
    """
    return features[:, REACH_COLUMNS:-REACH_COLUMNS].mean(dim=1, keepdim=True)


class _Likeness(nn.Module):
    centres: torch.Tensor
    weights: torch.Tensor

    def __init__(self, likeness: Likeness) -> None:
        super().__init__()
        self.register_buffer("centres", _halved(likeness.centres))
        self.register_buffer("weights", _tensor(likeness.weights))
        self._sharpness = likeness.sharpness

    def forward(self, scaled: torch.Tensor) -> torch.Tensor:
        """Give (n, 1, 1) for scaled means (n, 1, features)."""
        squares = scaled.square().sum(dim=2, keepdim=True) + self.centres.square().sum(dim=1)
        distance = squares - 2.0 * scaled @ self.centres.T
        likeness = torch.exp(-self._sharpness * distance.clamp(min=0.0))
        return (likeness * self.weights).sum(dim=2, keepdim=True)


def _halved(values: Doubles) -> torch.Tensor:
    # What is stored in 16 bits is computed with as it is stored.
    return _tensor(values.astype(np.float16))


def _set(layer: nn.Linear, weights: Doubles, constant: Doubles) -> None:
    layer.weight.data, layer.bias.data = _tensor(weights.T), _tensor(constant)


def _tensor(values: Doubles) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
