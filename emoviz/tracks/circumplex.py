"""The Russell plane: words and where they lie, quadrants, the word nearest to a point."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.system import paths

Values: TypeAlias = npt.NDArray[np.float64]

MUSIC, RUSSELL, HEVNER = "music", "russell1980", "hevner1936"
WORD_SETS = (MUSIC, RUSSELL, HEVNER)
"""The sets of words, named as their files in resources/words, which says where they are from."""

NEUTRAL = "neutral"
NEUTRAL_RADIUS = 0.1
"""Closer than this to the origin no word is said: the angle of so short a vector is noise."""

QUADRANTS = ("joyful, exciting", "tense, fearful", "sad, gloomy", "serene, tender")
"""What the quadrants hold, counter-clockwise from positive valence and positive arousal."""


@dataclass(frozen=True)
class Word:
    """An emotion word at an angle, in degrees counter-clockwise from positive valence."""

    text: str
    angle_deg: float

    @property
    def valence(self) -> float:
        """Valence of the word's place on the unit circle."""
        return math.cos(math.radians(self.angle_deg))

    @property
    def arousal(self) -> float:
        """Arousal of the word's place on the unit circle."""
        return math.sin(math.radians(self.angle_deg))


class Circumplex:
    """A set of emotion words around the unit circle."""

    def __init__(self, words: list[Word]) -> None:
        self.words = tuple(words)

    @classmethod
    def music(cls) -> "Circumplex":
        """Load the eight words for music, in which files say what may be said."""
        return cls.of(MUSIC)

    @classmethod
    def russell(cls) -> "Circumplex":
        """Load Russell's (1980) 28 words at their published angles."""
        return cls.of(RUSSELL)

    @classmethod
    def of(cls, word_set: str) -> "Circumplex":
        """Load one of `WORD_SETS`."""
        return cls.read(paths.resources() / "words" / f"{word_set}.csv")

    @classmethod
    def read(cls, path: Path) -> "Circumplex":
        """Read words from a CSV file with the columns `word` and `angle_deg`."""
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            return cls([Word(row["word"], float(row["angle_deg"])) for row in rows])

    def word_at(self, valence: float, arousal: float) -> str:
        """Name a point: the nearest word, or "neutral" near the origin."""
        return self.words_at(np.array([valence]), np.array([arousal]))[0]

    def words_at(self, valence: Values, arousal: Values) -> list[str]:
        """Name many points at once, "" where one is NaN; both arrays have shape (n,)."""
        distance = np.hypot(
            valence[:, None] - [word.valence for word in self.words],
            arousal[:, None] - [word.arousal for word in self.words],
        )
        neutral = np.hypot(valence, arousal) < NEUTRAL_RADIUS
        names = [
            NEUTRAL if is_neutral else self.words[nearest].text
            for is_neutral, nearest in zip(neutral, distance.argmin(axis=1), strict=True)
        ]
        for unknown in np.flatnonzero(np.isnan(valence) | np.isnan(arousal)):
            names[unknown] = ""
        return names
