"""Labels of one song in any table that has a time, and valence or arousal or both."""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.tracks.csv_files import CsvForm, read_rows
from emoviz.tracks.label_tables import number
from emoviz.units import COLUMN_S, Values

SCALES = {"-1 to 1": (-1.0, 1.0), "0 to 1": (0.0, 1.0), "1 to 9": (1.0, 9.0)}
"""The scales that labels are given on, by name: their lowest and their highest."""

_TIMES = ("time", "t", "seconds", "sec", "timestamp", "frametime", "onset", "start", "ms")
_DIMENSIONS = (("valence", "v"), ("arousal", "a"))
_SPREADS = re.compile(r"\b(sd|std|stdev|stddev|deviation|var|variance|se|ci|n)\b")
_WORDS = re.compile(r"[a-z]+")
_MILLISECONDS = re.compile(r"\b(ms|msec|milliseconds?)\b")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_LEAST_STEP_MS = 20.0
"""Times without a unit that are whole and lie so far apart are milliseconds: labels of seconds are
given more often."""
_LATEST_S = 24 * 3600.0


@dataclass(frozen=True)
class TimedLabels:
    """Labels (half-seconds, 2) on [-1, 1], NaN where there are none, and how they were read."""

    values: Values
    understood: str


@dataclass(frozen=True)
class _Columns:
    """Where time, valence and arousal stand, None where one of the last two is not there."""

    names: list[str]
    time: int
    dimensions: tuple[int | None, int | None]

    def name(self, index: int) -> str:
        return self.names[index].strip()


def has_times(names: list[str]) -> bool:
    """Tell whether a table with these columns is one that `read_timed` reads."""
    return _columns_of(names) is not None


def read_timed(path: Path, scale: str | None = None) -> TimedLabels:
    """Read a table with a row a time; a half-second has the mean of the labels in it.

    `scale` is one of `SCALES`, or None if the values are to tell. Raises `errors.LabelsScaleError`
    where they do not, and `errors.TableError` for what else is wrong.
    """
    try:
        rows, form = read_rows(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.TableError(path, f"it cannot be read ({errors.words_of(error)})") from error
    columns = _columns_of(rows[0]) if rows else None
    if columns is None:
        raise errors.LabelsFormError(path)
    times_s, unit = _times(path, rows[1:], columns, form)
    labels = _labels(path, rows[1:], columns, form)
    if not len(times_s) or np.isnan(labels).all():
        raise errors.TableError(path, "no row of it has a label")
    scale = scale or _evident_scale(path, labels)
    low, high = SCALES[scale]
    outside = (labels < low) | (labels > high)
    if outside.any():
        reason = f"the label {labels[outside][0]:g} is outside the scale {scale}"
        raise errors.TableError(path, reason, "choose another scale, or mend the table")
    # In this order a label that is on the plane's scale stays what it is.
    on_plane = (2.0 * labels - (high + low)) / (high - low)
    return TimedLabels(_half_seconds(times_s, on_plane), _understood(columns, unit, scale))


def _columns_of(names: list[str]) -> _Columns | None:
    plain = [" ".join(_WORDS.findall(_split(name).lower())) for name in names]
    times = [index for index, name in enumerate(plain) if set(name.split()) & set(_TIMES)]
    found = tuple(_dimension(plain, words) for words in _DIMENSIONS)
    if not times or found == (None, None):
        return None
    return _Columns(names, times[0], (found[0], found[1]))


def _split(name: str) -> str:
    """Give a name with its words apart: "frameTime", "valence_mean"."""
    joined = re.sub(r"frame\s*_?time", "time", name, flags=re.IGNORECASE)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", joined).replace("_", " ")


def _dimension(names: list[str], words: tuple[str, str]) -> int | None:
    """Give which column holds a dimension: one of its full name before one of its letter."""
    for word in words:
        for index, name in enumerate(names):
            if word in name.split() and not _SPREADS.search(name):
                return index
    return None


def _times(
    path: Path, rows: list[list[str]], columns: _Columns, form: CsvForm
) -> tuple[npt.NDArray[np.float64], str]:
    """Give the times in seconds, and what they were read as."""
    cells = [_cell(row, columns.time, form) for row in rows]
    if any(":" in cell for cell in cells):
        return np.array([_clock(path, cell) for cell in cells]), "hours, minutes and seconds"
    numbers = np.array([_number(path, cell) for cell in cells])
    if np.isnan(numbers).any():
        raise errors.TableError(path, "a row of it has no time")
    is_ms = bool(_MILLISECONDS.search(_split(columns.name(columns.time)).lower()))
    if not is_ms and len(numbers) > 1:
        steps = np.diff(np.unique(numbers))
        whole = bool((numbers == np.round(numbers)).all())
        named = re.search(r"\b(s|sec|seconds?)\b", _split(columns.name(columns.time)).lower())
        is_ms = not named and whole and bool(len(steps)) and float(steps.min()) >= _LEAST_STEP_MS
    times_s = numbers / 1000.0 if is_ms else numbers
    if (times_s < 0.0).any() or (times_s > _LATEST_S).any():
        raise errors.TableError(path, "a time of it is before 0 or later than a day")
    return times_s, "milliseconds" if is_ms else "seconds"


def _labels(
    path: Path, rows: list[list[str]], columns: _Columns, form: CsvForm
) -> npt.NDArray[np.float64]:
    """Give the labels as they stand, (rows, 2), NaN where there is none."""
    labels = np.full((len(rows), 2), np.nan)
    for dimension, column in enumerate(columns.dimensions):
        if column is not None:
            labels[:, dimension] = [_number(path, _cell(row, column, form)) for row in rows]
    return labels


def _cell(row: list[str], column: int, form: CsvForm) -> str:
    return form.plain(row[column].strip()) if column < len(row) else ""


def _number(path: Path, cell: str) -> float:
    """Read a number; NaN of what stands for none."""
    if cell.lower() in ("", "na", "nan", "null", "none", "-"):
        return math.nan
    return number(path, cell)


def _clock(path: Path, cell: str) -> float:
    found = _CLOCK.fullmatch(cell)
    if found is None:
        raise errors.TableError(path, f"{cell[:40]!r} is not a time such as 1:05.5 or 0:01:05.5")
    hours, minutes, seconds = found.groups()
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(seconds.replace(",", "."))


def _evident_scale(path: Path, labels: npt.NDArray[np.float64]) -> str:
    """Give the scale that alone can be meant."""
    low, high = float(np.nanmin(labels)), float(np.nanmax(labels))
    fitting = [name for name, (least, most) in SCALES.items() if least <= low and high <= most]
    if not fitting:
        reason = f"its labels go from {low:g} to {high:g}, which is no scale that emoviz knows"
        raise errors.TableError(path, reason, f"give them on one of {', '.join(SCALES)}")
    if len(fitting) > 1:
        raise errors.LabelsScaleError(path, fitting)
    return fitting[0]


def _half_seconds(times_s: npt.NDArray[np.float64], labels: npt.NDArray[np.float64]) -> Values:
    """Give the mean label of each half-second, whose end belongs to it."""
    places = np.maximum(np.ceil(times_s / COLUMN_S - 1e-6).astype(int) - 1, 0)
    values = np.full((int(places.max()) + 1, 2), np.nan)
    for dimension in (0, 1):
        known = ~np.isnan(labels[:, dimension])
        counts = np.bincount(places[known], minlength=len(values))
        sums = np.bincount(places[known], labels[known, dimension], minlength=len(values))
        there = counts > 0
        values[there, dimension] = sums[there] / counts[there]
    return values


def _understood(columns: _Columns, unit: str, scale: str) -> str:
    time = f"time in {unit} from {columns.name(columns.time)!r}"
    parts = [
        f"{words[0]} from {columns.name(column)!r}" if column is not None else f"no {words[0]}"
        for words, column in zip(_DIMENSIONS, columns.dimensions, strict=True)
    ]
    return f"{time}, {parts[0]}, {parts[1]}, on the scale {scale}"
