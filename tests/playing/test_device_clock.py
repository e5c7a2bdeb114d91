"""The clock of a device that is not sure of its own delay."""

from collections.abc import Callable

import numpy as np
import pytest

from emoviz.playing.device_clock import DeviceClock

RATE_HZ = 48000
COUNT = 1200


def play(
    calls: int, said_wrong_s: Callable[[float], float], dry: Callable[[int], bool]
) -> np.ndarray:
    """Give by how much the clock is wrong, call by call, for a device 0.1 s behind."""
    clock = DeviceClock(RATE_HZ)
    wrong_s = []
    for call in range(calls):
        now_s = call * COUNT / RATE_HZ
        said_s = now_s + 0.1 + said_wrong_s(now_s)
        wrong_s.append(clock.sounds_s(said_s, now_s, COUNT, dry(call)) - now_s - 0.1)
    return np.array(wrong_s)


def test_what_trembles_is_made_steady() -> None:
    rng = np.random.default_rng(0)
    wrong_s = play(400, lambda _now_s: rng.normal(0.0, 0.005), lambda _call: False)
    assert np.abs(np.diff(wrong_s[40:])).max() < 0.0001
    assert abs(np.median(wrong_s[200:])) < 0.003


def test_a_device_whose_crystal_differs_is_followed() -> None:
    wrong_s = play(24000, lambda now_s: 0.0002 * now_s, lambda _call: False)
    heard_s = 0.0002 * np.arange(24000) * COUNT / RATE_HZ
    assert np.abs(wrong_s - heard_s).max() < 0.001


def test_what_is_said_wrongly_long_after_it_ran_dry_is_not_believed() -> None:
    def overestimated_s(now_s: float) -> float:
        return 0.6 * float(np.exp(-(((now_s - 14.0) / 4.0) ** 2))) if now_s > 11.0 else 0.0

    wrong_s = play(1200, overestimated_s, lambda call: call == 400)
    assert np.abs(wrong_s).max() < 0.025


@pytest.mark.parametrize("step_s", [0.08, -0.04])
def test_another_delay_after_it_ran_dry_is_taken_at_once(step_s: float) -> None:
    wrong_s = play(600, lambda now_s: step_s if now_s >= 10.0 else 0.0, lambda call: call == 400)
    assert wrong_s[399] == pytest.approx(0.0)
    assert wrong_s[400:] == pytest.approx(step_s)
