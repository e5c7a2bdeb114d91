"""The figures of a model that is scored on folds where it is trained, for the comparison."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from emoviz import errors
from emoviz.training.recipe import Recipe
from emoviz.training.scores.evaluate import Figures
from emoviz.training.scores.folded import Folded


@dataclass(frozen=True)
class Outcome:
    """How good a system is: on clips by dimension, and on music that moves."""

    clips: Mapping[str, Figures]
    moving: Folded


class _Results(msgspec.Struct):
    """What is taken from `results.json`."""

    collections: dict[str, dict[str, int]]
    cross_validation: dict[str, dict[str, Figures]]
    moving: Folded


def trained(recipe: Recipe, excerpts: Mapping[str, int]) -> Outcome:
    """Read what `emoviz train` wrote beside a recipe.

    Raises `errors.TrainingError` where there is no such file or none with these figures, and where
    they are of other excerpts than so many of each collection.
    """
    path = recipe.path.parent / "results.json"
    again = f"train it on this data folder first: emoviz train {recipe.path}"
    try:
        results = msgspec.convert(json.loads(path.read_text(encoding="utf-8")), _Results)
        clips = results.cross_validation[recipe.name]
        known = {name: found["excerpts"] for name, found in results.collections.items()}
    except FileNotFoundError as error:
        raise errors.TrainingError(f"{path} is missing; {again}.") from error
    except (OSError, ValueError, KeyError, msgspec.MsgspecError) as error:
        raise errors.TrainingError(
            f"{path}: the figures of the folds cannot be read from it; {again}."
        ) from error
    for name, count in excerpts.items():
        if known.get(name, 0) != count:
            raise errors.TrainingError(
                f"{path} tells of {known.get(name, 0)} excerpts of {name}, and the data folder "
                f"holds {count}; {again}."
            )
    return Outcome(clips, results.moving)
