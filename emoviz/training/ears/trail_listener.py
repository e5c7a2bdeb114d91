"""What the default model hears in each half-second: the encoder's components and what is measured.

The encoder is a convolutional autoencoder's, taught by the large ears; tonality, loudness and flux
are computed as they are.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.training.ears import tonality
from emoviz.training.ears.encoder import FLOOR_DB, FRAMES, HALO_COLUMNS, Encoder
from emoviz.training.ears.teachers import COMPONENTS
from emoviz.training.ears.tonality import Tonality

GROUPS = 8
LOUDNESS = 4 * GROUPS
FLUX = 2 * (2 * GROUPS + 2)
FEATURES = COMPONENTS + tonality.FEATURES + LOUDNESS + FLUX

TIMBRE_AT = slice(0, COMPONENTS)
TONALITY_AT = slice(COMPONENTS, COMPONENTS + tonality.FEATURES)
LOUDNESS_AT = slice(TONALITY_AT.stop, TONALITY_AT.stop + LOUDNESS)
FLUX_AT = slice(LOUDNESS_AT.stop, FEATURES)
HIGHEST_AT = slice(LOUDNESS_AT.start + GROUPS, LOUDNESS_AT.start + 2 * GROUPS)
"""The highest level of each group of bands, in tens of decibels."""

FLOOR = FLOOR_DB / 10.0
"""The level that counts as none, in tens of decibels."""

__all__ = ["FEATURES", "HALO_COLUMNS", "TrailListener"]

_BANDS = 88
_EXPONENTS = (20.0, 40.0)
"""Levels count as magnitudes, and as their square roots: about as loud as they sound."""


class TrailListener(nn.Module):
    """Everything that is heard in each half-second, (1, columns, `FEATURES`)."""

    natural: torch.Tensor

    def __init__(self, encoder: Encoder, natural: np.ndarray) -> None:
        """Take the encoder, and what its components are multiplied by, (`COMPONENTS`,)."""
        super().__init__()
        self.encoder, self.tonality = encoder, Tonality()
        self.register_buffer("natural", torch.from_numpy(np.asarray(natural, np.float32)))

    def forward(self, mel_db: torch.Tensor, pitch_db: torch.Tensor) -> torch.Tensor:
        """Listen to mel frames (1, frames, 96) and pitch frames in decibels."""
        level_db = mel_db[:, :, :_BANDS].clamp(min=FLOOR_DB)
        return torch.cat(
            [
                self.encoder(mel_db) * self.natural,
                self.tonality(pitch_db),
                _loudness(level_db),
                _flux(level_db),
            ],
            dim=2,
        )


def _loudness(level_db: torch.Tensor) -> torch.Tensor:
    """Give level and attack in groups of bands, (n, columns, `LOUDNESS`), in tens of decibels.

    Mean and highest level, mean and deviation of the rises from frame to frame.
    """
    groups = _grouped(level_db / 10.0)
    rises = _columns(_rises(groups))
    groups = _columns(groups)
    spread = (rises - rises.mean(dim=2, keepdim=True)).square().mean(dim=2)
    every = [groups.mean(dim=2), groups.amax(dim=2), rises.mean(dim=2), torch.sqrt(spread + 1e-6)]
    return torch.cat(every, dim=2)


def _flux(level_db: torch.Tensor) -> torch.Tensor:
    """Give how loud each group sounds and by how much it rises, and all, (n, columns, `FLUX`)."""
    every = []
    for exponent in _EXPONENTS:
        loud = torch.exp(level_db * (float(np.log(10.0)) / exponent))
        for part in (_rises(loud), loud):
            groups = _columns(_grouped(part)).mean(dim=2)
            every += [groups, groups.mean(dim=2, keepdim=True)]
    return torch.cat(every, dim=2)


def _grouped(level: torch.Tensor) -> torch.Tensor:
    count, frames, bands = level.shape
    return level.reshape(count, frames, GROUPS, bands // GROUPS).mean(dim=3)


def _columns(frames: torch.Tensor) -> torch.Tensor:
    count, length, groups = frames.shape
    return frames.reshape(count, length // FRAMES, FRAMES, groups)


def _rises(level: torch.Tensor) -> torch.Tensor:
    # The first frame has none before it: its rise counts as none.
    return functional.pad(torch.relu(level[:, 1:] - level[:, :-1]), (0, 0, 1, 0))
