"""How a collection is split into what is learnt from and what is asked about.

One that comes with an evaluation set is split as its authors did, any other in folds by artist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from msgspec import structs

from emoviz import errors
from emoviz.training.data.dataset import Clip, folds
from emoviz.training.recipe import Recipe
from emoviz.training.scores import evaluate

_DEVELOPMENT, _EVALUATION = "-development", "-evaluation"
_MULTIPLE = 4

AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)


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


def adapted(recipe: AnyRecipe, clips: Sequence[Clip]) -> AnyRecipe:
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
