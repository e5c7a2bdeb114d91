"""A test of sound is made again where sound was lost, and only there."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emoviz.playing.player import SilentPlayer
from tests.support.clocks import ToldClock
from tests.support.takes import MOST_TAKES, Staged, in_takes


class LossyStage:
    """Loses sound in its first takes."""

    def __init__(self, lossy: int) -> None:
        self.takes = self._underruns = 0
        self._lossy = lossy

    @contextmanager
    def take(self) -> Iterator[Staged]:
        self.takes += 1
        yield Staged(SilentPlayer(), None, ToldClock())

    def underruns(self, staged: Staged) -> int:
        # Asked before and after what is tested.
        self._underruns += self.takes <= self._lossy
        return self._underruns


@pytest.mark.parametrize(
    ("lossy", "fails_in", "takes"),
    [(0, 0, 1), (1, 0, 1), (2, 2, 3), (MOST_TAKES - 1, MOST_TAKES - 1, MOST_TAKES)],
)
def test_a_take_that_lost_sound_and_failed_is_made_again(
    lossy: int, fails_in: int, takes: int
) -> None:
    stage = LossyStage(lossy)

    @in_takes
    def test(player: SilentPlayer) -> None:
        assert stage.takes > fails_in

    test(stage=stage)
    assert stage.takes == takes


@pytest.mark.parametrize(("lossy", "takes"), [(0, 1), (1, 2), (99, MOST_TAKES)])
def test_what_fails_without_a_loss_or_every_time_has_failed(lossy: int, takes: int) -> None:
    stage = LossyStage(lossy)

    @in_takes
    def test(player: SilentPlayer) -> None:
        raise AssertionError("the program's fault")

    with pytest.raises(AssertionError, match="the program's fault"):
        test(stage=stage)
    assert stage.takes == takes
