"""Track: a song's path through the valence-arousal plane; its readers and writers."""

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.system import files
from emoviz.tracks.circumplex import Circumplex
from emoviz.units import SCALE, end_times_s

COLUMNS = ("time_s", "valence", "arousal", "valence_sd", "arousal_sd", "emotion")
TIME_REFERENCE = "end"
"""A value is stamped with the end of its half-second, as DEAM and emoMusic stamp their labels."""


@dataclass(frozen=True)
class Provenance:
    """Where a track comes from: which song, heard by which model, in which program."""

    song_file: str
    song_sha256: str
    song_title: str
    model: str
    model_version: str
    emoviz_version: str


@dataclass(frozen=True, eq=False)
class Track:
    """Valence and arousal of a song, one value per half-second.

    All arrays are float64 of shape (n,): `times_s` in seconds from the start of the file, each the
    end of its half-second; `valence` and `arousal` on [-1, 1]; `valence_sd` and `arousal_sd` their
    deviations, or None for a model that has none.
    """

    times_s: npt.NDArray[np.float64]
    valence: npt.NDArray[np.float64]
    arousal: npt.NDArray[np.float64]
    valence_sd: npt.NDArray[np.float64] | None
    arousal_sd: npt.NDArray[np.float64] | None
    provenance: Provenance

    @classmethod
    def from_values(cls, values: npt.NDArray[np.float64], provenance: Provenance) -> "Track":
        """Make a track of values (n, 2) or (n, 4): valence, arousal and their deviations."""
        has_deviation = values.shape[1] == 4
        return cls(
            times_s=end_times_s(len(values)),
            valence=values[:, 0],
            arousal=values[:, 1],
            valence_sd=values[:, 2] if has_deviation else None,
            arousal_sd=values[:, 3] if has_deviation else None,
            provenance=provenance,
        )

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """All values, (n, 2) or (n, 4), as `from_values` takes them."""
        columns = (self.valence, self.arousal, self.valence_sd, self.arousal_sd)
        return np.column_stack([column for column in columns if column is not None])

    def __len__(self) -> int:
        return len(self.times_s)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Track):
            return NotImplemented
        return self.provenance == other.provenance and all(
            _same(mine, theirs)
            for mine, theirs in zip(self._arrays(), other._arrays(), strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def _arrays(self) -> tuple[npt.NDArray[np.float64] | None, ...]:
        return (self.times_s, self.valence, self.arousal, self.valence_sd, self.arousal_sd)

    def emotions(self) -> list[str]:
        """Name each half-second by the nearest of Russell's words."""
        return Circumplex.russell().words_at(self.valence, self.arousal)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield a row of text for each half-second, in the order of `COLUMNS`."""
        nothing = [""] * len(self)
        valence_sd = nothing if self.valence_sd is None else _texts(self.valence_sd)
        arousal_sd = nothing if self.arousal_sd is None else _texts(self.arousal_sd)
        yield from zip(
            _texts(self.times_s),
            _texts(self.valence),
            _texts(self.arousal),
            valence_sd,
            arousal_sd,
            self.emotions(),
            strict=True,
        )

    def to_csv(self) -> str:
        """Write the CSV text: a header, then a row for each half-second."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(self.rows())
        return text.getvalue()

    def to_json(self) -> str:
        """Write one JSON object: the provenance, and a list of numbers for each column."""
        columns = {
            name: None if array is None else array.tolist()
            for name, array in zip(COLUMNS, self._arrays(), strict=False)
        }
        document = {
            "provenance": asdict(self.provenance),
            "time_reference": TIME_REFERENCE,
            **columns,
            "emotion": self.emotions(),
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    def save_csv(self, path: Path) -> None:
        """Write the CSV to `path` and its description to `<path>-metadata.json`, or neither.

        Raises `errors.OutputError`.
        """
        files.write_whole(self.csv_files(path))

    def csv_files(self, path: Path) -> dict[Path, bytes]:
        """Give what `save_csv` writes."""
        metadata = json.dumps(self._csv_metadata(path.name), indent=2, ensure_ascii=False) + "\n"
        return {path: self.to_csv().encode(), metadata_path(path): metadata.encode()}

    def save_json(self, path: Path) -> None:
        """Write the JSON form to `path`. Raises `errors.OutputError`."""
        files.write_whole({path: self.to_json().encode()})

    def _csv_metadata(self, csv_name: str) -> dict[str, Any]:
        """Describe the CSV in the form of the W3C's "CSV on the Web" (tabular metadata, 2015)."""
        return {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": quote(csv_name),
            "dc:title": f"Valence and arousal of {self.provenance.song_title}",
            "dc:description": "Perceived emotion as a model predicts that listeners would rate "
            f"it, one row for each half-second; time is the {TIME_REFERENCE} of the half-second.",
            "dialect": {"header": True, "delimiter": ",", "encoding": "utf-8"},
            "tableSchema": {"columns": _column_descriptions(), "primaryKey": "time_s"},
            "notes": [{**asdict(self.provenance), "time_reference": TIME_REFERENCE}],
        }


def metadata_path(csv_path: Path) -> Path:
    """Give the place of a CSV's description, beside it."""
    return csv_path.with_name(csv_path.name + "-metadata.json")


def load_csv(path: Path) -> Track:
    """Read a track from a CSV that `Track.save_csv` wrote, and its description.

    Raises `errors.TrackFileError` if either is missing or not as it should be.
    """
    notes = _read_notes(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.TrackFileError(path, str(error)) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise errors.TrackFileError(path, f"its columns are not {','.join(COLUMNS)}")
    numbers = [_read_row(path, line, row) for line, row in enumerate(rows[1:], start=2)]
    table = np.array(numbers, dtype=np.float64).reshape(-1, 5)
    if not len(table) or not np.array_equal(table[:, 0], end_times_s(len(table))):
        raise errors.TrackFileError(path, "its times are not 0.5, 1.0, 1.5 and so on")
    unknown = np.isnan(table[:, 3:])
    if unknown.any() and not unknown.all():
        raise errors.TrackFileError(path, "it has deviations in some places only")
    values = table[:, 1:3] if unknown.all() else table[:, 1:]
    if (fault := fault_of(values)) is not None:
        raise errors.TrackFileError(path, fault)
    return Track.from_values(values, notes)


def fault_of(values: npt.NDArray[np.float64]) -> str | None:
    """Say why no track has these values, (n, 2) or (n, 4); None where one may.

    Valence and arousal are on [-1, 1]; deviations are numbers from 0 on.
    """
    feelings, deviations = values[:, :2], values[:, 2:]
    # None of these holds of what is not a number.
    outside = ~((feelings >= SCALE[0]) & (feelings <= SCALE[1])).all(axis=1)
    if outside.any():
        time_s = end_times_s(len(values))[outside.argmax()]
        return f"a value at {time_s:g} s is outside [{SCALE[0]:g}, {SCALE[1]:g}]"
    impossible = ~((deviations >= 0.0) & np.isfinite(deviations)).all(axis=1)
    if impossible.any():
        time_s = end_times_s(len(values))[impossible.argmax()]
        return f"a deviation at {time_s:g} s is no number from 0 on"
    return None


def _read_notes(path: Path) -> Provenance:
    beside = metadata_path(path)
    try:
        notes = json.loads(beside.read_text(encoding="utf-8"))["notes"][0]
        if notes.pop("time_reference") != TIME_REFERENCE:
            raise errors.TrackFileError(beside, "its times are not the ends of half-seconds")
        if not all(isinstance(text, str) for text in notes.values()):
            raise TypeError("a note is no text")
        return Provenance(**notes)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise errors.TrackFileError(beside, str(error)) from error
    except RecursionError as error:
        raise errors.TrackFileError(beside, "it is nested too deeply") from error


def _read_row(path: Path, line: int, row: list[str]) -> list[float]:
    try:
        if len(row) != len(COLUMNS):
            raise ValueError(f"{len(row)} columns")
        numbers = [_number(text) for text in row[:3]]
        return numbers + [_number(text) if text else np.nan for text in row[3:5]]
    except ValueError as error:
        raise errors.TrackFileError(path, f"line {line}: {error}") from error


def _number(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text!r} is not a finite number")
    return value


def _texts(array: npt.NDArray[np.float64]) -> list[str]:
    # repr is the shortest text that reads back as the same number.
    return [repr(number) for number in array.tolist()]


def _same(mine: npt.NDArray[np.float64] | None, theirs: npt.NDArray[np.float64] | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    return np.array_equal(mine, theirs)


def _column_descriptions() -> list[dict[str, Any]]:
    dimension = {"base": "double", "minimum": -1, "maximum": 1}
    deviation = {"base": "double", "minimum": 0}
    return [
        {
            "name": "time_s",
            "titles": "time_s",
            "dc:description": f"the {TIME_REFERENCE} of the half-second that the row stands for, "
            "counted from the start of the file",
            "schema:unitText": "s",
            "datatype": {"base": "double", "minimum": 0},
            "required": True,
        },
        _column("valence", "perceived valence: -1 negative, +1 positive", dimension),
        _column("arousal", "perceived arousal: -1 calm, +1 excited", dimension),
        _column("valence_sd", "standard deviation of valence; empty if unknown", deviation),
        _column("arousal_sd", "standard deviation of arousal; empty if unknown", deviation),
        _column("emotion", "nearest of Russell's (1980) 28 words, or neutral", "string"),
    ]


def _column(name: str, description: str, datatype: dict[str, Any] | str) -> dict[str, Any]:
    return {
        "name": name,
        "titles": name,
        "dc:description": description,
        "schema:unitText": "1",
        "datatype": datatype,
    }
