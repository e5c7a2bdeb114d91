"""Unlabelled music cut into clips, for a small model to learn from a large one by."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.hearing.columns import frames_of
from emoviz.hearing.mel_frames import Frames, joined
from emoviz.songs.song import Report, Song
from emoviz.training.data.dataset import DIMENSIONS, Clip, Ears, Progress

COLLECTION = "unlabelled music"
CLIP_COLUMNS = 20
_EVERY_COLUMNS = 60


def music_clips(
    songs: Sequence[Path], ears: Ears, report: Report, progress: Progress
) -> list[Clip]:
    """Cut a clip of 10 s out of every 30 s of all `songs`, without labels.

    `report` takes a sentence about each song that cannot be used. Raises `errors.TrainingError` if
    there is none that is long enough.
    """
    found: list[Clip] = []
    for number, path in enumerate(songs):
        try:
            found += _clips_of(path, number, ears)
        except errors.SongError as error:
            report(str(error))
        progress(number + 1, len(songs))
    if not found:
        raise errors.TrainingError("There is no unlabelled song of 40 s or more to learn from.")
    return found


def _clips_of(path: Path, number: int, ears: Ears) -> list[Clip]:
    with Song.open(path) as song:
        blocks = song.sound_blocks(ears.front_ends[0].sample_rate_hz, lambda sentence: None)
        parts = list(frames_of(blocks, ears.front_ends))
    if not parts:
        return []
    frames = joined(parts)
    # Not the first half-minute, where songs are often not yet what they are.
    starts = range(_EVERY_COLUMNS, len(frames) - CLIP_COLUMNS, _EVERY_COLUMNS)
    return [_clip(frames[start : start + CLIP_COLUMNS], number, start, ears) for start in starts]


def _clip(frames: Frames, number: int, start: int, ears: Ears) -> Clip:
    hearing = ears.hearing()
    hearing.push(frames)
    hearing.end()
    heard = []
    while hearing.ready:
        heard.append(hearing.listen().columns)
    columns = np.concatenate(heard).astype(ears.dtype)
    unknown = np.full((len(columns), len(DIMENSIONS)), np.nan, np.float32)
    return Clip(-1 - number, f"music {number}", COLLECTION, start / 2, columns, unknown, unknown)
