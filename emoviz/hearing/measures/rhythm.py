"""Onsets and tempo, from how much the sound rises.

Onset strength is the spectral flux of compressed band levels, and onsets are picked as Böck, Krebs
and Schedl 2012, "Evaluating the online capabilities of onset detection methods", ISMIR. Tempo is
the lag at which onset strength is most like itself, weighed by how common that tempo is: Ellis
2007, "Beat tracking by dynamic programming", Journal of New Music Research 36(1).
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from emoviz.hearing.measures.paths import best_path

Floats = npt.NDArray[np.float64]

FRAMES = 50
"""Of onset strength, in a half-second."""
FRAMES_PER_S = 2 * FRAMES

_LAG = 2
"""Frames back that a level is compared with: half of a frame's length."""
_COMPRESSION = 1000.0
_HIGHEST_FRAMES = 3
_MEAN_BEFORE, _MEAN_AFTER = 10, 7
_ABOVE_MEAN = 0.05
_DENSITY_COLUMNS = 6

_SLOWEST_BPM, _FASTEST_BPM = 40.0, 220.0
_COMMON_BPM, _OCTAVES = 120.0, 0.9
_WINDOW_COLUMNS = 16
_CHANGE_COST = 2.0
_STEADY = 0.12
"""How much like itself the rhythm must be at the best lag, 1 being the same, for a tempo."""
_SMOOTH_COLUMNS = 60


class OnsetStrength:
    """How much a sound rises, of band levels that come frame by frame."""

    def __init__(self) -> None:
        self._last: Floats | None = None

    def rises(self, magnitudes: Floats) -> Floats:
        """Take the band magnitudes that follow, (frames, bands) of full scale 1; give (frames,)."""
        levels = np.log10(1.0 + _COMPRESSION * magnitudes)
        if self._last is None:
            # Before the song there was nothing: its first sound is an onset.
            self._last = np.zeros((_LAG, levels.shape[1]))
        joined = np.concatenate([self._last, levels])
        self._last = joined[-_LAG:]
        rises: Floats = np.maximum(joined[_LAG:] - joined[:-_LAG], 0.0).mean(axis=1)
        return rises


def onsets(strength: Floats) -> npt.NDArray[np.intp]:
    """Give the frames in which something begins, of onset strength (frames,)."""
    if not len(strength):
        return np.zeros(0, np.intp)
    around = np.pad(strength, _HIGHEST_FRAMES, mode="edge")
    highest = sliding_window_view(around, 2 * _HIGHEST_FRAMES + 1).max(axis=1)
    near = np.pad(strength, (_MEAN_BEFORE, _MEAN_AFTER), mode="edge")
    mean = sliding_window_view(near, _MEAN_BEFORE + _MEAN_AFTER + 1).mean(axis=1)
    picked = np.flatnonzero((strength >= highest) & (strength >= mean + _ABOVE_MEAN))
    # Of two that are equally high side by side, the first.
    return picked[np.diff(picked, prepend=-2 * _HIGHEST_FRAMES) > _HIGHEST_FRAMES]


def onset_density(strength: Floats) -> Floats:
    """Give how many onsets there are a second, (columns,), in the three seconds around each."""
    columns = len(strength) // FRAMES
    counts = np.bincount(onsets(strength) // FRAMES, minlength=columns)[:columns]
    sums = np.concatenate([[0], np.cumsum(counts)])
    middles = np.arange(columns)
    first = np.maximum(middles - _DENSITY_COLUMNS // 2, 0)
    last = np.minimum(middles + _DENSITY_COLUMNS // 2, columns)
    density: Floats = (sums[last] - sums[first]) / (0.5 * np.maximum(last - first, 1))
    return density


class Tempo:
    """The tempo of a song, in beats a minute, from its onset strength (frames,)."""

    def __init__(self, strength: Floats) -> None:
        self._strength = strength
        first = int(np.ceil(60.0 * FRAMES_PER_S / _FASTEST_BPM))
        last = int(60.0 * FRAMES_PER_S / _SLOWEST_BPM)
        self._lags = np.arange(first, last + 1)

    @cached_property
    def along(self) -> Floats:
        """The tempo around each half-second, (columns,), of eight seconds; NaN without a pulse."""
        likeness = self._likeness
        if not len(likeness):
            return np.zeros(0)
        octaves = np.log2(self._lags)
        costs = _CHANGE_COST * np.abs(octaves[:, None] - octaves[None])
        common = _smoothed(likeness, _SMOOTH_COLUMNS)
        scores = self._weighed(likeness) + self._weighed(common)
        lags = best_path(scores, costs)
        steady = likeness[np.arange(len(lags)), lags] >= _STEADY
        found: Floats = np.where(steady, self._bpm(likeness, lags), np.nan)
        return found

    @cached_property
    def overall(self) -> float | None:
        """The tempo of all; None without a steady pulse."""
        if not len(self._likeness):
            return None
        mean = self._likeness.mean(axis=0, keepdims=True)
        lag = self._weighed(mean).argmax(axis=1)
        if mean[0, lag[0]] < _STEADY:
            return None
        return float(self._bpm(mean, lag)[0])

    @cached_property
    def _likeness(self) -> Floats:
        """How much like itself the rhythm is at each lag, (columns, lags), about -1 to 1."""
        columns = len(self._strength) // FRAMES
        window = _WINDOW_COLUMNS * FRAMES
        padded = np.pad(self._strength[: columns * FRAMES], window // 2)
        found = np.zeros((columns, len(self._lags)))
        fade = np.hanning(window)
        # The fade takes more of what lies further apart; it is given back.
        faded = _autocorrelation(fade)
        given_back = faded[0] / faded[self._lags]
        for column in range(columns):
            start = column * FRAMES + FRAMES // 2
            part = padded[start : start + window]
            like = _autocorrelation((part - part.mean()) * fade)
            if like[0] > 0.0:
                found[column] = like[self._lags] / like[0] * given_back
        return found

    def _weighed(self, likeness: Floats) -> Floats:
        bpm = 60.0 * FRAMES_PER_S / self._lags
        prior = np.exp(-0.5 * np.square(np.log2(bpm / _COMMON_BPM) / _OCTAVES))
        weighed: Floats = np.maximum(likeness, 0.0) * prior
        return weighed

    def _bpm(self, likeness: Floats, lags: npt.NDArray[np.intp]) -> Floats:
        """Give beats a minute at the lags of these indices, by a parabola to less than a frame."""
        rows = np.arange(len(lags))
        inner = np.clip(lags, 1, len(self._lags) - 2)
        below, here, above = (likeness[rows, inner + step] for step in (-1, 0, 1))
        bend = below - 2.0 * here + above
        shift = np.where(bend < 0.0, 0.5 * (below - above) / np.where(bend < 0.0, bend, 1.0), 0.0)
        shift = np.where(inner == lags, np.clip(shift, -0.5, 0.5), 0.0)
        bpm: Floats = 60.0 * FRAMES_PER_S / (self._lags[lags] + shift)
        return bpm


def _autocorrelation(part: Floats) -> Floats:
    spectrum = np.fft.rfft(part, 2 * len(part))
    like: Floats = np.fft.irfft(np.square(spectrum.real) + np.square(spectrum.imag))
    return like


def _smoothed(rows: Floats, width: int) -> Floats:
    """Give the means of so many rows around each."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    first = np.maximum(np.arange(len(rows)) - width // 2, 0)
    last = np.minimum(np.arange(len(rows)) + width // 2 + 1, len(rows))
    smoothed: Floats = (sums[last] - sums[first]) / (last - first)[:, None]
    return smoothed
