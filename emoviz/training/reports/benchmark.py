"""Every system of the field beside the project's models: same songs, same splits, one table.

A collection that comes with an evaluation set is learnt and tested as its authors split it, any
other in folds by artist. So the paper's Tables 2 and 3 come from its data set, emoMusic.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from msgspec import structs

from emoviz import errors
from emoviz.system import files
from emoviz.training import export
from emoviz.training.data.dataset import Clip, Floats, folds
from emoviz.training.fits import curves
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.doubt import Shares
from emoviz.training.fits.recipe_fit import Fitting
from emoviz.training.recipe import LinearRecipe, NetworkRecipe
from emoviz.training.scores import baselines, evaluate
from emoviz.training.scores.baselines import Ask, Doubles
from emoviz.training.scores.evaluate import Figures
from emoviz.training.systems.published import published_systems
from emoviz.training.systems.recurrent import recurrent_systems
from emoviz.training.systems.system import Learn, System

_DEVELOPMENT, _EVALUATION = "-development", "-evaluation"
_MULTIPLE = 4

FOLDS = 5

Watch: TypeAlias = Callable[[str, str], None]
"""Takes the names of a system and of the split that it begins with."""

Tracks: TypeAlias = dict[int, Doubles]
"""Valence and arousal, (columns, 2), of clips by index."""


@dataclass(frozen=True)
class Split:
    """Clips to learn from and clips to be asked about, by index."""

    name: str
    train: list[int]
    test: list[int]


def splits(clips: Sequence[Clip], collection: str, count: int) -> tuple[str, list[Split]]:
    """Say how `collection` is split and give the splits: the authors' if there is one, or folds.

    Every song takes part with one clip. Raises `errors.TrainingError` if there are too few artists.
    """
    own = evaluate.benchmark(clips, collection)
    evaluation = collection.removesuffix(_DEVELOPMENT) + _EVALUATION
    asked = evaluate.benchmark(clips, evaluation)
    if collection.endswith(_DEVELOPMENT) and asked:
        return f"{evaluation}, learnt on {collection}", [Split("official", own, asked)]
    fold_of = folds(clips, collection, count)
    if len(set(fold_of[own])) < count:
        raise errors.TrainingError(
            f"The collection {collection!r} has too few artists for {count} folds."
        )
    found = [
        Split(
            f"fold {fold + 1}",
            [index for index in own if fold_of[index] != fold],
            [index for index in own if fold_of[index] == fold],
        )
        for fold in range(count)
    ]
    return f"{count} folds of {collection} by artist", found


def adapted(
    recipe: NetworkRecipe | LinearRecipe, clips: Sequence[Clip]
) -> NetworkRecipe | LinearRecipe:
    """Give a recipe for the data that are there: their largest collection if they lack its own."""
    songs: dict[str, set[int]] = {}
    for clip in clips:
        if not clip.collection.endswith(_EVALUATION):
            songs.setdefault(clip.collection, set()).add(clip.song_id)
    if recipe.collection in songs or not songs:
        return recipe
    largest = max(songs, key=lambda name: len(songs[name]))
    extra = tuple(name for name in recipe.extra_collections if name in songs and name != largest)
    return structs.replace(recipe, collection=largest, extra_collections=extra)


def stretches(clips: Sequence[Clip]) -> list[slice]:
    """Give the labelled stretch of every clip, all of one length, a multiple of 4 half-seconds."""
    known = [np.flatnonzero(~np.isnan(clip.labels).any(axis=1)) for clip in clips]
    length = min(int(found[-1] - found[0]) + 1 for found in known) // _MULTIPLE * _MULTIPLE
    return [slice(int(found[0]), int(found[0]) + length) for found in known]


def plain_systems() -> list[System]:
    """Give every system that hears mel bands only, from the simplest."""
    statistics = "mean and deviation of each mel band over the clip"
    return [
        System("constant", "mean of the training labels", _still(baselines.constant)),
        System("ridge", f"ridge regression, {statistics}", _still(baselines.ridge)),
        System(
            "SVR", f"support vector regression, {statistics}", _still(baselines.support_vectors)
        ),
        System("gradient boosting", f"small trees, {statistics}", _still(baselines.boosting)),
        *recurrent_systems(),
        *published_systems(),
    ]


class Benchmark:
    """Systems on the splits of one data folder, beside each other.

    The run folder keeps what each system said of each split, so a kill costs one fit. After a
    change to a system its files there have to be deleted.
    """

    def __init__(self, plain: Sequence[Clip], collection: str, runs: Path, watch: Watch) -> None:
        """Compare on the songs of `collection`; `plain` are all clips heard with the paper's ears.

        Raises `errors.TrainingError` if the collection cannot be split.
        """
        self.protocol, self._splits = splits(plain, collection, FOLDS)
        parts = sorted({index for split in self._splits for index in (*split.train, *split.test)})
        found = stretches([plain[index] for index in parts])
        self._stretch = dict(zip(parts, found, strict=True))
        self._clips = {index: _cut(plain[index], part) for index, part in self._stretch.items()}
        self._watch = watch
        self.folder = runs / f"compare-{_fingerprint(self.protocol, self._clips.values())}"

    def tracks(self, system: System) -> Tracks:
        """Give what a system says of each clip that it is asked about.

        Raises `errors.TrainingError` if a file of the folder is damaged, and `errors.OutputError`.
        """
        found: Tracks = {}
        every_curve: dict[str, Curve] = {}
        for split in self._splits:
            self._watch(system.name, split.name)
            values, learning = self._asked(system, split)
            found.update(zip(split.test, values, strict=True))
            every_curve |= {f"{split.name}, {part}": one for part, one in learning.items()}
        curves.write(every_curve, self.folder / _slug(system.name))
        return found

    def model_tracks(self, fitting: Fitting) -> Tracks:
        """Give what a model of the project says, fitted for each split on what it may learn from.

        It hears whole clips, and what it says of their labelled stretch counts.
        """
        found: Tracks = {}
        for split in self._splits:
            self._watch(fitting.name, split.name)
            fitted = fitting.without(split.test, f"without {split.name}")
            # Deviations are not compared, so any will do.
            estimate = partial(export.estimates, fitted.network([Shares(1.0, 0.0, 0.0)] * 2))
            for index in split.test:
                columns = fitting.clips[index].columns
                track = evaluate.track_of(estimate, columns, fitting.maker.window_columns)
                found[index] = track[self._stretch[index], :2]
        return found

    def figures(self, found: Mapping[str, Tracks]) -> dict[str, dict[str, Figures]]:
        """Score what every system said, by its name."""
        asked = [index for split in self._splits for index in split.test]
        means: list[Floats] = []
        for split in self._splits:
            mean = baselines.mean_labels([self._clips[index] for index in split.train])
            means += [mean] * len(split.test)
        clips = [self._clips[index] for index in asked]
        return {
            name: evaluate.figures([tracks[index] for index in asked], clips, np.stack(means))
            for name, tracks in found.items()
        }

    def _asked(self, system: System, split: Split) -> tuple[Doubles, dict[str, Curve]]:
        path = self.folder / _slug(system.name) / f"{_slug(split.name)}.npz"
        if path.is_file():
            return _load(path)
        learning: dict[str, Curve] = {}

        def note(part: str, curve: Curve) -> None:
            learning[part] = curve

        train = [self._clips[index] for index in split.train]
        test = [self._clips[index] for index in split.test]
        values = np.stack(system.learn(train, test, note)(test))
        _store(path, values, learning)
        return values, learning


def _still(learn: Callable[[Sequence[Clip]], Ask]) -> Learn:
    return lambda train, test, note: learn(train)


def _cut(clip: Clip, part: slice) -> Clip:
    return replace(
        clip, columns=clip.columns[part], labels=clip.labels[part], label_sd=clip.label_sd[part]
    )


def _fingerprint(protocol: str, clips: Iterable[Clip]) -> str:
    digest = hashlib.sha256(protocol.encode())
    for clip in clips:
        digest.update(clip.columns.tobytes())
        digest.update(clip.labels.tobytes())
    return digest.hexdigest()[:16]


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _store(path: Path, values: Doubles, learning: dict[str, Curve]) -> None:
    buffer = io.BytesIO()
    text = json.dumps({part: asdict(curve) for part, curve in learning.items()})
    np.savez(buffer, values=values, curves=np.array(text))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.OutputError(path.parent, (error.strerror or str(error)).lower()) from error
    files.write_whole({path: buffer.getvalue()})


def _load(path: Path) -> tuple[Doubles, dict[str, Curve]]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            values, text = stored["values"], str(stored["curves"])
        return values, {part: Curve(**curve) for part, curve in json.loads(text).items()}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise errors.TrainingError(
            f"{path}: this result of a comparison is damaged; delete it and compare again."
        ) from error
