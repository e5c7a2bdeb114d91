"""The networks: mel windows in decibels in, one value per half-second and dimension out."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import cast

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from emoviz.training.data.dataset import BANDS, DIMENSIONS
from emoviz.training.ears.context import CONTEXT, Context
from emoviz.training.fits.doubt import Shares
from emoviz.training.fits.head import EXTREME
from emoviz.training.recipe import NetworkSettings

LEAK = 0.1
"""Slope of LeakyReLU below zero."""


class TimeOrderedAutoencoder(nn.Module):
    """The paper's convolutional autoencoder, read so that its outputs are in the order of time.

    Takes normalised mel windows (n, columns, 96) and gives (n, columns, 2), valence and arousal on
    (-1, 1), for any number of columns that is a multiple of 4. For 60 columns of half a second the
    layers make:

        conv 1 (7,7) stride (2,2)             48 x 30
        conv 2 (5,5) stride (2,2)             24 x 15
        transposed conv 3 (5,5) stride (1,2)  18 x 31   the bottleneck
        transposed conv 4 (7,7) stride (1,2)  12 x 65
        transposed conv 5 (7,1) stride (1,1)   6 x 63
        mean-pool (6,4) stride (1,1)           1 x 60   then tanh

    It differs from the paper in what keeps a few hundred songs from being learnt by heart: batch
    normalisation after each layer, dropout of whole channels that is off at test time, and one
    network for both dimensions; and in a second way in, `aside`, for what the picture does not
    show: a summary of the whole window, (n, `CONTEXT`), is weighed by a hidden layer and added
    before the tanh. Source: Yang, "Short-time emotion tracker using a convolutional autoencoder",
    Table 1.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        first, second, third, fourth = settings.channels
        self.conv1 = nn.Conv2d(1, first, (7, 7), (2, 2), (3, 3))
        self.conv2 = nn.Conv2d(first, second, (5, 5), (2, 2), (2, 2))
        self.deconv3 = nn.ConvTranspose2d(second, third, (5, 5), (1, 2), (5, 1))
        self.deconv4 = nn.ConvTranspose2d(third, fourth, (7, 7), (1, 2), (6, 1))
        self.deconv5 = nn.ConvTranspose2d(fourth, len(DIMENSIONS), (7, 1), (1, 1), (6, 1))
        self.norm1 = nn.BatchNorm2d(first)
        self.norm2 = nn.BatchNorm2d(second)
        self.norm3 = nn.BatchNorm2d(third)
        self.norm4 = nn.BatchNorm2d(fourth)
        self.pool = nn.AvgPool2d((6, 4), (1, 1))
        self.activation = nn.LeakyReLU(LEAK)
        self.dropout = nn.Dropout2d(settings.dropout)
        self.aside = nn.Sequential(
            nn.Dropout(settings.context_dropout),
            nn.Linear(CONTEXT, settings.hidden),
            nn.LeakyReLU(LEAK),
            nn.Dropout(settings.context_dropout),
            nn.Linear(settings.hidden, len(DIMENSIONS)),
        )

    def forward(self, windows: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) from (n, columns, bands) and (n, `CONTEXT`), both normalised."""
        image = windows.transpose(1, 2).unsqueeze(1)
        code = self.activation(self.norm1(self.conv1(image)))
        code = self.dropout(self.activation(self.norm2(self.conv2(code))))
        code = self.dropout(self.activation(self.norm3(self.deconv3(code))))
        code = self.dropout(self.activation(self.norm4(self.deconv4(code))))
        values = self.pool(self.deconv5(code)).squeeze(2).transpose(1, 2)
        return torch.tanh(values + self.aside(context)[:, None])


@dataclass(frozen=True)
class Normalisation:
    """Mean and deviation, in the training data, of mel bands, (bands,), and context, (context,)."""

    mean_db: torch.Tensor
    deviation_db: torch.Tensor
    context_mean: torch.Tensor
    context_deviation: torch.Tensor

    @classmethod
    def of(cls, mel_db: torch.Tensor, context: torch.Tensor) -> "Normalisation":
        """Measure (n, columns, bands) and (n, context)."""
        return cls(
            mel_db.mean(dim=(0, 1)),
            # A band that never changes (nothing above a lossy coder's limit) must not divide by 0.
            mel_db.std(dim=(0, 1)).clamp(min=1.0),
            context.mean(dim=0),
            context.std(dim=0).clamp(min=1e-3),
        )


class Ensemble(nn.Module):
    """Networks of one shape whose mean is the estimate, and the normalisation they share.

    Takes columns (n, columns, `BANDS` + `FIRST_EAR`) as the small listener gives them: mel bands
    in decibels, tonality and loudness.
    """

    def __init__(
        self, members: Sequence[TimeOrderedAutoencoder], normalisation: Normalisation
    ) -> None:
        """Put `members` behind one normalisation."""
        super().__init__()
        for field in fields(Normalisation):
            self.register_buffer(field.name, getattr(normalisation, field.name))
        self.members = nn.ModuleList(members)
        self.context = Context()
        self._shares: Sequence[Shares] = ()

    @property
    def normalisation(self) -> Normalisation:
        """The statistics that the input is normalised with."""
        return Normalisation(*(getattr(self, field.name) for field in fields(Normalisation)))

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Estimate (n, columns, 2) on (-1, 1); 4 with deviations."""
        values = self.each(columns)
        mean = values.mean(dim=0)
        if not self._shares:
            return mean
        floor = torch.tensor([shares.floor for shares in self._shares])
        strangeness = torch.tensor([shares.strangeness for shares in self._shares])
        variance = floor + strangeness * (values - mean).square().mean(dim=0)
        return torch.cat([mean, torch.sqrt(variance)], dim=2)

    def each(self, columns: torch.Tensor) -> torch.Tensor:
        """Give every member's own estimate, (members, n, columns, 2)."""
        return self.judged(columns[:, :, :BANDS], self.context(columns[:, :, BANDS:]))

    def judged(self, mel_db: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Give every member's own estimate, (members, n, columns, 2), of both inputs apart.

        `mel_db` has shape (n, columns, bands) in decibels, `context` (n, context).
        """
        known = self.normalisation
        windows = (mel_db - known.mean_db) / known.deviation_db
        summary = ((context - known.context_mean) / known.context_deviation).clamp(
            -EXTREME, EXTREME
        )
        return torch.stack([member(windows, summary) for member in self.members])

    def with_shares(self, shares: Sequence[Shares]) -> "Ensemble":
        """Give the same ensemble with deviations that grow with how its members differ."""
        members = cast(list[TimeOrderedAutoencoder], list(self.members))
        same = Ensemble(members, self.normalisation)
        same._shares = shares
        return same


def merged(ensembles: Sequence[Ensemble]) -> Ensemble:
    """Make one ensemble of several that were fitted on the same data."""
    first = ensembles[0]
    members = [member for ensemble in ensembles for member in ensemble.members]
    return Ensemble(cast(list[TimeOrderedAutoencoder], members), first.normalisation)


def fold_norms(network: TimeOrderedAutoencoder) -> TimeOrderedAutoencoder:
    """Work each batch normalisation into the layer before it, in place, for running only.

    The estimate stays the same. What is left has one weight and one bias a layer, so a graph made
    of it keeps their names.
    """
    network.eval()
    for number, layer in enumerate(("conv1", "conv2", "deconv3", "deconv4"), start=1):
        norm = getattr(network, f"norm{number}")
        if isinstance(norm, nn.BatchNorm2d):
            transposed = layer.startswith("de")
            folded = fuse_conv_bn_eval(getattr(network, layer), norm, transpose=transposed)
            setattr(network, layer, folded)
            setattr(network, f"norm{number}", nn.Identity())
    return network
