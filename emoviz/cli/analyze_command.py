"""`emoviz analyze`: songs in, files, one table or the library out."""

import argparse
import os
from pathlib import Path

from emoviz.models.estimator import DEFAULT_MODEL
from emoviz.system import paths
from emoviz.system.terminal import quiet_libraries

FORMATS = ("csv", "json")
NOTES = ".emoviz.library"
"""What has been done, in a library beside the files of a folder: a second run does the rest."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz analyze`."""
    parser.description = (
        "Songs that were tracked before, and whose files have not changed since, are passed over. "
        f"What has been done stands in {NOTES} beside the files."
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a song, or a folder")
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
    add_tracking_arguments(parser)
    parser.add_argument(
        "--format", choices=FORMATS, default="csv", help="of a file a song (default: csv)"
    )
    parser.set_defaults(run=_run)


def add_tracking_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of every command that tracks many songs."""
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )
    parser.add_argument(
        "--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="songs at a time"
    )
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


def positive(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    # Imported here: the window's start does not wait for what it has no use for.
    from emoviz.cli.analyze import analyze_songs

    with quiet_libraries():
        return analyze_songs(options)
