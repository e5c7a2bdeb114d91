"""Integrated loudness is what ITU-R BS.1770-4 and EBU Tech 3341 say it is."""

import numpy as np
import pytest

from emoviz.hearing.measures.loudness import RATE_HZ, song_lufs
from emoviz.songs.channels import heard
from tests.support.audio import Floats


def tone(level_db: float, duration_s: float) -> Floats:
    """Give a tone of 997 Hz whose peak is at a level, (samples,)."""
    times_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    return 10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * 997.0 * times_s)


def loudness(sound: Floats) -> float | None:
    block = heard(sound.astype(np.float32))
    return song_lufs(np.array_split(block, 7))


def test_a_tone_is_as_loud_as_the_standard_says() -> None:
    full = tone(0.0, 3.0)
    on_the_left = np.stack([full, np.zeros_like(full)], axis=1)
    assert loudness(on_the_left) == pytest.approx(-3.01, abs=0.02)
    assert loudness(np.stack([full, full], axis=1)) == pytest.approx(0.0, abs=0.02)
    # One channel sounds from both loudspeakers.
    assert loudness(full[:, np.newaxis]) == pytest.approx(0.0, abs=0.02)


def test_soft_parts_and_silence_are_not_counted() -> None:
    # EBU Tech 3341, case 3, shortened; and then silence.
    parts = [tone(-36.0, 2.0), tone(-23.0, 30.0), tone(-36.0, 2.0), np.zeros(RATE_HZ * 3)]
    sound = np.concatenate(parts)
    assert loudness(np.stack([sound, sound], axis=1)) == pytest.approx(-23.0, abs=0.1)


def test_silence_and_what_is_shorter_than_a_block_have_no_loudness() -> None:
    assert loudness(np.zeros((RATE_HZ, 2))) is None
    assert loudness(tone(0.0, 0.3)[:, np.newaxis]) is None
    assert song_lufs([]) is None
