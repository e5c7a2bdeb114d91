"""`emoviz film`: a film of a song, without a window and without a display."""

import argparse
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz.cli.arguments import (
    add_model,
    add_sound_track,
    add_theme,
    hand_over,
    seconds,
    song_path,
)
from emoviz.export.film_file import RATES, SIZES, SUFFIX, VIEWS, FilmFormat
from emoviz.system.terminal import complain, quiet_libraries

if TYPE_CHECKING:
    from emoviz.gui.films.making import FilmOrder, OnProgress


@dataclass(frozen=True)
class FilmRequest:
    """Which part of which song is to become what film; without an output it has the song's name."""

    song: Path
    output: Path | None
    size: str
    fps: int
    theme: str
    view: str
    model: str
    start_s: float
    end_s: float
    sound_track: int | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz film`."""
    parser.description = (
        "Writes an MP4 with the song's sound and its trail, word and spectrogram as picture."
    )
    parser.add_argument("song", type=song_path, metavar="SONG", help="the song")
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        metavar="FILE.mp4",
        help="where the film goes (default: the song's name, in this folder)",
    )
    sizes = ", ".join(f"{name} {width} x {height}" for name, (width, height) in SIZES.items())
    parser.add_argument("--size", choices=SIZES, default="720p", help=f"{sizes} (default: 720p)")
    parser.add_argument(
        "--fps", type=int, choices=RATES, default=RATES[0], help="frames in a second (default: 30)"
    )
    add_theme(parser, "the film's colours (default: dark)")
    parser.add_argument(
        "--view",
        choices=VIEWS,
        default=VIEWS[0],
        help="what the plane shows: the song large, the trail followed, or the whole plane "
        "(default: song)",
    )
    add_model(parser)
    add_sound_track(parser)
    parser.add_argument(
        "--from", dest="start_s", type=seconds, default=0.0, metavar="S", help="begin at S seconds"
    )
    parser.add_argument(
        "--to", dest="end_s", type=seconds, default=math.inf, metavar="S", help="end at S seconds"
    )
    hand_over(parser, FilmRequest, film)


@quiet_libraries()
def film(request: FilmRequest) -> int:
    """Make the film that is wanted; give the exit status. Raises `errors.EmovizError`."""
    # Imported here: the arguments are described without Qt.
    from emoviz.gui.films.making import FilmOrder
    from emoviz.gui.films.picture import FilmLook

    return _make(
        FilmOrder(
            song=request.song,
            target=request.output or Path(f"{request.song.stem}{SUFFIX}"),
            model=request.model,
            film_format=FilmFormat(request.size, request.fps),
            look=FilmLook(dark=request.theme == "dark", view=request.view),
            start_s=request.start_s,
            end_s=request.end_s,
            sound_track=request.sound_track,
        )
    )


def _make(order: "FilmOrder") -> int:
    from emoviz.gui.films.making import FilmCancelledError, make_film

    with _interrupted() as got, _progress() as on_progress:
        try:
            make_film(order, complain, on_progress, lambda: bool(got))
        except FilmCancelledError:
            # As a shell has it for what a signal has ended.
            return 128 + got[0]
    return 0


@contextmanager
def _interrupted() -> Iterator[list[int]]:
    """Give a list that gets the numbers of signals that ask for an end, which they do not bring."""
    got: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda asked, _frame: got.append(asked)) for number in numbers]
    try:
        yield got
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _progress() -> "Iterator[OnProgress]":
    """Give what takes progress: it is shown on a terminal, and not in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _doing, _done, _total: None
        return
    # Imported here, as it costs the window's start some time.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as shown:
        tasks = {}

        def on_progress(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = shown.add_task(doing)
            shown.update(tasks[doing], completed=done, total=total)

        yield on_progress
