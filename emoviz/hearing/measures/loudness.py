"""Loudness in LUFS: ITU-R BS.1770-4 (2015) and, for three seconds at a time, EBU Tech 3341 (2016).

The K-weighting filter is the recommendation's, of 48 kHz. It is run as a convolution with its
impulse response, which has died away by 140 dB after a tenth of a second: numpy alone has no
recursive filters, and SciPy, which pyloudnorm needs, is twice as large as all that emoviz computes
with besides.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from emoviz.units import Samples

Floats = npt.NDArray[np.float64]

RATE_HZ = 48000
STEPS = 5
"""A tenth of a second each, in a half-second."""

_STEP = RATE_HZ // 10
_COLUMN = STEPS * _STEP
_TAPS = _STEP
_TRANSFORM = 32768
_LONG = 1 << 17
# Numerators and denominators of ITU-R BS.1770-4, tables 1 and 2.
_STAGES = (
    (
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1.0, -1.69065929318241, 0.73248077421585),
    ),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)
_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
_GATED_STEPS = 4
_SHORT_STEPS = 30
_LEAST = 1e-12


class KWeighting:
    """The K-weighted power of each tenth of a second of a sound that comes in half-seconds."""

    def __init__(self) -> None:
        self._response = np.fft.rfft(_impulse_response(), _TRANSFORM)
        self._tail: Floats | None = None

    def powers(self, column: npt.NDArray[np.floating]) -> Floats:
        """Take the half-second that follows, (channels, samples); give its mean squares, (5,).

        The powers of the channels are added.
        """
        if self._tail is None:
            self._tail = np.zeros((len(column), _TAPS - 1))
        filtered = np.fft.irfft(np.fft.rfft(column, _TRANSFORM) * self._response, _TRANSFORM)
        filtered[:, : _TAPS - 1] += self._tail
        self._tail = filtered[:, _COLUMN : _COLUMN + _TAPS - 1].copy()
        steps = np.square(filtered[:, :_COLUMN]).reshape(len(column), STEPS, _STEP)
        powers: Floats = steps.mean(axis=2).sum(axis=0)
        return powers


def integrated_lufs(powers: Floats) -> float | None:
    """Give the loudness of all, of powers (n,) of tenths of a second; None of silence.

    Blocks of 0.4 s that overlap by three quarters; those below -70 LUFS do not count, then those
    that are 10 LU below the mean of the others.
    """
    if len(powers) < _GATED_STEPS:
        return None
    blocks = np.convolve(powers, np.full(_GATED_STEPS, 1.0 / _GATED_STEPS), mode="valid")
    counted = blocks[_lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    if not len(counted):
        return None
    gate_lufs = _lufs(counted.mean()) + _RELATIVE_GATE_LU
    return float(_lufs(counted[_lufs(counted) > gate_lufs].mean()))


def song_lufs(blocks: Iterable[Samples]) -> float | None:
    """Give the integrated loudness of a song as it is played, None where it is silent or too short.

    `blocks` are samples (n, channels) at `RATE_HZ` as `Song.sound_blocks` gives them: one channel
    is heard from both loudspeakers.
    """
    weighting, powers = KWeighting(), [np.zeros(0)]
    waiting: Samples | None = None
    for block in blocks:
        waiting = block if waiting is None else np.concatenate([waiting, block])
        while len(waiting) >= _COLUMN:
            powers.append(weighting.powers(waiting[:_COLUMN].T))
            waiting = waiting[_COLUMN:]
    if waiting is not None:
        rest = np.pad(waiting, ((0, _COLUMN - len(waiting)), (0, 0)))
        powers.append(weighting.powers(rest.T)[: len(waiting) // _STEP])
    # Blocks have half the power that BS.1770 adds up.
    return integrated_lufs(2.0 * np.concatenate(powers))


def short_term_lufs(powers: Floats) -> Floats:
    """Give the loudness of the three seconds around the middle of each half-second, (columns,).

    Of powers (5 * columns,); NaN below -70 LUFS. At the ends there is less than three seconds.
    """
    columns = len(powers) // STEPS
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    # The middle of a half-second lies in the middle of a step: reach from there.
    middles = np.arange(columns) * STEPS + STEPS // 2
    first = np.maximum(middles - _SHORT_STEPS // 2, 0)
    last = np.minimum(middles + _SHORT_STEPS // 2, len(powers))
    loud = _lufs((sums[last] - sums[first]) / np.maximum(last - first, 1))
    short: Floats = np.where(loud > _ABSOLUTE_GATE_LUFS, loud, np.nan)
    return short


def _lufs(power: npt.ArrayLike) -> Floats:
    lufs: Floats = _OFFSET_DB + 10.0 * np.log10(np.maximum(power, _LEAST))
    return lufs


def _impulse_response() -> Floats:
    turns = np.exp(-2j * np.pi * np.arange(_LONG // 2 + 1) / _LONG)
    response = np.ones(len(turns), complex)
    for above, below in _STAGES:
        response *= np.polyval(above[::-1], turns) / np.polyval(below[::-1], turns)
    impulse: Floats = np.fft.irfft(response, _LONG)[:_TAPS]
    return impulse
