"""Route: which places of a song are played one after the other, also where a region loops."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

SHORTEST_REGION_S = 0.1


@dataclass(frozen=True)
class Region:
    """A part of a song, in seconds; it goes to the end of the song if `end_s` is infinite.

    Raises ValueError if it is shorter than `SHORTEST_REGION_S` or begins before the song.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_s <= self.end_s - SHORTEST_REGION_S:
            raise ValueError(self)

    def __contains__(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s


@dataclass(frozen=True)
class Join:
    """The index from which on something else has to come, and the place that comes there."""

    index: int
    place_s: float


@dataclass(frozen=True)
class _Stretch:
    index: int
    place_s: float


class Route:
    """Which place of a song each index of a ring stands for: unbroken stretches in turn."""

    def __init__(self, index: int, place_s: float, rate_hz: int) -> None:
        self.start = index
        self.song_end_s = math.inf
        """Where the song really ends, once that is known."""
        self.furthest_s = place_s
        """The furthest place at which a stretch has ended."""
        self._rate_hz = rate_hz
        self._stretches = deque([_Stretch(index, place_s)])

    def begin(self, index: int, place_s: float, *, after_song_end: bool = False) -> None:
        """Note that `place_s` comes at `index`, which may be where the song has ended."""
        last = self._stretches[-1]
        reached_s = self._place_s(last, index)
        self.furthest_s = max(self.furthest_s, reached_s)
        if after_song_end:
            self.song_end_s = reached_s
        if last.index == index:
            self._stretches.pop()
        self._stretches.append(_Stretch(index, place_s))

    def cut(self, index: int) -> None:
        """Forget what was to come from `index` on."""
        while len(self._stretches) > 1 and self._stretches[-1].index >= index:
            self._stretches.pop()

    def forget_before(self, index: int) -> None:
        """Forget what lies wholly before `index`."""
        while len(self._stretches) > 1 and self._stretches[1].index <= index:
            self._stretches.popleft()

    def place(self, index: float) -> tuple[int, float]:
        """Give the index at which the stretch with `index` begins, and the place in seconds."""
        before = (found for found in reversed(self._stretches) if found.index <= index)
        stretch = next(before, self._stretches[0])
        return stretch.index, self._place_s(stretch, index)

    def indices(self, place_s: float, end: int) -> Iterator[int]:
        """Give every index below `end` that stands for `place_s`, the newest first."""
        for stretch, stretch_end in reversed(list(self._bounded(end))):
            index = self._index(stretch, place_s)
            if stretch.index <= index < stretch_end:
                yield int(index)

    def departure(self, index: int, end: int, region: Region | None) -> Join:
        """Give where this route, from `index` on, leaves the one on which `region` loops.

        If it does not before `end`, that is the end and what comes there. A place behind the
        region is on the way to the end of the song.
        """
        bounded = [(a, b) for a, b in self._bounded(end) if b > index] or [
            (self._stretches[-1], end)
        ]
        for number, (stretch, stretch_end) in enumerate(bounded):
            place_s = self._place_s(stretch, max(index, stretch.index))
            turn = math.inf
            if region is not None and place_s < region.end_s:
                turn = self._index(stretch, min(region.end_s, self.song_end_s))
            if region is None or turn > stretch_end:
                return Join(stretch_end, self._place_s(stretch, stretch_end))
            after = bounded[number + 1][0] if number + 1 < len(bounded) else None
            if turn < stretch_end or after is None or after.place_s != region.start_s:
                return Join(int(turn), region.start_s)
        raise AssertionError("a route has an end")

    def _bounded(self, end: int) -> Iterator[tuple[_Stretch, int]]:
        for stretch, after in pairwise([*self._stretches, _Stretch(end, 0.0)]):
            yield stretch, after.index

    def _index(self, stretch: _Stretch, place_s: float) -> float:
        if place_s == math.inf:
            return math.inf
        return stretch.index + round((place_s - stretch.place_s) * self._rate_hz)

    def _place_s(self, stretch: _Stretch, index: float) -> float:
        return stretch.place_s + (index - stretch.index) / self._rate_hz
