"""The default model: when to average and when to switch, and what valence and arousal follow.

Which half-seconds of a window sound like one another decides over what each is judged; a ridge
regression does the judging.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.training.ears.key import KEY_FEATURES, Key
from emoviz.training.ears.trail_listener import (
    FLOOR,
    FLUX,
    FLUX_AT,
    HIGHEST_AT,
    LOUDNESS,
    LOUDNESS_AT,
    TIMBRE_AT,
    TONALITY_AT,
)

WINDOW_COLUMNS = 60
EXTREME = 5.0
"""Deviations beyond which a feature counts as no further from its mean."""

RECENT_COLUMNS = (4, 12, 24, 40)
"""How far back, in half-seconds, what was heard lately goes."""

_KEYS = slice(TIMBRE_AT.start, LOUDNESS_AT.stop)
_SMOOTHED = 5
_MOVING = 64
_SILENT = FLOOR + 0.1
_ALONE = 1e-2
_QUIET = 1e-3
_STILL = 1e-4

TIMBRE, TONALITY = TIMBRE_AT.stop, TONALITY_AT.stop - TONALITY_AT.start
SIZES = {
    "timbre": TIMBRE,
    "tonality": TONALITY,
    "loudness": LOUDNESS,
    "flux": FLUX,
    "key": KEY_FEATURES,
    "changing loudness": LOUDNESS,
    "changing timbre": _MOVING,
    "recent loudness": LOUDNESS * len(RECENT_COLUMNS),
    "recent flux": FLUX * len(RECENT_COLUMNS),
}
"""Features of each kind in a description, in their order."""


def blocks() -> dict[str, slice]:
    """Give where each kind of feature lies in a description."""
    ends = np.cumsum(list(SIZES.values())).tolist()
    return {
        name: slice(end - size, end) for (name, size), end in zip(SIZES.items(), ends, strict=True)
    }


class Likeness(nn.Module):
    """How likely two half-seconds of a window are the same music: (n, columns, columns), 0 to 1.

    Their distance in `keys` directions, which tell songs from one another better than a song's
    moments, and how far apart they lie in time, weighed as in a logistic regression.
    """

    apart: torch.Tensor

    def __init__(self, keys: int) -> None:
        super().__init__()
        width = _KEYS.stop - _KEYS.start
        self.keys = nn.Linear(width, keys)
        self.sharpness = nn.Parameter(torch.zeros(1))
        self.near = nn.Parameter(torch.zeros(WINDOW_COLUMNS))
        steps = torch.arange(WINDOW_COLUMNS)
        self.register_buffer("apart", (steps[:, None] - steps[None]).abs(), persistent=False)

    def logits(self, columns: torch.Tensor) -> torch.Tensor:
        """Give the log odds, (n, columns, columns)."""
        keys = self.keys(_smoothed(columns[:, :, _KEYS]))
        # Not by products, which lose the digits of what lies near each other.
        distance = (keys[:, :, None] - keys[:, None]).square().sum(dim=3)
        odds: torch.Tensor = self.near[self.apart] - torch.exp(self.sharpness) * distance
        return odds

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Compare the half-seconds of windows (n, columns, features), silent ones with none."""
        sounds = (columns[:, :, HIGHEST_AT].amax(dim=2) > _SILENT).to(columns.dtype)
        alike: torch.Tensor = torch.sigmoid(self.logits(columns)) * sounds[:, None]
        return alike + _ALONE * torch.eye(WINDOW_COLUMNS, dtype=columns.dtype)


class Description(nn.Module):
    """What each half-second is judged by: (n, columns, sum of `SIZES`).

    Means and deviations over all that sounds alike in the window, what the pitch classes say of the
    key, and loudness and flux of the last seconds, as far as these sound alike.
    """

    recent: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.key = Key()
        steps = torch.arange(WINDOW_COLUMNS)
        ago = steps[:, None] - steps[None]
        masks = [((ago >= 0) & (ago < span)).float() for span in RECENT_COLUMNS]
        self.register_buffer("recent", torch.stack(masks), persistent=False)

    def forward(self, columns: torch.Tensor, alike: torch.Tensor) -> torch.Tensor:
        """Describe windows (n, columns, features), `alike` as `Likeness` tells."""
        weights = _sure(alike)
        mean = weights @ columns
        timbre, tonal = mean[:, :, TIMBRE_AT], mean[:, :, TONALITY_AT]
        moving = torch.cat([columns[:, :, LOUDNESS_AT], columns[:, :, :_MOVING]], dim=2)
        # About the window's mean: the difference of large squares would lose its digits.
        moving = moving - moving.mean(dim=1, keepdim=True)
        middle = weights @ moving
        deviation = torch.sqrt((weights @ moving.square() - middle.square()).clamp(min=_STILL))
        every = [timbre, tonal, mean[:, :, LOUDNESS_AT], _log(mean[:, :, FLUX_AT])]
        every += [self.key(tonal), deviation]
        lately = [self._lately(columns, alike, index) for index in range(len(RECENT_COLUMNS))]
        every += [part[:, :, :LOUDNESS] for part in lately]
        every += [_log(part[:, :, LOUDNESS:]) for part in lately]
        return torch.cat(every, dim=2)

    def _lately(self, columns: torch.Tensor, alike: torch.Tensor, index: int) -> torch.Tensor:
        weights = alike * self.recent[index]
        weights = weights / weights.sum(dim=2, keepdim=True)
        return weights @ columns[:, :, LOUDNESS_AT.start : FLUX_AT.stop]


@dataclass(frozen=True)
class Judgement:
    """How one dimension follows from a standardised description x.

    value = `weights` · x + `constant`; the deviation's square is the first of `shares`, and the
    second times the leverage, |s·x|² / `penalty` - |`known` s·x|² with the `scale` s, and the third
    times how little there is to average over. Leverage is the variance of a ridge regression's
    prediction (Hoerl and Kennard 1970): how strange the music is to the model.
    """

    weights: np.ndarray
    constant: float
    scale: np.ndarray
    known: np.ndarray
    penalty: float
    shares: tuple[float, float, float]


class Trail(nn.Module):
    """Windows (n, columns, features) to valence, arousal and their deviations."""

    centre: torch.Tensor
    spread: torch.Tensor

    def __init__(
        self,
        likeness: Likeness,
        centre: np.ndarray,
        spread: np.ndarray,
        judgements: tuple[Judgement, Judgement],
    ) -> None:
        """Take the mean and deviation of a description's features."""
        super().__init__()
        self.likeness, self.description = likeness, Description()
        self.register_buffer("centre", _tensor(centre))
        self.register_buffer("spread", _tensor(spread))
        self.judges = nn.ModuleList(_Judge(judgement) for judgement in judgements)

    def forward(self, columns: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Estimate (n, columns, 4), values on [-1, 1], then deviations; give too by what features.

        These are (n, columns, sum of `SIZES`), standardised.
        """
        alike = self.likeness(columns)
        described = (self.description(columns, alike) - self.centre) / self.spread
        described = described.clamp(-EXTREME, EXTREME)
        little = scarcity(alike)
        values, deviations = zip(*(judge(described, little) for judge in self.judges), strict=True)
        return torch.cat([*values, *deviations], dim=2), described


def scarcity(alike: torch.Tensor) -> torch.Tensor:
    """Tell how little there is to average over, (n, columns, 1): 1 / half-seconds that count."""
    return _sure(alike).square().sum(dim=2, keepdim=True)


class _Judge(nn.Module):
    weights: torch.Tensor
    scale: torch.Tensor
    known: torch.Tensor

    def __init__(self, judgement: Judgement) -> None:
        super().__init__()
        for name in ("weights", "scale", "known"):
            self.register_buffer(name, _tensor(getattr(judgement, name)))
        self._judgement = judgement

    def forward(
        self, described: torch.Tensor, little: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        told = self._judgement
        scaled = described * self.scale
        leverage = scaled.square().sum(dim=2, keepdim=True) / told.penalty
        leverage = leverage - (scaled @ self.known.T).square().sum(dim=2, keepdim=True)
        floor, strangeness, turning = told.shares
        variance = floor + strangeness * leverage.clamp(min=0.0) + turning * little
        value = described @ self.weights[:, None] + told.constant
        return value.clamp(-1.0, 1.0), torch.sqrt(variance)


def _sure(alike: torch.Tensor) -> torch.Tensor:
    """Give shares of (n, columns, columns): what is half as likely the same counts a quarter."""
    squares = alike.square()
    return squares / squares.sum(dim=2, keepdim=True)


def _smoothed(columns: torch.Tensor) -> torch.Tensor:
    beside = _SMOOTHED // 2
    padded = functional.pad(columns.transpose(1, 2), (beside, beside), mode="replicate")
    return functional.avg_pool1d(padded, _SMOOTHED, 1).transpose(1, 2)


def _log(loud: torch.Tensor) -> torch.Tensor:
    return torch.log(loud.clamp(min=0.0) + _QUIET)


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
