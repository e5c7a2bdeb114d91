"""Listeners' labels of songs, read from CSV files as tracks that can be compared with others.

Four forms are known: a CSV of emoviz's own, with its description beside it; a pair of tables named
valence.csv and arousal.csv with a row a song and a column a time, as DEAM and emoMusic have them;
one table of such a pair by any other name, if its partner is named alike; and any table with a row
a time, and valence or arousal or both: `timed_labels`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.tracks.csv_files import form_of
from emoviz.tracks.label_tables import TimedLabels, column_names, label_times_ms, read_labels
from emoviz.tracks.timed_labels import has_times, read_timed
from emoviz.tracks.track import HEADERS, load_csv
from emoviz.units import COLUMN_S, SCALE, Values

_DIMENSIONS = ("valence", "arousal")
_COLUMN_MS = round(1000 * COLUMN_S)


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of a file: for each song, by its name, a track (n, 2), NaN where nobody labelled.

    In a table a song's name is its number; a file of emoviz's own form holds one song, by the
    name "". `remark` is a sentence that says how a table was read that is written in an unusual
    way, and "" otherwise.
    """

    path: Path
    songs: Mapping[str, Values]
    remark: str = ""
    understood: str = ""
    """How a table with a row a time was read: its columns, times and scale."""

    def name_for(self, song: Path) -> str | None:
        """Give the name of a song's labels, by a number in its file's name; None if it is open."""
        if len(self.songs) == 1:
            return next(iter(self.songs))
        if song.stem.isdecimal():
            return str(int(song.stem))
        numbers = {str(int(digits)) for digits in re.findall(r"\d+", song.stem)}
        found = numbers & self.songs.keys()
        return found.pop() if len(found) == 1 else None

    def of(self, name: str) -> Values:
        """Give the labels of a song, (half-seconds, 2), NaN where nobody labelled.

        Raises `errors.LabelsSongError` if there are none.
        """
        if name not in self.songs:
            raise errors.LabelsSongError(self.path, name)
        return self.songs[name]


def read(path: Path, scale: str | None = None) -> Labels:
    """Read the labels in `path`, and in its partner if it has one.

    `scale` is one of `timed_labels.SCALES` for a table that does not tell its own, which raises
    `errors.LabelsScaleError` without it. Raises `errors.TableError` or `errors.TrackFileError`
    naming what is wrong with a file.
    """
    names = column_names(path)
    if tuple(names) in HEADERS:
        # Without its description nobody knows what song and what part of it this is of.
        return Labels(path, {"": _own(path)})
    if "song_id" not in names:
        if not has_times(names):
            raise errors.LabelsFormError(path)
        timed = read_timed(path, scale)
        return Labels(path, {"": timed.values}, understood=timed.understood)
    tables = _pair(path)
    for table in tables:
        _check_times(table)
    valence, arousal = (read_labels(table, SCALE) for table in tables)
    songs = _joined(valence, arousal)
    if not songs:
        raise errors.TableError(path, f"it and {_partner_name(path)} label no song in common")
    return Labels(path, songs, _remark_on(path))


def _remark_on(path: Path) -> str:
    form = form_of(path)
    if form.is_usual:
        return ""
    encoding = "" if form.encoding.startswith("utf") else " and not in UTF-8"
    return (
        f"{path}: it was read as a table with {form.words}{encoding}; if its values look odd, save "
        "it with commas and in UTF-8."
    )


def _own(path: Path) -> Values:
    track = load_csv(path)
    if track.start_s:
        raise errors.TableError(
            path,
            f"it is a part of a track, from {track.start_s:g} s on",
            "compare with the track of the whole song",
        )
    return np.stack([track.valence, track.arousal], axis=1)


def _pair(path: Path) -> tuple[Path, Path]:
    """Give the tables of valence and of arousal, of which `path` is one."""
    name = _partner_name(path).casefold()
    found = [beside for beside in path.parent.iterdir() if beside.name.casefold() == name]
    if not found:
        raise errors.LabelsPartnerError(path, _partner_name(path))
    return (path, found[0]) if _DIMENSIONS[0] in path.name.casefold() else (found[0], path)


def _partner_name(path: Path) -> str:
    name = path.name.casefold()
    named = [dimension for dimension in _DIMENSIONS if dimension in name]
    if len(named) != 1:
        raise errors.TableError(
            path,
            "its name does not say whether it holds valence or arousal",
            "give both tables names with these words, as valence.csv and arousal.csv",
        )
    (partner,) = set(_DIMENSIONS) - set(named)
    return re.sub(named[0], partner, path.name, flags=re.IGNORECASE)


def _check_times(path: Path) -> None:
    times_ms = label_times_ms(path)
    if times_ms != sorted(set(times_ms)):
        raise errors.TableError(path, "its times are not in order")
    for time_ms in times_ms:
        if time_ms % _COLUMN_MS or not time_ms:
            raise errors.TableError(path, f"its time {time_ms} ms is not the end of a half-second")


def _joined(valence: TimedLabels, arousal: TimedLabels) -> dict[str, Values]:
    """Give a track for each song that has labels of both dimensions at the same times."""
    songs = {}
    for song_id in valence.keys() & arousal.keys():
        times_ms = sorted(valence[song_id].keys() & arousal[song_id].keys())
        if times_ms:
            values = np.full((times_ms[-1] // _COLUMN_MS, 2), np.nan)
            rows = np.array(times_ms) // _COLUMN_MS - 1
            for column, labels in enumerate((valence[song_id], arousal[song_id])):
                values[rows, column] = [labels[time_ms] for time_ms in times_ms]
            songs[str(song_id)] = values
    return dict(sorted(songs.items(), key=lambda item: int(item[0])))
