"""Scores of which key, tempo and onsets are known, synthesised: what measuring is tested against.

Chords, a bass and a tune over a beat of drums; the same seed is the same music.
"""

from dataclasses import dataclass

import numpy as np

from emoviz.hearing.measures.key import Key
from emoviz.units import Samples

RATE_HZ = 48000

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
_PROGRESSIONS = (
    ((0, 3, 4, 0), (0, 5, 3, 4), (0, 4, 5, 3), (1, 4, 0, 0)),
    ((0, 3, 4, 0), (0, 5, 3, 4), (0, 6, 5, 4), (0, 5, 6, 0)),
)
_BEATS_A_BAR = 4
_OVERTONES = 8


@dataclass(frozen=True)
class Score:
    """Music in `key` at `bpm`: `samples` (n,) at `RATE_HZ`, `onsets_s` the times of its notes."""

    key: Key
    bpm: float
    samples: Samples
    onsets_s: tuple[float, ...]


def score(seed: int, length_s: float = 24.0) -> Score:
    """Compose and play a score of about so many seconds."""
    random = np.random.default_rng(seed)
    key = Key.numbered(int(random.integers(24)))
    bpm = float(random.uniform(70.0, 170.0))
    player = _Player(random, length_s + 4.0, falling=float(random.uniform(0.8, 2.0)))
    beat_s = 60.0 / bpm
    progression = _PROGRESSIONS[0 if key.is_major else 1][int(random.integers(4))]
    for bar in range(int(length_s / beat_s / _BEATS_A_BAR)):
        degree = progression[bar % len(progression)]
        # In minor the fifth degree's chord is major, and its seventh leads.
        leads = not key.is_major and degree == 4
        start_s = bar * _BEATS_A_BAR * beat_s
        for step in (0, 2, 4):
            pitch = 60 + _pitch(key, degree + step, leads=leads) % 12
            for half in (0, 2):
                player.tone(start_s + half * beat_s, pitch, 2.0 * beat_s, 0.12)
        player.tone(start_s, 36 + _pitch(key, degree) % 12, 4.0 * beat_s, 0.3)
        for beat in range(_BEATS_A_BAR):
            when_s = start_s + beat * beat_s
            on_chord = beat % 2 == 0
            tune = degree + 2 * int(random.integers(3)) if on_chord else int(random.integers(7))
            pitch = 72 + _pitch(key, tune, leads=leads) % 12
            player.tone(when_s, pitch, beat_s, 0.2)
            player.drum(when_s, low=beat % 2 == 0)
            if random.random() < 0.7:
                player.drum(when_s + beat_s / 2, low=False, level=0.08)
    return Score(key, bpm, player.samples, tuple(sorted(player.onsets)))


def _pitch(key: Key, degree: int, *, leads: bool = False) -> int:
    scale = _SCALES[0 if key.is_major else 1]
    raised = leads and degree % 7 == 6
    return key.tonic + 12 * (degree // 7) + scale[degree % 7] + raised


class _Player:
    def __init__(self, random: np.random.Generator, length_s: float, falling: float) -> None:
        self._random = random
        self._falling = falling
        self._sound = np.zeros(int(length_s * RATE_HZ), np.float64)
        self._last = 0
        self.onsets: set[float] = set()

    @property
    def samples(self) -> Samples:
        sound = self._sound[: self._last]
        return (0.5 * sound / np.abs(sound).max()).astype(np.float32)

    def tone(self, when_s: float, pitch: int, length_s: float, level: float) -> None:
        """Play a tone that fades."""
        times = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
        hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        sound = sum(
            np.sin(2.0 * np.pi * over * hz * times) / over**self._falling
            for over in range(1, _OVERTONES + 1)
        )
        fade = np.minimum(1.0, times / 0.005) * np.exp(-2.0 * times / length_s)
        fade *= np.minimum(1.0, (length_s - times) / 0.02)
        self._put(when_s, level * sound * fade)

    def drum(self, when_s: float, *, low: bool, level: float = 0.2) -> None:
        """Play a drum."""
        times = np.arange(int(0.12 * RATE_HZ)) / RATE_HZ
        noise = self._random.standard_normal(len(times)) * np.exp(-60.0 * times)
        thump = np.sin(2.0 * np.pi * 55.0 * times) * np.exp(-25.0 * times)
        self._put(when_s, level * (0.2 * noise + 2.0 * thump if low else noise))

    def _put(self, when_s: float, sound: np.ndarray) -> None:
        start = round(when_s * RATE_HZ)
        self._sound[start : start + len(sound)] += sound
        self._last = max(self._last, start + len(sound))
        self.onsets.add(round(when_s, 4))
