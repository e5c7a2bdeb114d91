"""What is around a program that was built, and what everything that is done with it must show."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import psutil

from build_scripts.smoke.program import Place, Started, User, wait_for
from build_scripts.smoke.screen import Screen
from tests.support.audio import PulseSink

_MOMENT_S = 10.0
_NAME_LENGTH = 80
_NOT_A_COMPLAINT = re.compile(r"^\S+ \S+ INFO ")


@dataclass(frozen=True)
class Song:
    """A real song, and what the checkout makes of it."""

    path: Path
    track: str
    """The CSV that the checkout's command line writes"""


@dataclass(frozen=True)
class World:
    """What is around the program."""

    program: Path
    user: User
    screen: Screen
    sink: PulseSink
    long: Song
    short: Song
    album: tuple[Song, ...]
    """Of several formats, in one folder"""
    folder: Path
    pictures: Path

    def place(self, name: str, home: str = "home", *, sound: bool = True) -> Place:
        """Make a place with the screen, and with the sink or without one."""
        place = Place.made(self.folder / name, self.user, home)
        place.variables["DISPLAY"] = self.screen.display
        if sound:
            place.variables |= self.sink.environment
        return place

    def picture(self, name: str) -> None:
        """Keep what is on the screen for a person to look at."""
        self.screen.save(self.pictures / f"{name}.png")


Row: TypeAlias = tuple[str, str, bool]
"""What was looked at, what was seen, and whether that is as it must be."""
Shown: TypeAlias = Iterator[Row]


def digits(table: Path, track: str) -> Row:
    """Compare a CSV with that which the checkout writes of the song."""
    what = f"{table.name}, compared with the checkout's"
    if not table.is_file():
        return what, "missing", False
    text = table.read_text(encoding="utf-8")
    if text == track:
        return what, f"{len(text.splitlines()) - 1} rows, every digit", True
    mine, theirs = (_numbers(each) for each in (text, track))
    if mine.shape != theirs.shape:
        return what, f"{len(mine)} rows instead of {len(theirs)}", False
    return what, f"differs by up to {np.nanmax(np.abs(mine - theirs)):.2g}", False


def _numbers(text: str) -> npt.NDArray[np.float64]:
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return np.array([[float(cell or "nan") for cell in row[:5]] for row in rows])


def no_complaint(started: Started, *expected: str) -> Shown:
    """See that the log is there and says nothing but what is `expected`, and of no crash."""
    log = started.place.log()
    yield "the log was written", f"{len(log.splitlines())} lines", bool(log)
    yield log_row(log, *expected)
    accounts = started.place.home.rglob("crash*.log")
    crashes = [path.name for path in accounts if path.stat().st_size]
    yield "accounts of crashes", ", ".join(crashes) or "none", not crashes


def log_row(log: str, *expected: str) -> Row:
    """Look for errors and warnings in a log, but for lines with what is `expected`."""
    wrong = [
        line
        for line in log.splitlines()
        if not (_NOT_A_COMPLAINT.match(line) or any(sentence in line for sentence in expected))
    ]
    return "errors and warnings in the log", "\n".join(wrong[:5]) or "none", not wrong


def no_process(place: Place, started: Sequence[psutil.Process] = ()) -> Shown:
    """See that nothing lives on in a place, after a moment for what ends when it is left alone."""

    def left() -> list[psutil.Process]:
        return [x for x in (*place.processes(), *started) if _lives(x)]

    with suppress(TimeoutError):
        wait_for("the last process to end", lambda: not left(), _MOMENT_S)
    names = [" ".join(process.cmdline())[-_NAME_LENGTH:] for process in left()]
    yield "processes left behind", "\n".join(names) or "none", not names


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
