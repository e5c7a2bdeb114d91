"""Takes: a test of sound is made again where the machine, not the program, spoiled the sound."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, Protocol

from emoviz.playing.player import Player, SilentPlayer, SoundDevicePlayer
from tests.support.audio import RECORDING_RATE_HZ, PulseSink, Recorder
from tests.support.clocks import Clock, ToldClock, WallClock

MOST_TAKES = 8


class Staged(NamedTuple):
    """What a test of sound is made with."""

    player: Player
    recorder: Recorder | None
    clock: Clock


class Stage(Protocol):
    """Where takes are made."""

    def take(self) -> AbstractContextManager[Staged]:
        """Make everything anew."""

    def underruns(self, staged: Staged) -> int:
        """Count how often there was nothing to play when there should have been."""


def in_takes(test: Callable[..., None]) -> Callable[..., None]:
    """Have a test get `player`, `recorder` and `clock` of the fixture `stage`, in several takes.

    A take that fails counts if no sound was lost meanwhile. Otherwise another one is made; the
    last counts in any case: what runs dry every time is at fault itself.
    """

    @functools.wraps(test)
    def run(stage: Stage, **others: Any) -> None:  # noqa: ANN401
        for left in reversed(range(MOST_TAKES)):
            with stage.take() as staged:
                before = stage.underruns(staged)
                try:
                    test(**{name: getattr(staged, name) for name in used}, **others)
                    return
                except AssertionError as error:
                    lost = stage.underruns(staged) - before
                    if not lost or not left:
                        error.add_note(f"Sound was lost {lost} times; {left} takes were left.")
                        raise

    parameters = inspect.signature(test).parameters.values()
    used = [each.name for each in parameters if each.name in Staged._fields]
    others = [each for each in parameters if each.name not in used]
    stage = inspect.Parameter("stage", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = inspect.Signature([stage, *others])  # type: ignore[attr-defined]
    return run


class DeviceStage:
    """A player on a sink of PulseAudio, which is recorded."""

    def __init__(self, sink: PulseSink) -> None:
        self._sink = sink

    @contextmanager
    def take(self) -> Iterator[Staged]:
        """Give a new player and a new recorder."""
        player = SoundDevicePlayer(rate_hz=RECORDING_RATE_HZ)
        try:
            with self._sink.recorder() as recorder:
                yield Staged(player, recorder, WallClock())
        finally:
            player.close()

    def underruns(self, staged: Staged) -> int:
        """Count those that the player and the sink know of."""
        assert isinstance(staged.player, SoundDevicePlayer)
        return staged.player.underflows + self._sink.underruns


class SilentStage:
    """A player that makes no sound, and goes by a clock that is told the time."""

    @contextmanager
    def take(self) -> Iterator[Staged]:
        """Give a new player."""
        clock = ToldClock()
        yield Staged(SilentPlayer(clock), None, clock)

    def underruns(self, staged: Staged) -> int:
        """Count none: no time is lost."""
        return 0
