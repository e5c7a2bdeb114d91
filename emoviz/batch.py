"""`emoviz analyze`: songs in, files out, with progress on a terminal and quiet in a pipe."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from emoviz import errors, files, log, paths
from emoviz.library import songs as song_files
from emoviz.library import tracking
from emoviz.tracker import Update
from emoviz.trajectory import Trajectory

_LOG = logging.getLogger(__name__)

STANDARD_OUTPUT = "-"


def analyze_to_files(
    sources: list[Path], output: str, model: str, file_format: str, jobs: int
) -> int:
    """Track every song in `sources` and write a file for each; give the exit status.

    Raises `errors.EmovizError` only for what concerns all songs; what concerns one is printed as
    one line on standard error, and the others go on.
    """
    songs = list(song_files.find_songs(sources))
    if not songs:
        raise errors.NoSongsError(sources)
    targets = _targets(
        songs, output, file_format, to_folder=any(map(song_files.is_folder, sources))
    )
    originals = {files.identity(song) for song in targets} - {None}
    failed = 0
    with _progress(len(songs)) as progress:
        for outcome in tracking.analyze(list(targets), model, jobs, progress.window):
            for warning in outcome.warnings:
                progress.say(warning)
            if outcome.trace:
                log.start(paths.log_file())
                _LOG.error("%s", outcome.trace)
            try:
                if outcome.trajectory is None:
                    raise errors.EmovizError(outcome.error)
                target = targets[outcome.path]
                if target is not None and files.identity(target) in originals:
                    raise errors.OutputIsSongError(target)
                _write(outcome.trajectory, target, file_format)
            except errors.EmovizError as error:
                failed += 1
                progress.say(str(error))
            progress.song()
    return 1 if failed else 0


def _targets(
    songs: list[tuple[Path, Path]], output: str, file_format: str, *, to_folder: bool
) -> dict[Path, Path | None]:
    """Give each song the file its track goes to; None is standard output."""
    if output == STANDARD_OUTPUT:
        if len(songs) > 1:
            raise errors.OutputError(
                Path(output), "standard output takes one song", "name a folder with -o"
            )
        return {songs[0][0]: None}
    folder = Path(output)
    if len(songs) == 1 and not (to_folder or song_files.is_folder(folder) or output.endswith("/")):
        return {songs[0][0]: folder}
    if files.identity(folder) and not song_files.is_folder(folder):
        raise errors.OutputError(folder, "several songs need a folder", "name one with -o")
    targets: dict[Path, Path | None] = {}
    taken: set[Path] = set()
    for song, place in songs:
        target = folder / place.with_suffix(f".{file_format}")
        if target in taken:
            # song.mp3 and song.flac side by side keep their endings: song.flac.csv.
            target = folder / f"{place}.{file_format}"
        number = 2
        while target in taken:
            target = folder / f"{place}.{number}.{file_format}"
            number += 1
        taken.add(target)
        targets[song] = target
    return targets


def _write(trajectory: Trajectory, target: Path | None, file_format: str) -> None:
    if target is None:
        sys.stdout.write(trajectory.to_csv() if file_format == "csv" else trajectory.to_json())
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.OutputError(target, (error.strerror or str(error)).lower()) from error
    if file_format == "csv":
        trajectory.save_csv(target)
    else:
        trajectory.save_json(target)


class _ProgressView(Protocol):
    def window(self, update: Update) -> None: ...

    def song(self) -> None: ...

    def say(self, sentence: str) -> None: ...


class _Quiet:
    """What a pipe or a log gets: only the sentences."""

    def window(self, update: Update) -> None:
        pass

    def song(self) -> None:
        pass

    def say(self, sentence: str) -> None:
        print(f"emoviz: {sentence}", file=sys.stderr)


class _Bars:
    """What a terminal gets: a bar for the songs, and one for the windows of a lone process."""

    def __init__(self, progress: Progress, songs: int) -> None:
        self._progress = progress
        self._songs = progress.add_task("songs", total=songs)
        self._windows = progress.add_task("windows", total=None, visible=False)

    def window(self, update: Update) -> None:
        self._progress.update(
            self._windows, completed=update.windows_done, total=update.windows_total, visible=True
        )

    def song(self) -> None:
        self._progress.advance(self._songs)

    def say(self, sentence: str) -> None:
        self._progress.console.print(
            f"emoviz: {sentence}", highlight=False, markup=False, soft_wrap=True
        )


@contextmanager
def _progress(songs: int) -> Iterator[_ProgressView]:
    if not sys.stderr.isatty():
        yield _Quiet()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as progress:
        yield _Bars(progress, songs)
