"""Pace: how fast a song is played at each index of a ring."""

from collections import deque
from dataclasses import dataclass

SLOWEST, FASTEST = 0.5, 2.0


@dataclass(frozen=True)
class _Leg:
    index: int
    sample: int
    speed: float


class Pace:
    """Which sample, of those decoded one after the other, each index of a ring stands for.

    Samples are counted so that at the first index both numbers are the same.
    """

    def __init__(self, index: int, speed: float) -> None:
        self._legs = deque([_Leg(index, index, speed)])

    def change(self, index: int, sample: int, speed: float) -> None:
        """Have `sample` come at `index`, and go on at `speed` from there."""
        while self._legs and self._legs[-1].index >= index:
            self._legs.pop()
        self._legs.append(_Leg(index, sample, speed))

    def forget_before(self, index: int) -> None:
        """Forget what lies wholly before `index`."""
        while len(self._legs) > 1 and self._legs[1].index <= index:
            self._legs.popleft()

    def sample(self, index: float) -> float:
        """Give the sample that `index` stands for."""
        before = (leg for leg in reversed(self._legs) if leg.index <= index)
        leg = next(before, self._legs[0])
        return leg.sample + (index - leg.index) * leg.speed

    def index(self, sample: float) -> int | None:
        """Give the index at which `sample` is played at the speed of now, if it is."""
        leg = self._legs[-1]
        return None if sample < leg.sample else leg.index + round((sample - leg.sample) / leg.speed)
