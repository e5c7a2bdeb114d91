"""A whole training: cross-validation beside the baselines, the final fit, export and card."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.training import baselines, card, evaluate, export
from emoviz.training.dataset import Clip, Floats, folds, paper_front_end
from emoviz.training.evaluate import Figures
from emoviz.training.fit import fitted
from emoviz.training.networks import Ensemble, merged
from emoviz.training.recipe import Recipe

Watch = Callable[[str, int, int, float], None]
"""Takes what is being fitted, epochs done, of how many, and the loss of the last."""

Tracks = list[npt.NDArray[np.float64]]

FINAL = "all songs"


@dataclass(frozen=True)
class Outcome:
    """What a training gave: figures of every system in cross-validation, curves, file names.

    `losses` holds the training loss after each epoch of every fit, by the name of the fit.
    """

    systems: dict[str, dict[str, Figures]]
    losses: dict[str, list[float]]
    files: list[Path]


class Experiment:
    """One recipe on one data folder's clips, with a run folder for what it takes to go on.

    A run that was stopped goes on where it was when it is started again with the same settings
    on the same data.
    """

    def __init__(self, recipe: Recipe, clips: Sequence[Clip], runs: Path, watch: Watch) -> None:
        """Make or find the run folder below `runs`.

        Raises `errors.RecipeError` if there are too few artists to split, `errors.OutputError` if
        that folder or the recipe's, where the model goes, cannot be written to.
        """
        self._recipe, self._clips, self._watch = recipe, clips, watch
        self._folds = folds(clips, recipe.collection, recipe.folds)
        if len(set(self._folds) - {-1}) < recipe.folds:
            raise errors.RecipeError(
                recipe.path,
                f"the data have too few artists of 'collection' {recipe.collection!r} "
                f"for {recipe.folds} folds",
            )
        target = recipe.path.resolve().parent
        if not os.access(target, os.W_OK):
            # Said before hours of training rather than after them.
            raise errors.OutputError(
                target, "the model goes where the recipe is: permission denied"
            )
        self._scored = evaluate.benchmark(clips, recipe.collection)
        self.folder = runs / f"{recipe.name}-{_fingerprint(recipe, clips)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise errors.OutputError(self.folder, reason) from error
        export.write({self.folder / "recipe.toml": recipe.text.encode()})

    def run(self) -> Outcome:
        """Cross-validate, fit on everything, and write the model beside the recipe.

        Raises `errors.TrainingError` or `errors.OutputError`; nothing is written then.
        """
        losses: dict[str, list[float]] = {}
        systems = self._cross_validated(losses)
        network = self._ensemble(list(self._usable()), FINAL, losses)
        files = self._files(network, systems, losses)
        export.write(files)
        return Outcome(systems, losses, sorted(files))

    def _cross_validated(self, losses: dict[str, list[float]]) -> dict[str, dict[str, Figures]]:
        tracks: dict[str, dict[int, npt.NDArray[np.float64]]] = {}
        means: dict[int, Floats] = {}
        for fold in range(self._recipe.folds):
            test = [index for index in self._scored if self._folds[index] == fold]
            by_system = self._fold_tracks(fold, test, losses)
            mean = baselines.mean_labels(self._scored_clips_outside(fold))
            for name, predicted in by_system.items():
                tracks.setdefault(name, {}).update(zip(test, predicted, strict=True))
            means.update(dict.fromkeys(test, mean))
        scored = [self._clips[index] for index in self._scored]
        training_means = np.stack([means[index] for index in self._scored])
        return {
            name: evaluate.figures([found[i] for i in self._scored], scored, training_means)
            for name, found in tracks.items()
        }

    def _fold_tracks(
        self, fold: int, test: Sequence[int], losses: dict[str, list[float]]
    ) -> dict[str, Tracks]:
        outside = self._scored_clips_outside(fold)
        heard = [self._clips[index] for index in test]
        train = [i for i in self._usable() if self._folds[i] != fold]
        network = self._ensemble(train, f"without fold {fold + 1}", losses)
        estimate = partial(export.estimates, network)
        length = self._recipe.network.window_columns
        return {
            "constant": baselines.constant(outside, heard),
            "ridge on mel statistics": baselines.ridge(outside, heard),
            self._recipe.name: [
                evaluate.track_of(estimate, clip.columns_db, length) for clip in heard
            ],
        }

    def _ensemble(
        self, train: Sequence[int], name: str, losses: dict[str, list[float]]
    ) -> Ensemble:
        clips = [self._clips[index] for index in train]
        networks = []
        for seed in self._recipe.seeds:
            title = f"{name}, seed {seed}"
            state_file = self.folder / f"{title.replace(',', '').replace(' ', '-')}.pt"
            network, losses[title] = fitted(
                clips, self._recipe, seed, state_file, partial(self._report, title)
            )
            networks.append(network)
        return merged(networks).eval()

    def _report(self, title: str, epochs: int, loss: float) -> None:
        self._watch(title, epochs, self._recipe.training.epochs, loss)

    def _usable(self) -> list[int]:
        wanted = {self._recipe.collection, *self._recipe.extra_collections}
        return [index for index, clip in enumerate(self._clips) if clip.collection in wanted]

    def _scored_clips_outside(self, fold: int) -> list[Clip]:
        return [self._clips[index] for index in self._scored if self._folds[index] != fold]

    def _files(
        self,
        network: Ensemble,
        systems: dict[str, dict[str, Figures]],
        losses: dict[str, list[float]],
    ) -> dict[Path, bytes]:
        recipe = self._recipe
        windows_db = np.concatenate(
            [
                evaluate.windows_db(self._clips[index].columns_db, recipe.network.window_columns)
                for index in self._scored
            ]
        )
        exported = export.export(network, windows_db)
        columns_db = np.concatenate([self._clips[index].columns_db for index in self._usable()])
        account = card.Account(recipe, self._counts(), systems, exported, len(windows_db))
        contents = export.model_files(
            recipe, exported, paper_front_end(), columns_db, account.summary
        )
        folder = recipe.path.resolve().parent
        results = {**account.results(), "losses": losses}
        contents[folder / "results.json"] = (json.dumps(results, indent=1) + "\n").encode()
        contents[folder / "CARD.md"] = account.markdown().encode()
        return contents

    def _counts(self) -> dict[str, tuple[int, int]]:
        """Give collection -> (songs, clips) of what the final network was fitted on."""
        counts = {}
        for collection in (self._recipe.collection, *self._recipe.extra_collections):
            songs = [clip.song_id for clip in self._clips if clip.collection == collection]
            counts[collection] = (len(set(songs)), len(songs))
        return counts


def _fingerprint(recipe: Recipe, clips: Sequence[Clip]) -> str:
    # What a fitted network depends on, and no more: a new title or one seed more need no new fits.
    settings = (recipe.network, recipe.training, recipe.augmentation)
    split = (recipe.collection, recipe.extra_collections, recipe.folds)
    digest = hashlib.sha256(repr((settings, split)).encode())
    for clip in clips:
        digest.update(repr((clip.song_id, clip.group, clip.collection, clip.start_s)).encode())
        digest.update(clip.columns_db.tobytes())
        digest.update(clip.labels.tobytes())
    return digest.hexdigest()[:16]
