"""Music as the default model describes it, with what listeners said: what judging is fitted to.

Everything here is the same whatever the labels are, so it is computed once for all folds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from emoviz.tracking.windows import Blend, cut, windows_of
from emoviz.training.data.dataset import Floats
from emoviz.training.data.pieces import SETTLED_S
from emoviz.training.fits.likeness_fit import mirrored
from emoviz.training.fits.trail import EXTREME, WINDOW_COLUMNS, Description, Likeness, scarcity
from emoviz.units import COLUMN_S

CLIP, QUADRANT, PIECE, RENDERING = "clip", "quadrant", "piece", "rendering"

_SETTLED = round(SETTLED_S / COLUMN_S)
_EVERY = 2
_LEAST_SPREAD = 1e-2
_PART_COLUMNS = (5, 20)
_LEAST_COLUMNS = 4
_SEED = 11


@dataclass(frozen=True)
class Excerpt:
    """A stretch of music as it is heard, (columns, features), with its labels, (columns, 2).

    `kind` is one of `CLIP`, `QUADRANT`, `PIECE` and `RENDERING`, a piece by another instrument or
    in another key, which is only learnt from; `fold` is -1 for music that is not scored. Labels of
    a quadrant are its signs. `reliable` is how well halves of the raters agree.
    """

    collection: str
    kind: str
    fold: int
    columns: Floats
    labels: Floats
    reliable: tuple[float, float] = (float("nan"), float("nan"))

    @property
    def mean(self) -> Floats:
        """The mean label, (2,)."""
        mean: Floats = np.nanmean(self.labels, axis=0)
        return mean


@dataclass(frozen=True)
class Described:
    """An excerpt, described: (columns, features), and how little each was averaged over."""

    excerpt: Excerpt
    description: Floats
    little: Floats


@dataclass(frozen=True)
class Part:
    """A part of an excerpt as it is described among parts of others: (features,)."""

    excerpt: Excerpt
    description: Floats


@dataclass(frozen=True)
class Answer:
    """A description, (features,), before and after a cue that raises one `dimension`."""

    dimension: int
    before: Floats
    after: Floats


@dataclass(frozen=True)
class Scale:
    """The features' means and deviations, (features,) each, over all music."""

    centre: Floats
    spread: Floats

    @classmethod
    def of(cls, found: Sequence[Described]) -> "Scale":
        """Measure them over the means of excerpts."""
        means = np.stack([one.description.mean(axis=0) for one in found])
        return cls(means.mean(axis=0), np.maximum(means.std(axis=0), _LEAST_SPREAD))

    def __call__(self, description: Floats) -> Floats:
        """Standardise (…, features), bounded."""
        scaled: Floats = ((description - self.centre) / self.spread).clip(-EXTREME, EXTREME)
        return scaled


class Describer:
    """Describes columns as the model does, with one likeness."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness, self._description = likeness, Description()

    def windows(self, windows: Floats) -> tuple[Floats, Floats]:
        """Describe windows (n, columns, features); give too how little is averaged over."""
        with torch.inference_mode():
            columns = torch.from_numpy(np.ascontiguousarray(windows, np.float32))
            alike = self._likeness(columns)
            described: Floats = self._description(columns, alike).numpy()
            return described, scarcity(alike).numpy()

    def song(self, columns: Floats) -> tuple[Floats, Floats]:
        """Describe a whole song (columns, features), windows blended as the program does."""
        windows = list(windows_of(len(columns), WINDOW_COLUMNS))
        described, little = self.windows(np.stack([cut(columns, window) for window in windows]))
        both = np.concatenate([described, little], axis=2)
        blend = Blend(both.shape[2])
        blend.grow(len(columns))
        for window, part in zip(windows, both, strict=True):
            blend.add(window, part)
        found = blend.values.astype(np.float32)
        return found[:, :-1], found[:, -1]

    def described(
        self, excerpts: Sequence[Excerpt], progress: Callable[[int, int], None]
    ) -> list[Described]:
        """Describe every excerpt by itself."""
        found = []
        for index, excerpt in enumerate(excerpts):
            found.append(Described(excerpt, *self.song(excerpt.columns)))
            progress(index + 1, len(excerpts))
        return found

    def parts(self, clips: Sequence[Excerpt]) -> list[Part]:
        """Describe parts of clips among parts of others of the same collection and fold."""
        random = np.random.default_rng(_SEED)
        found: list[Part] = []
        for key in sorted({(clip.collection, clip.fold) for clip in clips}):
            own = [clip for clip in clips if (clip.collection, clip.fold) == key]
            for _ in range(-(-len(own) // 4)):
                found += self._spliced(own, random)
        return found

    def answer(self, dimension: int, before: Floats | None, after: Floats) -> Answer:
        """Describe a change by the columns of its sounds; without a first one by both ends."""
        described = self.song(after)[0]
        if before is not None:
            mean: Floats = self.song(before)[0].mean(axis=0)
            return Answer(dimension, mean, described.mean(axis=0))
        third = len(described) // 3
        return Answer(dimension, described[:third].mean(axis=0), described[-third:].mean(axis=0))

    def _spliced(self, clips: Sequence[Excerpt], random: np.random.Generator) -> list[Part]:
        window = np.empty((WINDOW_COLUMNS, clips[0].columns.shape[1]), np.float32)
        filled, places = 0, []
        while filled < WINDOW_COLUMNS:
            clip = clips[int(random.integers(len(clips)))]
            low, high = np.log(_PART_COLUMNS)
            wanted = min(round(float(np.exp(random.uniform(low, high)))), WINDOW_COLUMNS - filled)
            window[filled : filled + wanted] = mirrored(clip.columns, wanted, random)
            places.append((clip, filled, filled + wanted))
            filled += wanted
        described = self.windows(window[None])[0][0]
        return [
            Part(clip, described[first:stop].mean(axis=0))
            for clip, first, stop in places
            if stop - first >= _LEAST_COLUMNS
        ]


@dataclass(frozen=True)
class Motion:
    """How a piece moves about its means: standardised features and labels, every second column."""

    features: Floats
    labels: Floats
    mean_features: Floats
    mean_labels: Floats
    deviation: Floats


def motion(piece: Described, scale: Scale) -> Motion:
    """Give the motion of a piece after the first seconds, in which sliders settle."""
    shared = min(len(piece.description), len(piece.excerpt.labels))
    features = scale(piece.description[_SETTLED:shared])
    labels = piece.excerpt.labels[_SETTLED:shared]
    return Motion(
        (features - features.mean(axis=0))[::_EVERY],
        (labels - labels.mean(axis=0))[::_EVERY],
        features.mean(axis=0),
        labels.mean(axis=0),
        labels.std(axis=0),
    )
