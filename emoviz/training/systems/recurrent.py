"""Networks of the field that go from half-second to half-second, fed with mel bands."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from sklearn.model_selection import GroupKFold
from torch import nn

from emoviz.training.data.dataset import BANDS, DIMENSIONS, Clip
from emoviz.training.scores.baselines import Ask, Doubles
from emoviz.training.systems.extreme import ExtremeLearningMachine
from emoviz.training.systems.learning import Course, Examples, learnt
from emoviz.training.systems.system import Learn, Note, System

COURSE = Course(epochs=30, batch_size=16, learning_rate=1e-3, weight_decay=1e-4, stopped=True)
DROPOUT = 0.5
_UNITS = 64
_INNER_FOLDS = 3


class FeedForward(nn.Module):
    """Each half-second with its neighbours, through two hidden layers."""

    def __init__(self, neighbours: int = 4) -> None:
        super().__init__()
        width = 2 * neighbours + 1
        self.layers = nn.Sequential(
            nn.ReplicationPad1d(neighbours),
            nn.Conv1d(BANDS, 128, width),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Conv1d(128, _UNITS, 1),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Conv1d(_UNITS, len(DIMENSIONS), 1),
        )

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) of (n, columns, bands)."""
        return torch.tanh(self.layers(windows.transpose(1, 2)).transpose(1, 2))


class Recurrent(nn.Module):
    """Long short-term memory over sequences of `length`, or over the whole clip."""

    def __init__(self, layers: int, *, both_ways: bool, length: int | None = None) -> None:
        super().__init__()
        self.memory = nn.LSTM(
            BANDS,
            _UNITS,
            layers,
            batch_first=True,
            bidirectional=both_ways,
            dropout=DROPOUT if layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.out = nn.Linear(_UNITS * (1 + both_ways), len(DIMENSIONS))
        self._length = length

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) of (n, columns, bands)."""
        count, columns, bands = windows.shape
        length = self._length or columns
        pieces = windows.reshape(count * columns // length, length, bands)
        values = torch.tanh(self.out(self.dropout(self.memory(pieces)[0])))
        return values.reshape(count, columns, len(DIMENSIONS))


class ConvolutionalRecurrent(nn.Module):
    """Convolutions over time and bands, then memory both ways (Malik et al. 2017, SMC)."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 16, 3, 1, 1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d((1, 4)),
            nn.Conv2d(16, 16, 3, 1, 1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d((1, 4)),
            nn.Dropout(DROPOUT),
        )
        self.memory = nn.LSTM(16 * (BANDS // 16), _UNITS, 1, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(2 * _UNITS, len(DIMENSIONS)))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) of (n, columns, bands)."""
        seen = self.convolutions(windows[:, None]).transpose(1, 2).flatten(2)
        return torch.tanh(self.out(self.memory(seen)[0]))


def recurrent_systems() -> list[System]:
    """Give the field's networks, from the simplest."""
    return [
        System(
            "feed-forward network", "4.5 s around each half-second, two layers", _one(FeedForward)
        ),
        System(
            "BLSTM",
            "two layers of memory both ways (Weninger et al. 2014, ICASSP)",
            _one(lambda: Recurrent(2, both_ways=True)),
        ),
        System(
            "LSTM ensemble, ELM",
            "memory over quarters, halves and wholes of a clip, joined by an extreme learning "
            "machine (Huang et al. 2006, Neurocomputing 70)",
            lambda train, test, note: _several(1, False, _fused, train, test, note),
        ),
        System(
            "multi-scale DBLSTM",
            "three layers both ways at each of these lengths, averaged (Li et al. 2016, ICASSP)",
            lambda train, test, note: _several(3, True, _averaged, train, test, note),
        ),
        System("CRNN", "two convolutions and memory both ways", _one(ConvolutionalRecurrent)),
    ]


def _one(make: Callable[[], nn.Module], part: str = "both") -> Learn:
    """Fit one network, whose losses are those of `part`."""

    def learn(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
        learning, watched = Examples.of(train), Examples.of(test)
        values = learnt(make, learning, watched, COURSE, lambda curve: note(part, curve))
        return lambda clips: list(values(Examples.of(clips)))

    return learn


def _several(
    layers: int,
    both_ways: bool,
    join: Callable[[Sequence[Learn], Sequence[Clip], Sequence[Clip], Note], Ask],
    train: Sequence[Clip],
    test: Sequence[Clip],
    note: Note,
) -> Ask:
    """Join memories over sequences of three lengths."""
    columns = len(train[0].columns)

    def of(length: int) -> Learn:
        return _one(
            lambda: Recurrent(layers, both_ways=both_ways, length=length), f"length {length}"
        )

    return join([of(columns // part) for part in (4, 2, 1)], train, test, note)


def _averaged(
    members: Sequence[Learn], train: Sequence[Clip], test: Sequence[Clip], note: Note
) -> Ask:
    asks = [member(train, test, note) for member in members]
    return lambda clips: list(np.mean([ask(clips) for ask in asks], axis=0))


def _fused(
    members: Sequence[Learn], train: Sequence[Clip], test: Sequence[Clip], note: Note
) -> Ask:
    """Learn how to join the members from what they say of songs that they did not learn."""
    asks = [member(train, test, note) for member in members]
    inner = np.zeros((len(members), len(train), len(train[0].columns), len(DIMENSIONS)))
    groups = [clip.group for clip in train]
    for kept, left in GroupKFold(_INNER_FOLDS).split(groups, groups=groups):
        for number, member in enumerate(members):
            learning, asked = [train[i] for i in kept], [train[i] for i in left]
            inner[number, left] = member(learning, asked, lambda name, curve: None)(asked)
    heard = np.concatenate(inner.transpose(1, 2, 0, 3)).reshape(-1, len(members) * len(DIMENSIONS))
    labels = np.concatenate([clip.labels for clip in train]).astype(np.float64)
    known = ~np.isnan(labels).any(axis=1)
    machine = ExtremeLearningMachine.fitted(heard[known], labels[known])

    def ask(clips: Sequence[Clip]) -> list[Doubles]:
        said = np.stack([np.concatenate(one(clips)) for one in asks], axis=1)
        values = machine(said.reshape(len(said), -1))
        return list(values.reshape(len(clips), -1, len(DIMENSIONS)))

    return ask
