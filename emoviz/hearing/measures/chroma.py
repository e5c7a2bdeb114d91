"""How much each pitch class sounds, from the peaks of long spectra.

Gómez 2006, "Tonal description of music audio signals" (harmonic pitch class profile), without its
weighing of overtones. Thirds of a semitone are told apart, so that a song's tuning can be found.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 36
_PER_SEMITONE = 3
_LOWEST_HZ, _HIGHEST_HZ = 100.0, 2000.0
_A_HZ, _A_CLASS = 440.0, 9
_FLOOR = 1e-4
"""Of full scale: what is softer is no tone."""


class Chroma:
    """Folds spectra of one frame length to the thirds of an octave's semitones, from C up."""

    def __init__(self, frame_length: int, rate_hz: int) -> None:
        self._bin_hz = rate_hz / frame_length
        # A bin more on either side: what is a peak is told by its neighbours.
        first = int(_LOWEST_HZ / self._bin_hz) - 1
        self._used = slice(first, int(_HIGHEST_HZ / self._bin_hz) + 2)
        self._bins = np.arange(self._used.start + 1, self._used.stop - 1)

    def folded(self, magnitudes: Floats) -> Floats:
        """Fold magnitudes (frames, bins) of full scale 1; give their sum, (`BINS`,)."""
        seen = np.log(np.maximum(magnitudes[:, self._used], 1e-9))
        below, here, above = seen[:, :-2], seen[:, 1:-1], seen[:, 2:]
        peaks = np.nonzero((here > below) & (here >= above) & (here > np.log(_FLOOR)))
        low, top, high = below[peaks], here[peaks], above[peaks]
        shift = 0.5 * (low - high) / (low - 2.0 * top + high)
        hz = (self._bins[peaks[1]] + shift) * self._bin_hz
        thirds = _PER_SEMITONE * (12.0 * np.log2(hz / _A_HZ) + _A_CLASS)
        places = np.round(thirds).astype(int) % BINS
        # By the root of the magnitude: an inner voice counts beside a loud melody.
        folded: Floats = np.bincount(places, np.exp(top / 2.0), BINS).astype(np.float64)
        return folded


def pitch_classes(thirds: Floats) -> Floats:
    """Give the pitch classes (columns, 12) of folded columns (columns, `BINS`), as they are tuned.

    The tuning is the circular mean of how far off the thirds are, of all columns.
    """
    off = thirds.sum(axis=0).reshape(12, _PER_SEMITONE).sum(axis=0)
    turned = (off * np.exp(2j * np.pi * np.arange(_PER_SEMITONE) / _PER_SEMITONE)).sum()
    middle = round(float(np.angle(turned)) / (2.0 * np.pi) * _PER_SEMITONE)
    centred = np.roll(thirds, 1 - middle, axis=1)
    classes: Floats = centred.reshape(len(thirds), 12, _PER_SEMITONE).sum(axis=2)
    return classes
