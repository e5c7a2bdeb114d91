"""What each verb of `emoviz library` does."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.cli import progress
from emoviz.cli.analyze import add_to_library
from emoviz.library import playlist, search, upkeep
from emoviz.library.outputs import FilePerSong
from emoviz.library.records import LibrarySong
from emoviz.library.store import Ids, Library
from emoviz.library.tables import is_table, write_table
from emoviz.library.upkeep import Change
from emoviz.models import estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.track import Track

_AT_ONCE = 500


def add(options: argparse.Namespace) -> int:
    """Track songs and put them in."""
    began_s = time.monotonic()
    tally = add_to_library(options, options.library or paths.library_file())
    print(progress.summary(tally, time.monotonic() - began_s))
    return 1 if tally.failed else 0


def list_all(options: argparse.Namespace) -> int:
    """Print every song."""
    with Library.open_existing(options.library) as library:
        _print(library, library.all_songs(), _model(library, options), only_paths=options.paths)
    return 0


def find_songs(options: argparse.Namespace) -> int:
    """Print the songs that fit, or write a playlist of them; 1 if there are none."""
    if options.output is not None and options.output.suffix.lower() not in playlist.SUFFIXES:
        raise errors.OutputError(
            options.output, "a playlist's name ends in .m3u8", "choose such a name"
        )
    with Library.open_existing(options.library) as library:
        model = _model(library, options)
        ids = _found(library, options, model)
        if options.limit > 0:
            ids = ids[: options.limit]
        if not len(ids):
            print("emoviz: no song in the library is like that.", file=sys.stderr)
            return 1
        if options.output is not None:
            playlist.write_m3u8(_songs(library, ids), options.output)
            print(f"{len(ids)} songs: {options.output}")
        else:
            _print(library, _songs(library, ids), model, only_paths=options.paths)
    return 0


def export(options: argparse.Namespace) -> int:
    """Write all tracks as one table, or as a file a song."""
    with Library.open_existing(options.library) as library:
        tracks = _tracks(library, _model(library, options))
        if is_table(options.output) and not options.output.is_dir():
            count = write_table(tracks, options.output)
        else:
            count = _write_files(library, tracks, options.output, options.format)
    print(f"{count} songs: {options.output}")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Check the library's file, then the songs'; 1 if anything is not as it was."""
    with Library.open_existing(options.library) as library:
        upkeep.check(library)
        counts = dict.fromkeys(Change, 0)
        for finding in upkeep.changes(library):
            counts[finding.change] += 1
            print(f"{finding.change.value}: {finding.path}")
        parts = [f"{count} {change.value}" for change, count in counts.items()]
        print(f"The library is sound: {len(library)} songs, {', '.join(parts)}.")
    return 1 if any(counts.values()) else 0


def vacuum(options: argparse.Namespace) -> int:
    """Make the file as small as it can be."""
    with Library.open_existing(options.library) as library:
        before, after = upkeep.vacuum(library)
        print(f"{library.path}: {before / 1e6:.1f} MB, now {after / 1e6:.1f} MB")
    return 0


def _model(library: Library, options: argparse.Namespace) -> str:
    known = library.models()
    if options.model is not None and options.model not in known:
        raise errors.ModelNotFoundError(options.model, known)
    return options.model or next(iter(known), estimator.DEFAULT_MODEL)


def _found(library: Library, options: argparse.Namespace, model: str) -> Ids:
    criteria: list[search.Criterion] = []
    if options.valence or options.arousal:
        whole = (-1.0, 1.0)
        criteria.append(search.Region(options.valence or whole, options.arousal or whole))
    if options.word:
        criteria.append(search.meant_by(options.word))
    for word, columns in ((options.starts, search.START), (options.ends, search.END)):
        if word:
            criteria.append(search.meant_by(word, columns, search.CHANGE_REACH_DEG))
    ids = search.find(library, criteria, model)
    if options.like is not None:
        alike, _ = search.find_alike(library, _track_of(library, options.like, model), model)
        itself = library.find(options.like, model)
        alike = alike if itself is None else alike[alike != itself[0].id]
        ids = search.only(alike, ids)
    if options.text:
        ids = search.only(ids, library.search_text(options.text))
    return ids


def _track_of(library: Library, path: Path, model: str) -> Track:
    known = library.track(path, model)
    if known is not None:
        return known
    return File2Track(estimator.load(model))(Song.open(path), report=lambda _: None)


def _songs(library: Library, ids: Ids) -> Iterator[LibrarySong]:
    for first in range(0, len(ids), _AT_ONCE):
        yield from library.songs(ids[first : first + _AT_ONCE])


def _tracks(library: Library, model: str) -> Iterator[tuple[LibrarySong, Track]]:
    for song in library.all_songs():
        found = library.find(song.path, model)
        if found is not None:
            yield found


def _write_files(
    library: Library,
    tracks: Iterable[tuple[LibrarySong, Track]],
    folder: Path,
    file_format: str,
) -> int:
    above = ""
    for song in library.all_songs():
        parent = str(song.path.parent)
        above = os.path.commonpath([above, parent]) if above else parent
    output = FilePerSong(folder, file_format, [], one_source=False)
    count = 0
    for song, trajectory in tracks:
        output.take(output.place_for(song.path.relative_to(above)), trajectory)
        count += 1
    return count


def _print(library: Library, songs: Iterable[LibrarySong], model: str, *, only_paths: bool) -> None:
    """Print a line for each song, under headings; or only the paths."""
    if only_paths:
        for song in songs:
            print(song.path)
        return
    words = Circumplex.russell()
    rest = iter(songs)
    heading = f"{'valence':>7} {'arousal':>7}  {'word':<12} {'length':>7}  song"
    while part := list(islice(rest, _AT_ONCE)):
        places = library.places([song.id for song in part], model)
        if heading:
            print(heading)
            heading = ""
        for song in part:
            if song.id not in places:
                continue
            valence, arousal = places[song.id]
            (word,) = words.words_at(np.array([valence]), np.array([arousal]))
            name = " - ".join(filter(None, (song.artist, song.title)))
            length = progress.clock_text(song.duration_s)
            print(f"{valence:+7.2f} {arousal:+7.2f}  {word:<12} {length:>7}  {name}  [{song.path}]")
