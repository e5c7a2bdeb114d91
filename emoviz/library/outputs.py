"""Where the tracks of many songs go as files: a file for each song, or one table for all."""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Protocol

from emoviz import errors
from emoviz.export.formats import CSV, Format, write
from emoviz.songs.finding import is_folder
from emoviz.system import files
from emoviz.tracks.track import Track

STANDARD_OUTPUT = "-"
_BESIDE = "-metadata.json"
"""What may stand behind a name: a CSV's description is named so."""


class Output(Protocol):
    """What takes tracks as they come."""

    def place_for(self, place: Path) -> Path | None:
        """Say where the track of the song at `place`, within what was given, is to go.

        Asked for every song, in the order of the songs.
        """

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Take a track. Raises `errors.OutputError`."""


class Nowhere:
    """What takes no files: the library keeps the tracks."""

    def place_for(self, place: Path) -> Path | None:
        """Say that there is no file."""

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Write nothing."""


class OneFile:
    """One song's file, or standard output."""

    def __init__(self, target: Path | None, file_format: Format, original: Path) -> None:
        self._target, self._format, self._original = target, file_format, original

    def place_for(self, place: Path) -> Path | None:
        """Give the one file; None is standard output."""
        return self._target

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Write it."""
        if target is None:
            print_track(trajectory, self._format)
            return
        files.make_folder(target.parent)
        write(trajectory, target, self._format, self._original)


class FilePerSong:
    """A folder that has the shape of what was given, with a file for each song.

    `named` are the songs that were given by name: no other file can be hit by a track's.
    """

    def __init__(
        self, folder: Path, file_format: Format, named: Iterable[Path], *, one_source: bool
    ) -> None:
        self._format = file_format
        self._originals = {files.identity(song) for song in named} - {None}
        self._names = FreeNames(folder, file_format.suffix, in_order=one_source)

    def place_for(self, place: Path) -> Path:
        """Give a name that no song before has got."""
        return self._names.place_for(place)

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Write a song's file, unless it is there."""
        assert target is not None
        if files.identity(target) in self._originals:
            raise errors.OutputIsSongError(target)
        if not self._format.holds(trajectory, target):
            files.make_folder(target.parent)
            write(trajectory, target, self._format)


class FreeNames:
    """Names for songs' files in a folder: song.csv, and song.flac.csv where that has been given.

    Songs that come `in_order`, folder by folder, are not remembered for longer than theirs lasts.
    """

    def __init__(self, folder: Path, suffix: str, *, in_order: bool = False) -> None:
        self._folder, self._suffix, self._in_order = folder, suffix, in_order
        self._taken: dict[Path, set[str]] = {}

    def place_for(self, place: Path) -> Path:
        """Give the file for the song at `place`, within what was given: none that a song has."""
        taken = self._taken_in(place.parent)
        name = self._named(place.stem)
        if name in taken:
            name = self._named(place.name)
        number = 2
        while name in taken:
            name = self._named(place.name, f".{number}")
            number += 1
        taken.add(name)
        return self._folder / place.parent / name

    def _named(self, stem: str, number: str = "") -> str:
        """Give a name with the format's suffix; what would make it too long is left out."""
        end = f"{number}{self._suffix}"
        room = files.LONGEST_NAME - len(f"{end}{_BESIDE}".encode())
        while len(os.fsencode(stem)) > room:
            stem = stem[:-1]
        return f"{stem}{end}"

    def _taken_in(self, folder: Path) -> set[str]:
        if self._in_order and folder not in self._taken:
            above = {folder, *folder.parents}
            self._taken = {path: names for path, names in self._taken.items() if path in above}
        return self._taken.setdefault(folder, set())


def is_folder_meant(output: str) -> bool:
    """Tell whether an output that a user named is a folder: it is there, or the name ends in /."""
    return output.endswith("/") or is_folder(Path(output))


def check_folder(output: Path) -> None:
    """Raise `errors.OutputError` where several songs are to go into something that is no folder."""
    if output.exists() and not is_folder(output):
        raise errors.OutputError(output, "several songs need a folder", "name one with -o")


def print_track(track: Track, file_format: Format) -> None:
    """Write a track to standard output. Raises `errors.OutputError` for a format of two files."""
    contents = list(file_format.files_of(track, Path("track")).values())
    # A CSV's description is for those who keep the file.
    if len(contents) > 1 and file_format is not CSV:
        raise errors.OutputError(
            Path(STANDARD_OUTPUT), "this format has two files", "name a file or a folder with -o"
        )
    sys.stdout.buffer.write(contents[0])


def common_folder(songs: Iterable[PurePath]) -> PurePath | None:
    """Give the lowest folder that all songs are below; None for songs on several drives."""
    above: PurePath | None = None
    for song in songs:
        if above is None:
            above = song.parent
        while not song.is_relative_to(above):
            if above == above.parent:
                return None
            above = above.parent
    return above


def place_below(song: PurePath, above: PurePath | None) -> PurePath:
    """Give where a song is below a folder; without one, its drive is the uppermost folder."""
    if above is not None:
        return song.relative_to(above)
    # Of C:\a.mp3 and \\server\share\a.mp3: what divides is in no folder's name.
    drive = re.sub(r"[:\\/]+", " ", song.drive).strip()
    return type(song)(drive, *song.parts[1:])
