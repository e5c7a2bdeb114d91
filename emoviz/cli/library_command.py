"""`emoviz library`: songs that were tracked, kept in a database and found by their feeling."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from emoviz.cli.analyze_command import FORMATS, add_tracking_arguments
from emoviz.system import paths
from emoviz.system.terminal import quiet_libraries

_MOST_SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz library`."""
    parser.description = f"The library is a file: {paths.library_file()}, or the one you name."
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        added.add_argument(
            "--library", type=Path, metavar="FILE", help="the library (default: your own)"
        )
        added.set_defaults(run=_run, verb=name)
        return added

    adding = verb("add", "track songs and put them in; those that are known are passed over")
    adding.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a song, or a folder")
    add_tracking_arguments(adding)
    listing = verb("list", "list all songs")
    listing.add_argument("--paths", action="store_true", help="only where the songs are")
    _add_model(listing)
    _add_find(verb("find", "find songs by their feeling, the best first"))
    export = verb("export", "write the tracks of all songs")
    export.add_argument(
        "-o",
        dest="output",
        required=True,
        type=Path,
        metavar="FILE|DIR",
        help="one table (.csv, .parquet), or a folder for a file a song",
    )
    export.add_argument("--format", choices=FORMATS, default="csv", help="of a file a song")
    _add_model(export)
    verb("verify", "check the library, and see which songs are gone or changed")
    verb("vacuum", "make the file as small as it can be")


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
    parser.add_argument("--word", help="a word of Russell's that fits the song, or 'neutral'")
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


def _run(options: argparse.Namespace) -> int:
    # Imported here: the window's start does not wait for what it has no use for.
    from emoviz.cli import library as verbs

    run: dict[str, Callable[[argparse.Namespace], int]] = {
        "add": verbs.add,
        "list": verbs.list_all,
        "find": verbs.find_songs,
        "export": verbs.export,
        "verify": verbs.verify,
        "vacuum": verbs.vacuum,
    }
    with quiet_libraries():
        return run[options.verb](options)
