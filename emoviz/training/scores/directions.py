"""Whether values move the right way where one cue of a synthesised tune is changed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from emoviz.training.data.cues import CUES, Cue
from emoviz.training.data.dataset import DIMENSIONS, Progress
from emoviz.training.data.tunes import Tune
from emoviz.training.scores.bootstrap import Measured, measured_mean
from emoviz.training.scores.listeners import Samples2Track
from emoviz.units import Values

TUNES = 12
"""Tunes that are enough for a figure."""


@dataclass(frozen=True)
class Direction:
    """How a system answers a cue over some tunes.

    `right` is the share of tunes in which the dimension moves as listeners' judgement does,
    `change` by how much on the mean. Intervals are over tunes.
    """

    dimension: str
    tunes: int
    right: Measured
    change: Measured


def directions(track: Samples2Track, tunes: int, progress: Progress) -> dict[str, Direction]:
    """Ask a system for so many tunes, each with every cue; cue -> direction."""
    changes = []
    for seed in range(tunes):
        changes.append([_change(track, Tune(seed), cue) for cue in CUES])
        progress(seed + 1, tunes)
    return {
        cue.name: _direction(cue, values)
        for cue, values in zip(CUES, np.array(changes).T, strict=True)
    }


def share_right(found: Iterable[Direction]) -> float:
    """Give the share of right signs over all cues and tunes."""
    return float(np.mean([one.right.value for one in found if one.right.value is not None]))


def _direction(cue: Cue, changes: Values) -> Direction:
    every = range(len(changes))
    right = measured_mean((changes > 0).astype(np.float64), every)
    return Direction(cue.dimension, len(changes), right, measured_mean(changes, every))


def _change(track: Samples2Track, tune: Tune, cue: Cue) -> float:
    dimension = DIMENSIONS.index(cue.dimension)
    after = track(tune.played(cue.after))[:, dimension]
    if cue.before is not None:
        before = track(tune.played(cue.before))[:, dimension]
        return float(np.nanmean(after) - np.nanmean(before))
    third = len(after) // 3
    return float(np.nanmean(after[-third:]) - np.nanmean(after[:third]))
