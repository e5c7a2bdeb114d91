"""Whether values move the right way where one cue of a synthesised tune or a real clip changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from emoviz.training.data.cues import CUES, EDITS, Cue, Edit
from emoviz.training.data.dataset import DIMENSIONS, ClipRow, Progress
from emoviz.training.data.sounds import labelled_sound
from emoviz.training.data.tunes import Tune
from emoviz.training.scores.bootstrap import Measured, measured_mean
from emoviz.training.scores.listeners import Samples2Track
from emoviz.units import Samples, Values

TUNES, CLIPS = 12, 24
"""Tunes and clips that are enough for a figure."""


@dataclass(frozen=True)
class Direction:
    """How a system answers a cue over some tunes or clips.

    `right` is the share of them in which the dimension moves as listeners' judgement does,
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


def edited(
    track: Samples2Track, clips: Sequence[ClipRow], progress: Progress
) -> dict[str, Direction]:
    """Ask a system for clips, each with every edit; edit -> direction.

    Of an edit that changes on its way counts how much further the end lies from the start by it.

    Raises as `sounds.labelled_sound`.
    """
    changes = []
    for index, clip in enumerate(clips):
        samples = labelled_sound(clip).samples
        changes.append([_edited(track, samples, edit) for edit in EDITS])
        progress(index + 1, len(clips))
    return {
        edit.name: _direction(edit, values)
        for edit, values in zip(EDITS, np.array(changes).T, strict=True)
    }


def share_right(found: Iterable[Direction]) -> float:
    """Give the share of right signs over all cues and tunes."""
    return float(np.mean([one.right.value for one in found if one.right.value is not None]))


def _direction(cue: Cue | Edit, changes: Values) -> Direction:
    every = range(len(changes))
    right = measured_mean((changes > 0).astype(np.float64), every)
    return Direction(cue.dimension, len(changes), right, measured_mean(changes, every))


def _change(track: Samples2Track, tune: Tune, cue: Cue) -> float:
    before = None if cue.before is None else tune.played(cue.before)
    return _moved(track, cue.dimension, before, tune.played(cue.after))


def _edited(track: Samples2Track, samples: Samples, edit: Edit) -> float:
    if edit.before is not None:
        return _moved(track, edit.dimension, edit.before(samples), edit.after(samples))
    # A clip goes its own way from start to end as well.
    ends = [_moved(track, edit.dimension, None, sound) for sound in (edit.after(samples), samples)]
    return ends[0] - ends[1]


def _moved(track: Samples2Track, dimension: str, before: Samples | None, after: Samples) -> float:
    index = DIMENSIONS.index(dimension)
    values = track(after)[:, index]
    if before is not None:
        return float(np.nanmean(values) - np.nanmean(track(before)[:, index]))
    third = len(values) // 3
    return float(np.nanmean(values[-third:]) - np.nanmean(values[:third]))
