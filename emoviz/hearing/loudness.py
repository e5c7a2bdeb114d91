"""How loud a song is as a whole: its integrated loudness in LUFS, by ITU-R BS.1770-4."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from emoviz.units import Samples

RATE_HZ = 48000
"""What loudness is measured at: what lies higher is not heard."""

_SEGMENT = RATE_HZ // 10
_SEGMENTS = 4
"""Tenths of a second in a block that is gated; each begins a tenth after the one before."""
_SILENT_LUFS = -70.0
_SOFTER_LU = 10.0
"""Blocks that are softer than the others' mean by more are not counted."""
_SIZE, _PAST = 1 << 16, 1 << 14
"""Samples that are filtered together, and of them those that came before: the filter has died away
after a third of a second."""


def integrated_lufs(blocks: Iterable[Samples]) -> float | None:
    """Give the integrated loudness of a song in LUFS, None where it is silent or too short.

    `blocks` are samples (n, channels) at `RATE_HZ` as `songs.channels.heard` weighs them: one
    channel is heard from both loudspeakers.
    """
    powers = np.concatenate([np.zeros(0), *(_segment_powers(blocks))])
    if len(powers) < _SEGMENTS:
        return None
    gated = np.lib.stride_tricks.sliding_window_view(powers, _SEGMENTS).mean(axis=1)
    gated = gated[_lufs(gated) > _SILENT_LUFS]
    if not len(gated):
        return None
    heard = gated[_lufs(gated) > _lufs(gated.mean()) - _SOFTER_LU]
    return float(_lufs(heard.mean()))


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    # `heard` gives half of what BS.1770 adds up.
    found: npt.NDArray[np.float64] = -0.691 + 10.0 * np.log10(2.0 * np.asarray(power) + 1e-20)
    return found


def _segment_powers(blocks: Iterable[Samples]) -> Iterable[npt.NDArray[np.float64]]:
    """Yield the power, weighed by frequency, of tenths of a second; a rest is left out."""
    weights = _k_weights()[:, np.newaxis]
    waiting: Samples | None = None
    for block in blocks:
        if waiting is None:
            waiting = np.zeros((_PAST, block.shape[1]), np.float32)
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= _SIZE:
            powers, waiting = _weighed(waiting[:_SIZE], waiting, weights)
            yield powers
    if waiting is not None:
        rest = len(waiting) - _PAST
        padded = np.zeros((_SIZE, waiting.shape[1]), np.float32)
        padded[: len(waiting)] = waiting
        powers, _ = _weighed(padded, waiting, weights)
        yield powers[: rest // _SEGMENT]


def _weighed(
    sound: Samples, waiting: Samples, weights: npt.NDArray[np.complex128]
) -> tuple[npt.NDArray[np.float64], Samples]:
    """Give the powers of the whole tenths behind the past, and what waits then, with its past."""
    filtered = np.fft.irfft(np.fft.rfft(sound, axis=0) * weights, axis=0)[_PAST:]
    count = len(filtered) // _SEGMENT
    powers = np.square(filtered[: count * _SEGMENT]).sum(axis=1).reshape(count, -1).mean(axis=1)
    return powers, waiting[count * _SEGMENT :]


def _k_weights() -> npt.NDArray[np.complex128]:
    """Give the response of BS.1770's two filters at each frequency of a transform."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(_SIZE))
    shelf_k, high_q = np.tan(np.pi * 1681.974450955533 / RATE_HZ), 0.7071752369554196
    high = 10.0 ** (3.999843853973347 / 20.0)
    middle = high**0.4996667741545416
    square, slope = shelf_k**2, shelf_k / high_q
    shelf = (
        (high + middle * slope + square)
        + 2.0 * (square - high) * turn
        + (high - middle * slope + square) * turn**2
    ) / ((1.0 + slope + square) + 2.0 * (square - 1.0) * turn + (1.0 - slope + square) * turn**2)
    low_k, low_q = np.tan(np.pi * 38.13547087602444 / RATE_HZ), 0.5003270373238773
    square, slope = low_k**2, low_k / low_q
    pole = 1.0 + 2.0 * (square - 1.0) / (1.0 + slope + square) * turn
    pole += (1.0 - slope + square) / (1.0 + slope + square) * turn**2
    weights: npt.NDArray[np.complex128] = shelf * (1.0 - turn) ** 2 / pole
    return weights
