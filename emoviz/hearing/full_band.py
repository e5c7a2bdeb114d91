"""A front end for the eye alone: mel bands up to half a file's own rate."""

import numpy as np
import numpy.typing as npt

from emoviz.hearing.front_end import FrontEnd
from emoviz.units import COLUMN_S

_BANDS = 128
_FRAME_S = 0.05
_LOWEST_HZ, _LOWEST_RATE_HZ = 20.0, 2000
_BREAK_HZ, _PER_MEL_HZ, _LOG_STEP = 1000.0, 200.0 / 3.0, np.log(6.4) / 27.0
"""The mel scale of Slaney's Auditory Toolbox: even up to 1 kHz, and by equal ratios above it."""


def full_band_front_end(sample_rate_hz: int, like: FrontEnd) -> FrontEnd:
    """Give a front end whose bands reach to half of `sample_rate_hz`, with the levels of `like`.

    No model listens by it. A frame is some 50 ms long, a power of two of samples.
    """
    # Even, so that a half-second is a whole number of samples.
    rate_hz = max(sample_rate_hz, _LOWEST_RATE_HZ) // 2 * 2
    frame = 2 ** round(np.log2(_FRAME_S * rate_hz))
    hop = int(rate_hz * COLUMN_S) // like.frames_per_column
    # The power of a frame grows with the square of its length.
    filters = mel_filters(rate_hz, frame, _BANDS) * np.float32((like.frame_length / frame) ** 2)
    return FrontEnd(filters, rate_hz, frame, hop, like.frames_per_column, like.floor_power)


def mel_filters(rate_hz: int, frame_length: int, bands: int) -> npt.NDArray[np.float32]:
    """Give triangles of equal area between `_LOWEST_HZ` and half the rate: (bands, bins).

    A band that is narrower than a bin has the bin that is nearest to its middle.
    """
    edges = _hz(np.linspace(_mel(_LOWEST_HZ), _mel(rate_hz / 2.0), bands + 2))
    bins_hz = np.arange(frame_length // 2 + 1) * rate_hz / frame_length
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    weights = np.maximum(np.minimum(rising, falling), 0.0)
    nearest = np.abs(bins_hz - middle).argmin(axis=1)
    empty = np.flatnonzero(~weights.any(axis=1))
    weights[empty, nearest[empty]] = 1.0
    weights *= 2.0 / (high - low)
    return weights.astype(np.float32)


def _mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _PER_MEL_HZ
    return float(_BREAK_HZ / _PER_MEL_HZ + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _hz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    at_break = _BREAK_HZ / _PER_MEL_HZ
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mels - at_break))
    return np.where(mels < at_break, mels * _PER_MEL_HZ, above)
