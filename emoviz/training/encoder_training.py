"""The training of the default model's encoder: what the large ears tell, lessons, the listener."""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cached_property, lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge

from emoviz.models import estimator
from emoviz.system import files
from emoviz.training.data import pieces, quadrants
from emoviz.training.data.dataset import ClipRow, Floats, Progress, Watch
from emoviz.training.data.sounds import COLUMN_SAMPLES, decoded
from emoviz.training.ears import encoder as encoders
from emoviz.training.ears.ears import listener_bytes
from emoviz.training.ears.lessons import COLUMNS, Classroom, Source, lesson_path, read_lesson
from emoviz.training.ears.teachers import TEACHER, Components, Teachers, principal_components
from emoviz.training.ears.trail_listener import TrailListener
from emoviz.training.fits.encoder_fit import EncoderFit, School, held_out_scores
from emoviz.training.recipe import TrailRecipe
from emoviz.units import COLUMN_S

_COMPONENTS, _LESSONS = "components.npz", "lessons"
_LISTENER, _SCORES = "listener.onnx", "encoder.json"
_COMPONENT_SOURCES = 260
_COMPONENT_COLUMNS = 24
_MUSIC = "music"
_CORES = 2
_JUDGED_PENALTY = 10.0


class EncoderTraining:
    """The teaching of an encoder in a run folder, which goes on where it was stopped."""

    def __init__(
        self,
        recipe: TrailRecipe,
        rows: Sequence[ClipRow],
        whole: Sequence[pieces.Piece],
        sided: Sequence[quadrants.QuadrantClip],
        music: Sequence[Path],
        folder: Path,
        watch: Watch,
    ) -> None:
        """Take what there is to hear: clips, whole pieces, quadrants, songs without labels."""
        self._recipe, self._folder, self._watch = recipe, folder, watch
        extra = set(recipe.extra_collections)
        self._pieces = whole
        self._labelled = [row for row in rows if row.collection in extra]
        self._sources = [
            # All but the scored collection, which the encoder must not hear.
            *(Source(row.audio, row.collection) for row in self._labelled),
            *(Source(clip.audio, quadrants.COLLECTION) for clip in sided),
            *(Source(piece.audio, pieces.COLLECTION) for piece in whole),
            *(Source(path, _MUSIC) for path in music),
        ]

    def listener(self) -> bytes:
        """Give the listener's network, its encoder taught.

        Raises `errors.DataError` for a piece that was not rendered, before anything is taught, and
        for a damaged lesson; `errors.SongError` and `errors.OutputError`.
        """
        path = self._folder / _LISTENER
        if not path.is_file():
            for piece in self._pieces:
                # Said before hours of training rather than after them.
                pieces.piece_sound(piece)
            self._teach(path)
        return path.read_bytes()

    def scores(self) -> dict[str, float]:
        """Give what the taught encoder leaves unexplained of music that it did not learn from."""
        text = (self._folder / _SCORES).read_text(encoding="utf-8")
        found: dict[str, float] = json.loads(text)
        return found

    def _teach(self, path: Path) -> None:
        lessons, settings = self._folder / _LESSONS, self._recipe.encoder
        files.make_folder(lessons)
        components = self._components
        make_lessons(lessons, self._sources, settings.rounds, self._watch("lessons"))
        school, steps = School(lessons), self._watch("teaching the encoder")
        fit = EncoderFit(settings, self._folder / "encoder.pt")
        taught = fit.run(school, self._judged(), lambda step, loss: steps(step, settings.steps))
        scores = held_out_scores(taught, school.held_out)
        names = ("unexplained_of_half_seconds", "unexplained_of_means")
        told = dict(zip(names, scores, strict=True)) if scores else {}
        listener = TrailListener(taught, components.natural).eval()
        files.write_whole(
            {
                path: listener_bytes(listener, encoders.front_ends()),
                self._folder / _SCORES: json.dumps(told).encode(),
            }
        )

    @cached_property
    def _components(self) -> Components:
        path = self._folder / _COMPONENTS
        if not path.is_file():
            teachers, random = Teachers(estimator.load(TEACHER)), np.random.default_rng(0)
            sources = [one for one in self._sources if one.collection != pieces.COLLECTION]
            chosen = random.permutation(len(sources))[:_COMPONENT_SOURCES]
            progress, told = self._watch("components"), []
            for number, index in enumerate(chosen):
                samples = decoded(sources[index].audio)
                told.append(teachers(samples[: _COMPONENT_COLUMNS * COLUMN_SAMPLES]))
                progress(number + 1, len(chosen))
            found = principal_components(told)
            files.write_whole({path: found.as_bytes()})
        return Components.read(path)

    def _judged(self) -> Floats:
        """Give the directions of the components that valence and arousal of clips follow.

        Those of clips that are not scored: (components, 2).
        """
        told, labels = [], []
        for row in self._labelled:
            source = Source(row.audio, row.collection)
            lesson = lesson_path(self._folder / _LESSONS, source, 0)
            label = row.mean_label(COLUMNS * COLUMN_S)
            if lesson.is_file() and np.isfinite(label).all():
                told.append(read_lesson(lesson).told.astype(np.float64).mean(axis=0))
                labels.append(label)
        weights = Ridge(alpha=_JUDGED_PENALTY).fit(np.stack(told), np.stack(labels)).coef_.T
        return np.ascontiguousarray(weights, np.float32)


def make_lessons(folder: Path, sources: Sequence[Source], rounds: int, progress: Progress) -> None:
    """Make all lessons that are not there yet, on two cores. Raises as `Classroom.make`."""
    random = np.random.default_rng(rounds)
    short = [one for one in sources if one.collection not in (_MUSIC, pieces.COLLECTION)]
    with ProcessPoolExecutor(_CORES, get_context("spawn")) as pool:
        waiting = [
            pool.submit(_make, folder, source, short[int(random.integers(len(short)))], round_)
            for round_ in range(rounds)
            for source in sources
        ]
        for done, future in enumerate(as_completed(waiting)):
            future.result()
            progress(done + 1, len(waiting))


def _make(folder: Path, source: Source, other: Source, round_: int) -> None:
    _classroom(folder).make(source, other, round_)


@lru_cache(maxsize=1)
def _classroom(folder: Path) -> Classroom:
    components = Components.read(folder.parent / _COMPONENTS)
    teachers = Teachers(estimator.load(TEACHER, threads=1))
    return Classroom(folder, encoders.front_ends(), teachers, components)
