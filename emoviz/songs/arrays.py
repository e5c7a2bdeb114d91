"""A song that is an array of samples and no file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.songs.decoder import (
    BLOCK_SAMPLES,
    MOST_CHANNELS,
    ONE_SOUND_TRACK,
    RATES_HZ,
    Damage,
    Decoder,
    ignore_damage,
)
from emoviz.songs.song import MISSING_S, SHORTEST_S, Song
from emoviz.units import Samples

_NAME = "samples"
"""What they are called where a file has its name"""

_LOUDEST = 100.0
"""More than 40 dB over full scale is no sound that somebody has made too loud, but another scale"""

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class SampledSong(Song):
    """A song made of samples; its fingerprint is that of the samples, since it has no file."""

    @classmethod
    def of(cls, samples: npt.ArrayLike, sample_rate_hz: float, title: str = _NAME) -> "SampledSong":
        """Take samples (n,) or (n, channels): floats of full scale 1, or integers of any width.

        Raises `errors.SamplesError` for what is no sound, or less than half a second of it.
        """
        rate_hz = _checked_rate(sample_rate_hz)
        sound = _checked(samples, rate_hz)
        return cls(
            path=Path(_NAME),
            title=title,
            artist="",
            album="",
            duration_s=len(sound) / rate_hz,
            sample_rate_hz=rate_hz,
            channels=sound.shape[1],
            cover=None,
            _decoders=_ArrayDecoder(sound, rate_hz),
        )

    def sha256(self) -> str:
        """Give the SHA-256 of the samples as 32-bit floats, little end first."""
        digest = hashlib.sha256()
        for block in self._decoders.open().blocks():
            digest.update(block.astype("<f4", order="C").tobytes())
        return digest.hexdigest()


class _ArrayDecoder:
    """Gives samples (n, channels) as a decoder gives those of a file; all users share it."""

    remark = ""
    sound_tracks = ONE_SOUND_TRACK

    def __init__(self, sound: Array, rate_hz: int) -> None:
        self._sound = sound
        self.sample_rate_hz, self.channels = rate_hz, sound.shape[1]

    @property
    def duration_s(self) -> float:
        return len(self._sound) / self.sample_rate_hz

    claimed_s = duration_s

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield float32 blocks of shape (samples, channels)."""
        for first in range(start_sample, len(self._sound), BLOCK_SAMPLES):
            yield _scaled(self._sound[first : first + BLOCK_SAMPLES])

    def close(self) -> None:
        """There is nothing to give back."""

    def open(self) -> Decoder:
        return self

    take = open

    def put(self, decoder: Decoder) -> None:
        """There is nothing to keep."""


def _scaled(block: Array) -> Samples:
    """Bring integers to full scale 1, unsigned ones from about their middle."""
    kind = block.dtype
    if kind.kind == "f":
        return block.astype(np.float32)
    half = 2.0 ** (8 * kind.itemsize - 1)
    # In double precision: a step of 32 bits is lost in single.
    level = block.astype(np.float64) - (half if kind.kind == "u" else 0.0)
    return (level / half).astype(np.float32)


def _checked_rate(sample_rate_hz: float) -> int:
    low, high = RATES_HZ[0], RATES_HZ[-1]
    # False of what is not a number.
    if not low <= sample_rate_hz <= high or sample_rate_hz != int(sample_rate_hz):
        raise errors.SamplesError(
            f"a rate of {sample_rate_hz} Hz is none that sound has",
            f"give samples per second, a whole number from {low} to {high}",
        )
    return int(sample_rate_hz)


def _checked(samples: npt.ArrayLike, rate_hz: int) -> Array:
    """Give samples as (n, channels) without copying them."""
    try:
        sound = np.asarray(samples)
    except ValueError as error:
        raise errors.SamplesError("they are no array of numbers", "give one") from error
    if sound.dtype.kind not in "fiu":
        raise errors.SamplesError(
            f"they are of the kind {sound.dtype}", "give floats or integers, real ones"
        )
    if sound.ndim == 1:
        sound = sound[:, np.newaxis]
    if sound.ndim != 2 or not 1 <= sound.shape[1] <= MOST_CHANNELS:
        raise errors.SamplesError(
            f"their shape is {np.shape(samples)}",
            f"give (n,) or (n, channels) with at most {MOST_CHANNELS} channels, transposed where "
            "channels come first",
        )
    if len(sound) < (SHORTEST_S - MISSING_S) * rate_hz:
        raise errors.SamplesError(
            f"{len(sound)} of them at {rate_hz} Hz are {len(sound) / rate_hz:.2f} s",
            "a prediction needs at least half a second",
        )
    if sound.dtype.kind == "f":
        _check_levels(sound)
    return sound


def _check_levels(sound: Array) -> None:
    for first in range(0, len(sound), BLOCK_SAMPLES):
        level = np.abs(sound[first : first + BLOCK_SAMPLES])
        if np.isnan(level).any():
            place = first + int(np.flatnonzero(np.isnan(level).any(axis=1))[0])
            raise errors.SamplesError(f"number {place} is NaN", "put 0 where nothing is known")
        loudest = float(level.max())
        if loudest > _LOUDEST:
            raise errors.SamplesError(
                f"one of them is {loudest:g}, and the full scale of floats is 1",
                "divide them by the full scale that they have",
            )
