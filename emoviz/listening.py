"""From samples to what a model hears: frames by frames, and half-second columns from them.

Most models hear the mean of the mel frames of a half-second. A model with a listener hears what
that network, a convolution in time, makes of mel frames and of frames fine enough for pitches.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emoviz.decoding import Samples
from emoviz.melspectrogram import Framer, FrontEnd, columns_of

BLOCK_COLUMNS = 24
"""Half-seconds that a listener takes at once, besides what it needs to hear around them."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """Frames of some half-seconds in decibels: for each front end (columns, frames, bands).

    The first front end is the one that is shown.
    """

    by_front_end: tuple[Floats, ...]

    def __len__(self) -> int:
        return len(self.by_front_end[0])

    def __getitem__(self, part: slice) -> "Frames":
        return Frames(tuple(frames[part] for frames in self.by_front_end))

    @property
    def mel_db(self) -> Floats:
        """The frames that are shown."""
        return self.by_front_end[0]


def joined(parts: Iterable[Frames]) -> Frames:
    """Put frames one after the other."""
    return Frames(
        tuple(
            np.concatenate(arrays)
            for arrays in zip(*(part.by_front_end for part in parts), strict=True)
        )
    )


def frames_of(blocks: Iterable[Samples], front_ends: tuple[FrontEnd, ...]) -> Iterator[Frames]:
    """Turn blocks of mono samples into frames, as soon as every front end has them whole."""
    framers = [Framer(front_end) for front_end in front_ends]
    waiting = Frames(tuple(framer.push(np.zeros(0, np.float32)) for framer in framers))
    for block in blocks:
        waiting = _appended(waiting, [framer.push(block) for framer in framers])
        whole = min(len(frames) for frames in waiting.by_front_end)
        if whole:
            yield waiting[:whole]
            waiting = waiting[whole:]
    waiting = _appended(waiting, [framer.finish() for framer in framers])
    if len(waiting):
        yield waiting


def _appended(frames: Frames, more: list[Floats]) -> Frames:
    return Frames(
        tuple(
            np.concatenate([old, new]) for old, new in zip(frames.by_front_end, more, strict=True)
        )
    )


class Hearing(Protocol):
    """Turns a song's frames, in their order, into columns."""

    def push(self, frames: Frames) -> None:
        """Take the frames that follow."""

    def end(self) -> None:
        """Take note that no more frames come."""

    @property
    def ready(self) -> bool:
        """Whether `listen` has something to do now."""

    def listen(self) -> Floats:
        """Do one step of work, and give the columns it made, (columns, features)."""


class MeanHearing:
    """Hears a half-second as the mean over its frames, in decibels."""

    def __init__(self) -> None:
        self._waiting: list[Floats] = []

    def push(self, frames: Frames) -> None:
        """Take the frames that follow."""
        self._waiting.append(columns_of(frames.mel_db))

    def end(self) -> None:
        """Take note that no more frames come."""

    @property
    def ready(self) -> bool:
        """Whether columns wait."""
        return bool(self._waiting)

    def listen(self) -> Floats:
        """Give the columns of all frames that have come."""
        columns_db = np.concatenate(self._waiting)
        self._waiting.clear()
        return columns_db


class NetworkHearing:
    """Hears through a network that looks `halo` columns to either side of each.

    The network is run on blocks whose borders lie at fixed places of the song, so what is heard
    does not depend on how the frames came. Before its start and past its end lies the song
    mirrored.
    """

    def __init__(self, network: Callable[[Frames], Floats], halo: int) -> None:
        """Listen with `network`, which gives (columns, features) for frames of as many columns."""
        self._network, self._halo = network, halo
        self._parts: list[Frames] = []
        self._first = 0
        self._come = 0
        self._done = 0
        self._ended = False

    def push(self, frames: Frames) -> None:
        """Take the frames that follow."""
        self._parts.append(frames)
        self._come += len(frames)

    def end(self) -> None:
        """Take note that no more frames come."""
        self._ended = True

    @property
    def ready(self) -> bool:
        """Whether a block can be listened to now."""
        if self._ended:
            return self._done < self._come
        return self._come >= self._done + BLOCK_COLUMNS + self._halo

    def listen(self) -> Floats:
        """Listen to one block."""
        stop = min(self._done + BLOCK_COLUMNS, self._come)
        kept = joined(self._parts)
        columns = self._network(self._around(kept, stop))[self._halo : -self._halo]
        self._done = stop
        first = max(0, stop - self._halo)
        self._parts = [kept[first - self._first :]]
        self._first = first
        return columns

    def _around(self, kept: Frames, stop: int) -> Frames:
        """Cut the block that ends at `stop` with its surroundings, time reversed where mirrored."""
        place = np.arange(self._done - self._halo, stop + self._halo)
        # Only a song that has ended is mirrored past its end; until then more of it has come.
        period = 2 * self._come
        turned = place % period >= self._come
        index = np.where(turned, period - 1 - place % period, place % period) - self._first
        return Frames(
            tuple(
                np.where(turned[:, None, None], frames[index][:, ::-1], frames[index])
                for frames in kept.by_front_end
            )
        )
