"""Cues of expression, and pairs of sounds that differ in one: which is more excited or positive.

Synthesised tunes, and real clips made softer or duller. The signs are those that experiments with
listeners agree on: Eerola, Friberg and Bresin 2013, "Emotional expression in music: contribution,
linearity, and additivity of primary musical cues", Frontiers in Psychology 4; Juslin and Lindström
2010, "Musical expression of emotions: modelling listeners' judgements of composed and performed
features", Music Analysis 29.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.data.sounds import RATE_HZ, decoded
from emoviz.training.data.tunes import Playing, Tune
from emoviz.units import Samples

FIRST_SEED = 1000
"""Tunes below are left to the scores."""

_SOFT_DB = -12.0
_DULL_HZ = 1200.0
_SLOWER, _FASTER = 0.8, 1.25

_PLAIN = Playing()


@dataclass(frozen=True)
class Cue:
    """A change of playing after which a dimension is to be higher.

    Without a playing `before` it is the end of the one tune that is to be higher than its start.
    """

    name: str
    dimension: str
    after: Playing
    before: Playing | None = _PLAIN


CUES = (
    Cue(
        "louder",
        "arousal",
        replace(_PLAIN, level_db=(-8.0, -8.0)),
        replace(_PLAIN, level_db=(-24.0, -24.0)),
    ),
    Cue("crescendo", "arousal", replace(_PLAIN, level_db=(-32.0, -6.0)), None),
    Cue(
        "faster",
        "arousal",
        replace(_PLAIN, notes_a_minute=(320.0, 320.0)),
        replace(_PLAIN, notes_a_minute=(160.0, 160.0)),
    ),
    Cue("accelerando", "arousal", replace(_PLAIN, notes_a_minute=(130.0, 360.0)), None),
    Cue("staccato", "arousal", replace(_PLAIN, held=0.3), replace(_PLAIN, held=1.1)),
    Cue("brighter", "arousal", replace(_PLAIN, falling_db=4.0), replace(_PLAIN, falling_db=15.0)),
    Cue("higher", "valence", replace(_PLAIN, octaves=1), replace(_PLAIN, octaves=-1)),
    Cue("major", "valence", _PLAIN, replace(_PLAIN, is_major=False)),
)


@dataclass(frozen=True)
class Change:
    """Samples (n,) at `sounds.RATE_HZ` `before` and `after`, which is higher in one `dimension`.

    Without a sound `before` the end of the other is higher than its start.
    """

    dimension: int
    before: Samples | None
    after: Samples


def tune_changes(tunes: int) -> Iterator[Change]:
    """Change each cue of some tunes that no score knows."""
    for seed in range(FIRST_SEED, FIRST_SEED + tunes):
        tune = Tune(seed)
        for cue in CUES:
            before = None if cue.before is None else tune.played(cue.before)
            yield Change(DIMENSIONS.index(cue.dimension), before, tune.played(cue.after))


def clip_changes(clips: Sequence[Path]) -> Iterator[Change]:
    """Change each cue of clips that may be learnt from. Raises as `sounds.decoded`."""
    for clip in clips:
        samples = decoded(clip)
        for edit in LEARNT_EDITS:
            before = None if edit.before is None else edit.before(samples)
            yield Change(DIMENSIONS.index(edit.dimension), before, edit.after(samples))


def _as_it_is(samples: Samples) -> Samples:
    return samples


def _softer(samples: Samples) -> Samples:
    return _louder(samples, _SOFT_DB)


def _louder(samples: Samples, by_db: float) -> Samples:
    return samples * np.float32(10 ** (by_db / 20))


def _duller(samples: Samples) -> Samples:
    dull = sosfilt(butter(2, _DULL_HZ, fs=RATE_HZ, output="sos"), samples).astype(np.float32)
    # As loud as before, so that it is brightness that changes.
    power = np.sqrt((samples**2).mean() / max(float((dull**2).mean()), 1e-12))
    return _louder(dull, 20.0 * float(np.log10(max(power, 1e-6))))


def _swelling(samples: Samples) -> Samples:
    ramp_db = np.linspace(2 * _SOFT_DB, 0.0, len(samples))
    return (samples * 10 ** (ramp_db / 20)).astype(np.float32)


def _at_tempo(samples: Samples, tempo: float) -> Samples:
    """Play faster or slower at the same pitch, by a phase vocoder."""
    from librosa.effects import time_stretch

    played: Samples = time_stretch(samples, rate=tempo).astype(np.float32)
    return played


@dataclass(frozen=True)
class Edit:
    """A change of real sound after which a dimension is to be higher, as in `Cue`."""

    name: str
    dimension: str
    after: Callable[[Samples], Samples]
    before: Callable[[Samples], Samples] | None = _as_it_is


LEARNT_EDITS = (
    Edit("louder", "arousal", _as_it_is, _softer),
    Edit("brighter", "arousal", _as_it_is, _duller),
    Edit("crescendo", "arousal", _swelling, None),
)
EDITS = (
    *LEARNT_EDITS,
    Edit(
        "faster",
        "arousal",
        partial(_at_tempo, tempo=_FASTER),
        partial(_at_tempo, tempo=_SLOWER),
    ),
)
