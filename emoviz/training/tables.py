"""Tables of labels as CSV, refused by name of the file where they are not what they should be."""

import csv
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from emoviz import errors

SCALE = (-1.0, 1.0)
DEVIATIONS = (0.0, 2.0)
"""Standard deviations between listeners on `SCALE`."""

TimedLabels: TypeAlias = dict[int, dict[int, float]]
"""Song -> time in ms -> label."""


def read_deviations(path: Path) -> TimedLabels:
    """Give what the annotators differed by, as `read_labels`; not every collection tells it."""
    return read_labels(path, DEVIATIONS) if path.is_file() else {}


def read_labels(path: Path, allowed: tuple[float, float]) -> TimedLabels:
    """Give the labels of a table with a row a song; empty cells are left out.

    Its columns are `song_id` and the times, as `sample_15000ms`. Raises `errors.DataError` for a
    label outside `allowed`, as for anything else that is wrong.
    """
    low, high = allowed
    labels: TimedLabels = {}
    for row in read_csv(path, ("song_id",)):
        song_id = integer(path, row["song_id"])
        labels[song_id] = values = {}
        for name, cell in row.items():
            if name == "song_id" or not cell.strip():
                continue
            value = number(path, cell)
            if not low <= value <= high:
                reason = (
                    f"the label {cell} of song {song_id} at {name} is outside [{low:g}, {high:g}]"
                )
                raise errors.DataError(path, reason)
            values[_label_time_ms(path, name)] = value
    return labels


def _label_time_ms(path: Path, column: str) -> int:
    digits = column.removeprefix("sample_").removesuffix("ms")
    if column != f"sample_{digits}ms" or not digits.isdecimal():
        raise errors.DataError(path, f"the column {column!r} is not of the form sample_15000ms")
    return int(digits)


def read_csv(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    """Give each row as column -> cell; raises `errors.DataError` without the `needed` columns.

    Published tables have stray blanks about the names of their columns: they are taken off.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            reader.fieldnames = names = [name.strip() for name in reader.fieldnames or []]
            rows = list(reader)
    except FileNotFoundError as error:
        raise errors.DataError(path, "this file of the data folder is missing") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.DataError(path, f"it cannot be read ({error})") from error
    for name in needed:
        if name not in names:
            raise errors.DataError(path, f"it has no column {name!r}")
    if any("" in row for row in rows):
        raise errors.DataError(path, "a row has more cells than the header names")
    return rows


def number(path: Path, cell: str) -> float:
    """Read a finite number; raises `errors.DataError` naming `path`."""
    try:
        value = float(cell)
    except ValueError as error:
        raise errors.DataError(path, f"{cell!r} is not a number") from error
    if not math.isfinite(value):
        raise errors.DataError(path, f"{cell!r} is not a finite number")
    return value


def integer(path: Path, cell: str) -> int:
    """Read a whole number; raises `errors.DataError` naming `path`."""
    value = number(path, cell)
    if value != int(value):
        raise errors.DataError(path, f"{cell!r} is not a whole number")
    return int(value)
