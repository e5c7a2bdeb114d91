"""A whole training: cross-validation beside the baselines, the final fit, export and card."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.training import export
from emoviz.training.data.dataset import Clip, Floats, folds
from emoviz.training.fits import curves
from emoviz.training.fits.doubt import HeldOut, Shares, shares_of, together
from emoviz.training.fits.makers import Fitted, Watch
from emoviz.training.fits.recipe_fit import Fitting, Lessons
from emoviz.training.recipe import LinearRecipe, NetworkRecipe
from emoviz.training.reports import card
from emoviz.training.reports.probes import probed
from emoviz.training.scores import baselines, evaluate
from emoviz.training.scores.evaluate import Figures

FINAL = "all songs"


@dataclass(frozen=True)
class TrainedModel:
    """What a training gave: figures of every system in cross-validation, and file names."""

    systems: dict[str, dict[str, Figures]]
    files: list[Path]


class Experiment:
    """One recipe on one data folder's clips, with a run folder for what it takes to go on.

    A run that was stopped goes on where it was when it is started again with the same settings
    on the same data.
    """

    def __init__(
        self,
        recipe: NetworkRecipe | LinearRecipe,
        clips: Sequence[Clip],
        plain: Sequence[Clip],
        runs: Path,
        watch: Watch,
        lessons: Lessons | None = None,
    ) -> None:
        """Make or find the run folder below `runs`.

        `clips` are heard with the model's ears, `plain` are the same clips heard with the paper's,
        for the baselines; `lessons` are what a student needs. Raises `errors.RecipeError` if there
        are too few artists to split, `errors.OutputError` if that folder or the recipe's, where
        the model goes, cannot be written to.
        """
        self._recipe, self._plain = recipe, plain
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
        self._fitting = Fitting(recipe, clips, runs, watch, lessons)
        self._maker, self._clips = self._fitting.maker, self._fitting.clips
        self._scored = self._fitting.scored

    def run(self) -> TrainedModel:
        """Cross-validate, fit on everything, and write the model beside the recipe.

        Raises `errors.TrainingError` or `errors.OutputError`; nothing is written then.
        """
        fits = [
            self._fitting.without(self._tested(fold), f"without fold {fold + 1}")
            for fold in range(self._recipe.folds)
        ]
        errs = [
            fit.held_out([self._clips[index] for index in self._tested(fold)])
            for fold, fit in enumerate(fits)
        ]
        systems = self._scores(fits, errs)
        final = self._fitting.without([], FINAL)
        curves.write(self._maker.curves, self._fitting.folder)
        contents = self._files(final, shares_of(together(errs)), systems)
        export.write(contents)
        return TrainedModel(systems, sorted(contents))

    def _scores(
        self, fits: Sequence[Fitted], errs: Sequence[HeldOut]
    ) -> dict[str, dict[str, Figures]]:
        tracks: dict[str, dict[int, npt.NDArray[np.float64]]] = {}
        means: dict[int, Floats] = {}
        for fold, fit in enumerate(fits):
            # A fold's deviations are learnt from the errors in the other folds.
            shares = shares_of(together([*errs[:fold], *errs[fold + 1 :]]))
            estimate = partial(export.estimates, fit.network(shares))
            tested, learnt = self._tested(fold), self._learnt_and_scored(fold)
            asked = [self._plain[index] for index in tested]
            by_system = {
                "constant": baselines.constant(learnt)(asked),
                "ridge on mel statistics": baselines.ridge(learnt)(asked),
                self._recipe.name: [
                    evaluate.track_of(estimate, self._clips[i].columns, self._maker.window_columns)
                    for i in tested
                ],
            }
            for name, predicted in by_system.items():
                tracks.setdefault(name, {}).update(zip(tested, predicted, strict=True))
            means.update(dict.fromkeys(tested, baselines.mean_labels(learnt)))
        scored = [self._plain[index] for index in self._scored]
        training_means = np.stack([means[index] for index in self._scored])
        return {
            name: evaluate.figures([found[i] for i in self._scored], scored, training_means)
            for name, found in tracks.items()
        }

    def _tested(self, fold: int) -> list[int]:
        return [index for index in self._scored if self._folds[index] == fold]

    def _learnt_and_scored(self, fold: int) -> list[Clip]:
        return [self._plain[index] for index in self._scored if self._folds[index] != fold]

    def _files(
        self, final: Fitted, shares: Sequence[Shares], systems: dict[str, dict[str, Figures]]
    ) -> dict[Path, bytes]:
        recipe, length = self._recipe, self._maker.window_columns
        scored = [self._clips[index] for index in self._scored]
        windows = np.concatenate(
            [evaluate.cut_windows(clip.columns, length).astype(np.float32) for clip in scored]
        )
        exported = self._maker.export(final.network(shares), windows)
        summary = card.summary(recipe, systems, self._counts())
        contents = export.model_files(recipe, exported, self._maker.front_ends, length, summary)
        account = card.Account(
            recipe, self._counts(), systems, exported, len(windows), shares, probed(contents)
        )
        folder = recipe.path.resolve().parent
        noted = {name: asdict(curve) for name, curve in self._maker.curves.items()}
        results = {**account.results(), "curves": noted}
        contents[folder / "results.json"] = (json.dumps(results, indent=1) + "\n").encode()
        contents[folder / "CARD.md"] = account.markdown().encode()
        return contents

    def _counts(self) -> dict[str, tuple[int, int]]:
        """Give collection -> (songs, clips) of what the final network was fitted on."""
        counts = {}
        for collection in (self._recipe.collection, *self._recipe.extra_collections):
            songs = [clip.song_id for clip in self._fitting.learnt if clip.collection == collection]
            counts[collection] = (len(set(songs)), len(songs))
        return counts
