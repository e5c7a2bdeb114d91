"""A plain network of small kernels that knows music from tagging it, convolutional in time.

Source: the network `MSD_vgg` of the PyPI package `musicnn` 0.1.0 (Pons and Serra 2019), after Choi,
Fazekas, Sandler 2016, "Automatic tagging using deep convolutional neural networks". Its sizes of
pooling are those of the stored graph, which are not those of the package's code.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from emoviz.training.ears.musicnn import loaded

CHANNELS = 128

POOLING = ((4, 1), (1, 4), (2, 2), (2, 2))
"""How many frames and bands are pooled after each layer."""

_EPSILON = 1e-3


class VGG(nn.Module):
    """The layers of the network before the last, which sees longer than a half-second."""

    def __init__(self) -> None:
        super().__init__()
        self.norm_in = nn.BatchNorm2d(1, _EPSILON)
        self.layers = nn.ModuleList(
            _Layer(CHANNELS if number else 1, pooling) for number, pooling in enumerate(POOLING)
        )

    def forward(self, mel: torch.Tensor) -> list[torch.Tensor]:
        """Give each layer, pooled, (n, 128, frames, bands), from (n, frames, 96).

        `mel` is log10(1 + 10000 x) of the power x in each mel band.
        """
        image = self.norm_in(mel.unsqueeze(1))
        pooled = []
        for layer in self.layers:
            image = layer(image)
            pooled.append(image)
        return pooled


class _Layer(nn.Module):
    """A convolution, its rectifier and normalisation, and the highest of what is pooled.

    Pooled first, which leaves less to rectify and normalise: the highest stays the highest where
    the normalisation rises. Where it falls, the stored kernel is turned, and `sign` turns it back.
    """

    sign: torch.Tensor

    def __init__(self, channels: int, pooling: tuple[int, int]) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, CHANNELS, 3)
        self.norm = nn.BatchNorm2d(CHANNELS, _EPSILON)
        self.register_buffer("sign", torch.ones(CHANNELS))
        self._pooling = pooling

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        highest = self._highest(functional.pad(image, (1, 1, 1, 1)))
        layer: torch.Tensor = self.norm(torch.relu(highest * self.sign[:, None, None]))
        return layer

    def _highest(self, padded: torch.Tensor) -> torch.Tensor:
        frames, bands = self._pooling
        if bands > 1:
            return functional.max_pool2d(self.convolution(padded), self._pooling)
        # Each of the pooled frames apart: all of them at once would fill 50 MB.
        count = (padded.shape[2] - 2) // frames
        weight, bias = self.convolution.weight, self.convolution.bias
        highest = functional.conv2d(padded, weight, bias, (frames, 1))[:, :, :count]
        for frame in range(1, frames):
            beside = functional.conv2d(padded[:, :, frame:], weight, bias, (frames, 1))
            highest = torch.maximum(highest, beside[:, :, :count])
        return highest


def vgg(weights: Path) -> VGG:
    """Give the network with the weights of a file that `build_scripts.data.convert_vgg` wrote.

    Raises `errors.TrainingError` if the file is not of that kind.
    """
    return loaded(VGG(), weights, "the VGG network's weights")
