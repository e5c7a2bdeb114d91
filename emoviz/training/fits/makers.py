"""What a training asks of a kind of model: to hear, to fit, to doubt itself, to be exported."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch

from emoviz.hearing.front_end import FrontEnd
from emoviz.training.data.dataset import Clip, Floats
from emoviz.training.export import Exported
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.doubt import HeldOut, Shares

Watch = Callable[[str, int, int, float], None]
"""Takes what is being fitted, epochs done, of how many, and the loss of the last."""


class Fitted(Protocol):
    """A model fitted on some clips."""

    def held_out(self, clips: Sequence[Clip]) -> HeldOut:
        """Tell how it errs on clips that it was not fitted on."""

    def network(self, shares: Sequence[Shares]) -> torch.nn.Module:
        """Give the network (n, columns, features) to (n, columns, 4), deviations included."""


class Maker(Protocol):
    """One kind of model."""

    front_ends: tuple[FrontEnd, ...]
    window_columns: int
    curves: dict[str, Curve]
    """The losses after each epoch of every fit, by the name of the fit; none in closed form."""

    def trained_on(self, usable: Sequence[int], scored: Sequence[int]) -> list[int]:
        """Choose the clips to train on, of all usable ones and those that are scored."""

    def heard(self, clips: Sequence[Clip]) -> list[Clip]:
        """Give the clips with the columns that the model's windows are cut from."""

    def fit(self, clips: Sequence[Clip], validation: Sequence[Clip], title: str) -> Fitted:
        """Fit a model on `clips`; raises `errors.TrainingError`.

        The losses on `validation`, which may be empty, are noted and change nothing.
        """

    def export(self, network: torch.nn.Module, windows: Floats) -> Exported:
        """Turn the final network into files, checked on `windows`, (n, columns, features)."""
