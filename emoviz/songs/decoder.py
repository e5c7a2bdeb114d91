"""Decoder: what every way of making samples of a file has in common."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from emoviz.units import Samples

BLOCK_SAMPLES = 65536

RATES_HZ = range(1000, 3_000_001)
MOST_CHANNELS = 64
"""What no music has is damage, or a mistake, and would take memory and time without end."""

WARM_UP_SAMPLES = 8192
"""What is decoded and thrown away before the place asked for.

Packets of opus and aac lean on the ones before: straight after a seek they come out wrong.
"""

PATIENCE_S = 60.0
"""How long a decoder may give nothing before it is taken to hang, and ended.

A seek in three hours of a format without any times decodes all that comes before.
"""

_FIRST_BLOCK_S = 0.18
"""Soon there, and still heard when the next, twice as long, has come."""

Damage: TypeAlias = Callable[[int, int], None]
"""Takes from which to before which sample there is silence because the file is damaged there."""


def block_sizes(rate_hz: int, lead: int = 0) -> Iterator[int]:
    """Yield how many samples to decode for each block: few at first, since somebody waits.

    Of the first, `lead` are thrown away.
    """
    size = min(math.ceil(_FIRST_BLOCK_S * rate_hz), BLOCK_SAMPLES)
    yield lead + size
    while True:
        size = min(2 * size, BLOCK_SAMPLES)
        yield size


def silent_blocks(count: int, channels: int) -> Iterator[Samples]:
    """Yield `count` samples of silence, in blocks of shape (samples, channels)."""
    for begin in range(0, count, BLOCK_SAMPLES):
        yield np.zeros((min(BLOCK_SAMPLES, count - begin), channels), np.float32)


def ignore_damage(_first: int, _stop: int) -> None:
    """Take no notice."""


class SoundTracks(NamedTuple):
    """The sound tracks of a file, numbered from 1 on: what they are called, and which is heard."""

    names: tuple[str, ...] = ("",)
    heard: int = 1
    usual: int = 1
    """The one that is heard where none is chosen"""


ONE_SOUND_TRACK = SoundTracks()
"""Those of a file that is no container"""


class Decoder(Protocol):
    """An open file that can be decoded from any place, as often as needed."""

    sample_rate_hz: int
    channels: int
    remark: str
    """What is to be said of the choice of this sound; empty where there was none"""
    sound_tracks: SoundTracks

    @property
    def duration_s(self) -> float:
        """How long the sound is, as far as the bytes tell before they are decoded."""
        ...

    @property
    def claimed_s(self) -> float | None:
        """How long the file's header says that it is; None where it says nothing."""
        ...

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield float32 blocks of shape (samples, channels) from `start_sample` to the end.

        Where the file is damaged there is silence, of which `on_damage` is told. Raises
        `errors.SongDamagedError` where the stream breaks off for good.
        """
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


class SongDecoders(Protocol):
    """The decoders of one song; threads may share it."""

    def open(self) -> Decoder:
        """Open one, which stands at no place yet. Raises `errors.SongError`."""
        ...

    def take(self) -> Decoder:
        """Give one that was put back, while the file is unchanged, or open one.

        Raises `errors.SongError`.
        """
        ...

    def put(self, decoder: Decoder) -> None:
        """Take one of them that nobody uses any more: it is kept for the next, or closed."""
        ...

    def close(self) -> None:
        """Keep none any longer: the one that is kept is closed, and so are those put back later."""
        ...


class Conformer:
    """Brings samples of one rate and number of channels to those of the song they are part of."""

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        self._channels = channels
        self._stream = None
        if from_hz != to_hz:
            import soxr

            self._stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32")

    def take(self, block: Samples) -> Samples:
        """Take a block of shape (samples, any channels); give what is ready."""
        block = _with_channels(block, self._channels)
        return block if self._stream is None else self._stream.resample_chunk(block)

    def finish(self) -> Samples:
        """Give what is left at the end, (samples, channels of the song)."""
        nothing = np.zeros((0, self._channels), np.float32)
        if self._stream is None:
            return nothing
        rest: Samples = self._stream.resample_chunk(nothing, last=True)
        return rest


def _with_channels(block: Samples, channels: int) -> Samples:
    if block.shape[1] == channels:
        return block
    mono: Samples = block.mean(axis=1, keepdims=True, dtype=np.float32)
    return np.repeat(mono, channels, axis=1)
