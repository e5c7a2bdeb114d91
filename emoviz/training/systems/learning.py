"""How the networks of the comparison learn: batches, a masked squared error, one thread, a seed."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from emoviz.training.data.dataset import Clip
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.network_fit import one_thread
from emoviz.training.scores.baselines import Doubles

_WATCHED_EVERY = 7

NOISE_DB = (-110.0, -30.0)
_NEPER_PER_DB = float(np.log(10.0) / 10.0)


@dataclass(frozen=True)
class Course:
    """How a network is fitted, by Adam.

    `noise` adds white noise of random level to each clip. With `stopped`, a seventh of the clips
    is not learnt but tells which epoch's weights to keep.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float = 0.0
    noise: bool = False
    stopped: bool = False
    seed: int = 1


@dataclass(frozen=True)
class Examples:
    """Clips as tensors: mel bands (n, columns, bands) in decibels, labels (n, columns, 2)."""

    mel_db: torch.Tensor
    labels: torch.Tensor

    @classmethod
    def of(cls, clips: Sequence[Clip]) -> "Examples":
        """Stack clips of one length."""
        return cls(
            torch.from_numpy(np.stack([clip.columns for clip in clips])),
            torch.from_numpy(np.stack([clip.labels for clip in clips])),
        )

    def at(self, indices: Sequence[int]) -> "Examples":
        """Pick some clips."""
        return Examples(self.mel_db[indices], self.labels[indices])

    def one(self, dimension: int) -> "Examples":
        """Keep the labels of one dimension."""
        return Examples(self.mel_db, self.labels[:, :, dimension : dimension + 1])


class Normalised(nn.Module):
    """A network behind the normalisation of mel bands by what it learns from.

    `mean_db` and `deviation_db`, (bands,), are those of `mel_db`, (n, columns, bands).
    """

    mean_db: torch.Tensor
    deviation_db: torch.Tensor

    def __init__(self, network: nn.Module, mel_db: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean_db", mel_db.mean(dim=(0, 1)))
        self.register_buffer("deviation_db", mel_db.std(dim=(0, 1)).clamp(min=1.0))
        self.network = network

    def forward(self, mel_db: torch.Tensor) -> torch.Tensor:
        """Give (n, columns, outputs) for (n, columns, bands) in decibels."""
        values: torch.Tensor = self.network((mel_db - self.mean_db) / self.deviation_db)
        return values


def learnt(
    make: Callable[[], nn.Module],
    train: Examples,
    test: Examples,
    course: Course,
    note: Callable[[Curve], None],
) -> Callable[[Examples], Doubles]:
    """Fit a network on `train`; it estimates, (n, columns, outputs), whatever it is asked about.

    `note` takes the losses after every epoch; those of `test` change nothing.
    """
    learning, watched = _parted(train, course)
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(course.seed)
        network = Normalised(make(), learning.mel_db)
        optimiser = torch.optim.Adam(
            network.parameters(), lr=course.learning_rate, weight_decay=course.weight_decay
        )
        curve = Curve()
        best, kept = math.inf, copy.deepcopy(network.state_dict())
        for _ in range(course.epochs):
            curve.training.append(_epoch(network, optimiser, learning, course))
            curve.validation.append(float(_loss(_estimates(network, test), test.labels)))
            note(curve)
            if watched is not None:
                loss = float(_loss(_estimates(network, watched), watched.labels))
                if loss < best:
                    best, kept = loss, copy.deepcopy(network.state_dict())
        if watched is not None:
            network.load_state_dict(kept)

    def ask(asked: Examples) -> Doubles:
        # A network that draws at random when it is asked says the same of the same.
        with one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(course.seed)
            return _estimates(network, asked).double().numpy()

    return ask


def _parted(train: Examples, course: Course) -> tuple[Examples, Examples | None]:
    """Part what is learnt from what is watched."""
    if not course.stopped:
        return train, None
    every = range(len(train.mel_db))
    watched = [index for index in every if index % _WATCHED_EVERY == 0]
    learning = [index for index in every if index % _WATCHED_EVERY > 0]
    return train.at(learning), train.at(watched)


def _epoch(
    network: nn.Module, optimiser: torch.optim.Optimizer, train: Examples, course: Course
) -> float:
    network.train()
    losses = []
    for part in torch.split(torch.randperm(len(train.mel_db)), course.batch_size):
        mel_db = train.mel_db[part]
        if course.noise:
            mel_db = _noisy(mel_db)
        loss = _loss(network(mel_db), train.labels[part])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def _estimates(network: nn.Module, examples: Examples) -> torch.Tensor:
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(part) for part in torch.split(examples.mel_db, 64)])


def _loss(values: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    known = ~torch.isnan(labels)
    return (values - torch.nan_to_num(labels))[known].square().mean()


def _noisy(mel_db: torch.Tensor) -> torch.Tensor:
    # Mel filters of equal area give white noise the same power in every band.
    low_db, high_db = NOISE_DB
    noise_db = low_db + (high_db - low_db) * torch.rand(len(mel_db), 1, 1)
    return torch.logaddexp(mel_db * _NEPER_PER_DB, noise_db * _NEPER_PER_DB) / _NEPER_PER_DB
