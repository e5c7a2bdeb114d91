"""What may be said of values: words as far as the values' whole distribution carries them.

A value and its deviations are a normal distribution over the plane. Each word has the directions
that are nearer to it than to its neighbours, beyond the middle where there is no direction. How
much of the distribution falls to each decides what is said, the first that holds:

1. one word, which has half of it: "sad";
2. two neighbours, which have two thirds together: "sad or dreamy", the likelier first;
3. what half or halves of the plane have four fifths: "negative", "calm and negative";
4. "undecided".

"Slightly" goes before it where the value is less than two of its own deviations from the middle,
"clearly" where it is four or more.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emoviz.tracks.circumplex import NEUTRAL_RADIUS, Circumplex
from emoviz.units import COLUMN_S, Values

WORD_SHARE, PAIR_SHARE, HALF_SHARE = 1 / 2, 2 / 3, 4 / 5
SLIGHT_DEVIATIONS, CLEAR_DEVIATIONS = 2.0, 4.0

UNDECIDED = "undecided"
HALVES = ("positive", "negative", "energetic", "calm")
"""Higher and lower valence, higher and lower arousal."""

ASSUMED_DEVIATION = 0.2
"""Of a value whose model gives none: about what models of music's emotion err by."""

HOLD_S = 2.0
"""How long a word must hold to be said."""

_HOLD = round(HOLD_S / COLUMN_S)
_MOST_DEVIATION = 1000.0
_POINTS = 512
_AT_ONCE = 2048

Floats = npt.NDArray[np.float64]


class Shares(NamedTuple):
    """How much of the distributions of n values falls where; NaN where there is no value.

    `words` (n, words) are in the order of the set; with what is in the `middle` (n,) they add up
    to 1. `halves` (n, 4) are in the order of `HALVES`.
    """

    words: Floats
    middle: Floats
    halves: Floats


def shares_of(values: Values, circumplex: Circumplex) -> Shares:
    """Give the shares of values (n, 2) or (n, 4), NaN where there is none.

    Those of words by quadrature over 512 points, the same for all, within 0.02; those of halves in
    closed form.
    """
    means, deviations = values[:, :2], _deviations(values)
    words = np.full((len(values), len(circumplex.words) + 1), np.nan)
    known = np.flatnonzero(~np.isnan(means).any(axis=1))
    for first in range(0, len(known), _AT_ONCE):
        part = known[first : first + _AT_ONCE]
        words[part] = _word_shares(means[part], deviations[part], circumplex)
    higher = _share_above_zero(means, deviations)
    halves = np.stack([higher[:, 0], 1.0 - higher[:, 0], higher[:, 1], 1.0 - higher[:, 1]], axis=1)
    return Shares(words[:, :-1], words[:, -1], halves)


def quadrant_shares(values: Values) -> Floats:
    """Give how much of each value's distribution lies in the quadrants, (n, 4), in closed form.

    In the order of `circumplex.QUADRANTS`; NaN where there is no value.
    """
    higher = _share_above_zero(values[:, :2], _deviations(values))
    valence, arousal = higher[:, 0], higher[:, 1]
    return np.stack(
        [
            valence * arousal,
            (1.0 - valence) * arousal,
            (1.0 - valence) * (1.0 - arousal),
            valence * (1.0 - arousal),
        ],
        axis=1,
    )


def said_of_each(values: Values, circumplex: Circumplex) -> list[str]:
    """Give what may be said of each of n values by itself, "" where there is none."""
    shares = shares_of(values, circumplex)
    deviations = _deviations(values)
    return [
        _said(values[index, :2], deviations[index], shares, index, circumplex)
        for index in range(len(values))
    ]


def said_of_song(values: Values, circumplex: Circumplex) -> str:
    """Give what may be said of a track as a whole, "" of one that is silent: see `moments_of`."""
    moments = moments_of(values)
    return "" if moments is None else said_of_each(moments, circumplex)[0]


def moments_of(values: Values) -> Values | None:
    """Give a track as one distribution: means and deviations, (1, 4); None where all is silent.

    Its variance is the mean of the values' own and that of the values in time.
    """
    known = ~np.isnan(values[:, :2]).any(axis=1)
    if not known.any():
        return None
    means = values[known, :2]
    variance = np.square(_deviations(values)[known]).mean(axis=0) + means.var(axis=0)
    moments: Values = np.concatenate([means.mean(axis=0), np.sqrt(variance)])[None]
    return moments


class Sayer:
    """Says what may be said along a track, which may grow; what it knows it does not ask again.

    What is said holds for two seconds at least, between silences that leave as much.
    """

    def __init__(self, circumplex: Circumplex) -> None:
        self._circumplex = circumplex
        self._values: Values = np.zeros((0, 2))
        self._each: list[str] = []
        self._said: list[str] = []

    def said(self, values: Values) -> list[str]:
        """Give what is said of each of n values (n, 2) or (n, 4), "" where there is none.

        What holds for less than two seconds goes with what was said before; several in a row that
        hold no longer than that are said as one, by their mean.
        """
        changed = self._changed(values)
        if not len(changed) and len(values) == len(self._said):
            return self._said
        self._each = [*self._each[: len(values)], *[""] * (len(values) - len(self._each))]
        for index, text in zip(
            changed, said_of_each(values[changed], self._circumplex), strict=True
        ):
            self._each[index] = text
        self._values = values.copy()
        self._said = _held(self._each, values, self._circumplex)
        return self._said

    def _changed(self, values: Values) -> npt.NDArray[np.intp]:
        """Give the indices of the values that are not as they were."""
        if values.shape[1] != self._values.shape[1]:
            self._values = np.zeros((0, values.shape[1]))
        kept = min(len(values), len(self._values))
        before, now = self._values[:kept], values[:kept]
        same = ((before == now) | (np.isnan(before) & np.isnan(now))).all(axis=1)
        return np.concatenate([np.flatnonzero(~same), np.arange(kept, len(values))])


def said_along(values: Values, circumplex: Circumplex) -> list[str]:
    """Give what is said along a finished track, as `Sayer.said` does."""
    return Sayer(circumplex).said(values)


def _deviations(values: Values) -> Floats:
    """Give the deviations of values, (n, 2), the assumed one where they have none."""
    if values.shape[1] < 4:
        return np.full((len(values), 2), ASSUMED_DEVIATION)
    # A file may hold any: one of a thousand says as little of a plane from -1 to 1 as a larger one.
    own = np.minimum(values[:, 2:4], _MOST_DEVIATION)
    return np.where(np.isnan(own), ASSUMED_DEVIATION, own)


def _share_above_zero(means: Floats, deviations: Floats) -> Floats:
    # The axes count as positive: a value on one without a deviation is no half of each.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        away = np.where(means == 0.0, 0.0, means / deviations)
    away = np.where((means == 0.0) & (deviations == 0.0), np.inf, away)
    erf = [math.erf(number) for number in (away / math.sqrt(2.0)).ravel().tolist()]
    shares: Floats = 0.5 + 0.5 * np.reshape(np.array(erf, np.float64), means.shape)
    return shares


def _points() -> Floats:
    """Give points of equal weight, (512, 2), that stand for a standard normal distribution.

    On a spiral that turns by the golden angle, so that every direction has its share of them.
    """
    order = np.arange(_POINTS) + 0.5
    radius = np.sqrt(-2.0 * np.log1p(-order / _POINTS))
    angle = order * math.pi * (3.0 - math.sqrt(5.0))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _word_shares(means: Floats, deviations: Floats, circumplex: Circumplex) -> Floats:
    """Give the shares of words and, last, of the middle: (n, words + 1)."""
    places = means[:, None] + deviations[:, None] * _points()
    angles = np.degrees(np.arctan2(places[..., 1], places[..., 0])) % 360.0
    order = np.argsort([word.angle_deg % 360.0 for word in circumplex.words])
    borders, owners = _sectors(circumplex, order)
    found = owners[np.searchsorted(borders, angles)]
    found[np.hypot(places[..., 0], places[..., 1]) < NEUTRAL_RADIUS] = len(circumplex.words)
    kinds = len(circumplex.words) + 1
    cells = found + kinds * np.arange(len(means))[:, None]
    counts = np.bincount(cells.ravel(), minlength=kinds * len(means))
    return counts.reshape(len(means), kinds) / _POINTS


def _sectors(
    circumplex: Circumplex, order: npt.NDArray[np.intp]
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Give where the words' directions end, in degrees from 0 to 360, and whose each part is."""
    angles = [circumplex.words[index].angle_deg % 360.0 for index in order]
    halfway = [(one + other) / 2.0 for one, other in pairwise([*angles, angles[0] + 360.0])]
    owners = [*order, order[0]]
    if halfway[-1] >= 360.0:
        halfway = [halfway[-1] - 360.0, *halfway[:-1]]
        owners = [order[-1], *order]
    return np.array(halfway), np.array(owners)


def _said(
    mean: Floats, deviation: Floats, shares: Shares, index: int, circumplex: Circumplex
) -> str:
    if np.isnan(mean).any():
        return ""
    if shares.middle[index] >= WORD_SHARE:
        return UNDECIDED
    words = shares.words[index]
    likeliest = int(words.argmax())
    away = _deviations_away(mean, deviation)
    if words[likeliest] >= WORD_SHARE:
        return _with_intensity(circumplex.words[likeliest].text, away)
    other = max(_neighbours(circumplex, likeliest), key=lambda near: float(words[near]))
    if words[likeliest] + words[other] >= PAIR_SHARE:
        pair = (circumplex.words[likeliest].text, circumplex.words[other].text)
        return _with_intensity(" or ".join(pair), away)
    valence, arousal = shares.halves[index, :2], shares.halves[index, 2:]
    certain = [
        HALVES[2 * dimension + int(part.argmax())]
        for dimension, part in ((1, arousal), (0, valence))
        if part.max() >= HALF_SHARE
    ]
    if not certain:
        return UNDECIDED
    if len(certain) == 1:
        dimension = HALVES.index(certain[0]) // 2
        away = _deviations_away(mean[[dimension]], deviation[[dimension]])
    return _with_intensity(" and ".join(certain), away)


def _deviations_away(mean: Floats, deviation: Floats) -> float:
    """Give how many of its own deviations a value is from the middle."""
    away = [
        math.inf if sd == 0.0 else value / sd
        for value, sd in zip(mean.tolist(), deviation.tolist(), strict=True)
        if value
    ]
    return math.hypot(*away)


def _with_intensity(text: str, away: float) -> str:
    if away < SLIGHT_DEVIATIONS:
        return f"slightly {text}"
    return f"clearly {text}" if away >= CLEAR_DEVIATIONS else text


def _neighbours(circumplex: Circumplex, index: int) -> tuple[int, int]:
    """Give the indices of the words on either side of one."""
    order = sorted(
        range(len(circumplex.words)), key=lambda each: circumplex.words[each].angle_deg % 360.0
    )
    place = order.index(index)
    return order[place - 1], order[(place + 1) % len(order)]


# Words hold.


class _Run(NamedTuple):
    """Half-seconds in a row of which the same is said."""

    text: str
    start: int
    stop: int

    @property
    def holds(self) -> bool:
        return self.stop - self.start >= _HOLD


def _held(each: list[str], values: Values, circumplex: Circumplex) -> list[str]:
    said = list(each)
    stretch: list[_Run] = []
    for run in [*_runs(each), _Run("", len(each), len(each))]:
        if run.text:
            stretch.append(run)
            continue
        for held in _hold(stretch, values, circumplex):
            said[held.start : held.stop] = [held.text] * (held.stop - held.start)
        stretch = []
    return said


def _runs(texts: list[str]) -> list[_Run]:
    starts = [0, *(at for at in range(1, len(texts)) if texts[at] != texts[at - 1])]
    return [
        _Run(texts[start], start, stop)
        for start, stop in pairwise([*starts, len(texts)])
        if start < stop
    ]


def _hold(stretch: list[_Run], values: Values, circumplex: Circumplex) -> list[_Run]:
    """Have what is said between two silences hold, or all of it be one where it is too short."""
    pooled: list[_Run] = []
    short: list[_Run] = []
    for run in [*stretch, None]:
        if run is not None and not run.holds:
            short.append(run)
            continue
        if short:
            pooled.append(_pool(short, values, circumplex))
            short = []
        if run is not None:
            pooled.append(run)
    held: list[_Run] = []
    for run in pooled:
        if held and (not run.holds or held[-1].text == run.text):
            held[-1] = held[-1]._replace(stop=run.stop)
        elif held and not held[-1].holds:
            # Only the first can be so short, and it goes with what comes after it.
            held[-1] = run._replace(start=held[-1].start)
        else:
            held.append(run)
    return held


def _pool(short: list[_Run], values: Values, circumplex: Circumplex) -> _Run:
    """Make one of runs that follow one another, by the mean of their values and deviations."""
    start, stop = short[0].start, short[-1].stop
    if len(short) == 1:
        return short[0]
    part = values[start:stop]
    mean = np.concatenate([part[:, :2].mean(axis=0), _deviations(part).mean(axis=0)])
    return _Run(said_of_each(mean[None], circumplex)[0], start, stop)
