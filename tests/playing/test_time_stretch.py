"""Faster and slower, at the same pitch and without a seam."""

import numpy as np
import pytest

from emoviz.playing.time_stretch import TimeStretch
from tests.support.audio import Floats, music

RATE_HZ = 48000
SPEEDS = (0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0)
NONE = np.zeros((0, 2), np.float32)


def stretched(sound: Floats, speed: float, tail: Floats = NONE, block: int = 1500) -> Floats:
    stretch = TimeStretch(RATE_HZ, sound.shape[1], speed, tail)
    blocks = [stretch.push(sound[at : at + block]) for at in range(0, len(sound), block)]
    return np.concatenate([*blocks, stretch.finish()])


def tone(pitch_hz: float, duration_s: float, channels: int = 2) -> Floats:
    wave = 0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(round(duration_s * RATE_HZ)) / RATE_HZ)
    return np.repeat(wave.astype(np.float32)[:, np.newaxis], channels, axis=1)


@pytest.mark.parametrize("speed", [1.0, *SPEEDS])
@pytest.mark.parametrize("samples", [0, 1, 700, 5000, 48000])
def test_the_length_is_that_of_the_speed(speed: float, samples: int) -> None:
    assert len(stretched(music(1.0, RATE_HZ)[:samples], speed)) == round(samples / speed)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("pitch_hz", [55.0, 440.0, 3000.0])
def test_a_tone_keeps_its_pitch_its_level_and_never_clicks(speed: float, pitch_hz: float) -> None:
    heard = stretched(tone(pitch_hz, 2.0, channels=1), speed)[:, 0]
    inner = heard[4800:-4800]
    spectrum = np.abs(np.fft.rfft(inner * np.hanning(len(inner))))
    peak_hz = np.argmax(spectrum) * RATE_HZ / len(inner)
    assert peak_hz == pytest.approx(pitch_hz, abs=2.0)
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.01)
    steepest = 0.5 * 2 * np.pi * pitch_hz / RATE_HZ
    assert np.abs(np.diff(inner)).max() < 1.2 * steepest


@pytest.mark.parametrize("speed", SPEEDS)
def test_everything_comes_when_it_is_due(speed: float) -> None:
    clicks = np.zeros((4 * RATE_HZ, 2), np.float32)
    places = np.arange(0.3, 3.8, 0.37)
    for place_s in places:
        clicks[round(place_s * RATE_HZ) :][:96] = 0.8
    heard = np.abs(stretched(clicks, speed)[:, 0])
    for place_s in places:
        near = heard[round((place_s / speed - 0.1) * RATE_HZ) :][: round(0.2 * RATE_HZ)]
        loud_s = np.flatnonzero(near > 0.3) / RATE_HZ - 0.1
        assert len(loud_s)
        assert np.abs(loud_s).min() < 0.025


def test_blocks_of_any_size_give_the_same() -> None:
    sound = music(1.0, RATE_HZ)
    whole = stretched(sound, 1.25, block=len(sound))
    for block in (100, 1024, 9999):
        assert np.array_equal(stretched(sound, 1.25, block=block), whole)


def test_it_begins_with_what_it_is_given() -> None:
    sound = music(1.0, RATE_HZ)
    assert np.array_equal(stretched(sound, 0.75)[:960], sound[:960])


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_what_came_before_fades_into_it(speed: float) -> None:
    sound = tone(440.0, 1.0)
    before, tail = sound[:1000], sound[1000:1960]
    heard = np.concatenate([before, stretched(sound[1037:], speed, tail)])[:, 0]
    steepest = 0.5 * 2 * np.pi * 440.0 / RATE_HZ
    assert np.abs(np.diff(heard[:20000])).max() < 1.5 * steepest
