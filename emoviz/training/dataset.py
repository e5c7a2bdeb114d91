"""A data folder read into clips: mel columns with a label for each half-second.

The folder is laid out as in the project's edition of DEAM (Aljanaki, Yang, Soleymani 2017, PLoS
ONE 12(3)): `clips.csv`, `songs.csv`, `valence.csv`, `arousal.csv` and the audio they name.
"""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.listening import Hearing, MeanHearing, frames_of
from emoviz.melspectrogram import COLUMN_S, FrontEnd
from emoviz.song import Song

DIMENSIONS = ("valence", "arousal")
"""The order of the labels, which is the order of a model's outputs."""

BANDS = 96

Floats: TypeAlias = npt.NDArray[np.float32]
Progress: TypeAlias = Callable[[int, int], None]
"""Takes how many of how many steps are done."""


@dataclass(frozen=True)
class Clip:
    """A stretch of one song with its labels.

    `columns` has shape (columns, features): for the paper's ears, mel bands in decibels. `labels`
    has shape (columns, 2) on [-1, 1] in the order of `DIMENSIONS`; a half-second that nobody
    labelled is NaN. `label_sd`, of the same shape, is the standard deviation between the
    annotators, NaN where it is not known. `group` names the artist, or the song where the artist
    is unknown: whatever shares a group is never split between folds.
    """

    song_id: int
    group: str
    collection: str
    start_s: float
    columns: Floats
    labels: Floats
    label_sd: Floats


@dataclass(frozen=True)
class Ears:
    """How a song is heard in the laboratory, by the very code that hears it in the program.

    `hearing` gives what turns the frames of one song into columns, which are kept as `dtype`;
    `identity` tells these ears from others, for the cache.
    """

    name: str
    front_ends: tuple[FrontEnd, ...]
    hearing: Callable[[], Hearing]
    identity: bytes
    dtype: npt.DTypeLike = np.float32


@dataclass(frozen=True)
class ClipRow:
    """One row of `clips.csv`, with the labels that belong to it and the audio file checked."""

    audio: Path
    song_id: int
    group: str
    collection: str
    start_s: float
    label_times_ms: tuple[int, ...]
    labels: Floats
    label_sd: Floats


def paper_ears() -> Ears:
    """Give the paper's ears: the mean of the mel frames of each half-second."""
    front_end = paper_front_end()
    return Ears("columns", (front_end,), MeanHearing, front_end.filters.tobytes())


def paper_front_end() -> FrontEnd:
    """Give the paper's front end with its filter bank made by librosa (Slaney's mel scale)."""
    import librosa

    rate_hz, length = FrontEnd.sample_rate_hz, FrontEnd.frame_length
    filters = librosa.filters.mel(sr=rate_hz, n_fft=length, n_mels=BANDS, dtype=np.float32)
    return FrontEnd(filters=filters)


def read_rows(folder: Path) -> list[ClipRow]:
    """Read the tables of the data folder, without decoding any audio.

    Raises `errors.DataError` naming the file with a missing column, song or label, a value that is
    not a number, or a label outside [-1, 1].
    """
    table = folder / "clips.csv"
    rows = _read_csv(table, ("file", "song_id", "start_s", "set"))
    if not rows:
        raise errors.DataError(table, "it lists no clips")
    artists = {
        _integer(folder / "songs.csv", row["song_id"]): row["artist"].strip().casefold()
        for row in _read_csv(folder / "songs.csv", ("song_id", "artist"))
    }
    by_dimension = [_read_labels(folder / f"{name}.csv", (-1.0, 1.0)) for name in DIMENSIONS]
    deviations = [_read_deviations(folder / f"{name}_std.csv") for name in DIMENSIONS]
    return [_clip_row(folder, row, artists, by_dimension, deviations) for row in rows]


def decode(
    rows: Sequence[ClipRow], ears: Ears, progress: Progress = lambda done, all_: None
) -> list[Clip]:
    """Decode the audio of every row to columns, exactly as the program hears a song.

    Raises `errors.SongError` for audio that does not decode and `errors.DataError` for a clip that
    ends before its labels do.
    """
    clips = []
    for index, row in enumerate(rows):
        clips.append(_decode_clip(row, ears))
        progress(index + 1, len(rows))
    _refuse_short(rows, clips)
    return clips


def folds(clips: Sequence[Clip], collection: str, count: int) -> npt.NDArray[np.int64]:
    """Give the fold of every clip, 0 to `count` - 1, or -1 for clips of another collection.

    Groups (artists) are never split, so neither are songs. Deterministic: the largest group first,
    each to the fold that has the fewest songs.
    """
    songs: dict[str, set[int]] = {}
    for clip in clips:
        if clip.collection == collection:
            songs.setdefault(clip.group, set()).add(clip.song_id)
    filled = [0] * count
    fold_of: dict[str, int] = {}
    for group in sorted(songs, key=lambda name: (-len(songs[name]), name)):
        fold = filled.index(min(filled))
        fold_of[group] = fold
        filled[fold] += len(songs[group])
    return np.array(
        [fold_of[clip.group] if clip.collection == collection else -1 for clip in clips]
    )


def heard(song: Song, ears: Ears, report: Callable[[str], None]) -> Floats:
    """Give the columns of a whole song, (columns, features). Raises `errors.SongError`."""
    hearing = ears.hearing()
    for frames in frames_of(
        song.mono_blocks(ears.front_ends[0].sample_rate_hz, report), ears.front_ends
    ):
        hearing.push(frames)
    hearing.end()
    parts = []
    while hearing.ready:
        parts.append(hearing.listen())
    columns: Floats = np.concatenate(parts).astype(ears.dtype)
    return columns


def _decode_clip(row: ClipRow, ears: Ears) -> Clip:
    said: list[str] = []
    columns = heard(Song.open(row.audio), ears, said.append)
    if said:
        raise errors.DataError(row.audio, f"its audio is not whole: {said[0]}")
    labels, label_sd = _aligned(row, len(columns))
    return Clip(row.song_id, row.group, row.collection, row.start_s, columns, labels, label_sd)


def _refuse_short(rows: Sequence[ClipRow], clips: Sequence[Clip]) -> None:
    """Refuse clips shorter than most of the folder's whose labels go on after their end."""
    usual = int(np.median([len(clip.columns) for clip in clips]))
    for row, clip in zip(rows, clips, strict=True):
        columns = len(clip.columns)
        end_ms = 1000 * (row.start_s + columns * COLUMN_S)
        if columns < usual and row.label_times_ms[-1] > end_ms:
            reason = (
                f"it is {columns * COLUMN_S:.1f} s long where clips of this folder are "
                f"{usual * COLUMN_S:.1f} s, and it ends before its labels do"
            )
            raise errors.DataError(row.audio, reason)


def _aligned(row: ClipRow, columns: int) -> tuple[Floats, Floats]:
    # The label at time t was given to what had been heard by then: it goes with the half-second
    # that ends at t.
    labels = np.full((columns, len(DIMENSIONS)), np.nan, np.float32)
    label_sd = labels.copy()
    index_at = {time_ms: index for index, time_ms in enumerate(row.label_times_ms)}
    for column in range(columns):
        time_ms = round(1000 * (row.start_s + (column + 1) * COLUMN_S))
        if time_ms in index_at:
            labels[column] = row.labels[index_at[time_ms]]
            label_sd[column] = row.label_sd[index_at[time_ms]]
    if np.isnan(labels).all():
        raise errors.DataError(row.audio, "none of its half-seconds has a label")
    return labels, label_sd


def _clip_row(
    folder: Path,
    row: dict[str, str],
    artists: dict[int, str],
    by_dimension: Sequence[dict[int, dict[int, float]]],
    deviations: Sequence[dict[int, dict[int, float]]],
) -> ClipRow:
    table = folder / "clips.csv"
    song_id = _integer(table, row["song_id"])
    audio = folder / row["file"]
    if not audio.is_file():
        raise errors.DataError(audio, f"{table.name} names this clip and it is not there")
    for name, songs in zip(DIMENSIONS, by_dimension, strict=True):
        if song_id not in songs:
            raise errors.DataError(folder / f"{name}.csv", f"it has no labels for song {song_id}")
    valence, arousal = (songs[song_id] for songs in by_dimension)
    times = tuple(sorted(set(valence) & set(arousal)))
    spreads = [songs.get(song_id, {}) for songs in deviations]
    return ClipRow(
        audio=audio,
        song_id=song_id,
        group=artists.get(song_id) or f"song {song_id}",
        collection=row["set"],
        start_s=_number(table, row["start_s"]),
        label_times_ms=times,
        labels=np.array([(valence[time], arousal[time]) for time in times], np.float32),
        label_sd=np.array(
            [[spread.get(time, np.nan) for spread in spreads] for time in times], np.float32
        ),
    )


def _read_deviations(path: Path) -> dict[int, dict[int, float]]:
    """Give what the annotators differed by, as `_read_labels`; not every collection tells it."""
    return _read_labels(path, (0.0, 2.0)) if path.is_file() else {}


def _read_labels(path: Path, allowed: tuple[float, float]) -> dict[int, dict[int, float]]:
    """Give song -> time in ms -> label; empty cells are left out."""
    low, high = allowed
    labels: dict[int, dict[int, float]] = {}
    for row in _read_csv(path, ("song_id",)):
        song_id = _integer(path, row["song_id"])
        labels[song_id] = values = {}
        for name, cell in row.items():
            if name == "song_id" or not cell:
                continue
            value = _number(path, cell)
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


def _read_csv(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            names = reader.fieldnames or []
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


def _number(path: Path, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        raise errors.DataError(path, f"{cell!r} is not a number") from error
    if not math.isfinite(value):
        raise errors.DataError(path, f"{cell!r} is not a finite number")
    return value


def _integer(path: Path, cell: str) -> int:
    value = _number(path, cell)
    if value != int(value):
        raise errors.DataError(path, f"{cell!r} is not a whole number")
    return int(value)
