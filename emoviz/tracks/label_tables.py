"""Tables of labels as CSV, refused by name of the file where they are not what they should be.

Columns may be separated by semicolons or tabs, and numbers have decimal commas: `csv_files`.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from emoviz import errors
from emoviz.tracks.csv_files import open_csv

DEVIATIONS = (0.0, 2.0)
"""Standard deviations between listeners on the scale of values."""

TimedLabels: TypeAlias = dict[int, dict[int, float]]
"""Song -> time in ms -> label."""

_SONG = "song_id"

_LATEST_MS = 24 * 3600 * 1000
_MOST_DIGITS = 12
_LARGEST_INTEGER = 2**53
_SHOWN = 40


def read_deviations(path: Path) -> TimedLabels:
    """Give what the annotators differed by, as `read_labels`; not every collection tells it."""
    return read_labels(path, DEVIATIONS) if path.is_file() else {}


def read_labels(path: Path, allowed: tuple[float, float]) -> TimedLabels:
    """Give the labels of a table with a row a song; empty cells are left out.

    Its columns are `song_id` and the times, as `sample_15000ms`. Raises `errors.TableError` for a
    label outside `allowed`, as for anything else that is wrong.
    """
    low, high = allowed
    labels: TimedLabels = {}
    for row in _rows(path, (_SONG,)):
        song_id = integer(path, row[_SONG])
        labels[song_id] = values = {}
        for name, cell in row.items():
            if name == _SONG or not cell.strip():
                continue
            value = number(path, cell)
            if not low <= value <= high:
                label = f"the label {_short(cell)} of song {song_id} at {_short(name)}"
                reason = f"{label} is outside [{low:g}, {high:g}]"
                raise errors.TableError(path, reason)
            values[_label_time_ms(path, name)] = value
    return labels


def label_times_ms(path: Path) -> list[int]:
    """Give the times of a table that `read_labels` reads, in the order of its columns."""
    return [_label_time_ms(path, name) for name in column_names(path) if name != _SONG]


def column_names(path: Path) -> list[str]:
    """Give what a table's first line names. Raises `errors.TableError` if it is no CSV."""
    try:
        with open_csv(path) as (file, form):
            return [name.strip() for name in next(csv.reader(file, delimiter=form.separator), [])]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.TableError(path, f"it cannot be read ({errors.words_of(error)})") from error


def read_csv(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    """Give each row as column -> cell; raises `errors.TableError` without the `needed` columns.

    Published tables have stray blanks about the names of their columns: they are taken off.
    """
    return list(_rows(path, needed))


def number(path: Path, cell: str) -> float:
    """Read a finite number; raises `errors.TableError` naming `path`."""
    try:
        value = float(cell)
    except ValueError as error:
        raise errors.TableError(path, f"{_short(cell)!r} is not a number") from error
    if not math.isfinite(value):
        raise errors.TableError(path, f"{_short(cell)!r} is not a finite number")
    return value


def integer(path: Path, cell: str) -> int:
    """Read a whole number; raises `errors.TableError` naming `path`."""
    value = number(path, cell)
    if value != int(value) or abs(value) > _LARGEST_INTEGER:
        raise errors.TableError(path, f"{_short(cell)!r} is not a whole number, or far too large")
    return int(value)


def _rows(path: Path, needed: Iterable[str]) -> Iterator[dict[str, str]]:
    # Row by row: DEAM's tables have 1,200 columns for each of 1,800 songs.
    try:
        with open_csv(path) as (file, form):
            reader = csv.DictReader(file, restkey="", restval="", delimiter=form.separator)
            reader.fieldnames = names = [name.strip() for name in reader.fieldnames or []]
            for name in needed:
                if name not in names:
                    raise errors.TableError(path, f"it has no column {name!r}")
            for row in reader:
                if "" in row:
                    raise errors.TableError(path, "a row has more cells than the header names")
                # Spreadsheets write rows of empty cells.
                if any(row.values()):
                    yield {name: form.plain(cell) for name, cell in row.items()}
    except FileNotFoundError as error:
        raise errors.TableError(path, "this file is missing") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.TableError(path, f"it cannot be read ({errors.words_of(error)})") from error


def _label_time_ms(path: Path, column: str) -> int:
    digits = column.removeprefix("sample_").removesuffix("ms")
    if (
        column != f"sample_{digits}ms"
        or not digits.isdecimal()
        or len(digits) > _MOST_DIGITS
        or int(digits) > _LATEST_MS
    ):
        reason = f"the column {_short(column)!r} is not of the form sample_15000ms"
        raise errors.TableError(path, reason)
    return int(digits)


def _short(cell: str) -> str:
    """Give as much of a cell as a sentence has room for."""
    return cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
