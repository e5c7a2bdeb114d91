"""Two versions of one piece are found in each other, shifted and stretched, and others are not."""

import numpy as np
import pytest
import soxr

from emoviz.hearing.alignment import RATE_HZ, Alignment, align, sound_print
from emoviz.playing.time_stretch import TimeStretch
from tests.support.audio import Floats, music

SONG_S = 16.0
OFFSET_S = 1.7


def print_of(sound: Floats) -> Floats:
    return sound_print(np.array_split(sound.astype(np.float32), 40))


def late(sound: Floats) -> Floats:
    return np.concatenate([np.zeros((round(OFFSET_S * RATE_HZ), 2), np.float32), sound])


def at_another_tempo(sound: Floats, stretch: float) -> Floats:
    stretching = TimeStretch(RATE_HZ, 2, 1.0 / stretch, np.zeros((0, 2), np.float32))
    return np.concatenate([stretching.push(sound), stretching.finish()])


def furthest_off_s(found: Alignment | None, offset_s: float, stretch: float) -> float:
    """Give by how much the worst moment of the song is misplaced."""
    assert found is not None
    return max(abs(found.there(time_s) - offset_s - stretch * time_s) for time_s in (0.0, SONG_S))


@pytest.fixture(scope="module")
def song() -> Floats:
    return music(SONG_S, RATE_HZ)


@pytest.fixture(scope="module")
def its_print(song: Floats) -> Floats:
    return print_of(song)


def test_a_softer_and_noisy_version_that_begins_elsewhere_is_found(
    song: Floats, its_print: Floats
) -> None:
    noise = 0.01 * np.random.default_rng(1).standard_normal(song.shape)
    found = align(its_print, print_of(late(0.2 * song + noise)))
    assert furthest_off_s(found, OFFSET_S, 1.0) < 0.05
    assert found is not None
    assert found.stretch == 1.0
    cut = align(its_print, print_of(song[6 * RATE_HZ :]))
    assert furthest_off_s(cut, -6.0, 1.0) < 0.05


@pytest.mark.parametrize("stretch", [0.96, 1.02])
def test_another_tempo_is_found_be_the_pitch_kept_or_not(
    song: Floats, its_print: Floats, stretch: float
) -> None:
    kept = print_of(late(at_another_tempo(song, stretch)))
    assert furthest_off_s(align(its_print, kept), OFFSET_S, stretch) < 0.05
    # The longer of the two may be the first as well.
    found = align(kept, its_print)
    assert found is not None
    assert furthest_off_s(found.inverse, OFFSET_S, stretch) < 0.05
    turned = soxr.resample(song, RATE_HZ, RATE_HZ * stretch)
    assert furthest_off_s(align(its_print, print_of(late(turned))), OFFSET_S, stretch) < 0.05


def test_what_is_not_the_same_piece_is_not_aligned(its_print: Floats) -> None:
    assert align(its_print, print_of(music(SONG_S, RATE_HZ, seed=7))) is None
    noise = np.random.default_rng(1).standard_normal((round(SONG_S * RATE_HZ), 2))
    assert align(its_print, print_of(0.1 * noise)) is None
    assert align(its_print, print_of(np.zeros((RATE_HZ * 20, 1)))) is None
    assert align(its_print, its_print[:50]) is None
    assert align(its_print, sound_print([])) is None


def test_an_alignment_leads_there_and_back() -> None:
    alignment = Alignment(-1.5, 1.04)
    assert alignment.there(10.0) == pytest.approx(8.9)
    assert alignment.here(alignment.there(33.0)) == pytest.approx(33.0)
    assert alignment.inverse.there(8.9) == pytest.approx(10.0)
