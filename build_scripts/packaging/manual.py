"""Writes the manual page from the parsers: `man emoviz` says what `emoviz COMMAND --help` says.

python -m build_scripts.packaging.manual --date 2026-11-25 -o emoviz.1
"""

import argparse
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from build_scripts.docs.reference_pages import about, commands_of, paragraphs, usage
from emoviz import __version__
from emoviz.cli import program

_DESCRIPTION = (
    "Plays a song and draws the emotion in it, as a model predicts it for each half-second, as a "
    "trail through Russell's plane of valence and arousal. Without a command it opens the window, "
    "on SONG or on the demo song; the commands need no window. Without a display it writes the "
    "song's track and a poster of it to files."
)
_WIDTH = 76
_STATUS = (
    ("0", "everything was done"),
    ("1", "something failed: one line on standard error for each song, and the rest is done"),
    ("2", "the command line was wrong"),
)
_FILES = (
    ("~/.config/emoviz/emoviz.ini", "settings and recent songs"),
    ("~/.local/share/emoviz/library.db", "the library of tracked songs"),
    ("~/.local/state/emoviz/log/emoviz.log", "the log"),
)


def main() -> int:
    """Write the page; gives the exit status."""
    parser = argparse.ArgumentParser(description="Write the manual page.")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--date", required=True, help="of the version, as YYYY-MM-DD")
    options = parser.parse_args()
    page = "\n".join(manual_page(program._parser(), options.date)) + "\n"
    options.output.write_text(page, encoding="utf-8")
    return 0


def manual_page(parser: argparse.ArgumentParser, date: str) -> Iterator[str]:
    """Yield the page, line by line, as troff with the macros of man(7)."""
    yield f'.TH EMOVIZ 1 {date} "emoviz {__version__}" "User Commands"'
    yield from (".SH NAME", r"emoviz \- watch what a song does to the feeling in it")
    yield from (".SH SYNOPSIS", r"\fBemoviz\fR [\fISONG\fR]", ".br")
    yield r"\fBemoviz\fR \fICOMMAND\fR [\fIARGUMENT\fR]..."
    yield from (".SH DESCRIPTION", _text(_DESCRIPTION))
    yield ".SH COMMANDS"
    for name, text, command in commands_of(parser):
        verbs = list(commands_of(command))
        yield from _command(f"emoviz {name}", text, command, shows_options=not verbs)
        for verb, told, inner in verbs:
            yield from _command(f"emoviz {name} {verb}", told, inner, shows_options=True)
    yield from (".SH EXIT STATUS", *_terms(_STATUS))
    yield from (".SH FILES", *_terms(_FILES))


def _command(
    title: str, text: str, parser: argparse.ArgumentParser, *, shows_options: bool
) -> Iterator[str]:
    yield f".SS {title}"
    yield "\n.PP\n".join(map(_text, paragraphs(text, parser)))
    if shows_options:
        options = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]
        yield from _terms((usage(option), about(option)) for option in options)


def _terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in rows:
        bare = term.replace("`", "")
        yield from (".TP", rf"\fB{_text(bare)}\fR", _text(text) or r"\&")


def _text(text: str) -> str:
    """Give text, with `code` in bold, as troff takes it."""
    text = text.replace(r"\|", "|").replace("\\", r"\e").replace("-", r"\-")
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text)
    # A line that begins so would be a request.
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(re.sub(r"^([.'])", r"\\&\1", line) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
