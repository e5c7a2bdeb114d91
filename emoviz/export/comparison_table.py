"""Two tracks of one time axis as one table, with the differences between them."""

import math

import numpy as np

from emoviz.hearing.alignment import NONE, Alignment
from emoviz.tracks.aligned import aligned
from emoviz.tracks.track import csv_text
from emoviz.units import Values, end_times_s

COLUMNS = (
    "time_s",
    "valence",
    "arousal",
    "second_time_s",
    "second_valence",
    "second_arousal",
    "valence_difference",
    "arousal_difference",
)


def comparison_csv(first: Values, second: Values, alignment: Alignment = NONE) -> bytes:
    """Give a CSV with a row a half-second, as many as the longer has; what is missing is empty.

    Both are (n, 2) or more columns, each by its own clock: `second_time_s` is where the moment
    `time_s` of the first is in the second. Differences are the second's less the first's.
    """
    second = aligned(second, alignment)
    count = max(len(first), len(second))
    one, other = (_padded(values, count) for values in (first, second))
    times_s = end_times_s(count)
    there_s = alignment.offset_s + alignment.stretch * times_s
    table = np.column_stack([times_s, one, there_s, other, other - one])
    rows = [COLUMNS, *([_cell(number) for number in row] for row in table.tolist())]
    return csv_text(rows).encode()


def _padded(values: Values, count: int) -> Values:
    rows = np.full((count, 2), np.nan)
    rows[: len(values)] = values[:, :2]
    return rows


def _cell(number: float) -> str:
    return "" if math.isnan(number) else repr(round(number, 6))
