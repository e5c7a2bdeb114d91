"""How a trail turns where calm music is followed by excited music, dark by bright, and back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.training.data.dataset import DIMENSIONS, Progress
from emoviz.training.data.quadrants import QuadrantClip
from emoviz.training.data.sounds import count_columns, decoded, whole_columns
from emoviz.training.scores.bootstrap import Measured, measured
from emoviz.training.scores.listeners import Samples2Track
from emoviz.units import COLUMN_S, Values

LEAST_WAY = 0.15
"""Joins whose sides lie nearer than this, each tracked alone, are no step."""

JOINS = 100
"""Steps that are measured in each dimension, where the clips give as many."""

SEEN_S = 20.0
"""How much is seen before and after a join; clips that are shorter are not joined."""

TIMES_S = (-4.0, -2.0, 2.0, 4.0)

_ROUNDS = 4
_SEED = 1989
_SEEN = round(SEEN_S / COLUMN_S)
_LOW, _HIGH = 0.1, 0.9

Way: TypeAlias = npt.NDArray[np.float64]
"""How far a trail has gone, a value a half-second, from `SEEN_S` before a join to as much after."""


@dataclass(frozen=True)
class Step:
    """The mean step of one dimension over `joins`: 0 is the first side alone, 1 the second.

    `shares` are those of the way gone at `TIMES_S` from the join. `rise_s` lasts from where the
    mean curve has gone a tenth for good to where it first reaches nine tenths; without a value
    where it never does. Intervals are over joins. `curve` is the mean, a value a half-second from
    `SEEN_S` before the join on.
    """

    joins: int
    shares: dict[str, Measured]
    rise_s: Measured
    curve: list[float]


def steps(
    track: Samples2Track, clips: Sequence[QuadrantClip], count: int, progress: Progress
) -> dict[str, Step]:
    """Measure `count` joins in each dimension, if there are as many whose way is long enough.

    Raises as `sounds.decoded`.
    """
    found = ways(track, clips, count, progress)
    return {name: step(gone) for name, gone in found.items()}


def ways(
    track: Samples2Track,
    clips: Sequence[QuadrantClip],
    count: int,
    progress: Progress = lambda done, all_: None,
    alone: Sequence[Values] = (),
) -> dict[str, list[Way]]:
    """Follow `count` joins in each dimension, if there are as many whose way is long enough.

    `alone` are the tracks of the clips, each alone, where they are known already.
    """
    sides = _Sides(track)
    for clip, known in zip(clips, alone, strict=False):
        sides.know(clip, known)
    found: dict[str, list[Way]] = {}
    for index, name in enumerate(DIMENSIONS):
        gone = found[name] = []
        for first, second in joins(clips, index):
            way = sides.way(first, second, index)
            gone += [] if way is None else [way]
            progress(index * count + len(gone), len(DIMENSIONS) * count)
            if len(gone) == count:
                break
    return found


def joins(
    clips: Sequence[QuadrantClip], dimension: int
) -> Iterator[tuple[QuadrantClip, QuadrantClip]]:
    """Pair clips that differ in the half-plane of one dimension and agree in the other's.

    Upwards and downwards in turns, in random order (seeded); no clip is in a second pair before
    the smaller half-plane has been through.
    """
    random = np.random.default_rng(_SEED + dimension)
    for _ in range(_ROUNDS):
        pairs: list[tuple[QuadrantClip, QuadrantClip]] = []
        for other_sign in (-1, 1):
            low, high = (
                [
                    clip
                    for clip in clips
                    if clip.signs[dimension] == sign and clip.signs[1 - dimension] == other_sign
                ]
                for sign in (-1, 1)
            )
            shared = min(len(low), len(high))
            lows, highs = (random.permutation(len(side))[:shared] for side in (low, high))
            pairs += [(low[i], high[j]) for i, j in zip(lows, highs, strict=True)]
        for number, index in enumerate(random.permutation(len(pairs))):
            low_clip, high_clip = pairs[index]
            yield (low_clip, high_clip) if number % 2 else (high_clip, low_clip)


def step(ways: Sequence[Way]) -> Step:
    """Score the mean curve of some ways."""
    stacked = np.array(ways).reshape(len(ways), 2 * _SEEN)
    every = range(len(ways))

    def share(time_s: float) -> Measured:
        # A value is stamped with the end of its half-second: at the join, the last before it.
        place = _SEEN - 1 + round(time_s / COLUMN_S)
        return measured(lambda indices: float(stacked[indices, place].mean()), every)

    return Step(
        joins=len(ways),
        shares={f"{time_s:+g} s": share(time_s) for time_s in TIMES_S},
        rise_s=measured(lambda indices: rise_s(stacked[indices].mean(axis=0)), every),
        curve=stacked.mean(axis=0).round(4).tolist() if len(ways) else [],
    )


def rise_s(curve: Way) -> float:
    """Give how long a curve takes from a tenth of its way to nine tenths, in s; NaN for never."""
    arrived = np.flatnonzero(curve >= _HIGH)
    arrived = arrived[arrived >= _begun(curve)]
    return float("nan") if not len(arrived) else (int(arrived[0]) - _begun(curve)) * COLUMN_S


def _begun(curve: Way) -> int:
    below = np.flatnonzero(curve < _LOW)
    return 0 if not len(below) else int(below[-1]) + 1


class _Sides:
    """Tracks clips alone, each once, and joins of two."""

    def __init__(self, track: Samples2Track) -> None:
        self._track = track
        self._means: dict[Path, Values] = {}

    def know(self, clip: QuadrantClip, track: Values) -> None:
        """Take the track of a clip alone, (columns, 2 or more)."""
        self._means[clip.audio] = (
            np.nanmean(track[:, : len(DIMENSIONS)], axis=0)
            if len(track) >= _SEEN
            else np.full(len(DIMENSIONS), np.nan)
        )

    def way(self, first: QuadrantClip, second: QuadrantClip, dimension: int) -> Way | None:
        """Give how far the trail has gone around a join; None for no step, or too short a clip."""
        start, end = (self._mean(clip)[dimension] for clip in (first, second))
        # False of what is not known.
        if not abs(end - start) >= LEAST_WAY:
            return None
        sides = [whole_columns(decoded(clip.audio)) for clip in (first, second)]
        join = count_columns(sides[0])
        near = self._track(np.concatenate(sides))[join - _SEEN : join + _SEEN, dimension]
        gone: Way = (near - start) / (end - start)
        return None if np.isnan(gone).any() else gone

    def _mean(self, clip: QuadrantClip) -> Values:
        """Give the mean valence and arousal of a clip alone, NaN for one that is too short."""
        if clip.audio not in self._means:
            samples = whole_columns(decoded(clip.audio))
            is_long = count_columns(samples) >= _SEEN
            self.know(clip, self._track(samples) if is_long else np.empty((0, len(DIMENSIONS))))
        return self._means[clip.audio]
