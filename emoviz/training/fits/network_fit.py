"""Fitting one network: the loop, the running mean of weights, the state that survives a kill."""

import copy
import io
import math
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from emoviz import errors
from emoviz.system import files
from emoviz.training.data.dataset import BANDS, DIMENSIONS, Clip
from emoviz.training.ears.context import Context
from emoviz.training.fits.augmentation import Batch, augmented, cropped, mixing
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.networks import Ensemble, Normalisation, TimeOrderedAutoencoder
from emoviz.training.recipe import NetworkRecipe
from emoviz.training.scores.evaluate import cut_windows

Report = Callable[[int, float], None]
"""Takes how many epochs are done and the training loss of the last."""

_WARM_AVERAGE = 10
"""Steps over which the running mean of the weights forgets where they started."""


@dataclass(frozen=True)
class Examples:
    """Training clips as tensors; see `Batch` for the shapes."""

    mel_db: torch.Tensor
    context: torch.Tensor
    labels: torch.Tensor
    extra: torch.Tensor

    @classmethod
    def of(cls, clips: Sequence[Clip], recipe: NetworkRecipe) -> "Examples":
        """Stack clips, cut to the length of the shortest.

        Raises `errors.TrainingError` if there are too few clips to train on.
        """
        if len(clips) < recipe.training.batch_size:
            raise errors.TrainingError(
                f"There are {len(clips)} clips to train on and 'batch_size' is "
                f"{recipe.training.batch_size}; lower it in {recipe.path}."
            )
        columns = min(len(clip.columns) for clip in clips)
        extra = [clip.collection != recipe.collection for clip in clips]
        heard = torch.from_numpy(np.stack([clip.columns[:columns] for clip in clips]))
        return cls(
            mel_db=heard[:, :, :BANDS],
            context=Context()(heard[:, :, BANDS:]),
            labels=torch.from_numpy(np.stack([clip.labels[:columns] for clip in clips])),
            extra=torch.tensor(extra),
        )

    def batch(self, indices: torch.Tensor) -> Batch:
        """Pick the examples at `indices`, (n,)."""
        return Batch(self.mel_db, self.context, self.labels, self.extra).at(indices)


class Calibration(nn.Module):
    """How labels of other collections lie to those of the scored one: a gain and an offset each.

    Learnt with the network and left out of the model, which speaks on the scored scale.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(DIMENSIONS)))
        self.offset = nn.Parameter(torch.zeros(len(DIMENSIONS)))

    def forward(self, values: torch.Tensor, extra: torch.Tensor) -> torch.Tensor:
        """Put the values (n, columns, 2) of clips where `extra` on their collection's scale."""
        return torch.where(extra[:, None, None], values * self.gain + self.offset, values)


class Fit:
    """A network being fitted, which can be stored after any epoch and taken up again."""

    def __init__(
        self, examples: Examples, validation: Sequence[Clip], recipe: NetworkRecipe, seed: int
    ) -> None:
        self._examples, self._settings, self._seed = examples, recipe.training, seed
        self._validation = _windows(validation, recipe)
        self._augmentation = recipe.augmentation
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            member = TimeOrderedAutoencoder(recipe.network)
        self._network = Ensemble([member], Normalisation.of(examples.mel_db, examples.context))
        self._average = copy.deepcopy(self._network).requires_grad_(False)
        self._calibration = Calibration()
        self._optimiser = torch.optim.AdamW(self._parameter_groups(), lr=0.0)
        self.curve = Curve()

    @property
    def network(self) -> Ensemble:
        """The running mean of the weights so far, ready to estimate."""
        return copy.deepcopy(self._average).eval()

    def epoch(self) -> float:
        """Go once through the examples and give the mean loss.

        Every epoch draws from a generator of its own, so that a fit taken up again goes on as if
        it had never been stopped. Raises `errors.TrainingError` if the loss is no longer a number.
        """
        number = len(self.curve.training)
        random = np.random.default_rng((self._seed, number))
        order = torch.from_numpy(random.permutation(len(self._examples.extra)))
        size = self._settings.batch_size
        batches = len(order) // size
        losses = []
        self._network.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(random.integers(2**31)))
            for index in range(batches):
                self._set_rate(number * batches + index, self._settings.epochs * batches)
                batch = self._examples.batch(order[index * size : (index + 1) * size])
                losses.append(self._step(batch, random))
                self._follow(number * batches + index)
        loss = float(np.mean(losses))
        if not math.isfinite(loss):
            raise errors.TrainingError(
                f"The loss became {loss} in epoch {number + 1}; lower 'learning_rate'."
            )
        self.curve.training.append(loss)
        if self._validation is not None:
            self.curve.validation.append(self._validation_loss(*self._validation))
        return loss

    def state(self) -> dict[str, Any]:
        """Give all that is needed to go on, for `torch.save`."""
        return {
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "calibration": self._calibration.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "curve": asdict(self.curve),
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._calibration.load_state_dict(state["calibration"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.curve = Curve(**state["curve"])

    def _step(self, batch: Batch, random: np.random.Generator) -> float:
        batch = cropped(batch, self._augmentation.crop_columns, random)
        mel_db = augmented(batch, self._augmentation, random)
        share, partner = mixing(len(mel_db), self._augmentation.mixup, random)
        mixed_db = share * mel_db + (1.0 - share) * mel_db[partner]
        beside = share[:, 0]
        context = beside * batch.context + (1.0 - beside) * batch.context[partner]
        values = self._network.judged(mixed_db, context)[0]
        own_error, own_count = self._error(values, batch, share)
        other_error, other_count = self._error(values, batch.at(partner), 1.0 - share)
        # Crops of clips whose labels begin late may all lie before them.
        loss = (own_error + other_error) / (own_count + other_count).clamp(min=1e-6)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        return float(loss.detach())

    def _validation_loss(self, columns: torch.Tensor, labels: torch.Tensor) -> float:
        known = ~torch.isnan(labels)
        with torch.inference_mode():
            values = self._average.eval()(columns)
        return float((values - torch.nan_to_num(labels))[known].square().mean())

    def _error(
        self, values: torch.Tensor, batch: Batch, share: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the weighted sum of squared errors and the sum of weights.

        Each clip of a mixture is compared on its own collection's scale.
        """
        known = ~torch.isnan(batch.labels)
        weight = share * known
        difference = self._calibration(values, batch.extra) - torch.nan_to_num(batch.labels)
        return (weight * difference**2).sum(), weight.sum()

    def _parameter_groups(self) -> list[dict[str, Any]]:
        # Weight decay pulls towards 0, which is the wrong place for gains, offsets and biases.
        parameters = list(self._network.parameters())
        return [
            {
                "params": [value for value in parameters if value.ndim > 1],
                "weight_decay": self._settings.weight_decay,
            },
            {
                "params": [value for value in parameters if value.ndim <= 1]
                + list(self._calibration.parameters()),
                "weight_decay": 0.0,
            },
        ]

    def _set_rate(self, step: int, steps: int) -> None:
        warmth = min(1.0, (step + 1) / max(1, self._settings.warmup_steps))
        fall = 0.5 * (1.0 + math.cos(math.pi * step / steps))
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.learning_rate * warmth * fall

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        decay = min(self._settings.averaging, (step + 1) / (step + _WARM_AVERAGE))
        followed = self._network.state_dict()
        for name, value in self._average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(followed[name], 1.0 - decay)
            else:
                value.copy_(followed[name])


def fitted(
    clips: Sequence[Clip],
    validation: Sequence[Clip],
    recipe: NetworkRecipe,
    seed: int,
    state_file: Path,
    report: Report = lambda epochs, loss: None,
) -> tuple[Ensemble, Curve]:
    """Fit a network on `clips`, and give it with its losses after every epoch.

    `validation` may be empty: its loss, that of the running mean of the weights on windows as the
    program cuts them, changes nothing.

    The state goes to `state_file` after each epoch; if that file is there, the fit goes on from
    it. A seed gives the same weights however many cores there are. Raises
    `errors.TrainingError` if the loss diverges or the state is damaged, and
    `errors.OutputError` if the state cannot be written.
    """
    with one_thread():
        fit = Fit(Examples.of(clips, recipe), validation, recipe, seed)
        if state_file.is_file():
            _take_up(fit, state_file)
            report(len(fit.curve.training), fit.curve.training[-1])
        while len(fit.curve.training) < recipe.training.epochs:
            loss = fit.epoch()
            buffer = io.BytesIO()
            torch.save(fit.state(), buffer)
            files.write_whole({state_file: buffer.getvalue()})
            report(len(fit.curve.training), loss)
    return fit.network, fit.curve


def _windows(
    clips: Sequence[Clip], recipe: NetworkRecipe
) -> tuple[torch.Tensor, torch.Tensor] | None:
    if not clips:
        return None
    length = recipe.network.window_columns
    columns = np.concatenate([cut_windows(clip.columns, length) for clip in clips])
    labels = np.concatenate([cut_windows(clip.labels, length) for clip in clips])
    return torch.from_numpy(columns), torch.from_numpy(labels)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread: with any number of cores the same digits."""
    # How many threads share a sum shows in its last digits, and a fit blows them up.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _take_up(fit: Fit, state_file: Path) -> None:
    try:
        fit.take_up(torch.load(state_file, weights_only=True))
    except (
        OSError,
        RuntimeError,
        ValueError,
        TypeError,
        EOFError,
        LookupError,
        pickle.UnpicklingError,
    ) as error:
        raise errors.TrainingError(
            f"{state_file}: this state of a training is damaged; delete it and train again."
        ) from error
