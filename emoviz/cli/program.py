"""The command line, over the same functions as the window."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from emoviz import __version__, errors
from emoviz.cli import analyze_command, export, film, library_command, tag_command
from emoviz.models.estimator import DEFAULT_MODEL
from emoviz.system import log, paths
from emoviz.system.terminal import complain, quiet_libraries
from emoviz.training import commands as training_commands

_LOG = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the program with `arguments` (those of the process by default); give the exit status.

    0 where all was done, 1 where something failed and was said, 2 for a wrong command line.
    """
    given = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    commands = _command_names(parser)
    # "emoviz song.mp3" is short for "emoviz open song.mp3": the program's main job has no verb.
    if not given or (given[0] not in commands and not given[0].startswith("-")):
        if len(given) > 1:
            names = ", ".join(sorted(commands))
            parser.error(f"there is no command {given[0]!r}; the commands are {names}")
        given = ["open", *given]
    try:
        try:
            options = parser.parse_args(given)
            return int(options.run(options))
        finally:
            # Here, where a reader that has gone is expected, and not when Python ends.
            print(end="", flush=True)
    except errors.EmovizError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the output has gone; the rest has nowhere to go and Python's own flush at
        # exit would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001  (a user meets a sentence, whatever happens)
        log.start(paths.log_file())
        _LOG.exception("unexpected")
        complain(f"something went wrong ({error}); {paths.log_file()} says where.")
        return 1


def open_window() -> int:
    """Open the window on the file that is given, as a desktop does: without a terminal."""
    return main(["open", *sys.argv[1:]])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emoviz",
        usage="emoviz [SONG]\n       emoviz COMMAND ...",
        description="Watch what a song does to the feeling in it. Without a command it opens the "
        "window, on SONG or on the demo song.",
    )
    parser.add_argument("--version", action="version", version=f"emoviz {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, prog="emoviz")
    window = commands.add_parser(
        "open", help="open the window on a song (the command may be left out)"
    )
    window.add_argument(
        "song", nargs="?", type=Path, metavar="SONG", help="an audio file (default: the demo song)"
    )
    window.set_defaults(run=_open)
    analyze_command.add_arguments(
        commands.add_parser("analyze", help="track songs without a window")
    )
    library_command.add_arguments(
        commands.add_parser("library", help="keep the tracks of many songs, and find songs by them")
    )
    export.add_command(commands)
    tag_command.add_arguments(
        commands.add_parser("tag", help="write valence, arousal and word into songs' own tags")
    )
    _add_listen(commands.add_parser("listen", help="track what a microphone hears, as it sounds"))
    film.add_arguments(commands.add_parser("film", help="make a film of a song"))
    commands.add_parser("models", help="list the models").set_defaults(run=_models)
    commands.add_parser("devices", help="list the sound devices").set_defaults(run=_devices)
    training_commands.add_commands(commands)
    return parser


def _add_listen(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Prints a line for every half-second that is heard, until Ctrl+C. 'emoviz devices' lists "
        "the inputs."
    )
    parser.add_argument(
        "--device", default="", metavar="NAME", help="the input (default: the system's)"
    )
    parser.add_argument(
        "--seconds", type=_duration, default=float("inf"), metavar="N", help="end after N seconds"
    )
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE.csv", help="write the track at the end"
    )
    parser.add_argument("--record", type=Path, metavar="FILE.flac", help="write what is heard")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="one of 'emoviz models'"
    )
    parser.set_defaults(run=_listen)


def _duration(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def _command_names(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }


def _open(options: argparse.Namespace) -> int:
    from emoviz.cli.display import has_display

    if not has_display():
        return _track_without_display(options.song or paths.demo_song())
    # Python's interrupt in the midst of importing Qt's modules aborts the process or hangs it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from emoviz.gui.app import run

    return run(options.song)


def _track_without_display(song: Path) -> int:
    from emoviz.cli.export import write_table_and_poster

    print("There is no display for the window: the track is written to files instead.")
    with quiet_libraries():
        table, picture = write_table_and_poster(song, complain)
    print(f"track:   {table.resolve()}\npicture: {picture.resolve()}")
    return 0


def _listen(options: argparse.Namespace) -> int:
    from emoviz.cli.listen import listen

    with quiet_libraries():
        return listen(
            options.device, options.seconds, options.output, options.record, options.model
        )


def _models(_: argparse.Namespace) -> int:
    from emoviz.models import estimator

    broken = 0
    for name in estimator.installed():
        try:
            info = estimator.describe(name)
        except errors.ModelBrokenError as error:
            broken += 1
            complain(str(error))
            continue
        mark = "*" if name == estimator.DEFAULT_MODEL else " "
        print(f"{mark} {info.name} {info.version}  {info.title}\n    {info.summary}")
        print(f"    weights: {info.licence}\n    card: {info.card}")
    return 1 if broken else 0


def _devices(_: argparse.Namespace) -> int:
    from emoviz.devices.microphone import input_names
    from emoviz.devices.sound_devices import devices

    found = devices()
    if not found:
        print("There is no sound device; songs run on a silent clock.")
    for device in found:
        mark = "*" if device.is_default else " "
        print(
            f"{mark} {device.name} ({device.host_api}), {device.channels} channels, "
            f"{device.rate_hz} Hz"
        )
    for name in input_names():
        print(f"  input: {name}")
    return 0
