"""Times the frozen program from outside: from its start to the first pixels on the screen.

A frozen program has no place for a watcher, so this looks at the memory of an Xvfb of its own.
"""

import mmap
import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build_scripts import ROOT

PROGRAM = ROOT / "dist" / "emoviz" / "emoviz"
_STARTS = 5
_LOOK_S = 0.002
_PATIENCE_S = 60.0


def can_measure() -> bool:
    """Tell whether there is a frozen program, and a screen whose memory can be read."""
    return PROGRAM.is_file() and shutil.which("Xvfb") is not None


def measure_starts(song: Path, folder: Path, environment: dict[str, str]) -> tuple[float, ...]:
    """Give how long each of some starts took until the window was there, in seconds.

    `environment` is that of a home; the caches of files are warm. Raises `SystemExit` where the
    window does not come, or the program does not end well.
    """
    runs = []
    for number in range(1 + _STARTS):
        # A screen for each: one that has shown a window is not black any more.
        memory = folder / f"screen{number}"
        memory.mkdir()
        with _screen(memory) as display:
            screen = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
            runs.append(_start_s(song, environment | screen, memory / "Xvfb_screen0"))
    return tuple(runs[1:])


def _start_s(song: Path, environment: dict[str, str], screen: Path) -> float:
    with screen.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        # The X Window Dump format: its own size, 10 numbers on, how many colours follow it.
        (header,) = struct.unpack_from(">I", memory, 0)
        (colours,) = struct.unpack_from(">I", memory, 19 * 4)
        pixels = header + 12 * colours
        row_bytes = struct.unpack_from(">I", memory, 12 * 4)[0]
        (height,) = struct.unpack_from(">I", memory, 5 * 4)
        rows = [pixels + row_bytes * (height * part // 8) for part in range(2, 7)]
        black = [memory[row : row + row_bytes] for row in rows]
        began_s = time.monotonic()
        program = subprocess.Popen([PROGRAM, song], env=environment)
        try:
            while all(
                memory[row : row + row_bytes] == before
                for row, before in zip(rows, black, strict=True)
            ):
                if time.monotonic() - began_s > _PATIENCE_S or program.poll() is not None:
                    raise SystemExit(f"{PROGRAM} shows no window.")
                time.sleep(_LOOK_S)
            took_s = time.monotonic() - began_s
            program.send_signal(signal.SIGINT)
            if status := program.wait(_PATIENCE_S):
                raise SystemExit(f"{PROGRAM} ended with status {status}.")
        finally:
            program.kill()
            program.wait()
    return took_s


@contextmanager
def _screen(memory: Path) -> Iterator[str]:
    """Give the name of a display whose pixels lie in a file of the folder `memory`."""
    reader, writer = os.pipe()
    size = ["-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-fbdir", str(memory), *size],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()
