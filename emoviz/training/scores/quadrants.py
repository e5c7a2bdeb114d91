"""How well a system tells the quadrants of another collection: by order, and by sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from emoviz.training.data.dataset import DIMENSIONS, Progress
from emoviz.training.data.quadrants import QuadrantClip
from emoviz.training.data.sounds import decoded
from emoviz.training.scores.bootstrap import Indices, Measured, measured
from emoviz.training.scores.listeners import Samples2Track


@dataclass(frozen=True)
class Quadrants:
    """What one system reaches over `clips` clips; intervals are over clips.

    `auc` of each dimension is the chance that a clip of its upper half-plane has a higher mean
    value than one of its lower. `right` is the share of clips whose mean lies in their quadrant,
    zero being the border.
    """

    clips: int
    auc: dict[str, Measured]
    right: Measured


def quadrants(track: Samples2Track, clips: Sequence[QuadrantClip], progress: Progress) -> Quadrants:
    """Score a system on clips. Raises as `sounds.decoded`."""
    means = []
    for index, clip in enumerate(clips):
        means.append(np.nanmean(track(decoded(clip.audio)), axis=0))
        progress(index + 1, len(clips))
    return of_means(np.array(means), clips)


def of_means(means: npt.NDArray[np.float64], clips: Sequence[QuadrantClip]) -> Quadrants:
    """Score the mean valence and arousal of each clip, (clips, 2)."""
    signs = np.array([clip.signs for clip in clips]).reshape(means.shape)
    every = range(len(clips))
    right = ((means > 0) == (signs > 0)).all(axis=1)

    def auc(indices: Indices, dimension: int) -> float:
        upper = signs[indices, dimension] > 0
        if upper.all() or not upper.any():
            return float("nan")
        # Mann and Whitney (1947): the ranks tell how many of the pairs are in order.
        ranks, count = rankdata(means[indices, dimension]), int(upper.sum())
        pairs = ranks[upper].sum() - count * (count + 1) / 2
        return float(pairs / (count * (len(upper) - count)))

    return Quadrants(
        clips=len(clips),
        auc={
            name: measured(partial(auc, dimension=index), every)
            for index, name in enumerate(DIMENSIONS)
        },
        right=measured(lambda indices: float(right[indices].mean()), every),
    )
