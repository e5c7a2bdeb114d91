"""The key of music, from how much each pitch class sounds.

Krumhansl and Schmuckler: the key whose profile correlates best with the pitch classes. The profiles
are listeners' ratings: Krumhansl and Kessler 1982, "Tracing the dynamic changes in perceived tonal
organization in a spatial representation of musical keys", Psychological Review 89(4). Along a song,
changes of key cost something: Temperley 1999, "What's key for key?", Music Perception 17(1).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.hearing.measures.paths import best_path

Floats = npt.NDArray[np.float64]

CLASSES = 12
KEYS = 2 * CLASSES
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
# As musicians write them most often.
_MAJOR_NAMES = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_MINOR_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


_AROUND_COLUMNS = 8
_CHANGE_COST = 4.0
_UNCLEAR = 0.3
"""A correlation below is of no key: of noise, or of drums."""


@dataclass(frozen=True)
class Key:
    """A key: its `tonic` as a pitch class, 0 for C to 11 for B, and whether it is major."""

    tonic: int
    is_major: bool

    @classmethod
    def numbered(cls, number: int) -> "Key":
        """Give key 0 to 23: the major ones from C up, then the minor ones."""
        return cls(number % CLASSES, number < CLASSES)

    @property
    def number(self) -> int:
        """The number that `numbered` takes."""
        return self.tonic + (0 if self.is_major else CLASSES)

    def __str__(self) -> str:
        names = _MAJOR_NAMES if self.is_major else _MINOR_NAMES
        return f"{names[self.tonic]} {'major' if self.is_major else 'minor'}"


def fits(classes: Floats) -> Floats:
    """Correlate how much each pitch class sounds, (n, 12), with all keys, (n, 24).

    On [-1, 1]; 0 of silence, and of what has no class more than another.
    """
    profiles = np.array(
        [np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(CLASSES)]
    )
    fitted: Floats = _standardised(classes) @ _standardised(profiles).T / CLASSES
    return fitted


def key_of(classes: Floats) -> Key:
    """Give the key that fits best to how much each pitch class sounds, (12,)."""
    return Key.numbered(int(fits(classes[None])[0].argmax()))


def key_of_all(classes: Floats) -> Key | None:
    """Give the key of a song from its half-seconds, (columns, 12); None if there is none."""
    best = fits(_shares(classes).sum(axis=0, keepdims=True))[0] if len(classes) else np.zeros(1)
    return Key.numbered(int(best.argmax())) if best.max() >= _UNCLEAR else None


def keys_along(classes: Floats) -> npt.NDArray[np.intp]:
    """Give the key's number around each half-second of (columns, 12); -1 where there is none."""
    sums = np.concatenate([np.zeros((1, CLASSES)), np.cumsum(_shares(classes), axis=0)])
    places = np.arange(len(classes))
    first = np.maximum(places - _AROUND_COLUMNS // 2, 0)
    last = np.minimum(places + _AROUND_COLUMNS // 2 + 1, len(classes))
    fitted = fits(sums[last] - sums[first])
    path = best_path(fitted, _CHANGE_COST * (1.0 - np.eye(KEYS)))
    return np.where(fitted.max(axis=1, initial=-1.0) >= _UNCLEAR, path, -1)


def _shares(classes: Floats) -> Floats:
    """Count loud half-seconds no more than soft ones."""
    highest = classes.max(axis=1, keepdims=True, initial=0.0)
    shares: Floats = classes / np.where(highest > 0.0, highest, 1.0)
    return shares


def _standardised(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1, keepdims=True)
    standardised: Floats = centred / np.where(deviation > 0.0, deviation, 1.0)
    return standardised
