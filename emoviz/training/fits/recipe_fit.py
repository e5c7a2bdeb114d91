"""A recipe's model fitted on some of a data folder's clips, in a run folder of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emoviz import errors
from emoviz.training import export
from emoviz.training.data.dataset import Clip
from emoviz.training.fits.autoencoder import NetworkMaker
from emoviz.training.fits.distillation import Teacher
from emoviz.training.fits.listening_model import LinearMaker
from emoviz.training.fits.makers import Fitted, Maker, Watch
from emoviz.training.recipe import LinearRecipe, NetworkRecipe
from emoviz.training.scores import evaluate


@dataclass(frozen=True)
class Lessons:
    """A teacher, and the unlabelled music that it labels for the student."""

    teacher: Teacher
    music: Sequence[Clip]


class Fitting:
    """What it takes to fit one recipe's model on any of the clips.

    `folder` is the run folder, the same for the same settings on the same clips, so that a run
    that was stopped goes on where it was; `identity` is the same for the same fitted model. `clips`
    are as the model's windows are cut from them.
    """

    def __init__(
        self,
        recipe: NetworkRecipe | LinearRecipe,
        clips: Sequence[Clip],
        runs: Path,
        watch: Watch,
        lessons: Lessons | None = None,
    ) -> None:
        """Make or find the run folder below `runs`.

        `clips` are heard with the model's ears; `lessons` are what a student needs. Raises
        `errors.OutputError` if the folder cannot be written to.
        """
        self.name = recipe.name
        self._recipe, self._lessons = recipe, lessons
        music = lessons.music if lessons else []
        self.folder = runs / f"{recipe.name}-{_fingerprint(recipe, [*clips, *music])}"
        # Of fits by several seeds, some may be there already.
        text = hashlib.sha256(recipe.text.encode()).hexdigest()
        self.identity = f"{self.folder.name}-{text[:8]}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise errors.OutputError(self.folder, reason) from error
        export.write({self.folder / "recipe.toml": recipe.text.encode()})
        self.maker: Maker
        if isinstance(recipe, LinearRecipe):
            self.maker = LinearMaker(recipe, clips)
        else:
            self.maker = NetworkMaker(recipe, self.folder, watch)
        self.clips = self.maker.heard(clips)
        self.scored = evaluate.benchmark(clips, recipe.collection)

    def without(self, tested: Sequence[int], title: str) -> Fitted:
        """Fit on all clips but those of the artists of `tested`, whose losses are noted.

        `title` names the fit. Raises `errors.TrainingError` or `errors.OutputError`.
        """
        asked = [self.clips[index] for index in tested]
        unheard = {(clip.collection, clip.group) for clip in asked}
        chosen = [
            index
            for index in self.usable
            if (self.clips[index].collection, self.clips[index].group) not in unheard
        ]
        return self.maker.fit(self._shown(chosen), asked, title)

    @property
    def usable(self) -> list[int]:
        """Clips of the recipe's collections, by index."""
        wanted = {self._recipe.collection, *self._recipe.extra_collections}
        return [index for index, clip in enumerate(self.clips) if clip.collection in wanted]

    @property
    def learnt(self) -> list[Clip]:
        """The labelled clips that a fit without tested ones learns from."""
        return [self.clips[index] for index in self.maker.trained_on(self.usable, self.scored)]

    def _shown(self, chosen: Sequence[int]) -> list[Clip]:
        own = self.maker.trained_on(chosen, self.scored)
        if self._lessons is None:
            return [self.clips[index] for index in own]
        learnt = LinearMaker.chosen(chosen, self.scored, self.clips, self._recipe.collection)
        return self._lessons.teacher.taught(learnt, own, self.clips, self._lessons.music)


def _fingerprint(recipe: NetworkRecipe | LinearRecipe, clips: Sequence[Clip]) -> str:
    # What a fitted network depends on, and no more: a new title or one seed more need no new fits.
    settings: tuple[object, ...] = (
        (recipe.linear,)
        if isinstance(recipe, LinearRecipe)
        else (recipe.network, recipe.training, recipe.augmentation, recipe.distillation)
    )
    if isinstance(recipe, NetworkRecipe):
        teacher = recipe.teacher()
        settings = (*settings, teacher.linear if teacher else None)
    split = (recipe.collection, recipe.extra_collections, recipe.folds)
    digest = hashlib.sha256(repr((settings, split)).encode())
    for clip in clips:
        digest.update(repr((clip.song_id, clip.group, clip.collection, clip.start_s)).encode())
        digest.update(clip.columns.tobytes())
        digest.update(clip.labels.tobytes())
    return digest.hexdigest()[:16]
