"""What values owe to what is heard, in parts that add up, and what they say of a turn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_WORDS = {
    "loudness": ("louder", "softer", "loudness"),
    "attack": ("denser", "sparser", "attack and density"),
    "harmony": ("", "", "mode and harmony"),
    "timbre": ("brighter timbre", "darker timbre", "timbre"),
    "before": ("", "", "what came before"),
}
"""How a part is called where what is measured of it has risen, fallen, or is not measured."""

# No sound gets brighter by itself: its timbre is another then. Alone, this part goes the other way
# than the estimate does when a sound is made brighter.
_IN_ANOTHER = {"brightness": "timbre"}


@dataclass(frozen=True, eq=False)
class Reasons:
    """What each half-second's value owes to what is heard: n of them, of `names`.

    `parts` (n, names, 2) are on the scale of valence and arousal; their sum differs from the value
    by the same number everywhere. `measures` (n, measured) tell whether what is `measured` rises or
    falls. NaN where there is no value.
    """

    names: tuple[str, ...]
    measured: tuple[str, ...]
    parts: Floats
    measures: Floats


@dataclass(frozen=True)
class Part:
    """One part of a difference: what it is called, and what it makes of valence and arousal.

    `cause` is which part it is, whether that rises or falls: "loudness", "attack", "harmony",
    "timbre" or "before" of the default model.
    """

    words: str
    valence: float
    arousal: float
    cause: str = ""


@dataclass(frozen=True)
class Why:
    """Why values differ: by how much they do, and the parts that add up to that."""

    valence: float
    arousal: float
    parts: tuple[Part, ...]

    def said(self) -> str:
        """Say it of the dimension that differs more: "arousal +0.31: louder (+0.17), …"."""
        name = "arousal" if abs(self.arousal) >= abs(self.valence) else "valence"
        ranked = sorted(self.parts, key=lambda part: -abs(getattr(part, name)))
        told = [
            f"{part.words} ({getattr(part, name):+.2f})"
            for part in ranked
            if abs(getattr(part, name)) >= _LEAST
        ]
        return f"{name} {getattr(self, name):+.2f}: {', '.join(told)}" if told else ""


_LEAST = 0.005
"""What rounds to nothing is not told."""


def why(reasons: Reasons, before: Sequence[int], after: Sequence[int]) -> Why | None:
    """Tell why the half-seconds `after` differ from those `before`, by their means.

    None where either has no value.
    """
    one, other = (_mean(reasons, np.asarray(places, int)) for places in (before, after))
    if one is None or other is None:
        return None
    parts, measures = other[0] - one[0], other[1] - one[1]
    rises = {
        _IN_ANOTHER.get(name, name): rise
        for name, rise in zip(reasons.measured, measures.tolist(), strict=True)
    }
    sums: dict[str, Floats] = {}
    for name, part in zip(reasons.names, parts, strict=True):
        into = _IN_ANOTHER.get(name, name)
        sums[into] = sums.get(into, 0.0) + part
    found = tuple(
        Part(_words(name, rises.get(name)), float(valence), float(arousal), name)
        for name, (valence, arousal) in sums.items()
    )
    valence, arousal = parts.sum(axis=0).tolist()
    return Why(valence, arousal, found)


def _mean(reasons: Reasons, places: npt.NDArray[np.intp]) -> tuple[Floats, Floats] | None:
    known = places[~np.isnan(reasons.parts[places, 0, 0])]
    if not len(known):
        return None
    return reasons.parts[known].mean(axis=0), reasons.measures[known].mean(axis=0)


def _words(name: str, rise: float | None) -> str:
    if name not in _WORDS:
        return name
    rising, falling, plain = _WORDS[name]
    if not rise:
        return plain
    return rising if rise > 0 else falling
