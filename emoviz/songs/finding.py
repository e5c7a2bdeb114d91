"""Which files are songs, and where they are."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from emoviz import errors
from emoviz.songs.formats import SONG_SUFFIXES
from emoviz.system.files import Identity

_LEFT_BY_OTHERS = frozenset(("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information"))
"""Folders that systems and programs leave among songs, with what looks like songs in them"""
_NO_SONGS = ("._", ".trashed-", "~$")
"""What names begin with of files in which macOS keeps what another system has no room for, Android
what was thrown away, and programs what they have open"""
_WASTE = ".Trash"
"""What the names of folders begin with to which desktops move what was thrown away"""
_PACKET_BYTES = 188
_PACKET_HEADS = (0, 4)
"""Where in a transport stream the first packet begins: a disc puts a time before each."""


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
        reason = errors.words_of(error)
        report(f"{folder}: this folder cannot be looked into ({reason}); the others go on.")
        return
    for name, leads_on in entries:
        path = folder / name
        if name in _LEFT_BY_OTHERS or name.startswith(_NO_SONGS):
            continue
        if leads_on and name.startswith(_WASTE):
            continue
        if leads_on:
            yield from _songs_in(path, (*above, here), report)
        elif _is_named_as_song(path) and _is_file(path, report) and not _is_text(path):
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
        reason = errors.words_of(error)
        report(f"{path}: this file cannot be looked at ({reason}); the others go on.")
        return False


def _is_named_as_song(path: Path) -> bool:
    return path.suffix.lower() in SONG_SUFFIXES


def _is_text(path: Path) -> bool:
    """Tell a .ts of text from one of sound; what cannot be read is for others to complain of."""
    if path.suffix.lower() != ".ts":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(3 * (_PACKET_BYTES + max(_PACKET_HEADS)))
    except OSError:
        return False
    return not any(head[begin :: _PACKET_BYTES + begin][:3] == b"GGG" for begin in _PACKET_HEADS)
