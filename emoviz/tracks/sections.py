"""Sections: where a track turns, and what may be said of each part between two turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import said_of_song
from emoviz.units import COLUMN_S, Values

PENALTY = 0.08
"""What a further section has to save, in squared distances on the plane summed over half-seconds.

Chosen on pieces spliced of clips, and tested on others: see the page on accuracy.
"""

LEAST_S = 6.0
"""No section is shorter: a trail takes up to four seconds to follow a change, and is no section."""

ABRUPT_S = 4.0
ABRUPT = 0.15
"""A turn is abrupt if the values of four seconds before it and after it lie so far apart."""

_LEAST = round(LEAST_S / COLUMN_S)
_BESIDE = round(ABRUPT_S / COLUMN_S)


@dataclass(frozen=True)
class Section:
    """A part of a song between two turns.

    `start_s` and `end_s` in seconds from the start of the file; `name` is what may be said of it as
    a whole, or what a user calls it; `valence` and `arousal` are its means on [-1, 1], and
    `valence_spread` and `arousal_spread` the standard deviations of its values in time. `abrupt`
    tells whether it begins with a jump. `note` is the user's.
    """

    start_s: float
    end_s: float
    name: str
    valence: float
    arousal: float
    valence_spread: float
    arousal_spread: float
    abrupt: bool = False
    note: str = ""


def sections_of(values: Values, circumplex: Circumplex, start_s: float = 0.0) -> list[Section]:
    """Give the sections of a track, (n, 2) or (n, 4), NaN where it is silent; in their order.

    The turns are those of the least squares, with a penalty for each: what is found has no better
    by one section more or less, or by moved borders. Killick, Fearnhead and Eckley (2012), Journal
    of the American Statistical Association 107(500). Silence is in no section where it is between
    two. `start_s` is where the first half-second begins.
    """
    known = np.flatnonzero(~np.isnan(values[:, :2]).any(axis=1))
    if not len(known):
        return []
    borders = turns(values[known, :2])
    pairs = zip([0, *borders], [*borders, len(known)], strict=True)
    parts = [(int(known[first]), int(known[end - 1]) + 1) for first, end in pairs]
    return [
        section_between(values, circumplex, first, end, start_s=start_s) for first, end in parts
    ]


def section_between(
    values: Values,
    circumplex: Circumplex,
    first: int,
    end: int,
    *,
    start_s: float = 0.0,
    name: str = "",
    note: str = "",
) -> Section:
    """Describe the half-seconds of a track from `first` to before `end`, some of them known."""
    part = values[first:end]
    known = part[~np.isnan(part[:, 0]), :2]
    means, spreads = (known.mean(axis=0), known.std(axis=0)) if len(known) else (_NOWHERE,) * 2
    return Section(
        start_s=start_s + first * COLUMN_S,
        end_s=start_s + end * COLUMN_S,
        name=name or said_of_song(part, circumplex),
        valence=float(means[0]),
        arousal=float(means[1]),
        valence_spread=float(spreads[0]),
        arousal_spread=float(spreads[1]),
        abrupt=_is_abrupt(values, first),
        note=note,
    )


def turns(points: Values, penalty: float = PENALTY, least: int = _LEAST) -> list[int]:
    """Give where points in a row, (n, 2), turn: the index of the first after each turn.

    The sum of squared distances from the means of the parts, and a penalty for each part, is the
    least there is, with no part of fewer than `least`. PELT: exact, in time that grows with n.
    """
    count = len(points)
    if count < 2 * least:
        return []
    sums = np.concatenate([np.zeros((1, points.shape[1])), points.cumsum(axis=0)])
    squares = np.concatenate([[0.0], np.square(points).sum(axis=1).cumsum()])
    costs = np.full(count + 1, np.inf)
    costs[0] = -penalty
    before = np.zeros(count + 1, int)
    starts = np.zeros(0, int)
    for end in range(least, count + 1):
        newest = end - least
        if newest == 0 or newest >= least:
            starts = np.append(starts, newest)
        lengths = end - starts
        within = squares[end] - squares[starts]
        within -= np.square(sums[end] - sums[starts]).sum(axis=1) / lengths
        found = costs[starts] + within
        best = int(found.argmin())
        costs[end] = found[best] + penalty
        before[end] = starts[best]
        # What is worse now than a turn here would be stays worse.
        starts = starts[found <= costs[end]]
    borders = [count]
    while borders[-1]:
        borders.append(int(before[borders[-1]]))
    return borders[-2:0:-1]


def index_of_section(sections: Sequence[Section], time_s: float) -> int | None:
    """Give the index of the section that `time_s` is in; None outside of all."""
    for index, section in enumerate(sections):
        if section.start_s <= time_s < section.end_s:
            return index
    return None


_NOWHERE = np.full(2, np.nan)


def _is_abrupt(values: Values, first: int) -> bool:
    """Tell whether the values before and after the start of a half-second lie far apart."""
    before, after = values[max(first - _BESIDE, 0) : first], values[first : first + _BESIDE]
    before, after = (part[~np.isnan(part[:, 0]), :2] for part in (before, after))
    if not len(before) or not len(after):
        return False
    return bool(np.hypot(*(after.mean(axis=0) - before.mean(axis=0))) >= ABRUPT)
