"""The paper's own networks: its baseline, its autoencoder as it was run, and in the order of time.

Yang, "Short-time emotion tracker using a convolutional autoencoder".
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.training.data.dataset import BANDS, DIMENSIONS, Clip
from emoviz.training.scores.baselines import Ask, Doubles
from emoviz.training.systems.learning import Course, Examples, learnt
from emoviz.training.systems.system import Learn, Note, System

PUBLISHED = Course(epochs=100, batch_size=16, learning_rate=1e-4)
IN_TIME = Course(epochs=40, batch_size=16, learning_rate=5e-4)
IN_TIME_WITH_NOISE = Course(epochs=40, batch_size=16, learning_rate=5e-4, noise=True)
DROPOUT = 0.75


class BaselineNetwork(nn.Module):
    """The paper's baseline for one dimension: two convolutions and three connected layers.

    (n, columns, bands) to (n, columns, 1). The paper gives strides of 3 and padding of 2; kernels
    of 5 and the widths are guesses.
    """

    def __init__(self, columns: int) -> None:
        super().__init__()
        convolutions = nn.Sequential(
            nn.Conv2d(1, 16, 5, 3, 2),
            nn.ReLU(),
            nn.Conv2d(16, 32, 5, 3, 2),
            nn.ReLU(),
            nn.Flatten(),
        )
        size = convolutions(torch.zeros(1, 1, BANDS, columns)).shape[1]
        self.layers = nn.Sequential(
            convolutions,
            nn.Linear(size, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, columns),
        )

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 1) on (-1, 1) of windows (n, columns, bands)."""
        return torch.tanh(self.layers(_image(windows)))[:, :, None]


class PublishedAutoencoder(nn.Module):
    """The paper's autoencoder for one dimension as its author ran it: a reproduction.

    Its last layer has kernel (7,7) and padding (1,6), and of its output every 14th row and every
    2nd column is taken, row after row: the first half of the outputs sweeps the window from the low
    bands, the second half sweeps it again from the high ones, and so they are not in the order of
    time. Dropout stays on when it is asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Encoder(keep_dropping=True)
        self.last = nn.ConvTranspose2d(64, 1, (7, 7), (1, 1), (1, 6))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 1) of (n, columns, bands)."""
        picked = self.last(self.encoder(_image(windows)))[:, 0, ::14, ::2]
        return torch.tanh(picked.flatten(1))[:, :, None]


class InTimeAutoencoder(nn.Module):
    """The paper's autoencoder read so that its outputs are in the order of time.

    Kernel (7,1) in the last layer, the paper's max-pool, dropout off when it is asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Encoder(keep_dropping=False)
        self.last = nn.ConvTranspose2d(64, len(DIMENSIONS), (7, 1), (1, 1), (6, 1))
        self.pool = nn.MaxPool2d((6, 4), (1, 1))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) of (n, columns, bands)."""
        pooled = self.pool(self.last(self.encoder(_image(windows))))
        return torch.tanh(pooled.squeeze(2).transpose(1, 2))


class _Encoder(nn.Module):
    """The first four layers of Table 1, 16-64-128-64 channels."""

    def __init__(self, *, keep_dropping: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(1, 16, (7, 7), (2, 2), (3, 3)),
                nn.Conv2d(16, 64, (5, 5), (2, 2), (2, 2)),
                nn.ConvTranspose2d(64, 128, (5, 5), (1, 2), (5, 1)),
                nn.ConvTranspose2d(128, 64, (7, 7), (1, 2), (6, 1)),
            ]
        )
        self._keep_dropping = keep_dropping

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            image = functional.leaky_relu(layer(image))
        return functional.dropout(image, DROPOUT, self.training or self._keep_dropping)


def published_systems() -> list[System]:
    """Give the paper's networks, in its order."""
    as_published = "as published, a reproduction: two networks, Adam 1e-4, batch 16, 100 epochs"
    in_time = "one network, outputs in the order of time, dropout off when asked, 40 epochs"
    return [
        System(
            "paper's baseline", f"two convolutions, three connected layers; {as_published}", _base
        ),
        System("paper's autoencoder", f"{as_published}, dropout left on", _published),
        System("autoencoder in time", in_time, _in_time(IN_TIME)),
        System(
            "autoencoder in time, noise",
            f"{in_time}; white noise added in training, the paper's future work",
            _in_time(IN_TIME_WITH_NOISE),
        ),
    ]


def _base(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
    return _two(lambda: BaselineNetwork(len(train[0].columns)), train, test, note)


def _published(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
    return _two(PublishedAutoencoder, train, test, note)


def _two(
    make: Callable[[], nn.Module], train: Sequence[Clip], test: Sequence[Clip], note: Note
) -> Ask:
    """Fit a network for each dimension."""
    learning, watched = Examples.of(train), Examples.of(test)
    parts = [
        learnt(
            make,
            learning.one(index),
            watched.one(index),
            PUBLISHED,
            lambda curve, name=name: note(name, curve),  # type: ignore[misc]
        )
        for index, name in enumerate(DIMENSIONS)
    ]

    def ask(clips: Sequence[Clip]) -> list[Doubles]:
        asked = Examples.of(clips)
        return list(np.concatenate([part(asked) for part in parts], axis=2))

    return ask


def _in_time(course: Course) -> Learn:
    def learn(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
        values = learnt(
            InTimeAutoencoder,
            Examples.of(train),
            Examples.of(test),
            course,
            lambda curve: note("both", curve),
        )
        return lambda clips: list(values(Examples.of(clips)))

    return learn


def _image(windows: torch.Tensor) -> torch.Tensor:
    return windows.transpose(1, 2).unsqueeze(1)
