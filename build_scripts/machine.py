"""What the benchmark runs on: a private screen, sound device and home, and its songs."""

import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import soundfile

from build_scripts import ROOT

SONG_S = 240.0
_BLOCK = 65536
_LOOK_S = 0.5


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Give the environment of a screen: this session's, or a private Xvfb's for the while."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY"):
        yield {}
        return
    if not shutil.which("Xvfb"):
        raise SystemExit("There is no display and no Xvfb: run `apt install xvfb`.")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise SystemExit("Xvfb did not start: run it by hand to see why.")
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


@contextmanager
def sound(folder: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a PulseAudio null sink; an empty one where there is none."""
    if not has_sound():
        yield {}
        return
    # The tests' own sink, which behaves like a sound card.
    from tests.support.audio import PulseSink

    folder.mkdir()
    sink = PulseSink(folder)
    sink.start()
    try:
        yield sink.environment
    finally:
        sink.stop()


def has_sound() -> bool:
    """Tell whether there is what a null sink needs."""
    return all(shutil.which(program) for program in ("pulseaudio", "parec", "pactl"))


def home(folder: Path) -> dict[str, str]:
    """Make an empty home and give its environment: no one's settings are read or written."""
    folder.mkdir()
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {name: str(folder) for name in names}


def write_song(path: Path, duration_s: float = SONG_S) -> None:
    """Write the demo song, over and over, as an mp3 (or what the ending says) of `duration_s`."""
    demo, rate_hz = soundfile.read(
        ROOT / "resources" / "demo" / "demo.ogg", dtype="float32", always_2d=True
    )
    count = round(duration_s * rate_hz)
    with soundfile.SoundFile(path, "w", rate_hz, demo.shape[1]) as file:
        for start in range(0, count, _BLOCK):
            index = np.arange(start, min(start + _BLOCK, count)) % len(demo)
            file.write(demo[index])


def decode_s(path: Path) -> float:
    """Give how long it takes to decode a song, and nothing else, with soundfile."""
    began_s = time.perf_counter()
    with soundfile.SoundFile(path) as file:
        while len(file.read(_BLOCK, dtype="float32")):
            pass
    return time.perf_counter() - began_s


def held_bytes(process: psutil.Process) -> int:
    """Give how much memory a process holds: what it shares with others by its share."""
    memory = process.memory_full_info()
    # Other systems do not know what is shared.
    return int(getattr(memory, "pss", memory.rss))


class FamilyMemory:
    """Looks, from outside, how much a program and the processes it starts hold, while it runs."""

    def __init__(self, module: str) -> None:
        """Look for the child of this process that runs `module`."""
        self.peak: dict[str, int] = {}
        """Of all when they held most: their share of what they share, and each for itself"""
        self._module = module
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "FamilyMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            held = {"pss": 0, "rss": 0, "processes": 0}
            # One of them may just have ended.
            for process in self._family():
                with suppress(psutil.Error):
                    held["pss"] += held_bytes(process)
                    held["rss"] += process.memory_info().rss
                    held["processes"] += 1
            if held["processes"]:
                self.peak = max(self.peak, held, key=lambda at: at.get("pss", 0))

    def _family(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            for child in psutil.Process().children():
                if self._module in child.cmdline():
                    return [child, *child.children(recursive=True)]
        return []


def description() -> dict[str, object]:
    """Say what this machine is, and how busy it was before the benchmark."""
    busy = psutil.cpu_percent(interval=1.0, percpu=True)
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "load_average": [round(load, 2) for load in os.getloadavg()]
        if hasattr(os, "getloadavg")
        else [],
        "cores_busy_percent": busy,
    }
