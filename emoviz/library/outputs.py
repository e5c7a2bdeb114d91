"""Where the tracks of many songs go as files: a file for each song, or one table for all."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Protocol

from emoviz import errors
from emoviz.system import files
from emoviz.tracks.track import Track, metadata_path

STANDARD_OUTPUT = "-"


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

    def __init__(self, target: Path | None, file_format: str, original: Path) -> None:
        self._target, self._format, self._original = target, file_format, original

    def place_for(self, place: Path) -> Path | None:
        """Give the one file; None is standard output."""
        return self._target

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Write it."""
        if target is None:
            text = trajectory.to_csv() if self._format == "csv" else trajectory.to_json()
            sys.stdout.write(text)
            return
        if files.is_same(target, self._original):
            raise errors.OutputIsSongError(target)
        _write(trajectory, target, self._format)


class FilePerSong:
    """A folder that has the shape of what was given, with a file for each song.

    `named` are the songs that were given by name: no other file can be hit by a track's.
    """

    def __init__(
        self, folder: Path, file_format: str, named: Iterable[Path], *, one_source: bool
    ) -> None:
        self._folder, self._format = folder, file_format
        self._originals = {files.identity(song) for song in named} - {None}
        self._one_source = one_source
        self._taken: dict[Path, set[str]] = {}

    def place_for(self, place: Path) -> Path:
        """Give a name that no song before has got: song.csv, or song.flac.csv beside it."""
        taken = self._taken_in(place.parent)
        name = f"{place.stem}.{self._format}"
        if name in taken:
            name = f"{place.name}.{self._format}"
        number = 2
        while name in taken:
            name = f"{place.name}.{number}.{self._format}"
            number += 1
        taken.add(name)
        return self._folder / place.parent / name

    def take(self, target: Path | None, trajectory: Track) -> None:
        """Write a song's file, unless it is there."""
        assert target is not None
        if files.identity(target) in self._originals:
            raise errors.OutputIsSongError(target)
        if not _is_there(trajectory, target, self._format):
            _write(trajectory, target, self._format)

    def _taken_in(self, folder: Path) -> set[str]:
        if self._one_source and folder not in self._taken:
            # Songs come folder by folder: one that was left does not come again.
            above = {folder, *folder.parents}
            self._taken = {path: names for path, names in self._taken.items() if path in above}
        return self._taken.setdefault(folder, set())


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


def _is_there(trajectory: Track, target: Path, file_format: str) -> bool:
    """Tell whether a file holds this track of this song, by what it says of itself."""
    described = metadata_path(target) if file_format == "csv" else target
    try:
        content = json.loads(described.read_text(encoding="utf-8"))
        said = content["notes"][0] if file_format == "csv" else content["provenance"]
        is_whole = target.stat().st_size > 0
        return is_whole and asdict(trajectory.provenance).items() <= said.items()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _write(trajectory: Track, target: Path, file_format: str) -> None:
    with files.as_output_error(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[Path], None]] = {
        "csv": trajectory.save_csv,
        "json": trajectory.save_json,
    }
    writers[file_format](target)
