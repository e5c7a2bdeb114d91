"""Recipes: everything that decides what a training makes, in one TOML file that is kept with it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from emoviz import errors

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class NetworkSettings:
    """The shape of the autoencoder.

    `channels` of conv 1, conv 2 and transposed conv 3 and 4 (the paper: 16, 64, 128, 64);
    `dropout` is the share of channels dropped in training; `window_columns` is how many
    half-seconds the exported model sees at once.
    """

    channels: tuple[int, ...]
    dropout: float
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
class Recipe:
    """A whole recipe.

    `collection` is split into `folds` and scored; clips of `extra_collections` only ever train.
    One network is fitted per seed and the model is their mean. `notes` tell how the settings were
    chosen, for the card. `text` is the file as it was read.
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
    seeds: tuple[int, ...]
    network: NetworkSettings
    training: TrainingSettings
    augmentation: AugmentationSettings

    @property
    def name(self) -> str:
        """The model's name is that of the folder the recipe lies in, where the model will lie."""
        return self.path.resolve().parent.name


def read_recipe(path: Path) -> Recipe:
    """Read the recipe at `path`.

    Raises `errors.RecipeError` naming a key that is missing, unknown or of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError as error:
        raise errors.RecipeError(path, "there is no such file") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise errors.RecipeError(path, f"it cannot be read ({error})") from error
    _refuse_unknown(path, "", table, {field.name for field in fields(Recipe)} - {"path", "text"})
    parts = {
        "network": _settings(path, "network", table.pop("network", {}), NetworkSettings),
        "training": _settings(path, "training", table.pop("training", {}), TrainingSettings),
        "augmentation": _settings(
            path, "augmentation", table.pop("augmentation", {}), AugmentationSettings
        ),
    }
    recipe = _settings(path, "", table, Recipe, {"path": path, "text": text, **parts})
    _check(recipe)
    return recipe


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


def _check(recipe: Recipe) -> None:
    augmentation, training, network = recipe.augmentation, recipe.training, recipe.network
    for wrong, reason in (
        (recipe.folds < 2, "'folds' is below 2"),
        (not recipe.seeds, "'seeds' is empty"),
        (len(set(recipe.seeds)) < len(recipe.seeds), "'seeds' names one twice"),
        (recipe.collection in recipe.extra_collections, "'extra_collections' holds 'collection'"),
        (len(network.channels) != 4, "'channels' of [network] needs four numbers"),
        (min(network.channels, default=0) < 1, "'channels' of [network] has one below 1"),
        (not 0.0 <= network.dropout < 1.0, "'dropout' of [network] is not in [0, 1)"),
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
    ):
        if wrong:
            raise errors.RecipeError(recipe.path, reason)
