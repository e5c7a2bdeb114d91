"""What the models hear in each half-second: tonality and loudness, and networks or mel bands.

Everything here is fixed before the labels are seen, but for the choice of what to listen for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.hearing.front_end import FrontEnd
from emoviz.system import paths
from emoviz.training.data.dataset import Floats
from emoviz.training.ears import musicnn, tonality, vgg
from emoviz.training.ears.tonality import Tonality

FRAMES_PER_COLUMN = 32
STRIDE = 2
HALO_COLUMNS = 4
"""How far, in half-seconds, the listener hears to either side."""

SMALL_HALO_COLUMNS = 1

WEIGHTS = ("msd", "mtt")
"""The MusiCNNs, by what they were trained on."""

_VGG_LAYERS = 2

_HOP_LENGTH = 250
_GROUPS = 8
_FLOOR_DB = -80.0
_POOLED_COLUMNS = 3
LOUDNESS = 4 * _GROUPS
FIRST_EAR = tonality.FEATURES + LOUDNESS
"""Where the first ear begins in what is heard."""


@dataclass(frozen=True)
class Width:
    """How many numbers an ear tells of a half-second.

    `statistics` are the mean, the highest and the deviation of every channel.
    """

    statistics: int
    penultimate: int = 0


WIDTHS = (
    *(Width(3 * musicnn.CHANNELS, musicnn.PENULTIMATE) for _ in WEIGHTS),
    Width(3 * _VGG_LAYERS * vgg.CHANNELS),
)
"""Those of the MusiCNNs and of the VGG network, in the order in which they are heard."""

_NEPER_PER_DB = float(np.log(10.0) / 10.0)


def mel_front_end() -> FrontEnd:
    """Give MusiCNN's front end, but with a hop of 250 samples in place of 256.

    So 32 frames fill a half-second; the music seems 2 % slower to the network for it.
    """
    filters = librosa.filters.mel(
        sr=musicnn.SAMPLE_RATE_HZ, n_fft=musicnn.FRAME_LENGTH, n_mels=musicnn.BANDS
    )
    return FrontEnd(
        filters=filters.astype(np.float32),
        sample_rate_hz=musicnn.SAMPLE_RATE_HZ,
        frame_length=musicnn.FRAME_LENGTH,
        hop_length=_HOP_LENGTH,
        frames_per_column=FRAMES_PER_COLUMN,
    )


class Ear(nn.Module):
    """One MusiCNN's account of each half-second: its channels' statistics, its penultimate layer.

    Gives (n, columns, 2259) and (n, columns, 200) from mel frames in decibels. The penultimate
    layer is that of the 1.5 s around the half-second.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.network = musicnn.musicnn(weights, STRIDE)

    def forward(self, mel_db: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Listen to (n, frames, 96)."""
        front, middle = self.network(_compressed(mel_db))
        parts = [_statistics(front, FRAMES_PER_COLUMN // STRIDE)]
        parts.append(_statistics(middle, FRAMES_PER_COLUMN))
        mean, highest, deviation = (
            torch.cat([part[index] for part in parts], dim=1) for index in range(3)
        )
        return (
            torch.cat([mean, highest, deviation], dim=1).transpose(1, 2),
            self._penultimate(highest, mean),
        )

    def _penultimate(self, highest: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        beside = _POOLED_COLUMNS // 2
        highest = functional.max_pool1d(highest, _POOLED_COLUMNS, 1, beside)
        mean = functional.avg_pool1d(mean, _POOLED_COLUMNS, 1, beside, count_include_pad=False)
        count, channels, columns = mean.shape
        flat = [x.transpose(1, 2).reshape(count * columns, channels) for x in (highest, mean)]
        return self.network.penultimate(*flat).reshape(count, columns, musicnn.PENULTIMATE)


class PlainEar(nn.Module):
    """The VGG network's account of each half-second: its last layers' statistics.

    Gives (n, columns, 768) from mel frames in decibels.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.network = vgg.vgg(weights)

    def forward(self, mel_db: torch.Tensor) -> torch.Tensor:
        """Listen to (n, frames, 96)."""
        columns = mel_db.shape[1] // FRAMES_PER_COLUMN
        layers = self.network(_compressed(mel_db))[-_VGG_LAYERS:]
        parts = [_spread_of(layer.reshape(*layer.shape[:2], columns, -1)) for layer in layers]
        every = [torch.cat(kind, dim=1) for kind in zip(*parts, strict=True)]
        return torch.cat(every, dim=1).transpose(1, 2)


class Listener(nn.Module):
    """Everything that is heard in each half-second, (n, columns, features).

    First the pitch classes and what else `Tonality` tells, then level and attack of eight groups
    of bands, then each ear: its statistics, `projections` of them if given, and its penultimate
    layer if it has one.
    """

    def __init__(self, projections: "Sequence[Projection] | None" = None) -> None:
        super().__init__()
        folder = paths.resources() / "musicnn"
        self.tonality = Tonality()
        self.ears = nn.ModuleList(Ear(folder / f"{name}.npz") for name in WEIGHTS)
        self.plain_ear = PlainEar(folder / "vgg.npz")
        given = [nn.Identity() for _ in WIDTHS] if projections is None else projections
        self.projections = nn.ModuleList(given)

    def forward(self, mel_db: torch.Tensor, pitch_db: torch.Tensor) -> torch.Tensor:
        """Listen to mel frames (n, frames, 96) and pitch frames (n, frames / 8, 67) in decibels."""
        heard = [self.tonality(pitch_db), loudness(mel_db, FRAMES_PER_COLUMN)]
        *projections, last = self.projections
        for ear, projection in zip(self.ears, projections, strict=True):
            statistics, penultimate = ear(mel_db)
            heard += [projection(statistics), penultimate]
        heard.append(last(self.plain_ear(mel_db)))
        return torch.cat(heard, dim=2)


class SmallListener(nn.Module):
    """What the small model hears in each half-second, (n, columns, `BANDS` + `FIRST_EAR`).

    The mean of the mel frames in decibels, the paper's input; then tonality and loudness.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tonality = Tonality()

    def forward(self, mel_db: torch.Tensor, pitch_db: torch.Tensor) -> torch.Tensor:
        """Listen to mel frames (n, frames, 96) and pitch frames in decibels."""
        per_column = FrontEnd.frames_per_column
        count, frames, bands = mel_db.shape
        mean_db = mel_db.reshape(count, frames // per_column, per_column, bands).mean(dim=2)
        return torch.cat([mean_db, self.tonality(pitch_db), loudness(mel_db, per_column)], dim=2)


class Projection(nn.Module):
    """Principal components of an ear's standardised statistics: (…, statistics) to fewer."""

    def __init__(self, mean: Floats, deviation: Floats, components: Floats) -> None:
        """Take the statistics' mean and deviation, and `components` (statistics, kept)."""
        super().__init__()
        weight = components / deviation[:, None]
        self.linear = nn.Linear(len(mean), components.shape[1])
        self.linear.weight.data = torch.from_numpy(np.ascontiguousarray(weight.T))
        self.linear.bias.data = torch.from_numpy(-(mean @ weight))

    def forward(self, statistics: torch.Tensor) -> torch.Tensor:
        """Project (…, statistics) to (…, kept)."""
        projected: torch.Tensor = self.linear(statistics)
        return projected


def principal(statistics: Floats, kept: int) -> Projection:
    """Find the `kept` principal components of (columns, statistics)."""
    mean = statistics.mean(axis=0)
    deviation = np.maximum(statistics.std(axis=0), 1e-3)
    scaled = (statistics - mean) / deviation
    _, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    components = vectors[:, ::-1][:, :kept] / np.sqrt(len(mean))
    return Projection(mean, deviation, components.astype(np.float32))


def places(statistics: Sequence[int]) -> list[tuple[slice, slice]]:
    """Give where each ear's statistics lie, as many as are said, and its penultimate layer."""
    found, start = [], FIRST_EAR
    for count, width in zip(statistics, WIDTHS, strict=True):
        middle, end = start + count, start + count + width.penultimate
        found.append((slice(start, middle), slice(middle, end)))
        start = end
    return found


def loudness(mel_db: torch.Tensor, per_column: int) -> torch.Tensor:
    """Give level and attack in eight groups of bands, (n, columns, `LOUDNESS`).

    Mean and highest level in tens of decibels, and mean and deviation of the rises from frame to
    frame.
    """
    level = mel_db.clamp(min=_FLOOR_DB) / 10.0
    count, frames, bands = level.shape
    groups = level.reshape(count, frames, _GROUPS, bands // _GROUPS).mean(dim=3)
    rises = functional.pad(torch.relu(groups[:, 1:] - groups[:, :-1]), (0, 0, 1, 0))
    groups = groups.reshape(count, frames // per_column, per_column, _GROUPS)
    rises = rises.reshape(groups.shape)
    spread = (rises - rises.mean(dim=2, keepdim=True)).square().mean(dim=2)
    every = [groups.mean(dim=2), groups.amax(dim=2), rises.mean(dim=2), torch.sqrt(spread + 1e-6)]
    return torch.cat(every, dim=2)


def _compressed(mel_db: torch.Tensor) -> torch.Tensor:
    """Give what the networks were trained on, log10(1 + 10000 x) of the power x."""
    return torch.log10(1.0 + 10000.0 * torch.exp(mel_db * _NEPER_PER_DB))


def _statistics(
    layers: torch.Tensor, length: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give mean, highest and deviation over each `length` of (n, channels, frames)."""
    count, channels, frames = layers.shape
    return _spread_of(layers.reshape(count, channels, frames // length, length))


def _spread_of(cut: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give mean, highest and deviation over the last of four dimensions."""
    mean = cut.mean(dim=3)
    spread = (cut - mean[:, :, :, None]).square().mean(dim=3)
    return mean, cut.amax(dim=3), torch.sqrt(spread + 1e-6)
