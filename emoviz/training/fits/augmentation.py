"""Training clips changed in ways that leave the emotion in them alone."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from emoviz.training.recipe import AugmentationSettings

_NEPER_PER_DB = math.log(10.0) / 10.0
_NOISE_FLUTTER_DB = 0.5
_TILT_TERMS = 3


@dataclass(frozen=True)
class Batch:
    """Clips of equal length with their labels.

    `mel_db` has shape (n, columns, bands), `context` (n, context), `labels` (n, columns, 2) with
    NaN for no label, `extra` (n,) tells the clips of other collections, whose labels are on a
    scale of their own.
    """

    mel_db: torch.Tensor
    context: torch.Tensor
    labels: torch.Tensor
    extra: torch.Tensor

    def at(self, indices: torch.Tensor | list[int]) -> "Batch":
        """Pick clips by index, (n,)."""
        return Batch(
            self.mel_db[indices], self.context[indices], self.labels[indices], self.extra[indices]
        )


def augmented(
    batch: Batch, settings: AugmentationSettings, random: np.random.Generator
) -> torch.Tensor:
    """Give the batch's `mel_db` with everything done to it but crops and mixup.

    Shape (n, columns, bands), in decibels. Gaussian noise is the paper's own proposal; blanked
    bands and columns are SpecAugment (Park et al. 2019, Interspeech) with the clip's mean in the
    blank.
    """
    mel_db = _stretched(batch.mel_db, settings.warp, random)
    mel_db = mel_db + _tilt_db(mel_db, settings.tilt_db, random)
    mel_db = mel_db + _per_clip(random.uniform(-settings.gain_db, settings.gain_db, len(mel_db)))
    mel_db = _noisy(mel_db, settings, random)
    return _blanked(mel_db, settings, random)


def cropped(batch: Batch, columns: int, random: np.random.Generator) -> Batch:
    """Cut `columns` out of each clip at a random place, the clip mirrored past both its ends.

    That is how the program's windows see the ends of a song, and a clip shorter than a window all
    of it, so a network learns on what it will be run on.
    """
    length = batch.mel_db.shape[1]
    start = torch.from_numpy(random.integers(0, 2 * length, len(batch.mel_db)))
    index = (start[:, None] + torch.arange(columns)) % (2 * length)
    index = torch.where(index < length, index, 2 * length - 1 - index)[:, :, None]
    return Batch(
        mel_db=batch.mel_db.gather(1, index.expand(-1, -1, batch.mel_db.shape[2])),
        context=batch.context,
        labels=batch.labels.gather(1, index.expand(-1, -1, batch.labels.shape[2])),
        extra=batch.extra,
    )


def mixing(count: int, alpha: float, random: np.random.Generator) -> tuple[torch.Tensor, list[int]]:
    """Draw for each clip its own share in a mixture, in [0.5, 1], and the clip it is mixed with.

    Mixup of Zhang et al. (2018, ICLR). `alpha` 0 gives shares of 1. Shares have shape (n, 1, 1).
    """
    share = random.beta(alpha, alpha, count) if alpha > 0 else np.ones(count)
    partner = [int(index) for index in random.permutation(count)]
    return _per_clip(np.maximum(share, 1.0 - share)), partner


def _per_clip(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None, None]


def _stretched(mel_db: torch.Tensor, warp: float, random: np.random.Generator) -> torch.Tensor:
    bands = mel_db.shape[2]
    factor = 1.0 + _per_clip(random.uniform(-warp, warp, len(mel_db)))
    place = torch.arange(bands, dtype=torch.float32) * factor
    lower = place.floor().clamp(0, bands - 2)
    weight = (place - lower).clamp(0.0, 1.0)
    index = lower.long().expand(-1, mel_db.shape[1], -1)
    return mel_db.gather(2, index) * (1.0 - weight) + mel_db.gather(2, index + 1) * weight


def _tilt_db(mel_db: torch.Tensor, tilt_db: float, random: np.random.Generator) -> torch.Tensor:
    across = torch.linspace(0.0, math.pi, mel_db.shape[2])
    curve = torch.zeros(len(mel_db), 1, mel_db.shape[2])
    for term in range(1, _TILT_TERMS + 1):
        curve += _per_clip(random.normal(0.0, tilt_db / term, len(mel_db))) * torch.cos(
            term * across
        )
    return curve


def _noisy(
    mel_db: torch.Tensor, settings: AugmentationSettings, random: np.random.Generator
) -> torch.Tensor:
    # Mel filters of equal area give white noise the same power in every band, so adding noise to
    # the waveform is adding one level to all of them.
    low_db, high_db = settings.noise_db
    level_db = _per_clip(random.uniform(low_db, high_db, len(mel_db)))
    flutter_db = random.normal(0.0, _NOISE_FLUTTER_DB, tuple(mel_db.shape)).astype(np.float32)
    noise_db = level_db + torch.from_numpy(flutter_db)
    sum_db = torch.logaddexp(mel_db * _NEPER_PER_DB, noise_db * _NEPER_PER_DB) / _NEPER_PER_DB
    chosen = _per_clip(random.random(len(mel_db))) < settings.noise_share
    return torch.where(chosen, sum_db, mel_db)


def _blanked(
    mel_db: torch.Tensor, settings: AugmentationSettings, random: np.random.Generator
) -> torch.Tensor:
    mean_db = mel_db.mean(dim=(1, 2), keepdim=True)
    for dimension, widest in ((2, settings.masked_bands), (1, settings.masked_columns)):
        size = mel_db.shape[dimension]
        place = torch.arange(size, dtype=torch.float32)
        place = place[None, None, :] if dimension == 2 else place[None, :, None]
        start = _per_clip(random.integers(0, size, len(mel_db)))
        width = _per_clip(random.integers(0, widest + 1, len(mel_db)))
        mel_db = torch.where((place >= start) & (place < start + width), mean_db, mel_db)
    return mel_db
