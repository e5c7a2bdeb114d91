"""From samples to what a model hears: frames by frames, and half-second columns from them.

Most models hear the mean of the mel frames of a half-second. A model with a listener hears what
that network, a convolution in time, makes of mel frames and of frames fine enough for pitches.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emoviz.hearing.front_end import Framer, FrontEnd, columns_of
from emoviz.hearing.mel_frames import Floats, Frames, joined
from emoviz.hearing.mel_spool import MelSpool
from emoviz.units import Samples

BLOCK_COLUMNS = 24
"""Half-seconds that a listener takes at once, besides what it needs to hear around them.

More would take more memory, and less time: what lies around is heard twice.
"""


class FrameStream:
    """Turns blocks of samples (n, channels), as they come, into `Frames` of every front end.

    Samples have the front ends' rate and full scale at -1 and 1, and the power of their channels
    is added (`songs.channels.heard` weighs them); frames are in decibels, for each front end
    (columns, frames, bands).
    """

    def __init__(self, front_ends: tuple[FrontEnd, ...]) -> None:
        self._framers = [Framer(front_end) for front_end in front_ends]
        self._waiting = Frames(tuple(front_end.no_frames for front_end in front_ends))

    def push(self, block: Samples) -> Frames:
        """Take samples (n, channels); give what all front ends have whole now, perhaps nothing."""
        self._waiting = _appended(self._waiting, [framer.push(block) for framer in self._framers])
        whole = min(len(frames) for frames in self._waiting.by_front_end)
        done, self._waiting = self._waiting[:whole], self._waiting[whole:]
        return done

    def finish(self) -> Frames:
        """Give the frames of what is left at the end of the song, perhaps no columns."""
        return _appended(self._waiting, [framer.finish() for framer in self._framers])


def frames_of(blocks: Iterable[Samples], front_ends: tuple[FrontEnd, ...]) -> Iterator[Frames]:
    """Turn blocks of samples (n, channels) into frames, as soon as every front end has them whole.

    Yields (columns, frames, bands) in decibels for each front end, of one column or more.
    """
    stream = FrameStream(front_ends)
    for block in blocks:
        if len(frames := stream.push(block)):
            yield frames
    if len(frames := stream.finish()):
        yield frames


def _appended(frames: Frames, more: list[Floats]) -> Frames:
    return Frames(
        tuple(
            np.concatenate([old, new]) for old, new in zip(frames.by_front_end, more, strict=True)
        )
    )


@dataclass(frozen=True)
class Heard:
    """Columns (n, features) of a song, from column `first` on."""

    first: int
    columns: Floats


class Hearing(Protocol):
    """Turns a song's frames, (columns, frames, bands), into columns (columns, features)."""

    def push(self, frames: Frames) -> None:
        """Take the frames that follow, (columns, frames, bands) for each front end."""

    def end(self) -> None:
        """Take note that no more frames come."""

    @property
    def ready(self) -> bool:
        """Whether `listen` has something to do now."""

    def listen(self, nearest: int = 0) -> Heard:
        """Do one step of work, the one nearest to a column; give (n, features) that it made."""


class MeanHearing:
    """Hears a half-second as the mean over its frames, in decibels: (columns, bands)."""

    def __init__(self) -> None:
        self._waiting: list[Floats] = []
        self._done = 0

    def push(self, frames: Frames) -> None:
        """Take the frames that follow, (columns, frames, bands) for each front end."""
        self._waiting.append(columns_of(frames.mel_db))

    def end(self) -> None:
        """Take note that no more frames come."""

    @property
    def ready(self) -> bool:
        """Whether columns wait."""
        return bool(self._waiting)

    def listen(self, nearest: int = 0) -> Heard:
        """Give the columns (n, bands) of all frames that have come."""
        heard = Heard(self._done, np.concatenate(self._waiting))
        self._done += len(heard.columns)
        self._waiting.clear()
        return heard


class NetworkHearing:
    """Hears through a network that looks `halo` columns to either side of each.

    The network is run on blocks whose borders lie at fixed places of the song, so what is heard
    depends neither on how the frames came nor on which block is heard first. Before its start and
    past its end lies the song mirrored.
    """

    def __init__(self, network: Callable[[Frames], Floats], halo: int) -> None:
        """Listen with `network`, which gives (columns, features) for frames of as many columns.

        `halo` is at most `BLOCK_COLUMNS`.
        """
        self._network, self._halo = network, halo
        self._tail: list[Frames] = []
        self._kept = MelSpool()
        self._unheard: list[int] = []
        self._begun = 0
        self._come = 0
        self._ended = False

    def push(self, frames: Frames) -> None:
        """Take the frames that follow, (columns, frames, bands) for each front end."""
        self._tail.append(frames)
        self._come += len(frames)
        if self._come >= (self._begun + 1) * BLOCK_COLUMNS:
            self._begin_blocks()

    def end(self) -> None:
        """Take note that no more frames come."""
        self._ended = True
        self._begin_blocks()

    @property
    def ready(self) -> bool:
        """Whether a block can be listened to now."""
        return bool(self._unheard) and self._can_be_heard(self._unheard[0])

    def listen(self, nearest: int = 0) -> Heard:
        """Listen to the block nearest to a column; give (n, features), `BLOCK_COLUMNS` at most."""
        block = min(
            filter(self._can_be_heard, self._unheard),
            key=lambda block: abs((block + 0.5) * BLOCK_COLUMNS - nearest),
        )
        self._unheard.remove(block)
        columns = self._network(self._around(block))[self._halo : -self._halo]
        for near in (block - 1, block, block + 1):
            if not any(other in self._unheard for other in (near - 1, near, near + 1)):
                self._forget(near)
        return Heard(block * BLOCK_COLUMNS, columns)

    def _begin_blocks(self) -> None:
        """Cut what has come into blocks; the last may be shorter once the song has ended."""
        if not self._tail:
            return
        tail, first = joined(self._tail), self._begun * BLOCK_COLUMNS
        while first + BLOCK_COLUMNS <= self._come or (self._ended and first < self._come):
            self._kept.put(self._begun, tail[:BLOCK_COLUMNS])
            tail = tail[BLOCK_COLUMNS:]
            self._unheard.append(self._begun)
            self._begun += 1
            first += BLOCK_COLUMNS
        self._tail = [tail]

    def _can_be_heard(self, block: int) -> bool:
        return self._ended or self._come >= (block + 1) * BLOCK_COLUMNS + self._halo

    def _forget(self, block: int) -> None:
        # What follows the last block that has begun may still need it.
        if self._ended or block < self._begun - 1:
            self._kept.drop(block)

    def _around(self, block: int) -> Frames:
        """Give a block with its surroundings, time reversed where mirrored."""
        first = block * BLOCK_COLUMNS
        stop = min(first + BLOCK_COLUMNS, self._come)
        # Only a song that has ended is mirrored past its end; until then more of it has come.
        index, turned = _mirrored(np.arange(first - self._halo, stop + self._halo), self._come)
        blocks = range(int(index.min()) // BLOCK_COLUMNS, int(index.max()) // BLOCK_COLUMNS + 1)
        near = joined([*(self._kept.get(b) for b in blocks if b in self._kept), *self._tail])
        return _picked(near, index - blocks[0] * BLOCK_COLUMNS, turned)


class LiveHearing(Protocol):
    """Turns the frames of what is still sounding into columns, each as soon as it has come."""

    def push(self, frames: Frames) -> Heard:
        """Take the frames that follow; give their columns, and anew those they bear on.

        Both are half-seconds: (columns, frames, bands) for each front end, and (n, features).
        """


class LiveMeanHearing:
    """Hears a half-second as the mean over its frames, in decibels: (columns, bands)."""

    def __init__(self) -> None:
        self._come = 0

    def push(self, frames: Frames) -> Heard:
        """Take the frames that follow, (n, frames, bands); give their columns, (n, bands)."""
        self._come += len(frames)
        return Heard(self._come - len(frames), columns_of(frames.mel_db))


class LiveNetworkHearing:
    """Hears through a network what is still sounding, without waiting for what follows.

    What has not come yet is taken to be what was, mirrored; the `halo` columns before are heard
    anew with what has come since. So after `halo` more columns a column is what `NetworkHearing`
    would hear.
    """

    def __init__(self, network: Callable[[Frames], Floats], halo: int) -> None:
        """Listen with `network`, which looks `halo` columns to either side of each.

        It gives (columns, features) for frames of as many columns.
        """
        self._network, self._halo = network, halo
        self._kept: Frames | None = None
        self._come = 0

    def push(self, frames: Frames) -> Heard:
        """Take the frames that follow; give their columns, and those of the halo before anew.

        Of (n, frames, bands) for each front end it makes (at most halo + n, features).
        """
        halo = self._halo
        near = frames if self._kept is None else joined([self._kept, frames])
        first, begun = max(0, self._come - halo), self._come + len(frames) - len(near)
        self._come += len(frames)
        index, turned = _mirrored(np.arange(first - halo, self._come + halo), self._come)
        columns = self._network(_picked(near, index - begun, turned))[halo : len(index) - halo]
        # The next call hears `halo` columns anew and looks as many before the first of them;
        # mirrored, the first columns of all look no farther.
        self._kept = near[-2 * halo :]
        return Heard(first, columns)


def _mirrored(
    place: npt.NDArray[np.int_], count: int
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.bool_]]:
    """Say which of `count` columns stands at each place, and whether time is reversed there."""
    period = 2 * count
    turned = place % period >= count
    return np.where(turned, period - 1 - place % period, place % period), turned


def _picked(frames: Frames, index: npt.NDArray[np.int_], turned: npt.NDArray[np.bool_]) -> Frames:
    return Frames(
        tuple(
            np.where(turned[:, None, None], part[index][:, ::-1], part[index])
            for part in frames.by_front_end
        )
    )
