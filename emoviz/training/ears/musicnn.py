"""MusiCNN, a network that knows music from tagging it, made fully convolutional in time.

Source: Pons and Serra 2019, "musicnn: pre-trained convolutional neural networks for music audio
tagging" (ISMIR late-breaking demo); the weights are those of the PyPI package `musicnn` 0.1.0.
"""

import zipfile
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz import errors

Network = TypeVar("Network", bound=nn.Module)

BANDS = 96
SAMPLE_RATE_HZ = 16000
FRAME_LENGTH = 512

TIMBRAL = 408
TEMPORAL = 153
MIDDLE = 64
PENULTIMATE = 200
CHANNELS = TIMBRAL + TEMPORAL + 3 * MIDDLE
"""Channels of all layers of the front and the middle, which is what the pooling sees."""

_EPSILON = 1e-3
_TIMBRAL_FILTERS, _TIMBRAL_WIDTHS = 204, (38, 67)
_TEMPORAL_FILTERS, _TEMPORAL_LENGTHS = 51, (128, 64, 32)


class MusiCNN(nn.Module):
    """The layers of MusiCNN up to the pooling, for any number of frames.

    The original cuts its input into patches of 3 s, each with zeros around it; here every layer
    runs once over the whole input, so only the first and last second of it see zeros. With a
    `stride` of 2 the costly front looks at every second frame only, and what it sees stands for
    two.
    """

    def __init__(self, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.norm_in = nn.BatchNorm2d(1, _EPSILON)
        self.timbral = nn.ModuleList(
            nn.Conv2d(1, _TIMBRAL_FILTERS, (7, width), (stride, 1), (3, 0))
            for width in _TIMBRAL_WIDTHS
        )
        self.timbral_norms = nn.ModuleList(
            nn.BatchNorm1d(_TIMBRAL_FILTERS, _EPSILON) for _ in _TIMBRAL_WIDTHS
        )
        self.temporal = nn.ModuleList(
            nn.Conv2d(1, _TEMPORAL_FILTERS, (length, 1), (stride, 1))
            for length in _TEMPORAL_LENGTHS
        )
        self.temporal_norms = nn.ModuleList(
            nn.BatchNorm1d(_TEMPORAL_FILTERS, _EPSILON) for _ in _TEMPORAL_LENGTHS
        )
        self.middle = nn.ModuleList(
            nn.Conv1d(channels, MIDDLE, 7, padding=3)
            for channels in (TIMBRAL + TEMPORAL, MIDDLE, MIDDLE)
        )
        self.middle_norms = nn.ModuleList(nn.BatchNorm1d(MIDDLE, _EPSILON) for _ in range(3))
        self.norm_pooled = nn.BatchNorm1d(2 * CHANNELS, _EPSILON)
        self.dense = nn.Linear(2 * CHANNELS, PENULTIMATE)
        self.norm_penultimate = nn.BatchNorm1d(PENULTIMATE, _EPSILON)

    def front(self, mel: torch.Tensor) -> torch.Tensor:
        """Give the front's layers, (n, 561, frames / stride), from (n, frames, 96)."""
        image = self.norm_in(mel.unsqueeze(1))
        layers = [
            _highest(convolution(image), norm)
            for convolution, norm in zip(self.timbral, self.timbral_norms, strict=True)
        ]
        for convolution, norm in zip(self.temporal, self.temporal_norms, strict=True):
            assert isinstance(convolution, nn.Conv2d)
            length = convolution.kernel_size[0]
            # TensorFlow's "same" puts the odd zero of an even filter at the end.
            padded = functional.pad(image, (0, 0, (length - 1) // 2, length // 2))
            layers.append(_highest(convolution(padded), norm))
        return torch.cat(layers, dim=1)

    def middles(self, front: torch.Tensor) -> list[torch.Tensor]:
        """Give the three layers of the middle, (n, 64, frames) each, from the front's."""
        first = self.middle_norms[0](torch.relu(self.middle[0](front)))
        second = first + self.middle_norms[1](torch.relu(self.middle[1](first)))
        third = second + self.middle_norms[2](torch.relu(self.middle[2](second)))
        return [first, second, third]

    def forward(self, mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the layers of the front and of the middle, from (n, frames, 96).

        Shapes (n, 561, frames / stride) and (n, 192, frames). `mel` is log10(1 + 10000 x) of the
        power x in each mel band.
        """
        front = self.front(mel)
        middle = self.middles(front.repeat_interleave(self.stride, dim=2))
        return front, torch.cat(middle, dim=1)

    def penultimate(self, highest: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        """Give the layer before the tags, (n, 200), from each channel pooled over time.

        `highest` and `mean` have shape (n, `CHANNELS`), the front's channels first.
        """
        pooled = torch.stack([highest, mean], dim=2).flatten(1)
        layer: torch.Tensor = self.norm_penultimate(
            torch.relu(self.dense(self.norm_pooled(pooled)))
        )
        return layer


def musicnn(weights: Path, stride: int = 1) -> MusiCNN:
    """Give the network with the weights of a file that `build_scripts.data.convert_musicnn` wrote.

    Raises `errors.TrainingError` if the file is not of that kind.
    """
    return loaded(MusiCNN(stride), weights, "MusiCNN's weights")


def loaded(network: Network, weights: Path, what: str) -> Network:
    """Give `network` with the weights of a file, to listen with and not to train.

    Raises `errors.TrainingError` if the file does not hold `what`.
    """
    try:
        with np.load(weights, allow_pickle=False) as stored:
            state = {name: torch.from_numpy(stored[name]) for name in stored.files}
        network.load_state_dict(state)
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise errors.TrainingError(f"{weights}: it does not hold {what}.") from error
    network.eval()
    return network


def _highest(image: torch.Tensor, norm: nn.Module) -> torch.Tensor:
    """Normalise (n, channels, frames, bands) after its rectifier, and take the highest band."""
    assert isinstance(norm, nn.BatchNorm1d)
    rectified = torch.relu(image)
    # The normalisation of a channel rises or falls as its gain does: the highest of its values is
    # that of the highest band or of the lowest.
    rising = norm.weight[None, :, None] > 0
    extreme = torch.where(rising, rectified.amax(dim=3), rectified.amin(dim=3))
    normalised: torch.Tensor = norm(extreme)
    return normalised
