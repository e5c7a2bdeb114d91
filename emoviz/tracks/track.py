"""Track: a song's path through the valence-arousal plane; its readers and writers."""

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.hearing.alignment import NONE, Alignment
from emoviz.system import files
from emoviz.tracks import showing
from emoviz.tracks.agreement import Agreements, agreements
from emoviz.tracks.aligned import aligned
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.csv_files import read_rows
from emoviz.tracks.reasons import Reasons, Why, why
from emoviz.tracks.saying import said_along
from emoviz.tracks.sections import Section, sections_of
from emoviz.tracks.summary import Summary, summary_of
from emoviz.units import COLUMN_S, SCALE, end_times_s

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

COLUMNS = ("time_s", "valence", "arousal", "valence_sd", "arousal_sd", "emotion", "said")
HEADERS = (COLUMNS, COLUMNS[:-1])
"""What a CSV of a track may begin with: those of older versions have nothing said in them."""
TIME_REFERENCE = "end"
"""A value is stamped with the end of its half-second, as DEAM and emoMusic stamp their labels."""

_ROUNDING = 1e-9
"""Of a half-second: so near to its border is on it."""
_SHOWN = 40
"""Letters of a cell that a sentence has room for"""


@dataclass(frozen=True)
class Provenance:
    """Where a track comes from: which song, heard by which model, in which program.

    All are texts. `song_file` is the file's name without its folder, "samples" of what was in no
    file; `song_sha256` is of the file, or of the samples as 32-bit floats.
    """

    song_file: str
    song_sha256: str
    song_title: str
    model: str
    model_version: str
    emoviz_version: str


class Moment(NamedTuple):
    """What a track says of one half-second.

    `time_s` is its end in seconds from the start of the file, `valence` and `arousal` are on
    [-1, 1], NaN where the song is silent; so are the deviations, which are None for a model that
    has none. `word` is the nearest of Russell's, "neutral", or "" where the song is silent; `said`
    is what may be said, as `Track.said` has it.
    """

    time_s: float
    valence: float
    arousal: float
    valence_sd: float | None
    arousal_sd: float | None
    word: str
    said: str


@dataclass(frozen=True, eq=False, repr=False)
class Track:
    """Valence and arousal of a song, one value per half-second.

    All arrays are float64 of shape (n,): `times_s` in seconds from the start of the file, each the
    end of its half-second; `valence` and `arousal` on [-1, 1]; `valence_sd` and `arousal_sd` their
    deviations, at least 0, or None for a model that has none. Where the song is silent all of them
    are NaN, and nothing else in a track is unknown. `provenance` says which song and which model.

    The values are perceived emotion: what a model predicts that listeners would say the music
    expresses. Russell (1980), Journal of Personality and Social Psychology 39(6).

    >>> track = emoviz.load("song.csv")
    >>> track
    <Track of 'A walk through the plane': 205 half-seconds by cae>
    >>> len(track) == len(track.times_s) == len(track.valence)
    True
    >>> [float(time_s) for time_s in track.times_s[:3]]
    [0.5, 1.0, 1.5]
    """

    times_s: npt.NDArray[np.float64]
    valence: npt.NDArray[np.float64]
    arousal: npt.NDArray[np.float64]
    valence_sd: npt.NDArray[np.float64] | None
    arousal_sd: npt.NDArray[np.float64] | None
    provenance: Provenance
    edited_sections: tuple[Section, ...] | None = None
    """Sections as a user has changed them; None where nobody has."""
    reasons: Reasons | None = None
    """What the values owe to what; None where the model does not tell, and of a track from a file.
    """

    @classmethod
    def from_values(
        cls, values: npt.NDArray[np.float64], provenance: Provenance, start_s: float = 0.0
    ) -> "Track":
        """Make a track of values (n, 2) or (n, 4): valence, arousal and their deviations.

        The first half-second begins at `start_s`, 0 of a whole song.
        """
        has_deviation = values.shape[1] == 4
        return cls(
            times_s=start_s + end_times_s(len(values)),
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

    def __repr__(self) -> str:
        source = self.provenance
        return f"<Track of {source.song_title!r}: {len(self)} half-seconds by {source.model}>"

    def _repr_html_(self) -> str:
        title = f"{self.provenance.song_title} ({self.provenance.model})"
        return showing.html_of(self.times_s, self.values, title)

    @property
    def start_s(self) -> float:
        """Where the first half-second begins, in seconds: 0 of a whole song."""
        return float(self.times_s[0]) - COLUMN_S if len(self) else 0.0

    @property
    def end_s(self) -> float:
        """Where the last half-second ends, in seconds."""
        return float(self.times_s[-1]) if len(self) else 0.0

    @property
    def words(self) -> list[str]:
        """Russell's word that is nearest to each half-second, n of them.

        "neutral" closer than 0.1 to the origin, "" where the song is silent. Russell (1980).

        >>> track = emoviz.load("song.csv")
        >>> len(track.words) == len(track)
        True
        >>> track.words[0] == track.at(0.0).word
        True
        """
        return Circumplex.russell().words_at(self.valence, self.arousal)

    @cached_property
    def said(self) -> list[str]:
        """What may be said of each half-second by its whole distribution, n texts.

        One of eight words for music where it has half of the distribution; else two neighbours,
        halves of the plane, or "undecided"; "" where the song is silent. What is said holds for
        two seconds. Where a model gives no deviations, 0.2 is assumed. The rules stand in the page
        of file formats.

        >>> track = emoviz.load("song.csv")
        >>> len(track.said) == len(track)
        True
        >>> track.said[0] == track.at(0.0).said
        True
        """
        return said_along(self.values, Circumplex.music())

    def sections(self) -> list[Section]:
        """Give the parts between the song's turns, in their order.

        Each is named by what may be said of it as a whole, and has its mean and spread; where a
        user has changed the sections, those are given. Silence is in no section. Where the turns
        are is told by the values alone: PELT, Killick et al. (2012).

        >>> sections = emoviz.load("song.csv").sections()
        >>> sections[0].start_s
        0.0
        >>> all(one.end_s <= other.start_s for one, other in zip(sections, sections[1:]))
        True
        """
        return list(self._sections)

    def why(self, index: int) -> Why | None:
        """Tell why section `index` differs from the one before it, the first from the whole song.

        In parts that add up to the difference of the sections' means. None where nothing is known
        of reasons, as in a track that was read from a file.

        >>> why = emoviz.track("song.ogg").why(1)
        >>> abs(why.arousal - sum(part.arousal for part in why.parts)) < 1e-9
        True
        >>> emoviz.load("song.csv").why(1) is None
        True
        """
        if self.reasons is None:
            return None
        sections = self.sections()
        after = self._places(sections[index])
        before = self._places(sections[index - 1]) if index else list(range(len(self)))
        return why(self.reasons, before, after)

    def why_between(self, from_s: float, to_s: float) -> Why | None:
        """Tell why the part between two times, in seconds, differs from the whole song.

        In parts that add up to the difference of the means: what each cause makes more or less of
        here than it does on average. At least the half-second that sounds at `from_s` is taken.
        None where there is no value, and where nothing is known of reasons.

        >>> here = emoviz.track("song.ogg").why_between(12.0, 12.5)
        >>> abs(here.valence - sum(part.valence for part in here.parts)) < 1e-9
        True
        >>> emoviz.load("song.csv").why_between(12.0, 12.5) is None
        True
        """
        if self.reasons is None:
            return None
        first = math.floor((from_s - self.start_s) / COLUMN_S + _ROUNDING)
        end = max(first + 1, round((to_s - self.start_s) / COLUMN_S))
        places = range(max(first, 0), min(end, len(self)))
        return why(self.reasons, range(len(self)), places)

    def _places(self, section: Section) -> list[int]:
        first, end = (
            round((time_s - self.start_s) / COLUMN_S) for time_s in (section.start_s, section.end_s)
        )
        return list(range(max(first, 0), min(end, len(self))))

    @cached_property
    def _sections(self) -> tuple[Section, ...]:
        if self.edited_sections is not None:
            return self.edited_sections
        return tuple(sections_of(self.values, Circumplex.music(), self.start_s))

    def at(self, time_s: float) -> Moment:
        """Give the value of the half-second that sounds at `time_s`, in seconds.

        A border between two half-seconds belongs to the one that ends there, so that
        `track.at(track.times_s[i])` is value i. Raises `errors.TimeOutsideError`, a `ValueError`,
        before the start and past the end of the track.

        >>> track = emoviz.load("song.csv")
        >>> track.at(12.2).time_s
        12.5
        >>> track.at(12.2).valence == track.valence[24].item()
        True
        >>> track.at(1000)
        Traceback (most recent call last):
        ...
        emoviz.errors.tracks.TimeOutsideError: there is no value at 1000 s; ask for a time from ...
        """
        if not len(self) or not self.start_s <= time_s <= self.end_s:
            raise errors.TimeOutsideError(time_s, self.start_s, self.end_s)
        index = int(np.searchsorted(self.times_s, time_s))
        valence, arousal = float(self.valence[index]), float(self.arousal[index])
        return Moment(
            time_s=float(self.times_s[index]),
            valence=valence,
            arousal=arousal,
            valence_sd=None if self.valence_sd is None else float(self.valence_sd[index]),
            arousal_sd=None if self.arousal_sd is None else float(self.arousal_sd[index]),
            word=Circumplex.russell().word_at(valence, arousal),
            said=self.said[index],
        )

    def between(self, from_s: float, to_s: float) -> "Track":
        """Give the part of the track between two times, in seconds.

        It holds the half-seconds that lie wholly between them, (m,) of each array, which keep their
        times. Times before the start and past the end are taken for these; `math.inf` is allowed.
        Raises `errors.SpanEmptyError`, a `ValueError`, where no half-second lies between them, so
        also where `from_s` is not before `to_s`.

        >>> part = emoviz.load("song.csv").between(10.0, 20.2)
        >>> len(part), float(part.times_s[0]), float(part.times_s[-1])
        (20, 10.5, 20.0)
        """
        starts_s = self.times_s - COLUMN_S
        slack_s = _ROUNDING * COLUMN_S
        inside = (starts_s >= from_s - slack_s) & (self.times_s <= to_s + slack_s)
        if not inside.any():
            raise errors.SpanEmptyError(from_s, to_s, self.start_s, self.end_s)
        start_s = float(starts_s[inside][0])
        return Track.from_values(self.values[inside], self.provenance, start_s)

    def summary(self) -> Summary:
        """Give what there is to say of all of it, as a dict: a row of a table of songs.

        Silent half-seconds enter nothing. See `Summary` for the keys.

        >>> summary = emoviz.load("song.csv").summary()
        >>> summary["duration_s"], summary["model"]
        (102.5, 'cae')
        >>> -1 <= summary["valence_mean"] <= 1
        True
        """
        source = self.provenance
        return summary_of(self.times_s, self.values, source.song_title, source.model)

    def agreement(self, other: "Track", alignment: Alignment = NONE) -> Agreements:
        """Give how it agrees with another track, in valence and in arousal.

        Half-seconds of the same time are compared, where neither is silent: the RMSE on the scale
        of [-1, 1], Pearson's r and Lin's concordance correlation on [-1, 1], each None where there
        is none. Lin (1989), Biometrics 45(1). Of another version of the song `alignment`, of
        `emoviz.align`, says where the same moments are in it.

        >>> track = emoviz.load("song.csv")
        >>> valence, arousal = track.agreement(track.between(0.0, 30.0))
        >>> valence.half_seconds, valence.rmse
        (60, 0.0)
        """
        return agreements(self._from_the_start(), aligned(other._from_the_start(), alignment))

    def _from_the_start(self) -> npt.NDArray[np.float64]:
        """Give all values, (n, 2) or (n, 4), from time 0 on; NaN before the track's start."""
        before = round(self.start_s / COLUMN_S)
        return np.pad(self.values, ((before, 0), (0, 0)), constant_values=np.nan)

    def to_pandas(self) -> "DataFrame":
        """Give it as a table of pandas with the columns of the CSV, (n, 7).

        What is missing, silence, is NaN, and its words are ""; `attrs` holds the provenance. Raises
        `errors.ExtraMissingError` where pandas is not installed.

        >>> table = emoviz.load("song.csv").to_pandas()
        >>> list(table.columns)
        ['time_s', 'valence', 'arousal', 'valence_sd', 'arousal_sd', 'emotion', 'said']
        >>> table.attrs["model"]
        'cae'
        """
        try:
            import pandas
        except ImportError as error:
            raise errors.ExtraMissingError("Tables of pandas", "notebook") from error
        unknown = np.full(len(self), np.nan)
        arrays = [unknown if array is None else array for array in self._arrays()]
        columns = dict(zip(COLUMNS, (*arrays, self.words, self.said), strict=True))
        table = pandas.DataFrame(columns)
        table.attrs = asdict(self.provenance)
        return table

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw valence and arousal against time, with bands of 90 %; give the axes.

        `ax` are axes of matplotlib, or None for new ones. Silent half-seconds are gaps. Raises
        `errors.ExtraMissingError` where matplotlib is not installed.

        >>> axes = emoviz.load("song.csv").plot()
        >>> axes.get_xlabel()
        'time (s)'
        """
        return showing.plot(self.times_s, self.values, self.provenance.song_title, ax)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield a row of text for each half-second, in the order of `COLUMNS`; missing is ""."""
        nothing = [""] * len(self)
        valence_sd = nothing if self.valence_sd is None else _texts(self.valence_sd)
        arousal_sd = nothing if self.arousal_sd is None else _texts(self.arousal_sd)
        yield from zip(
            _texts(self.times_s),
            _texts(self.valence),
            _texts(self.arousal),
            valence_sd,
            arousal_sd,
            self.words,
            self.said,
            strict=True,
        )

    def to_csv(self) -> str:
        """Give the CSV text: a header, then a row for each half-second.

        `save_csv` writes it to a file. The columns stand in the page of file formats.

        >>> print(emoviz.load("song.csv").to_csv().splitlines()[0])
        time_s,valence,arousal,valence_sd,arousal_sd,emotion,said
        """
        return csv_text([COLUMNS, *self.rows()])

    def to_json(self) -> str:
        """Write one JSON object: the provenance, and a list for each column; missing is null."""
        columns = {
            name: None if array is None else [None if math.isnan(x) else x for x in array.tolist()]
            for name, array in zip(COLUMNS, self._arrays(), strict=False)
        }
        document = {
            "provenance": asdict(self.provenance),
            "time_reference": TIME_REFERENCE,
            **columns,
            "emotion": [word or None for word in self.words],
            "said": [text or None for text in self.said],
        }
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def save_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the CSV to `path` and its description to `<path>-metadata.json`, or neither.

        Raises `errors.OutputError`.

        >>> track = emoviz.load("song.csv")
        >>> track.save_csv("copy.csv")
        >>> emoviz.load("copy.csv") == track
        True
        """
        files.write_whole(self.csv_files(Path(path)))

    def csv_files(self, path: Path) -> dict[Path, bytes]:
        """Give what `save_csv` writes."""
        metadata = json.dumps(self._csv_metadata(path.name), indent=2, ensure_ascii=False) + "\n"
        return {path: self.to_csv().encode(), metadata_path(path): metadata.encode()}

    def _csv_metadata(self, csv_name: str) -> dict[str, Any]:
        """Describe the CSV in the form of the W3C's "CSV on the Web" (tabular metadata, 2015)."""
        return {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": quote(csv_name),
            "dc:title": f"Valence and arousal of {self.provenance.song_title}",
            "dc:description": "Perceived emotion as a model predicts that listeners would rate "
            f"it, one row for each half-second; time is the {TIME_REFERENCE} of the half-second. "
            "Where the song is silent there is no value: the row stands and its cells are empty.",
            "dialect": {"header": True, "delimiter": ",", "encoding": "utf-8"},
            "tableSchema": {"columns": _column_descriptions(), "primaryKey": "time_s"},
            "notes": [{**asdict(self.provenance), "time_reference": TIME_REFERENCE}],
        }


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Give rows as the text of a CSV, as every table of emoviz is written."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def metadata_path(csv_path: Path) -> Path:
    """Give the place of a CSV's description, beside it."""
    return csv_path.with_name(csv_path.name + "-metadata.json")


def load_csv(path: Path) -> Track:
    """Read a track, or a part of one, from a CSV that `Track.save_csv` wrote, and its description.

    The words in it are not read: they follow from the numbers. Raises `errors.TrackFileError` if
    either is missing or not as it should be.
    """
    try:
        rows, form = read_rows(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise errors.TrackFileError(path, errors.words_of(error)) from error
    header = tuple(rows[0]) if rows else ()
    if form.separator != "," and header in HEADERS:
        raise errors.TrackFileError(path, f"it was saved with {form.words}, as a spreadsheet does")
    if header not in HEADERS:
        raise errors.TrackFileError(path, f"its columns are not {','.join(COLUMNS)}")
    notes = _read_notes(path)
    numbers = [
        _read_row(path, line, row, len(header)) for line, row in enumerate(rows[1:], start=2)
    ]
    table = np.array(numbers, dtype=np.float64).reshape(-1, 5)
    if not _are_half_seconds(table[:, 0]):
        raise errors.TrackFileError(path, "its times are not half-seconds in a row")
    values = table[:, 1:] if (~np.isnan(table[:, 3:])).any() else table[:, 1:3]
    start_s = float(table[0, 0]) - COLUMN_S
    if (fault := fault_of(values, start_s)) is not None:
        raise errors.TrackFileError(path, fault)
    return Track.from_values(values, notes, start_s)


def fault_of(values: npt.NDArray[np.float64], start_s: float = 0.0) -> str | None:
    """Say why no track has these values, (n, 2) or (n, 4), from a time on; None where one may.

    Valence and arousal are on [-1, 1]; deviations are numbers from 0 on. Of a half-second all of
    them are missing (NaN), or none is.
    """
    missing = np.isnan(values)
    feelings, deviations = values[:, :2], values[:, 2:]
    # None of these holds of what is not a number.
    inside = ((feelings >= SCALE[0]) & (feelings <= SCALE[1])).all(axis=1)
    possible = ((deviations >= 0.0) & np.isfinite(deviations)).all(axis=1)
    silent = missing.all(axis=1)
    for wrong, fault in (
        (missing.any(axis=1) & ~silent, "of the numbers at {0:g} s some are missing, but not all"),
        (~inside & ~silent, f"a value at {{0:g}} s is outside [{SCALE[0]:g}, {SCALE[1]:g}]"),
        (~possible & ~silent, "a deviation at {0:g} s is no number from 0 on"),
    ):
        if wrong.any():
            return fault.format(start_s + end_times_s(len(values))[wrong.argmax()])
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
    except FileNotFoundError as error:
        reason = f"the description of {path.name}, which belongs beside it, is missing"
        raise errors.TrackFileError(beside, reason) from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise errors.TrackFileError(beside, errors.words_of(error)) from error
    except RecursionError as error:
        raise errors.TrackFileError(beside, "it is nested too deeply") from error


def _read_row(path: Path, line: int, row: list[str], width: int) -> list[float]:
    if len(row) != width:
        raise errors.TrackFileError(path, f"line {line}: {len(row)} columns")
    numbers = [_number(text) if text else np.nan for text in row[1:5]]
    numbers.insert(0, _number(row[0]))
    for text, number in zip(row, numbers, strict=False):
        if not math.isfinite(number) and text:
            shown = f"{text[:_SHOWN]!r} is not a finite number"
            raise errors.TrackFileError(path, f"line {line}: {shown}")
    return numbers


def _number(text: str) -> float:
    """Read a number, of which what is none is infinite."""
    try:
        return float(text)
    except ValueError:
        return math.inf


def _are_half_seconds(times_s: npt.NDArray[np.float64]) -> bool:
    """Tell whether times (n,) are the ends of half-seconds in a row, from any one on."""
    if not len(times_s):
        return False
    start_s = float(times_s[0]) - COLUMN_S
    return (
        start_s >= 0.0
        and (start_s / COLUMN_S).is_integer()
        and np.array_equal(times_s, start_s + end_times_s(len(times_s)))
    )


def _texts(array: npt.NDArray[np.float64]) -> list[str]:
    # repr is the shortest text that reads back as the same number.
    return ["" if math.isnan(number) else repr(number) for number in array.tolist()]


def _same(mine: npt.NDArray[np.float64] | None, theirs: npt.NDArray[np.float64] | None) -> bool:
    if mine is None or theirs is None:
        # Nothing known and none there are the same: a file has no values of either.
        return all(array is None or bool(np.isnan(array).all()) for array in (mine, theirs))
    return np.array_equal(mine, theirs, equal_nan=True)


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
        _column(
            "valence", "perceived valence: -1 negative, +1 positive; empty in silence", dimension
        ),
        _column("arousal", "perceived arousal: -1 calm, +1 excited; empty in silence", dimension),
        _column(
            "valence_sd",
            "standard deviation of valence; empty in silence, and if the model gives none",
            deviation,
        ),
        _column(
            "arousal_sd",
            "standard deviation of arousal; empty in silence, and if the model gives none",
            deviation,
        ),
        _column(
            "emotion",
            "nearest of Russell's (1980) 28 words, or neutral; empty in silence",
            "string",
        ),
        _column(
            "said",
            "what the value and its deviations let be said: a word, two, halves, or undecided; "
            "empty in silence",
            "string",
        ),
    ]


def _column(name: str, description: str, datatype: dict[str, Any] | str) -> dict[str, Any]:
    return {
        "name": name,
        "titles": name,
        "dc:description": description,
        "schema:unitText": "1",
        "datatype": datatype,
        # What CSVW takes an empty cell for, and what it becomes where the table is read.
        "null": "",
    }
