"""`emoviz film`: a film of a song, without a window and without a display."""

import argparse
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz.export.film_file import RATES, SIZES, SUFFIX, FilmFormat
from emoviz.models.estimator import DEFAULT_MODEL
from emoviz.system.terminal import quiet_libraries

if TYPE_CHECKING:
    from emoviz.gui.films.making import FilmOrder, OnProgress

_THEMES = ("dark", "light")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `emoviz film` takes, and what runs it."""
    parser.description = (
        "Writes an MP4 with the song's sound and its trail, word and spectrogram as picture."
    )
    parser.add_argument("song", type=Path, metavar="SONG", help="the song")
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
    parser.add_argument(
        "--theme", choices=_THEMES, default=_THEMES[0], help="the film's colours (default: dark)"
    )
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )
    parser.add_argument(
        "--from", dest="start_s", type=_seconds, default=0.0, metavar="S", help="begin at S seconds"
    )
    parser.add_argument(
        "--to", dest="end_s", type=_seconds, default=math.inf, metavar="S", help="end at S seconds"
    )
    parser.set_defaults(run=_run)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def _run(options: argparse.Namespace) -> int:
    # Imported here: no other command needs Qt.
    from emoviz.gui.films.making import FilmOrder
    from emoviz.gui.films.picture import FilmLook

    order = FilmOrder(
        song=options.song,
        target=options.output or Path(f"{options.song.stem}{SUFFIX}"),
        model=options.model,
        film_format=FilmFormat(options.size, options.fps),
        look=FilmLook(dark=options.theme == "dark"),
        start_s=options.start_s,
        end_s=options.end_s,
    )
    with quiet_libraries():
        return _make(order)


def _make(order: "FilmOrder") -> int:
    from emoviz.gui.films.making import FilmCancelledError, make_film

    with _interrupted() as got, _progress() as on_progress:
        try:
            make_film(order, _warn, on_progress, lambda: bool(got))
        except FilmCancelledError:
            # As a shell has it for what a signal has ended.
            return 128 + got[0]
    return 0


def _warn(sentence: str) -> None:
    print(f"emoviz: {sentence}", file=sys.stderr)


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
