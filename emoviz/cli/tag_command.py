"""`emoviz tag`: valence, arousal and the word into songs' own tags."""

import argparse
import os
from pathlib import Path

from emoviz.cli.analyze_command import positive
from emoviz.models.estimator import DEFAULT_MODEL
from emoviz.system import paths
from emoviz.system.terminal import quiet_libraries


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz tag`."""
    parser.description = (
        "Writes EMOVIZ_VALENCE and EMOVIZ_AROUSAL, the means over the song from -1 to 1, and their "
        "word as MOOD. What sounds stays as it is, byte by byte; a MOOD of somebody else's stays. "
        "Tracks come from the library; songs that are not in it are tracked and put in."
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a song, or a folder")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be written, and write nothing"
    )
    parser.add_argument(
        "--replace", action="store_true", help="write over a MOOD that is somebody else's"
    )
    parser.add_argument(
        "--remove", action="store_true", help="take out what emoviz has written, and write nothing"
    )
    parser.add_argument(
        "--library",
        type=Path,
        default=paths.library_file(),
        metavar="FILE",
        help="the library (default: your own)",
    )
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )
    parser.add_argument(
        "--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="songs at a time"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: what writes tags is no part of every installation.
    from emoviz.cli.tag import tag_songs

    with quiet_libraries():
        return tag_songs(options)
