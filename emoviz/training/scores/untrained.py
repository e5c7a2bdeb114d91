"""Measures of music that nobody trained: what a model of motion must beat."""

from collections.abc import Mapping

import numpy as np

from emoviz.hearing.columns import frames_of
from emoviz.hearing.mel_frames import joined
from emoviz.training.data.dataset import paper_front_end
from emoviz.units import COLUMN_S, Samples, Values

SPAN_S = 6.0
LATE_S = 1.0
"""Listeners move their sliders later than they hear."""

_LOUDNESS = 0.25
"""Power to this is about as loud as it sounds, between Stevens's (1955) 0.3 and a logarithm."""

_ONSET = 2.0
"""Rises beyond so many times the piece's usual one are onsets."""


def untrained(samples: Samples) -> Mapping[str, Values]:
    """Give tracks, (columns, 1) each on scales of their own, of samples (n,) at `sounds.RATE_HZ`.

    `loudness` is the mean of the mel bands in the half-second, each about as loud as it sounds;
    `spectral flux` how much they rise from frame to frame, `density` how many onsets there are,
    both over the last `SPAN_S` and `LATE_S` late.
    """
    mel_db = joined(frames_of([samples[:, None]], (paper_front_end(),))).mel_db
    columns, _, bands = mel_db.shape
    loud = 10 ** (_LOUDNESS * mel_db.astype(np.float64).reshape(-1, bands) / 10)
    rises = np.maximum(np.diff(loud, axis=0, prepend=loud[:1]), 0.0).mean(axis=1)
    before, after = np.roll(rises, 1), np.roll(rises, -1)
    onsets = (rises > before) & (rises >= after) & (rises > _ONSET * np.median(rises))
    return {
        "loudness": loud.reshape(columns, -1).mean(axis=1)[:, None],
        "spectral flux": _lately(rises.reshape(columns, -1).mean(axis=1))[:, None],
        "density": _lately(onsets.reshape(columns, -1).sum(axis=1).astype(np.float64))[:, None],
    }


def _lately(values: Values) -> Values:
    """Average values (n,) over the last `SPAN_S`, `LATE_S` late; before the first all is as it."""
    late, span = round(LATE_S / COLUMN_S), round(SPAN_S / COLUMN_S)
    before = np.concatenate([np.repeat(values[:1], late + span - 1), values])
    return np.convolve(before, np.full(span, 1.0 / span), mode="valid")[: len(values)]
