"""Recipes: everything that decides what a training makes, in one TOML file that is kept with it."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from emoviz import errors

BLOCKS = 10
"""Kinds of features in the description that the last layer of the default model reads."""

EARS = 3
"""Networks that the default model listens with."""

Count = Annotated[int, Meta(ge=1)]
Above = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Dropout = Annotated[float, Meta(ge=0.0, lt=1.0)]
Blocks = Annotated[tuple[Above, ...], Meta(min_length=BLOCKS, max_length=BLOCKS)]
"""How much each block of the description may say"""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a recipe: its keys, of what kind they are, and in which range."""


class NetworkSettings(Table, frozen=True):
    """The shape of the autoencoder.

    `channels` of conv 1, conv 2 and transposed conv 3 and 4 (the paper: 16, 64, 128, 64);
    `dropout` is the share of channels dropped in training; `hidden` is the width of the layer
    that weighs the window's harmony and loudness, and `context_dropout` the share of them dropped;
    `window_columns` is how many half-seconds the exported model sees at once.
    """

    channels: tuple[Count, Count, Count, Count]
    dropout: Dropout
    hidden: Count
    context_dropout: Dropout
    window_columns: Annotated[int, Meta(ge=4, multiple_of=4)] = 60


class TrainingSettings(Table, frozen=True):
    """How long and how strongly a network is fitted.

    `learning_rate` is the peak, reached after `warmup_steps` and falling to nothing along half a
    cosine; `averaging` is the decay per step of the running mean of the weights, which is what is
    kept in the end.
    """

    epochs: Count
    batch_size: Annotated[int, Meta(ge=2)]
    learning_rate: Above
    weight_decay: float
    warmup_steps: int
    averaging: Dropout


class AugmentationSettings(Table, frozen=True):
    """What is done to a training clip; zero switches a thing off.

    `crop_columns` half-seconds are cut out of a clip, which is mirrored past its ends.
    `gain_db`: the loudness moves by up to this. `tilt_db`: deviation of a random slow equaliser.
    `warp`: mel bands are stretched by up to this share, a change of pitch and tuning.
    `noise_share` of the clips get white noise between `noise_db`. `masked_bands` and
    `masked_columns`: widest stretch blanked. `mixup`: parameter of the beta distribution.
    """

    crop_columns: Annotated[int, Meta(ge=4, multiple_of=4)]
    gain_db: float
    tilt_db: float
    warp: float
    noise_share: float
    noise_db: tuple[float, float]
    masked_bands: int
    masked_columns: int
    mixup: float


class DistillationSettings(Table, frozen=True):
    """What a large model teaches the small one.

    `teacher` is the folder of its recipe, beside this one's; `share` is the teacher's in the
    labels of labelled clips, the rest is the listeners'.
    """

    teacher: str
    share: Share


class LinearSettings(Table, frozen=True):
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

    kept: Annotated[tuple[Count, ...], Meta(min_length=EARS, max_length=EARS)]
    valence_blocks: Blocks
    arousal_blocks: Blocks
    penalty: Above
    spreads: tuple[Above, Above]
    moving_penalty: Above
    moving_gain: float
    extra_weight: Above
    known: Count
    centres: Count
    centre_sharpness: Above
    centre_share: Above
    window_columns: Annotated[int, Meta(ge=30, multiple_of=2)] = 60


class EncoderSettings(Table, frozen=True):
    """How the encoder is taught what the large ears tell.

    `rounds` is how many lessons are made of each source, the first of the sound as it is;
    `learning_rate` is the peak, falling to nothing along half a cosine over `steps`. From step
    `judged_from` on, what a ridge regression on `extra_collections` says of the components counts
    `judged_share` besides.
    """

    rounds: Count
    steps: Count
    batch_size: Annotated[int, Meta(ge=2)]
    learning_rate: Above
    weight_decay: float
    judged_from: int
    judged_share: float
    seed: int


class LikenessSettings(Table, frozen=True):
    """How it is learnt which half-seconds are the same music: `keys` directions tell."""

    keys: Count
    steps: Count
    batch_size: Count
    learning_rate: Above
    seed: int


class JudgingSettings(Table, frozen=True):
    """How valence or arousal is fitted to what is described.

    `blocks` is how much each kind of feature may say, in the order of `fits.trail.SIZES`;
    `penalty` is the ridge's; a clip labelled by quadrant counts `quadrant_weight`, the motion in a
    whole piece `motion_weight`: all these are where cross-validation begins to choose. The mean of
    a piece counts `piece_weight`, which is not chosen, as no figure asks where pieces lie but the
    band of deviations. `motion_share` is what r within pieces counts in the choice, beside R² of
    clips and the area under the curve of quadrants. `gain` is what a label of `extra_collections`
    is multiplied by.
    """

    blocks: Annotated[tuple[Above, ...], Meta(min_length=9, max_length=9)]
    penalty: Above
    quadrant_weight: float
    motion_weight: float
    piece_weight: float
    motion_share: float
    gain: Above


class TrailSettings(Table, frozen=True):
    """How the default model judges.

    `spliced_share` is how much of a clip's weight its parts have among parts of others;
    `extra_weight` is what a clip of another collection counts, and `quadrant_label` how far from
    zero a quadrant is; a further rendering of a piece counts `rendering_weight` where the first one
    counts 1; a change of one cue counts `cue_weight` and is to move a value by
    `cue_label`, on `cue_tunes` synthesised tunes and `cue_clips` clips. `known` directions tell
    what is familiar. Settings of `valence` and `arousal` are tried one after the other in as many
    `rounds`; with none they are taken as they are.
    """

    spliced_share: Share
    extra_weight: float
    quadrant_label: Above
    rendering_weight: float
    cue_weight: float
    cue_label: Above
    cue_tunes: Annotated[int, Meta(ge=0)]
    cue_clips: Annotated[int, Meta(ge=0)]
    known: Count
    rounds: Annotated[int, Meta(ge=0)]
    valence: JudgingSettings
    arousal: JudgingSettings


class Recipe(Table, frozen=True):
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
    folds: Annotated[int, Meta(ge=2)]

    @property
    def name(self) -> str:
        """The model's name is that of the folder the recipe lies in, where the model will lie."""
        return self.path.resolve().parent.name


class NetworkRecipe(Recipe, frozen=True):
    """The autoencoder: one network is fitted per seed and the model is their mean."""

    seeds: Annotated[tuple[int, ...], Meta(min_length=1)]
    network: NetworkSettings
    training: TrainingSettings
    augmentation: AugmentationSettings
    distillation: DistillationSettings | None = None

    def teacher(self) -> "LinearRecipe | None":
        """Read the teacher's recipe; None if nobody teaches. Raises `errors.RecipeError`."""
        if self.distillation is None:
            return None
        folder = self.path.resolve().parent.parent / self.distillation.teacher
        teacher = read_recipe(folder / "recipe.toml")
        if not isinstance(teacher, LinearRecipe):
            raise errors.RecipeError(self.path, "its 'teacher' is not a model with [linear]")
        return teacher


class LinearRecipe(Recipe, frozen=True):
    """The listener with a last layer that is linear."""

    linear: LinearSettings


class TrailRecipe(Recipe, frozen=True):
    """The autoencoder that is taught by large ears, with what tells music that sounds alike."""

    encoder: EncoderSettings
    likeness: LikenessSettings
    trail: TrailSettings


def read_recipe(path: Path) -> NetworkRecipe | LinearRecipe | TrailRecipe:
    """Read the recipe at `path`: by its tables [trail], [linear] or [network].

    Raises `errors.RecipeError` naming a key that is missing, unknown, of the wrong kind or out of
    its range.
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
    known: dict[str, object] = {"path": path, "text": text}
    if said := known.keys() & table.keys():
        raise errors.RecipeError(path, f"the key {min(said)!r} is unknown")
    kind: type[NetworkRecipe | LinearRecipe | TrailRecipe] = next(
        (kind for name, kind in _KINDS.items() if name in table), NetworkRecipe
    )
    try:
        recipe = msgspec.convert(table | known, kind)
    except msgspec.ValidationError as error:
        raise errors.RecipeError(path, _reason(str(error), table)) from error
    if recipe.collection in recipe.extra_collections:
        raise errors.RecipeError(path, "'extra_collections' holds 'collection'")
    if isinstance(recipe, NetworkRecipe) and len(set(recipe.seeds)) < len(recipe.seeds):
        raise errors.RecipeError(path, "'seeds' names one twice")
    return recipe


_KINDS: Mapping[str, type[LinearRecipe | TrailRecipe]] = {
    "trail": TrailRecipe,
    "linear": LinearRecipe,
}

_TOLD = re.compile(r"(?P<what>.+?)(?: - at `\$\.?(?P<place>[^`\[]*)(?:\[(?P<item>\d+)\])?`)?")
_FIELD = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<key>[^`]*)`")


def _reason(told: str, table: Mapping[str, Any]) -> str:
    """Say what is wrong as msgspec has `told` it, with the key and what it is."""
    found = _TOLD.fullmatch(told)
    if found is None:
        return told
    place = found["place"] or ""
    if field := _FIELD.fullmatch(found["what"]):
        where = f" of [{place}]" if place else ""
        how = "is unknown" if field["how"] == "contains unknown" else "is missing"
        return f"the key {field['key']!r}{where} {how}"
    section, _, key = place.rpartition(".")
    value = (table[section] if section else table)[key]
    where = f"{key!r} of [{section}]" if section else repr(key)
    wanted = re.sub(r", got .*$", "", found["what"]).removeprefix("Expected ").replace("`", "")
    wanted = wanted.replace("array", "list").replace("object", "table").removesuffix(" | null")
    if found["item"]:
        return f"the key {where} holds {value[int(found['item'])]!r}, not {wanted}"
    return f"the key {where} is {value!r}, not {wanted}"
