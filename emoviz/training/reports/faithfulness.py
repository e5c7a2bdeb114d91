"""How true a model's reasons are, from edits that took a named cause away: figures, and the card's.

What was put down to a cause before the edit is compared with what the estimate lost by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

import numpy as np

HEADING = "## How true its reasons are"

_BEFORE = "\n## What it is\n"
_DIMENSIONS = ("arousal", "valence")
_EVERY = "all"
_EDITS = {
    "loudness": "made as loud as before (gain)",
    "timbre": "the spectrum of before (equaliser, as loud)",
    "attack": "onsets taken off until both rise alike (as loud)",
    "harmony": "thirds and sixths of the key moved, by synthesis",
}


@dataclass(frozen=True)
class Edit:
    """One cause taken away from turn number `turn`: what was named, and what the estimate lost.

    `parts` has valence and arousal of every cause that was named for the turn.
    """

    turn: int
    cause: str
    parts: Mapping[str, Sequence[float]]
    lost_valence: float
    lost_arousal: float


def figures(edits: Sequence[Edit], music: str) -> dict[str, Any]:
    """Give Spearman's rank correlation of named and lost, how often signs and orders agree.

    Of each cause and of all edits, by dimension; `music` says on what.
    """
    causes = list(dict.fromkeys(edit.cause for edit in edits))
    by_cause = {cause: [edit for edit in edits if edit.cause == cause] for cause in causes}
    return {
        "music": music,
        "causes": {
            cause: {"edits": len(found)} | {name: _agreement(found, name) for name in _DIMENSIONS}
            for cause, found in (by_cause | {_EVERY: list(edits)}).items()
        },
        "order": {name: _order(edits, name) for name in _DIMENSIONS},
    }


def section(found: Mapping[str, Any]) -> str:
    """Write the card's section, from `figures`."""
    return f"{HEADING}\n\n{text(found)}\n"


def text(found: Mapping[str, Any]) -> str:
    """Write what was done, and the table of figures, in Markdown."""
    rows = "\n".join(
        f"| {cause}{_what(cause)} | {row['edits']} | "
        + " | ".join(
            f"{row[name]['rank_r']:.2f} | {100 * row[name]['signs']:.0f} %" for name in _DIMENSIONS
        )
        + " |"
        for cause, row in found["causes"].items()
    )
    order = found["order"]
    return (
        f"Causes that the model named were taken away from {found['causes'][_EVERY]['edits']} "
        f"turns of real music: {found['music']}. Compared is what had been put down to the cause "
        "with what the estimate of the turn lost, by Spearman's rank correlation and by how often "
        "the signs are the same:\n\n"
        "| cause, and how it was taken away | edits | arousal: rank r | signs | valence: rank r | "
        "signs |\n| --- | ---: | ---: | ---: | ---: | ---: |\n"
        f"{rows}\n\n"
        "Of every two causes of one turn, the one that was put down for more also took more off in "
        f"{100 * order['arousal']:.0f} % in arousal and {100 * order['valence']:.0f} % in valence."
    )


def with_section(card: str, found: Mapping[str, Any]) -> str:
    """Put the section into a card, in place of the one that is there."""
    if HEADING in card:
        before, rest = card.split(HEADING, 1)
        card = before.rstrip("\n") + "\n\n" + rest[rest.index("\n## ") + 1 :]
    before, after = card.split(_BEFORE, 1)
    return f"{before}\n{section(found)}{_BEFORE}{after}"


def _what(cause: str) -> str:
    return f": {_EDITS[cause]}" if cause in _EDITS else ""


def _agreement(edits: Sequence[Edit], dimension: str) -> dict[str, float]:
    named, lost = _columns(edits, dimension)
    return {
        "rank_r": _spearman(named, lost),
        "signs": float((np.sign(named) == np.sign(lost)).mean()),
    }


def _order(edits: Sequence[Edit], dimension: str) -> float:
    right = []
    for _, group in groupby(edits, lambda edit: edit.turn):
        named, lost = _columns(list(group), dimension)
        right += [
            (named[one] > named[other]) == (lost[one] > lost[other])
            for one, other in combinations(range(len(named)), 2)
        ]
    return float(np.mean(right)) if right else 0.0


def _columns(edits: Sequence[Edit], dimension: str) -> tuple[np.ndarray, np.ndarray]:
    place = 0 if dimension == "valence" else 1
    named = np.array([edit.parts[edit.cause][place] for edit in edits])
    lost = np.array([(edit.lost_valence, edit.lost_arousal)[place] for edit in edits])
    return named, lost


def _spearman(one: np.ndarray, other: np.ndarray) -> float:
    ranks = [values.argsort().argsort() - (len(values) - 1) / 2.0 for values in (one, other)]
    return float((ranks[0] * ranks[1]).sum() / np.square(ranks[0]).sum())
