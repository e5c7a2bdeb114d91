"""What reaches the terminal: the program's own sentences, not what libraries print."""

import io
import locale
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def complain(sentence: str) -> None:
    """Say what went wrong on standard error, or in the log of a program that has no terminal."""
    if sys.stderr is None:
        # Imported here: a command that has a terminal does not wait for the log.
        import logging

        from emoviz.system import log, paths

        log.start(paths.log_file())
        logging.getLogger(__name__).error("%s", sentence)
    else:
        print(said(sentence), file=sys.stderr)


def show_any_letter() -> None:
    """Have what a console's code page lacks be written as \\u266b, where it would end the command.

    As on Windows, where what is redirected is in cp1252.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def said(sentence: str) -> str:
    """Give a sentence as it stands on a terminal, where other programs say theirs."""
    return f"emoviz: {sentence}"


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep what C libraries print out of standard error; what Python writes still arrives.

    mpg123 comments on every oddity of an mp3 file, and there is no switch for it in libsndfile.
    """
    if sys.stderr is None:  # a program without a terminal, as Windows starts it
        yield
        return
    python_stderr = sys.stderr
    python_stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    with os.fdopen(os.dup(kept), "w", 1, python_stderr.encoding, "backslashreplace") as stderr:
        sys.stderr = stderr
        try:
            yield
        finally:
            sys.stderr = python_stderr
            os.dup2(kept, 2)
            os.close(kept)


def write_utf8() -> None:
    """Have Qt write texts in UTF-8 where no language is set; it would do so with a complaint.

    Python has seen to that by itself (PEP 538), but not that of a frozen program.
    """
    if sys.platform == "linux" and locale.setlocale(locale.LC_CTYPE) == "C":
        os.environ["LC_CTYPE"] = "C.UTF-8"
