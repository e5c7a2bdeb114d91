"""Tunes that are made up and played by a synthesiser, one cue of expression at a time."""

from dataclasses import dataclass

import numpy as np

from emoviz.training.data.sounds import RATE_HZ
from emoviz.units import Samples, Values

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_PROGRESSIONS = ((0, 5, 3, 4), (0, 3, 4, 0), (0, 4, 5, 3), (0, 1, 4, 0))
_BARS, _NOTES_A_BAR = 8, 8
_PEAK = 0.7
_FADE_S = 0.005


@dataclass(frozen=True)
class Playing:
    """How a tune is played.

    Level and tempo go evenly from the first to the second value: `level_db` in decibels of full
    scale, `notes_a_minute` the melody's notes. `octaves` moves the register, `held` is how much of
    the time until the next note a note sounds, `falling_db` how much weaker each overtone is than
    the one below, for each octave.
    """

    is_major: bool = True
    level_db: tuple[float, float] = (-14.0, -14.0)
    notes_a_minute: tuple[float, float] = (200.0, 200.0)
    octaves: int = 0
    held: float = 0.8
    falling_db: float = 9.0


@dataclass(frozen=True)
class Tune:
    """A tune by its seed: key, chords, and which note of a chord comes when."""

    seed: int

    def played(self, playing: Playing) -> Samples:
        """Give the sound, (n,) at `sounds.RATE_HZ`, peaks below full scale."""
        random = np.random.default_rng(self.seed)
        key = int(random.integers(-5, 7))
        chords = _PROGRESSIONS[int(random.integers(len(_PROGRESSIONS)))]
        count = _BARS * _NOTES_A_BAR
        place = np.linspace(0.0, 1.0, count)
        gaps_s = 60.0 / _between(playing.notes_a_minute, place)
        starts_s = np.concatenate([[0.0], np.cumsum(gaps_s)])
        levels = 10 ** (_between(playing.level_db, place) / 20)
        scale = _MAJOR if playing.is_major else _MINOR
        sound = np.zeros(round((starts_s[-1] + 1.0) * RATE_HZ))
        for note in range(count):
            root = chords[note // _NOTES_A_BAR % len(chords)]
            degrees = [root + int(random.choice((0, 2, 4, 7)))]
            lengths_s = [gaps_s[note]]
            if note % _NOTES_A_BAR == 0:
                degrees += [root - 14, root - 7, root - 5, root - 3]
                lengths_s += [_NOTES_A_BAR / 2 * gaps_s[note]] * 4
            for degree, length_s in zip(degrees, lengths_s, strict=True):
                octave, step = divmod(degree, len(scale))
                pitch = 67 + key + scale[step] + 12 * (octave + playing.octaves)
                tone = _tone(pitch, playing.held * length_s, playing.falling_db)
                first = round(starts_s[note] * RATE_HZ)
                part = sound[first : first + len(tone)]
                part += levels[note] * tone[: len(part)] / (1.0 if degree >= root else 2.0)
        # Loud chords are limited softly, not scaled: level is one of the cues.
        return (_PEAK * np.tanh(sound / _PEAK)).astype(np.float32)


def _between(ends: tuple[float, float], place: Values) -> Values:
    return ends[0] + (ends[1] - ends[0]) * place


def _tone(pitch: float, length_s: float, falling_db: float) -> Values:
    """Play a note of a plucked kind: overtones that die away, the higher the sooner."""
    time_s = np.arange(max(1, round(length_s * RATE_HZ))) / RATE_HZ
    base_hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    tone = np.zeros(len(time_s))
    for overtone in range(1, 1 + int(min(16, 0.45 * RATE_HZ / base_hz))):
        level = 10 ** (-falling_db * np.log2(overtone) / 20)
        decay = np.exp(-(1.5 + 0.5 * overtone) * time_s)
        tone += level * decay * np.sin(2 * np.pi * overtone * base_hz * time_s)
    edge = np.minimum(np.minimum(time_s, time_s[::-1]) / _FADE_S, 1.0)
    return tone * edge / 2.0
