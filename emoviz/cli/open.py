"""`emoviz open`, or no command at all: the window, or files where there is no display for it."""

import argparse
import signal
from dataclasses import dataclass
from pathlib import Path

from emoviz.cli.arguments import hand_over, song_path
from emoviz.cli.display import has_display
from emoviz.system import paths


@dataclass(frozen=True)
class OpenRequest:
    """Which song the window is to open on; None is the demo song."""

    song: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz open`."""
    parser.add_argument(
        "song",
        nargs="?",
        type=song_path,
        metavar="SONG",
        help="an audio file (default: the demo song)",
    )
    hand_over(parser, OpenRequest, open_window)


def open_window(request: OpenRequest) -> int:
    """Open the window, and give the exit status when it has been closed."""
    if not has_display():
        return _track_without_display(request.song or paths.demo_song())
    # Python's interrupt in the midst of importing Qt's modules aborts the process or hangs it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from emoviz.gui.app import run

    return run(request.song)


def _track_without_display(song: Path) -> int:
    # Imported here: the window's start does not wait for what it has no use for.
    from emoviz.cli.export import write_table_and_poster
    from emoviz.system.terminal import complain, quiet_libraries

    print("There is no display for the window: the track is written to files instead.")
    with quiet_libraries():
        table, picture = write_table_and_poster(song, complain)
    print(f"track:   {table.resolve()}\npicture: {picture.resolve()}")
    return 0
