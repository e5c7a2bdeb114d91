"""The binary cache: a data folder's clips decoded once, so that training never decodes again."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.songs.finding import find_songs
from emoviz.songs.song import Report
from emoviz.system import files
from emoviz.training.data.dataset import Clip, ClipRow, Ears, Progress, decode
from emoviz.training.data.layouts import read_rows
from emoviz.training.data.music import music_clips


def cache_file(folder: Path, ears: Ears) -> Path:
    """Give where the cache of the data folder lies: under `cache/` of the working directory."""
    return Path("cache") / f"{folder.resolve().name}-{ears.name}.npz"


def prepared(folder: Path, ears: Ears, progress: Progress = lambda done, all_: None) -> list[Clip]:
    """Give the clips of the data folder as `ears` hear them, from the cache if it is of this data.

    Raises `errors.DataError` or `errors.SongError` for what is wrong with the folder, and
    `errors.OutputError` if the cache cannot be written.
    """
    rows = read_rows(folder)
    fingerprint = _fingerprint(rows, ears)
    path = cache_file(folder, ears)
    if path.is_file():
        clips = _load(path, fingerprint)
        if clips is not None:
            return clips
    clips = decode(rows, ears, progress)
    _store(path, clips, fingerprint)
    return clips


def prepared_music(folder: Path, ears: Ears, report: Report, progress: Progress) -> list[Clip]:
    """Give `music.music_clips` of the folder, from the cache if it is of these very songs."""
    paths = [path for path, _ in find_songs([folder])]
    digest = _digest_of(ears)
    for path in paths:
        status = path.stat()
        digest.update(repr((path.name, status.st_size, status.st_mtime_ns)).encode())
    file = Path("cache") / f"{folder.resolve().name}-music-{ears.name}.npz"
    if file.is_file():
        clips = _load(file, digest.hexdigest())
        if clips is not None:
            return clips
    clips = music_clips(paths, ears, report, progress)
    _store(file, clips, digest.hexdigest())
    return clips


def _fingerprint(rows: Sequence[ClipRow], ears: Ears) -> str:
    digest = _digest_of(ears)
    for row in rows:
        # Hashing all audio would take as long as decoding it: size and time tell a change.
        status = row.audio.stat()
        about = (row.audio.name, status.st_size, status.st_mtime_ns, row.song_id, row.group)
        digest.update(repr((*about, row.collection, row.start_s, row.label_times_ms)).encode())
        digest.update(row.labels.tobytes())
        digest.update(row.label_sd.tobytes())
    return digest.hexdigest()


def _digest_of(ears: Ears) -> "hashlib._Hash":
    digest = hashlib.sha256(ears.identity)
    for front_end in ears.front_ends:
        digest.update(front_end.filters.tobytes())
        settings = (
            front_end.sample_rate_hz,
            front_end.frame_length,
            front_end.hop_length,
            front_end.frames_per_column,
            front_end.floor_power,
        )
        digest.update(repr(settings).encode())
    return digest


def _store(path: Path, clips: Sequence[Clip], fingerprint: str) -> None:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        fingerprint=np.array(fingerprint),
        song_id=np.array([clip.song_id for clip in clips]),
        group=np.array([clip.group for clip in clips]),
        collection=np.array([clip.collection for clip in clips]),
        start_s=np.array([clip.start_s for clip in clips]),
        length=np.array([len(clip.columns) for clip in clips]),
        columns=np.concatenate([clip.columns for clip in clips]),
        labels=np.concatenate([clip.labels for clip in clips]),
        label_sd=np.concatenate([clip.label_sd for clip in clips]),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.OutputError(path.parent, (error.strerror or str(error)).lower()) from error
    files.write_whole({path: buffer.getvalue()})


def _load(path: Path, fingerprint: str) -> list[Clip] | None:
    """Load the cache; None if it was made of other data.

    Raises `errors.DataError` if the file is not a whole cache.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["fingerprint"]) != fingerprint:
                return None
            arrays = {name: stored[name] for name in stored.files}
        ends = np.cumsum(arrays["length"])[:-1]
        return [
            Clip(int(song_id), str(group), str(collection), float(start_s), *parts)
            for song_id, group, collection, start_s, *parts in zip(
                arrays["song_id"],
                arrays["group"],
                arrays["collection"],
                arrays["start_s"],
                *(np.split(arrays[name], ends) for name in ("columns", "labels", "label_sd")),
                strict=True,
            )
        ]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        reason = "this cache of decoded clips is damaged; delete it and it is made anew"
        raise errors.DataError(path, reason) from error
