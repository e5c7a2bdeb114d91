"""What command lines have in common: how each becomes a request, and the options of several."""

import argparse
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Request = TypeVar("Request")

THEMES = ("dark", "light")


def hand_over(
    parser: argparse.ArgumentParser,
    request: Callable[..., Request],
    run: Callable[[Request], int],
) -> None:
    """Have `run` get what was given on a command line as a `request`, and give the exit status.

    The request is a dataclass with a field for each argument; no `argparse.Namespace` goes on.
    """

    def run_given(options: argparse.Namespace) -> int:
        given = {name: value for name, value in vars(options).items() if name != "run"}
        return run(request(**given))

    parser.set_defaults(run=run_given)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Describe the argument `paths` of what takes songs and whole folders."""
    parser.add_argument(
        "paths", nargs="+", type=song_path, metavar="PATH", help="a song, or a folder"
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--model` of every command that tracks songs."""
    # Imported here: what has no model does not wait for it.
    from emoviz.models.estimator import DEFAULT_MODEL

    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--jobs` of what tracks several songs at a time."""
    parser.add_argument(
        "--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="songs at a time"
    )


def add_tracking(parser: argparse.ArgumentParser) -> None:
    """Describe the options `model`, `jobs`, `scheduler` and `new` of what fills libraries."""
    add_model(parser)
    add_jobs(parser)
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="track on the workers of a Dask scheduler, tcp://host:port, which see the songs under "
        "the same paths; --jobs is for this machine",
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="keep the library that is there aside and begin a new one",
    )


def add_sound_track(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--track` of what hears songs one by one."""
    parser.add_argument(
        "--track",
        dest="sound_track",
        type=positive,
        metavar="N",
        help="of a file's sound tracks hear number N (default: the one that the file marks as "
        "default, or the first that can be decoded)",
    )


def add_library(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--library` of what works on one; None is the user's own."""
    parser.add_argument(
        "--library", type=Path, metavar="FILE", help="the library (default: your own)"
    )


def add_theme(parser: argparse.ArgumentParser, text: str) -> None:
    """Describe the option `--theme` of what draws."""
    parser.add_argument("--theme", choices=THEMES, default=THEMES[0], help=text)


def add_format(parser: argparse.ArgumentParser, text: str) -> None:
    """Describe the option `--format` of what writes a file for each of many songs."""
    # Imported here: most commands write no such files.
    from emoviz.export.formats import CSV, FORMATS_OF_MANY

    parser.add_argument("--format", choices=FORMATS_OF_MANY, default=CSV.name, help=text)


def song_path(text: str) -> Path:
    """Read a path, or the address of a file as file managers and browsers give it."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    # One slash will do, but then it may be a name as well.
    if not text.lower().startswith("file:/") or (text[6:7] != "/" and Path(text).exists()):
        return Path(text)
    # Imported here: hardly anybody names a file so.
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return Path(url2pathname(urlsplit(text).path))


def positive(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def seconds(text: str) -> float:
    """Read a time or a length in seconds: 0 or more, and not for ever."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value
