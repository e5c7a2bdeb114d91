"""Resampler: samples of any rate at the rate that a model hears, as music of low rates is played.

Between the highest sound that a file of a low rate can hold and what the other rate could hold
there is nothing, and how steeply a resampler falls off there is all that is heard of that edge: as
a wall it is like no music. Players, FFmpeg's and others, use short filters, which fall off gently.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emoviz.units import Samples

if TYPE_CHECKING:
    from soxr import ResampleStream

_HALF_TAPS = 16
_BETA = 9.0
"""The window and its length are those of FFmpeg's resampler, as it is if nothing else is said."""


class Resampler:
    """Brings blocks of samples to another rate; what is of a lower one is doubled before."""

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        """Take blocks of shape (samples, channels) at `from_hz`, and give them at `to_hz`."""
        self._doubler = _Doubler(channels) if from_hz < to_hz else None
        self._stream = resample_stream(2 * from_hz if self._doubler else from_hz, to_hz, channels)
        self._none = np.zeros((0, channels), np.float32)

    def take(self, block: Samples) -> Samples:
        """Give what of the blocks so far has come out since the last time."""
        if self._doubler is not None:
            block = self._doubler.take(block)
        out: Samples = self._stream.resample_chunk(block)
        return out

    def finish(self) -> Samples:
        """Give what is left when the last block was taken."""
        rest = self._none if self._doubler is None else self._doubler.finish()
        out: Samples = self._stream.resample_chunk(rest, last=True)
        return out


def resample_stream(from_hz: int, to_hz: int, channels: int) -> "ResampleStream":
    """Give what resamples blocks with a filter as steep as can be."""
    import soxr

    return soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32")


class _Doubler:
    """Doubles the rate: each sample stays, and one comes between it and the next."""

    def __init__(self, channels: int) -> None:
        self._before = np.zeros((_HALF_TAPS - 1, channels), np.float32)
        self._taps = _between()

    def take(self, block: Samples) -> Samples:
        samples = np.concatenate([self._before, block])
        self._before = samples[max(0, len(samples) - 2 * _HALF_TAPS + 1) :]
        count = len(samples) - 2 * _HALF_TAPS + 1
        if count <= 0:
            return samples[:0]
        doubled = np.empty((2 * count, samples.shape[1]), np.float32)
        doubled[::2] = samples[_HALF_TAPS - 1 :][:count]
        for channel in range(samples.shape[1]):
            doubled[1::2, channel] = np.convolve(samples[:, channel], self._taps, "valid")
        return doubled

    def finish(self) -> Samples:
        return self.take(np.zeros((_HALF_TAPS, self._before.shape[1]), np.float32))


def _between() -> npt.NDArray[np.float32]:
    """Give how much of the samples around a place half-way between two is there."""
    places = np.arange(-_HALF_TAPS, _HALF_TAPS) + 0.5
    taps = np.sinc(places) * np.kaiser(2 * _HALF_TAPS, _BETA)
    whole: npt.NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return whole
