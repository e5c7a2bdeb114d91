"""`emoviz library`: songs that were tracked, kept in a database and found by their feeling."""

import argparse
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from emoviz import errors
from emoviz.cli import progress
from emoviz.cli.analyze import BatchRequest, add_to_library
from emoviz.cli.arguments import (
    Request,
    add_format,
    add_library,
    add_paths,
    add_tracking,
    hand_over,
)
from emoviz.export.formats import FORMATS, Format
from emoviz.library import playlist, search, upkeep
from emoviz.library.joined_table import is_table, write_table
from emoviz.library.outputs import FilePerSong, common_folder, place_below
from emoviz.library.records import LibrarySong
from emoviz.library.store import Ids, Library
from emoviz.library.upkeep import Change
from emoviz.models import estimator
from emoviz.songs.patience import patient_decoders
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.system.terminal import complain, quiet_libraries
from emoviz.tracking.tracker import File2Track
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import said_of_each
from emoviz.tracks.track import Track

_AT_ONCE = 500
_MOST_SHOWN = 50
_SILENT = "silent"
"""Stands where a song's word does if it has none."""


@dataclass(frozen=True)
class LibraryRequest:
    """Which library is meant; None is the user's own."""

    library: Path | None


@dataclass(frozen=True)
class AddRequest(BatchRequest, LibraryRequest):
    """Which songs are to be tracked and put in."""


@dataclass(frozen=True)
class TracksRequest(LibraryRequest):
    """Whose tracks are meant; None is the model that has tracked songs, the default one first."""

    model: str | None


@dataclass(frozen=True)
class ListRequest(TracksRequest):
    """What is to be printed of all songs."""

    paths: bool


@dataclass(frozen=True)
class FindRequest(TracksRequest):
    """What songs are to be like, and where they go: to a playlist, or printed."""

    valence: tuple[float, float] | None
    arousal: tuple[float, float] | None
    word: str | None
    starts: str | None
    ends: str | None
    like: Path | None
    text: str | None
    paths: bool
    output: Path | None
    limit: int


@dataclass(frozen=True)
class ExportAllRequest(TracksRequest):
    """Where all tracks go: to one table, or to a folder with a file of that format for each."""

    output: Path
    format: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz library`."""
    parser.description = f"The library is a file: {paths.library_file()}, or the one you name."
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def verb(
        name: str, text: str, request: Callable[..., Request], run: Callable[[Request], int]
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        add_library(added)
        hand_over(added, request, quiet_libraries()(run))
        return added

    adding = verb(
        "add",
        "track songs and put them in; those that are known are passed over",
        AddRequest,
        add,
    )
    add_paths(adding)
    add_tracking(adding)
    listing = verb("list", "list all songs", ListRequest, list_all)
    listing.add_argument("--paths", action="store_true", help="only where the songs are")
    _add_model(listing)
    _add_find(verb("find", "find songs by their feeling, the best first", FindRequest, find_songs))
    exporting = verb("export", "write the tracks of all songs", ExportAllRequest, export)
    exporting.add_argument(
        "-o",
        dest="output",
        required=True,
        type=Path,
        metavar="FILE|DIR",
        help="one table (.csv, .parquet), or a folder for a file a song",
    )
    add_format(exporting, "of a file a song")
    _add_model(exporting)
    verb(
        "verify",
        "check the library, and see which songs are gone or changed",
        LibraryRequest,
        verify,
    )
    verb("vacuum", "make the file as small as it can be", LibraryRequest, vacuum)


def parse_range(text: str) -> tuple[float, float]:
    """Read a part of an axis: 0.2..0.8, ..-0.1 or 0.5.."""
    low, dots, high = text.partition("..")
    try:
        if not dots:
            raise ValueError
        return (float(low) if low else -1.0, float(high) if high else 1.0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a range such as 0.2..0.8, ..-0.1 or 0.5.."
        ) from error


def _add_find(parser: argparse.ArgumentParser) -> None:
    # "-0.5..0" is no option.
    parser._negative_number_matcher = re.compile(r"-[.\d]")
    for dimension in ("valence", "arousal"):
        parser.add_argument(
            f"--{dimension}",
            type=parse_range,
            metavar="A..B",
            help=f"mean {dimension} from A to B; leave one out for no limit",
        )
    parser.add_argument(
        "--word", help="a word for music or of Russell's that fits the song, or 'neutral'"
    )
    parser.add_argument("--starts", metavar="WORD", help="a word that fits the song's first fifth")
    parser.add_argument("--ends", metavar="WORD", help="a word that fits the song's last fifth")
    parser.add_argument(
        "--like", type=Path, metavar="SONG", help="the most like this song's path over the plane"
    )
    parser.add_argument("--text", help="words in title, artist or album")
    parser.add_argument("--paths", action="store_true", help="only where the songs are")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE.m3u8", help="write a playlist"
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=_MOST_SHOWN,
        metavar="N",
        help="at most so many, 0 for all (default: %(default)s)",
    )
    _add_model(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME", help="whose tracks (default: the library's)")


def add(request: AddRequest) -> int:
    """Track songs and put them in."""
    began_s = time.monotonic()
    tally = add_to_library(request, request.library or paths.library_file())
    print(progress.summary(tally, time.monotonic() - began_s))
    return 1 if tally.failed else 0


def list_all(request: ListRequest) -> int:
    """Print every song."""
    with Library.open_existing(request.library) as library:
        _print(library, library.all_songs(), _model(library, request), only_paths=request.paths)
    return 0


def find_songs(request: FindRequest) -> int:
    """Print the songs that fit, or write a playlist of them; 1 if there are none."""
    if request.output is not None and request.output.suffix.lower() not in playlist.SUFFIXES:
        raise errors.OutputError(
            request.output, "a playlist's name ends in .m3u8", "choose such a name"
        )
    with Library.open_existing(request.library) as library:
        model = _model(library, request)
        ids = _found(library, request, model)
        if request.limit > 0:
            ids = ids[: request.limit]
        if not len(ids):
            complain("no song in the library is like that.")
            return 1
        if request.output is not None:
            playlist.write_m3u8(_songs(library, ids), request.output)
            print(f"{len(ids)} songs: {request.output}")
        else:
            _print(library, _songs(library, ids), model, only_paths=request.paths)
    return 0


def export(request: ExportAllRequest) -> int:
    """Write all tracks as one table, or as a file a song."""
    with Library.open_existing(request.library) as library:
        tracks = _tracks(library, _model(library, request))
        if is_table(request.output) and not request.output.is_dir():
            count = write_table(tracks, request.output)
        else:
            count = _write_files(library, tracks, request.output, FORMATS[request.format])
    print(f"{count} songs: {request.output}")
    return 0


def verify(request: LibraryRequest) -> int:
    """Check the library's file, then the songs'; 1 if anything is not as it was."""
    with Library.open_existing(request.library) as library:
        upkeep.check(library)
        counts = dict.fromkeys(Change, 0)
        for finding in upkeep.changes(library):
            counts[finding.change] += 1
            print(f"{finding.change.value}: {finding.path}")
        parts = [f"{count} {change.value}" for change, count in counts.items()]
        print(f"The library is sound: {len(library)} songs, {', '.join(parts)}.")
    return 1 if any(counts.values()) else 0


def vacuum(request: LibraryRequest) -> int:
    """Make the file as small as it can be."""
    with Library.open_existing(request.library) as library:
        before, after = upkeep.vacuum(library)
        print(f"{library.path}: {before / 1e6:.1f} MB, now {after / 1e6:.1f} MB")
    return 0


def _model(library: Library, request: TracksRequest) -> str:
    known = library.models()
    if request.model is not None and request.model not in known:
        raise errors.ModelNotFoundError(request.model, known)
    return request.model or next(iter(known), estimator.DEFAULT_MODEL)


def _found(library: Library, request: FindRequest, model: str) -> Ids:
    criteria: list[search.Criterion] = []
    if request.valence or request.arousal:
        whole = (-1.0, 1.0)
        criteria.append(search.Area(request.valence or whole, request.arousal or whole))
    if request.word:
        criteria.append(search.meant_by(request.word))
    for word, columns in ((request.starts, search.START), (request.ends, search.END)):
        if word:
            criteria.append(search.meant_by(word, columns, search.CHANGE_REACH_DEG))
    ids = search.find(library, criteria, model)
    if request.like is not None:
        alike, _ = search.find_alike(library, _track_of(library, request.like, model), model)
        itself = library.find(request.like, model)
        alike = alike if itself is None else alike[alike != itself[0].id]
        ids = search.only(alike, ids)
    if request.text:
        ids = search.only(ids, library.search_text(request.text))
    return ids


def _track_of(library: Library, path: Path, model: str) -> Track:
    known = library.track(path, model)
    if known is not None:
        return known
    with Song.open(path, patient_decoders) as song:
        return File2Track(estimator.load(model))(song, report=lambda _: None)


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
    file_format: Format,
) -> int:
    above = common_folder(song.path for song in library.all_songs())
    output = FilePerSong(folder, file_format, [], one_source=False)
    count = 0
    for song, trajectory in tracks:
        output.take(output.place_for(Path(place_below(song.path, above))), trajectory)
        count += 1
    return count


def _print(library: Library, songs: Iterable[LibrarySong], model: str, *, only_paths: bool) -> None:
    """Print a line for each song, under headings; or only the paths."""
    if only_paths:
        for song in songs:
            print(song.path)
        return
    words = Circumplex.music()
    rest = iter(songs)
    heading = f"{'valence':>7} {'arousal':>7}  {'said':<26} {'length':>7}  song"
    while part := list(islice(rest, _AT_ONCE)):
        moments = library.moments([song.id for song in part], model)
        if heading:
            print(heading)
            heading = ""
        for song in part:
            if song.id not in moments:
                continue
            whole = moments[song.id]
            said = _SILENT if whole is None else said_of_each(whole, words)[0]
            valence, arousal = ("", "") if whole is None else (f"{x:+.2f}" for x in whole[0, :2])
            name = " - ".join(filter(None, (song.artist, song.title)))
            length = progress.clock_text(song.duration_s)
            print(f"{valence:>7} {arousal:>7}  {said:<26} {length:>7}  {name}  [{song.path}]")
