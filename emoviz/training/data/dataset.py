"""A data folder's audio and labels made into clips: columns with a label for each half-second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.hearing.columns import Hearing, MeanHearing, frames_of
from emoviz.hearing.front_end import FrontEnd
from emoviz.songs.song import Song
from emoviz.units import COLUMN_S

DIMENSIONS = ("valence", "arousal")
"""The order of the labels, which is the order of a model's outputs."""

BANDS = 96

_ROUNDING_MS = 1000

Floats: TypeAlias = npt.NDArray[np.float32]
Progress: TypeAlias = Callable[[int, int], None]
"""Takes how many of how many steps are done."""

Watch: TypeAlias = Callable[[str], Progress]
"""Gives what is told of the progress of a work that has this name."""


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
    """A clip before it is heard: its audio file, which is there, and the labels that belong to it.

    `whole` tells that the audio is as long as the labels say; otherwise it is cut out of it.
    `labels` and `label_sd`, valence and arousal, have shape (len(label_times_ms), 2), on [-1, 1].
    """

    audio: Path
    song_id: int
    group: str
    collection: str
    start_s: float
    whole: bool
    label_times_ms: tuple[int, ...]
    labels: Floats
    label_sd: Floats

    def mean_label(self, length_s: float) -> Floats:
        """Give the mean label of the clip's first seconds, (2,), NaN where there is none."""
        ends_s = np.array(self.label_times_ms) / 1000.0 - self.start_s
        inside = (ends_s > 0.0) & (ends_s <= length_s + COLUMN_S / 2)
        known = self.labels[inside & ~np.isnan(self.labels).any(axis=1)]
        mean: Floats = known.mean(axis=0) if len(known) else np.full(2, np.nan, np.float32)
        return mean


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

    Shape (clips,). Groups (artists) are never split, so neither are songs. Deterministic: the
    largest group first, each to the fold that has the fewest songs.
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
        song.sound_blocks(ears.front_ends[0].sample_rate_hz, report), ears.front_ends
    ):
        hearing.push(frames)
    hearing.end()
    parts = []
    while hearing.ready:
        parts.append(hearing.listen().columns)
    columns: Floats = np.concatenate(parts).astype(ears.dtype)
    return columns


def _decode_clip(row: ClipRow, ears: Ears) -> Clip:
    said: list[str] = []
    with Song.open(row.audio) as song:
        columns = heard(song, ears, said.append)
    if said:
        raise errors.DataError(row.audio, f"its audio is not whole: {said[0]}")
    labels, label_sd = aligned(row, len(columns))
    return Clip(row.song_id, row.group, row.collection, row.start_s, columns, labels, label_sd)


def _refuse_short(rows: Sequence[ClipRow], clips: Sequence[Clip]) -> None:
    """Refuse clips that end before their labels do, or before most others of their kind."""
    usual = int(np.median([len(clip.columns) for clip in clips]))
    for row, clip in zip(rows, clips, strict=True):
        columns = len(clip.columns)
        end_ms = 1000 * (row.start_s + columns * COLUMN_S)
        if row.whole and row.label_times_ms[-1] > end_ms + _ROUNDING_MS:
            last_s = row.label_times_ms[-1] / 1000
            reason = f"it is {end_ms / 1000:.1f} s long and its labels go on to {last_s:.1f} s"
            raise errors.DataError(row.audio, reason)
        if not row.whole and columns < usual and row.label_times_ms[-1] > end_ms:
            reason = (
                f"it is {columns * COLUMN_S:.1f} s long where clips of this folder are "
                f"{usual * COLUMN_S:.1f} s, and it ends before its labels do"
            )
            raise errors.DataError(row.audio, reason)


def aligned(row: ClipRow, columns: int) -> tuple[Floats, Floats]:
    """Give the labels of so many half-seconds of a clip, and their deviations, (columns, 2) each.

    NaN where there is none. Raises `errors.DataError` where none has a label.
    """
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
