"""A whole training: cross-validation beside the baselines, the final fit, export and card."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.training import baselines, card, evaluate, export
from emoviz.training.autoencoder import NetworkMaker
from emoviz.training.dataset import Clip, Floats, folds
from emoviz.training.distillation import Teacher
from emoviz.training.doubt import HeldOut, Shares, shares_of, together
from emoviz.training.evaluate import Figures
from emoviz.training.listening_model import LinearMaker
from emoviz.training.makers import Fitted, Maker, Watch
from emoviz.training.probes import probed
from emoviz.training.recipe import LinearRecipe, NetworkRecipe

FINAL = "all songs"


@dataclass(frozen=True)
class Outcome:
    """What a training gave: figures of every system in cross-validation, and file names."""

    systems: dict[str, dict[str, Figures]]
    files: list[Path]


@dataclass(frozen=True)
class Lessons:
    """A teacher, and the unlabelled music that it labels for the student."""

    teacher: Teacher
    music: Sequence[Clip]


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
        lessons: "Lessons | None" = None,
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
        self._scored = evaluate.benchmark(clips, recipe.collection)
        self._lessons = lessons
        music = lessons.music if lessons else []
        self.folder = runs / f"{recipe.name}-{_fingerprint(recipe, [*clips, *music])}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise errors.OutputError(self.folder, reason) from error
        export.write({self.folder / "recipe.toml": recipe.text.encode()})
        self._maker: Maker
        if isinstance(recipe, LinearRecipe):
            self._maker = LinearMaker(recipe, clips)
        else:
            self._maker = NetworkMaker(recipe, self.folder, watch)
        self._clips = self._maker.heard(clips)

    def run(self) -> Outcome:
        """Cross-validate, fit on everything, and write the model beside the recipe.

        Raises `errors.TrainingError` or `errors.OutputError`; nothing is written then.
        """
        fits = [
            self._maker.fit(self._train_clips(fold), f"without fold {fold + 1}")
            for fold in range(self._recipe.folds)
        ]
        errs = [
            fit.held_out([self._clips[index] for index in self._tested(fold)])
            for fold, fit in enumerate(fits)
        ]
        systems = self._scores(fits, errs)
        final = self._maker.fit(self._train_clips(None), FINAL)
        contents = self._files(final, shares_of(together(errs)), systems)
        export.write(contents)
        return Outcome(systems, sorted(contents))

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
            by_system = {
                "constant": baselines.constant(learnt, [self._plain[i] for i in tested]),
                "ridge on mel statistics": baselines.ridge(
                    learnt, [self._plain[i] for i in tested]
                ),
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

    def _train_clips(self, without: int | None) -> list[Clip]:
        chosen = [index for index in self._usable() if self._folds[index] != without]
        own = [index for index in self._maker.trained_on(chosen, self._scored)]
        if self._lessons is None:
            return [self._clips[index] for index in own]
        learnt = LinearMaker.chosen(chosen, self._scored, self._clips, self._recipe.collection)
        return self._lessons.teacher.taught(learnt, own, self._clips, self._lessons.music)

    def _usable(self) -> list[int]:
        wanted = {self._recipe.collection, *self._recipe.extra_collections}
        return [index for index, clip in enumerate(self._clips) if clip.collection in wanted]

    def _files(
        self, final: Fitted, shares: Sequence[Shares], systems: dict[str, dict[str, Figures]]
    ) -> dict[Path, bytes]:
        recipe, length = self._recipe, self._maker.window_columns
        scored = [self._clips[index] for index in self._scored]
        windows = np.concatenate(
            [evaluate.cut_windows(clip.columns, length).astype(np.float32) for clip in scored]
        )
        exported = self._maker.export(final.network(shares), windows)
        labels = np.concatenate([clip.labels for clip in scored])
        # Where nothing is known of a song it may be any: the labels' own spread about neutral.
        neutral_sd = np.sqrt(np.nanmean(labels.astype(np.float64) ** 2, axis=0)).tolist()
        summary = card.summary(recipe, systems, self._counts())
        contents = export.model_files(
            recipe, exported, self._maker.front_ends, length, neutral_sd, summary
        )
        account = card.Account(
            recipe, self._counts(), systems, exported, len(windows), shares, probed(contents)
        )
        folder = recipe.path.resolve().parent
        results = {**account.results(), "losses": self._maker.losses}
        contents[folder / "results.json"] = (json.dumps(results, indent=1) + "\n").encode()
        contents[folder / "CARD.md"] = account.markdown().encode()
        return contents

    def _counts(self) -> dict[str, tuple[int, int]]:
        """Give collection -> (songs, clips) of what the final network was fitted on."""
        counts = {}
        used = [self._clips[i] for i in self._maker.trained_on(self._usable(), self._scored)]
        for collection in (self._recipe.collection, *self._recipe.extra_collections):
            songs = [clip.song_id for clip in used if clip.collection == collection]
            counts[collection] = (len(set(songs)), len(songs))
        return counts


def _fingerprint(recipe: NetworkRecipe | LinearRecipe, clips: Sequence[Clip]) -> str:
    # What a fitted network depends on, and no more: a new title or one seed more need no new fits.
    settings: tuple[object, ...] = (
        (recipe.linear,)
        if isinstance(recipe, LinearRecipe)
        else (recipe.network, recipe.training, recipe.augmentation, recipe.distillation)
    )
    split = (recipe.collection, recipe.extra_collections, recipe.folds)
    digest = hashlib.sha256(repr((settings, split)).encode())
    for clip in clips:
        digest.update(repr((clip.song_id, clip.group, clip.collection, clip.start_s)).encode())
        digest.update(clip.columns.tobytes())
        digest.update(clip.labels.tobytes())
    return digest.hexdigest()[:16]
