"""Smoke test of what was built: starts it as its user would, and looks at what it does.

    python -m build_scripts.smoke [PROGRAM|WHEEL]... [--only SCENARIO]

PROGRAM is the executable of a frozen program or of an installation; a WHEEL is installed into an
empty virtual environment first. Without any, a wheel of the checkout is made. The program gets a
private screen and sound device and a home of its own, and if this is run by the superuser it runs
as an ordinary user. Pictures of the screen are left in build/smoke. The exit status is not zero if
something was not as it must be.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
import soxr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from build_scripts import ROOT, machine
from build_scripts.smoke import commands, window
from build_scripts.smoke.program import DEADLINE_S, User
from build_scripts.smoke.screen import Screen, screen
from build_scripts.smoke.world import Shown, Song, World
from tests.support.audio import PulseSink, encode

_OUTPUT = ROOT / "build" / "smoke"
_LENGTHS_S = {"long song": 90.0, "short song": 20.0}
_ALBUM_S = 8.0
_FORMATS = (".mp3", ".flac", ".opus", ".m4a", ".wma")
_ALBUM_RATE_HZ = 48000
_INSTALL_S = 900.0

_SCENARIOS: dict[str, Callable[[World], Shown]] = {
    "everything": window.everything,
    "demo": window.demo,
    "film": window.film,
    "early end": window.early_end,
    "no display": commands.no_display,
    "no sound device": window.no_sound,
    "read-only home": window.read_only_home,
    "foreign home": window.foreign_home,
    "second instance": window.second_instance,
    "command line": commands.command_line,
}


def main() -> int:
    """Prepare, run every scenario on every program, and print what was shown."""
    parser = argparse.ArgumentParser(description="Smoke-test what was built.")
    parser.add_argument("programs", nargs="*", type=Path, metavar="PROGRAM|WHEEL")
    parser.add_argument("--only", choices=_SCENARIOS, action="append", metavar="SCENARIO")
    options = parser.parse_args()
    if not machine.has_sound():
        raise SystemExit("There is no PulseAudio: run `apt install pulseaudio pulseaudio-utils`.")
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    names = options.only or list(_SCENARIOS)
    with tempfile.TemporaryDirectory(prefix="emoviz-smoke-") as name:
        folder = Path(name)
        # An ordinary user comes here, too.
        folder.chmod(0o755)
        faults = 0
        with _surroundings(folder) as (shown_on, sink):
            long, short = _long_and_short(_made(folder / "songs"))
            album = _album(_made(folder / "album"))
            for number, given in enumerate(options.programs or [_wheel(folder)]):
                program = _installed(given.absolute(), folder / f"venv{number}")
                room = _made(folder / f"program{number}")
                pictures = _OUTPUT / given.stem
                pictures.mkdir(exist_ok=True)
                user = User.of(program)
                world = World(program, user, shown_on, sink, long, short, album, room, pictures)
                faults += run(world, given.name, names)
        print(f"\nPictures of the screen are in {_OUTPUT}.")
    return int(bool(faults))


def run(world: World, title: str, names: list[str]) -> int:
    """Run scenarios on a program and print what was shown; give the number of faults."""
    table = Table(
        "", "what", "shown", "", title=f"{title}, run by {world.user.name}", title_justify="left"
    )
    faults = 0
    for name in names:
        began_s = time.monotonic()
        for what, shown, good in _rows(world, name):
            table.add_row(name, Text(what), Text(shown), "good" if good else "WRONG")
            faults += not good
            name = ""
        table.add_row("", "took", f"{time.monotonic() - began_s:.0f} s", "", end_section=True)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    return faults


def _rows(world: World, name: str) -> Shown:
    print(f"{name} ...", flush=True)
    try:
        yield from _SCENARIOS[name](world)
    except (TimeoutError, RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        # The other scenarios may still show something.
        yield "ended early", str(error), False


@contextmanager
def _surroundings(folder: Path) -> Iterator[tuple[Screen, PulseSink]]:
    """Give a screen and a sound device for the while."""
    place = _made(folder / "sound")
    sink = PulseSink(place)
    sink.start()
    # The daemon has closed it to all but its own user.
    place.chmod(0o755)
    (place / "cookie").chmod(0o644)
    try:
        with screen(_made(folder / "screen")) as shown_on:
            yield shown_on, sink
    finally:
        sink.stop()


def _long_and_short(folder: Path) -> tuple[Song, ...]:
    """Write two mp3 of the demo song."""
    for title, duration_s in _LENGTHS_S.items():
        machine.write_song(folder / f"{title}.mp3", duration_s)
    return _tracked(folder, *(f"{title}.mp3" for title in _LENGTHS_S))


def _album(folder: Path) -> tuple[Song, ...]:
    """Write a piece of the demo song in every format, each from another place."""
    demo = ROOT / "resources" / "demo" / "demo.ogg"
    sound, rate_hz = soundfile.read(demo, dtype="float32", always_2d=True)
    pieces = np.array_split(soxr.resample(sound, rate_hz, _ALBUM_RATE_HZ), len(_FORMATS))
    names = [f"piece {number}{suffix}" for number, suffix in enumerate(_FORMATS)]
    for name, piece in zip(names, pieces, strict=True):
        encode(folder / name, piece[: round(_ALBUM_S * _ALBUM_RATE_HZ)], _ALBUM_RATE_HZ)
    return _tracked(folder, *names)


def _tracked(folder: Path, *names: str) -> tuple[Song, ...]:
    """Have the checkout track the songs of a folder."""
    tracks = folder.with_name(f"{folder.name} tracks")
    home = machine.home(folder.with_name(f"{folder.name} home"))
    subprocess.run(
        [sys.executable, "-m", "emoviz", "analyze", folder, "-o", tracks],
        env=os.environ | home | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=DEADLINE_S,
    )
    tables = ((tracks / name).with_suffix(".csv") for name in names)
    return tuple(
        Song(folder / name, table.read_text(encoding="utf-8"))
        for name, table in zip(names, tables, strict=True)
    )


def _wheel(folder: Path) -> Path:
    """Make a wheel of the checkout."""
    _pip(Path(sys.executable), "wheel", "--no-deps", "-w", str(folder), str(ROOT))
    (wheel,) = folder.glob("emoviz-*.whl")
    return wheel


def _installed(given: Path, environment: Path) -> Path:
    """Give the executable of what was given; a wheel is installed first."""
    if given.suffix != ".whl":
        return given
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    locked = ROOT / "locked" / "run.txt"
    _pip(python, "install", "--require-hashes", "-r", str(locked))
    _pip(python, "install", "--no-deps", str(given))
    return environment / "bin" / "emoviz"


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=_INSTALL_S)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
