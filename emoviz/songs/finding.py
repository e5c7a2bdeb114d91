"""Which files are songs, and where they are."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from emoviz.system.files import Identity

SONG_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "caf", "w64"),
        *("m4a", "m4b", "aac", "wma", "ac3", "mka", "mp4", "m4v", "mkv", "webm", "mov", "avi"),
    )
)
"""What is taken for a song inside a folder; a file that is named outright is always tried."""


def ignore_sentence(_: str) -> None:
    """Take no notice."""


def find_songs(
    paths: Iterable[Path], report: Callable[[str], None] = ignore_sentence
) -> Iterator[tuple[Path, Path]]:
    """Yield each song under `paths` with its place relative to the path it was found under.

    A folder stands for the songs in it and in its subfolders, in the order of their names; no more
    than one folder's names are held at a time. `report` takes a sentence about each folder that
    cannot be looked into and each link that leads back to where it came from.
    """
    for path in paths:
        if not is_folder(path):
            yield path, Path(path.name)
            continue
        for found in _songs_in(path, (), report):
            yield found, found.relative_to(path)


def is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; what cannot be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _songs_in(
    folder: Path, above: tuple[Identity, ...], report: Callable[[str], None]
) -> Iterator[Path]:
    try:
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        if here in above:
            report(f"{folder}: this link leads back to a folder above it; it was passed over.")
            return
        with os.scandir(folder) as listing:
            entries = sorted((entry.name, _is_folder(entry)) for entry in listing)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        report(f"{folder}: this folder cannot be looked into ({reason}); the others go on.")
        return
    for name, leads_on in entries:
        path = folder / name
        if leads_on:
            yield from _songs_in(path, (*above, here), report)
        elif path.suffix.lower() in SONG_SUFFIXES and _is_file(path, report):
            yield path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(path: Path, report: Callable[[str], None]) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        report(f"{path}: this file cannot be looked at ({reason}); the others go on.")
        return False
