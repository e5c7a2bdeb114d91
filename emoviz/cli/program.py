"""The command line, over the same functions as the window.

Each command is a module of this package, by the name of the command, with a function
`add_arguments`. Only the one that was asked for is imported.
"""

import argparse
import errno
import importlib
import os
import sys

from emoviz import __version__, errors
from emoviz.system.terminal import show_any_letter

COMMANDS = {
    "open": "open the window on a song (the command may be left out)",
    "analyze": "track songs without a window",
    "library": "keep the tracks of many songs, and find songs by them",
    "export": "write songs' tracks for other programs, or as pictures",
    "sections": "say where songs turn, and what each part is like",
    "tag": "write valence, arousal and word into songs' own tags",
    "listen": "track what a microphone hears, as it sounds",
    "film": "make a film of a song",
    "models": "list the models",
    "devices": "list the sound devices",
    "prepare": "decode a data folder into the training cache",
    "train": "cross-validate, train and export a model",
    "compare": "learn and test every system of the field, and the models, on the same songs",
    "evaluate": "compare a model with a data folder's labels",
}


_WITH_ALGEBRA = ("prepare", "train", "compare", "evaluate")


def main(arguments: list[str] | None = None) -> int:
    """Run the program with `arguments` (those of the process by default); give the exit status.

    0 where all was done, 1 where something failed and was said, 2 for a wrong command line.
    """
    given = sys.argv[1:] if arguments is None else arguments
    # "emoviz song.mp3" is short for "emoviz open song.mp3": the program's main job has no verb.
    if not given or (given[0] not in COMMANDS and not given[0].startswith("-")):
        if len(given) > 1:
            names = ", ".join(sorted(COMMANDS))
            _parser([]).error(f"there is no command {given[0]!r}; the commands are {names}")
        given = ["open", *given]
    if given[0] not in _WITH_ALGEBRA:
        # Otherwise numpy starts threads for it, which takes as long as to import all of numpy.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    show_any_letter()
    try:
        try:
            options = _parser(given).parse_args(given)
            return int(options.run(options))
        finally:
            # Here, where a reader that has gone is expected, and not when Python ends.
            print(end="", flush=True)
    except errors.EmovizError as error:
        _complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the output has gone.
        _forget_output()
        return 1
    except Exception as error:  # noqa: BLE001  (a user meets a sentence, whatever happens)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
            _forget_output()
            _complain("standard output: there is no room for what is written to it; free some.")
        else:
            _complain(_noted())
        return 1


def open_window() -> int:
    """Open the window on the file that is given, as a desktop does: without a terminal."""
    return main(["open", *sys.argv[1:]])


def _parser(given: list[str] | None = None) -> argparse.ArgumentParser:
    """Make the parser of all commands, or one that reads what is `given` and knows no other's."""
    parser = argparse.ArgumentParser(
        prog="emoviz",
        usage="emoviz [SONG]\n       emoviz COMMAND ...",
        description="Watch what a song does to the feeling in it. Without a command it opens the "
        "window, on SONG or on the demo song.",
    )
    parser.add_argument("--version", action="version", version=f"emoviz {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, prog="emoviz")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        if given is None or name in given:
            importlib.import_module(f"emoviz.cli.{name}").add_arguments(command)
    return parser


def _forget_output() -> None:
    """Have the rest of the output go nowhere: Python's own flush at exit would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(sentence: str) -> None:
    # Imported here, as is the log: most runs have nothing to complain about.
    from emoviz.system.terminal import complain

    complain(sentence)


def _noted() -> str:
    """Write down what nobody thought of, and give a sentence that says where."""
    import logging

    from emoviz.system import log, paths

    log.start(paths.log_file())
    logging.getLogger(__name__).exception("unexpected")
    return f"something went wrong that nobody thought of; {paths.log_file()} says what and where."
