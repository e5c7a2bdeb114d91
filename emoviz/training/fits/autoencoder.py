"""Making the small model: an ensemble of autoencoders."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from emoviz.training import export
from emoviz.training.data.dataset import Clip, Floats
from emoviz.training.ears.ears import listener_bytes, small_ears
from emoviz.training.ears.listener import SMALL_HALO_COLUMNS, SmallListener
from emoviz.training.export import Exported
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.doubt import HeldOut, Shares
from emoviz.training.fits.makers import Watch
from emoviz.training.fits.network_fit import fitted
from emoviz.training.fits.networks import Ensemble, TimeOrderedAutoencoder, fold_norms, merged
from emoviz.training.recipe import NetworkRecipe
from emoviz.training.scores.evaluate import cut_windows


class NetworkMaker:
    """Makes the autoencoder: an ensemble of networks, whose spread tells what is strange."""

    def __init__(self, recipe: NetworkRecipe, states: Path, watch: Watch) -> None:
        """Keep the states of fits in the folder `states`."""
        self._recipe, self._states, self._watch = recipe, states, watch
        self.front_ends = small_ears().front_ends
        self.window_columns = recipe.network.window_columns
        self.curves: dict[str, Curve] = {}

    def trained_on(self, usable: Sequence[int], scored: Sequence[int]) -> list[int]:
        """Take every clip."""
        return list(usable)

    def heard(self, clips: Sequence[Clip]) -> list[Clip]:
        """Give the clips as they are."""
        return list(clips)

    def fit(
        self, clips: Sequence[Clip], validation: Sequence[Clip], title: str
    ) -> "FittedEnsemble":
        """Fit one network a seed."""
        networks = []
        for seed in self._recipe.seeds:
            name = f"{title}, seed {seed}"
            state_file = self._states / f"{name.replace(',', '').replace(' ', '-')}.pt"
            network, self.curves[name] = fitted(
                clips, validation, self._recipe, seed, state_file, partial(self._report, name)
            )
            networks.append(network)
        return FittedEnsemble(merged(networks), self.window_columns)

    def export(self, network: torch.nn.Module, windows: Floats) -> Exported:
        """Turn the ensemble into one file, checked on `windows`, (n, columns, features)."""
        assert isinstance(network, Ensemble)
        for member in network.members:
            assert isinstance(member, TimeOrderedAutoencoder)
            fold_norms(member)
        data, parity = export.export(network, windows)
        return Exported(
            onnx=data,
            parity=parity,
            features=windows.shape[2],
            listener=listener_bytes(SmallListener().eval(), self.front_ends),
            halo_columns=SMALL_HALO_COLUMNS,
        )

    def _report(self, title: str, epochs: int, loss: float) -> None:
        self._watch(title, epochs, self._recipe.training.epochs, loss)


@dataclass(frozen=True)
class FittedEnsemble:
    """An ensemble with what it needs to be asked."""

    ensemble: Ensemble
    window_columns: int

    def held_out(self, clips: Sequence[Clip]) -> HeldOut:
        """Tell how it errs; its strangeness is the variance between its members."""
        windows = [cut_windows(clip.columns, self.window_columns) for clip in clips]
        labels = np.concatenate([cut_windows(clip.labels, self.window_columns) for clip in clips])
        known = ~np.isnan(labels).any(axis=2)
        with torch.inference_mode():
            members = self.ensemble.each(torch.from_numpy(np.concatenate(windows))).double().numpy()
        strangeness = members.var(axis=0)[known]
        error = (labels - members.mean(axis=0))[known]
        return HeldOut(np.zeros_like(strangeness), strangeness, error)

    def network(self, shares: Sequence[Shares]) -> torch.nn.Module:
        """Give the ensemble with deviations."""
        return self.ensemble.with_shares(shares).eval()
