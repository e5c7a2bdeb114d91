"""Clocks that a player goes by in tests: one that is told the time, and the one on the wall."""

import time
from collections.abc import Callable
from typing import Protocol

from tests.support.audio import wait_until

_STEP_S = 0.002
_PATIENCE_S = 60.0


class Clock(Protocol):
    """What tells a test the time, and waits by it."""

    def __call__(self) -> float:
        """Give the time in seconds."""

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Let time pass until `condition` holds."""


class ToldClock:
    """Stands still but for what it is told: however busy the machine is, no time is lost."""

    def __init__(self) -> None:
        self._now_s = 1000.0

    def __call__(self) -> float:
        """Give the time in seconds."""
        return self._now_s

    def pass_s(self, duration_s: float) -> None:
        """Let so many seconds pass."""
        self._now_s += duration_s

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Let time pass in steps, until `condition` holds or a minute is over."""
        end_s = self._now_s + _PATIENCE_S
        while not condition():
            assert self._now_s < end_s, f"still not so after {_PATIENCE_S} s"
            self._now_s += _STEP_S


class WallClock:
    """The time that passes anyway, as it does for a sound device."""

    def __call__(self) -> float:
        """Give the time in seconds."""
        return time.monotonic()

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds, a minute at most."""
        wait_until(condition)
