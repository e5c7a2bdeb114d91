"""Recipes: everything that decides what a training makes, in one TOML file that is kept with it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from emoviz import errors

Settings = TypeVar("Settings")

BLOCKS = 10
"""Kinds of features in the description that the last layer of the default model reads."""

EARS = 3
"""Networks that the default model listens with."""


@dataclass(frozen=True)
class NetworkSettings:
    """The shape of the autoencoder.

    `channels` of conv 1, conv 2 and transposed conv 3 and 4 (the paper: 16, 64, 128, 64);
    `dropout` is the share of channels dropped in training; `hidden` is the width of the layer
    that weighs the window's harmony and loudness, and `context_dropout` the share of them dropped;
    `window_columns` is how many half-seconds the exported model sees at once.
    """

    channels: tuple[int, ...]
    dropout: float
    hidden: int
    context_dropout: float
    window_columns: int = 60


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how strongly a network is fitted.

    `learning_rate` is the peak, reached after `warmup_steps` and falling to nothing along half a
    cosine; `averaging` is the decay per step of the running mean of the weights, which is what is
    kept in the end.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    warmup_steps: int
    averaging: float


@dataclass(frozen=True)
class AugmentationSettings:
    """What is done to a training clip; zero switches a thing off.

    `crop_columns` half-seconds are cut out of a clip, which is mirrored past its ends.
    `gain_db`: the loudness moves by up to this. `tilt_db`: deviation of a random slow equaliser.
    `warp`: mel bands are stretched by up to this share, a change of pitch and tuning.
    `noise_share` of the clips get white noise between `noise_db`. `masked_bands` and
    `masked_columns`: widest stretch blanked. `mixup`: parameter of the beta distribution.
    """

    crop_columns: int
    gain_db: float
    tilt_db: float
    warp: float
    noise_share: float
    noise_db: tuple[float, ...]
    masked_bands: int
    masked_columns: int
    mixup: float


@dataclass(frozen=True)
class DistillationSettings:
    """What a large model teaches the small one.

    `teacher` is the folder of its recipe, beside this one's; `share` is the teacher's in the
    labels of labelled clips, the rest is the listeners'.
    """

    teacher: str
    share: float


@dataclass(frozen=True)
class LinearSettings:
    """How the default model's last layer is fitted.

    `kept` is how many components the statistics of each of the `EARS` are projected to.
    `valence_blocks` and `arousal_blocks` say how much each block of the description may say:
    tonality, loudness, the first MusiCNN's components and penultimate layer, the second's, the VGG
    network's components, key, and the deviations of loudness and of components. `penalty` is the
    ridge's, `moving_penalty` and `moving_gain` those of how a moment differs from its window;
    `centres` are typical pieces of music that a window is likened to, `centre_sharpness` how
    quickly likeness fades with distance (1: within the usual distance from the middle of all
    music), and `centre_share` how much it may say beside the linear part; `spreads`, of valence
    and arousal, are what the fitted estimates of windows are spread by about their mean;
    `extra_weight` is what a clip of another collection counts; `known` is how many directions tell
    what is familiar.
    """

    kept: tuple[int, ...]
    valence_blocks: tuple[float, ...]
    arousal_blocks: tuple[float, ...]
    penalty: float
    spreads: tuple[float, ...]
    moving_penalty: float
    moving_gain: float
    extra_weight: float
    known: int
    centres: int
    centre_sharpness: float
    centre_share: float
    window_columns: int = 60


@dataclass(frozen=True)
class Recipe:
    """What every recipe has.

    `collection` is split into `folds` and scored; clips of `extra_collections` only ever train.
    `notes` tell how the settings were chosen, for the card. `text` is the file as it was read.
    """

    path: Path
    text: str
    title: str
    version: str
    licence: str
    notes: str
    collection: str
    extra_collections: tuple[str, ...]
    folds: int

    @property
    def name(self) -> str:
        """The model's name is that of the folder the recipe lies in, where the model will lie."""
        return self.path.resolve().parent.name


@dataclass(frozen=True)
class NetworkRecipe(Recipe):
    """The autoencoder: one network is fitted per seed and the model is their mean."""

    seeds: tuple[int, ...]
    network: NetworkSettings
    training: TrainingSettings
    augmentation: AugmentationSettings
    distillation: DistillationSettings | None

    def teacher(self) -> "LinearRecipe | None":
        """Read the teacher's recipe; None if nobody teaches. Raises `errors.RecipeError`."""
        if self.distillation is None:
            return None
        folder = self.path.resolve().parent.parent / self.distillation.teacher
        teacher = read_recipe(folder / "recipe.toml")
        if not isinstance(teacher, LinearRecipe):
            raise errors.RecipeError(self.path, "its 'teacher' is not a model with [linear]")
        return teacher


@dataclass(frozen=True)
class LinearRecipe(Recipe):
    """The listener with a last layer that is linear."""

    linear: LinearSettings


def read_recipe(path: Path) -> NetworkRecipe | LinearRecipe:
    """Read the recipe at `path`: of the listener if it has [linear], else of the autoencoder.

    Raises `errors.RecipeError` naming a key that is missing, unknown or of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError as error:
        raise errors.RecipeError(path, "there is no such file") from error
    except (OSError, ValueError) as error:
        # A number of thousands of digits is a plain ValueError.
        raise errors.RecipeError(path, f"it cannot be read ({error})") from error
    except RecursionError as error:
        raise errors.RecipeError(path, "it is nested too deeply") from error
    kind: type[NetworkRecipe | LinearRecipe] = LinearRecipe if "linear" in table else NetworkRecipe
    _refuse_unknown(path, "", table, {field.name for field in fields(kind)} - {"path", "text"})
    parts: dict[str, object] = {
        name: None
        if name in _OPTIONAL and name not in table
        else _settings(path, name, table.pop(name, {}), settings)
        for name, settings in _SECTIONS[kind].items()
    }
    recipe = _settings(path, "", table, kind, {"path": path, "text": text, **parts})
    _check(recipe)
    return recipe


_OPTIONAL = ("distillation",)

_SECTIONS: Mapping[type, Mapping[str, type]] = MappingProxyType(
    {
        LinearRecipe: {"linear": LinearSettings},
        NetworkRecipe: {
            "network": NetworkSettings,
            "training": TrainingSettings,
            "augmentation": AugmentationSettings,
            "distillation": DistillationSettings,
        },
    }
)


def _settings(
    path: Path,
    section: str,
    table: Mapping[str, Any],
    kind: type[Settings],
    given: Mapping[str, object] = MappingProxyType({}),
) -> Settings:
    where = f" of [{section}]" if section else ""
    if not isinstance(table, dict):
        raise errors.RecipeError(path, f"[{section}] is not a table")
    known = {field.name: field for field in fields(kind) if field.name not in given}  # type: ignore[arg-type]
    _refuse_unknown(path, where, table, set(known))
    values = dict(given)
    for name, field in known.items():
        if name in table:
            values[name] = _converted(path, f"{name!r}{where}", table[name], str(field.type))
    try:
        return kind(**values)
    except TypeError as error:
        missing = [name for name in known if name not in values]
        raise errors.RecipeError(path, f"the key {missing[0]!r}{where} is missing") from error


def _refuse_unknown(path: Path, where: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in table:
        if key not in known:
            raise errors.RecipeError(path, f"the key {key!r}{where} is unknown")


def _converted(path: Path, key: str, value: object, annotation: str) -> object:
    """Check a TOML value against a field's annotation, and give it as that type."""
    annotation = annotation.removeprefix("<class '").removesuffix("'>")
    if annotation.startswith("tuple["):
        inner = annotation.removeprefix("tuple[").split(",")[0]
        if isinstance(value, list):
            return tuple(_converted(path, key, item, inner) for item in value)
    elif annotation == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    elif type(value).__name__ == annotation:
        return value
    raise errors.RecipeError(path, f"the key {key} is {value!r}, not {annotation}")


def _check(recipe: NetworkRecipe | LinearRecipe) -> None:
    wrong = [
        (recipe.folds < 2, "'folds' is below 2"),
        (recipe.collection in recipe.extra_collections, "'extra_collections' holds 'collection'"),
    ]
    if isinstance(recipe, LinearRecipe):
        wrong += _wrong_in_linear(recipe.linear)
    else:
        wrong += _wrong_in_network(recipe)
    for is_wrong, reason in wrong:
        if is_wrong:
            raise errors.RecipeError(recipe.path, reason)


def _wrong_in_linear(linear: LinearSettings) -> list[tuple[bool, str]]:
    blocks = (*linear.valence_blocks, *linear.arousal_blocks)
    return [
        (len(blocks) != 2 * BLOCKS, f"the blocks of [linear] need {BLOCKS} numbers each"),
        (min(blocks, default=1.0) <= 0, "the blocks of [linear] have one not above 0"),
        (len(linear.kept) != EARS, f"'kept' of [linear] needs {EARS} numbers"),
        (min(linear.kept, default=1) < 1, "'kept' of [linear] has one below 1"),
        (linear.known < 1, "'known' of [linear] is below 1"),
        (linear.centres < 1, "'centres' of [linear] is below 1"),
        (linear.centre_sharpness <= 0, "'centre_sharpness' of [linear] is not above 0"),
        (linear.centre_share <= 0, "'centre_share' of [linear] is not above 0"),
        (linear.penalty <= 0, "'penalty' of [linear] is not above 0"),
        (len(linear.spreads) != 2, "'spreads' of [linear] needs two numbers"),
        (min(linear.spreads, default=1.0) <= 0, "'spreads' of [linear] has one not above 0"),
        (linear.moving_penalty <= 0, "'moving_penalty' of [linear] is not above 0"),
        (linear.extra_weight <= 0, "'extra_weight' of [linear] is not above 0"),
        (
            linear.window_columns < 30 or linear.window_columns % 2 > 0,
            "'window_columns' of [linear] is below 30 or not even",
        ),
    ]


def _wrong_in_network(recipe: NetworkRecipe) -> list[tuple[bool, str]]:
    augmentation, training, network = recipe.augmentation, recipe.training, recipe.network
    return [
        (not recipe.seeds, "'seeds' is empty"),
        (
            recipe.distillation is not None and not 0.0 <= recipe.distillation.share <= 1.0,
            "'share' of [distillation] is not in [0, 1]",
        ),
        (len(set(recipe.seeds)) < len(recipe.seeds), "'seeds' names one twice"),
        (len(network.channels) != 4, "'channels' of [network] needs four numbers"),
        (min(network.channels, default=0) < 1, "'channels' of [network] has one below 1"),
        (not 0.0 <= network.dropout < 1.0, "'dropout' of [network] is not in [0, 1)"),
        (network.hidden < 1, "'hidden' of [network] is below 1"),
        (
            not 0.0 <= network.context_dropout < 1.0,
            "'context_dropout' of [network] is not in [0, 1)",
        ),
        (
            network.window_columns < 4 or network.window_columns % 4 > 0,
            "'window_columns' of [network] is not a multiple of 4",
        ),
        (training.epochs < 1, "'epochs' of [training] is below 1"),
        (training.batch_size < 2, "'batch_size' of [training] is below 2"),
        (training.learning_rate <= 0, "'learning_rate' of [training] is not above 0"),
        (not 0.0 <= training.averaging < 1.0, "'averaging' of [training] is not in [0, 1)"),
        (
            augmentation.crop_columns < 4 or augmentation.crop_columns % 4 > 0,
            "'crop_columns' of [augmentation] is not a multiple of 4",
        ),
        (len(augmentation.noise_db) != 2, "'noise_db' of [augmentation] needs two numbers"),
    ]
