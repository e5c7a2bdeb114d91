"""`emoviz analyze`: songs in, files, one table or the library out."""

import argparse
import atexit
import gc
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz import errors
from emoviz.cli import progress
from emoviz.cli.arguments import (
    add_format,
    add_paths,
    add_sound_track,
    add_tracking,
    hand_over,
)
from emoviz.export.formats import FORMATS, Format
from emoviz.library.batch import FoundSongs, Run, Tally, found_songs
from emoviz.library.joined_table import Tracks, check_table, is_table, write_table
from emoviz.library.outputs import (
    STANDARD_OUTPUT,
    FilePerSong,
    FreeNames,
    Nowhere,
    OneFile,
    Output,
    check_folder,
    is_folder_meant,
)
from emoviz.library.tracking import Outcome, analyze
from emoviz.models import estimator
from emoviz.songs.decoder import PATIENCE_S
from emoviz.songs.finding import is_folder
from emoviz.system import files, paths
from emoviz.system.terminal import complain, quiet_libraries

if TYPE_CHECKING:
    from emoviz.library.store import Library

NOTES = ".emoviz.library"
"""What has been done, in a library beside the files of a folder: a second run does the rest."""


@dataclass(frozen=True)
class BatchRequest:
    """Which songs are to be tracked, by which model and where.

    `scheduler` is a Dask scheduler's address, or None for this machine; with `new` the library
    that is there is kept aside.
    """

    paths: list[Path]
    model: str
    jobs: int
    scheduler: str | None
    new: bool


@dataclass(frozen=True)
class AnalyzeRequest(BatchRequest):
    """Where the tracks of a batch go: to an output (None is this folder), or into a library.

    `sound_track` is the number of the one that is heard of a lone song, None for the usual one.
    """

    output: str | None
    library: Path | None
    format: str
    sound_track: int | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz analyze`."""
    parser.description = (
        "Songs that were tracked before, and whose files have not changed since, are passed over. "
        f"What has been done stands in {NOTES} beside the files."
    )
    add_paths(parser)
    parser.add_argument(
        "-o",
        dest="output",
        default=None,
        metavar="FILE|DIR",
        help="where the predictions go; a name ending in .csv or .parquet is one table of many "
        "songs, - is standard output (default: this folder)",
    )
    parser.add_argument(
        "--library",
        nargs="?",
        type=Path,
        const=paths.library_file(),
        metavar="FILE",
        help="put them into the library (default: your own)",
    )
    add_tracking(parser)
    add_sound_track(parser)
    add_format(parser, "of a file a song (default: csv)")
    hand_over(parser, AnalyzeRequest, analyze_songs)


@quiet_libraries()
def analyze_songs(request: AnalyzeRequest) -> int:
    """Track every song and write what was asked for; give the exit status.

    Raises `errors.EmovizError` only for what concerns all songs; what concerns one is printed as
    one line on standard error, and the others go on.
    """
    # What ends with the process need not be looked through for what could be freed.
    atexit.register(gc.freeze)
    if request.sound_track is not None and (request.library or request.scheduler):
        raise errors.SoundTrackOfManyError(request.paths)
    if request.library is not None:
        if request.output is not None:
            raise errors.OutputError(
                Path(request.output),
                "the library keeps the tracks",
                "leave out -o, or use 'emoviz library export' afterwards",
            )
        return 1 if add_to_library(request, request.library).failed else 0
    with _batch(request, request.sound_track) as batch:
        return _write(batch, request.output or ".", FORMATS[request.format])


def add_to_library(request: BatchRequest, file: Path) -> Tally:
    """Track every song that the library in `file` does not know, and put it in."""
    with _batch(request) as batch:
        batch.run(Nowhere(), file)
        return batch.tally


def _write(batch: "_Batch", output: str, file_format: Format) -> int:
    """Have a batch write to where its output says; give the status."""
    lone = batch.lone_song
    if output == STANDARD_OUTPUT:
        if lone is None:
            raise errors.OutputError(
                Path(output), "standard output takes one song", "name a folder with -o"
            )
        return batch.run(OneFile(None, file_format, lone), None)
    target, to_folder = Path(output), is_folder_meant(output)
    # What keeps the tracks of many songs knows one of each.
    if batch.sound_track is not None and (lone is None or target.suffix == ".parquet"):
        raise errors.SoundTrackOfManyError(batch.sources)
    if is_table(target) and not to_folder and (lone is None or target.suffix == ".parquet"):
        return batch.run_to_table(target)
    if lone is not None:
        if to_folder:
            target = FreeNames(target, file_format.suffix).place_for(Path(lone.name))
        return batch.run(OneFile(target, file_format, lone), None)
    check_folder(target)
    named = [path for path in batch.sources if not is_folder(path)]
    one_source = len(batch.sources) == 1
    return batch.run(FilePerSong(target, file_format, named, one_source=one_source), target / NOTES)


@contextmanager
def _batch(request: BatchRequest, sound_track: int | None = None) -> Iterator["_Batch"]:
    """Find the songs that are asked for. Raises `errors.EmovizError` if there are none."""
    if request.model not in (known := estimator.installed()):
        raise errors.ModelNotFoundError(request.model, known)
    with found_songs(request.paths, complain) as songs:
        yield _Batch(request, songs, sound_track)


class _Batch:
    """The songs that were asked for, and what they are tracked with."""

    def __init__(self, request: BatchRequest, songs: FoundSongs, sound_track: int | None) -> None:
        self._request, self._songs = request, songs
        self.sound_track = sound_track
        self.sources = request.paths
        self.tally = Tally()

    @property
    def lone_song(self) -> Path | None:
        """The song, if one was named and nothing else."""
        if len(self._songs) > 1 or any(map(is_folder, self.sources)):
            return None
        return self.sources[0]

    def run(self, output: Output, library_file: Path | None) -> int:
        """Track what the library in a file does not know, if there is one; give the status."""
        with ExitStack() as stack:
            library = None
            if library_file is not None:
                library = stack.enter_context(self._open(library_file))
            self._run(output, library)
        return 1 if self.tally.failed else 0

    def run_to_table(self, table: Path) -> int:
        """Track what the library beside a table does not know, and write the table."""
        check_table(table)
        if any(files.is_same(table, path) for path in self.sources):
            raise errors.OutputIsSongError(table)
        with self._open(table.with_name(f".{table.name}.library")) as library:
            self._run(Nowhere(), library)
            write_table(self._tracks(library), table)
        return 1 if self.tally.failed else 0

    def _open(self, file: Path) -> "Library":
        # Imported here: a lone song goes into no library.
        from emoviz.library import database
        from emoviz.library.store import Library

        if self._request.new and (kept := database.set_aside(file)) is not None:
            complain(f"{file}: what was there is kept as {kept.name}.")
        return Library.open(file)

    def _run(self, output: Output, library: "Library | None") -> None:
        began_s = time.monotonic()
        jobs = min(self._request.jobs, len(self._songs))
        with progress.progress(len(self._songs)) as view:
            run = Run(library, self._request.model, output, view)
            self.tally = run.tally
            model, scheduler = self._request.model, self._request.scheduler
            track = partial(
                analyze,
                model=model,
                jobs=jobs,
                on_update=view.window,
                sound_track=self.sound_track,
                patience_s=PATIENCE_S,
                on_hang=partial(_give_up, view),
            )
            run(self._songs, partial(_analyze_on, scheduler, model=model) if scheduler else track)
        if len(self._songs) > 1:
            progress.show_tally(self.tally, time.monotonic() - began_s)

    def _tracks(self, library: "Library") -> Tracks:
        for song, _ in self._songs:
            try:
                found = library.find(song, self._request.model)
            except errors.SongNameError:
                # Tracking it has said so.
                continue
            if found is not None:
                yield found


def _give_up(view: progress.Progress, sentence: str) -> None:
    """Say that the lone song hangs, and end: what hangs in a decoder library can only be left."""
    view.say(sentence)
    view.end()
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(1)


def _analyze_on(scheduler: str, paths: Iterable[Path], model: str) -> Iterator[Outcome]:
    # Imported here: Dask is no part of every installation.
    from emoviz.library.cluster import analyze_on

    return analyze_on(scheduler, paths, model)
