"""Systems as functions from samples to a track, so that all of them are scored alike."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from emoviz.models.estimator import Estimator
from emoviz.songs.arrays import SampledSong
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.agreement import pearson_r
from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.data.sounds import RATE_HZ
from emoviz.units import Samples, Values

Samples2Track: TypeAlias = Callable[[Samples], Values]
"""A system: (columns, 2), valence and arousal, NaN where it says nothing, of samples (n,) at
`RATE_HZ`."""


def by_program(estimator: Estimator) -> Samples2Track:
    """Give a model as the program runs it: its own ears, windows and blending."""
    tracker = File2Track(estimator)

    def track(samples: Samples) -> Values:
        song = SampledSong.of(samples, RATE_HZ)
        found = tracker(song, report=lambda _: None)
        return np.stack([getattr(found, name) for name in DIMENSIONS], axis=1).astype(np.float64)

    return track


def r_within(track: Values, labels: Values) -> float:
    """Give Pearson's r of two series (n,) where both are known; 0 for one that stands still."""
    shared = min(len(track), len(labels))
    one, other = track[:shared].astype(np.float64), labels[:shared].astype(np.float64)
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < 2:
        return 0.0
    return float(np.nan_to_num(pearson_r(one[known], other[known])))
