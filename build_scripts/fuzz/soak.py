"""The soak test: the real window, used at random for a long time, must leave nothing behind.

    python -m build_scripts.fuzz.soak [--minutes 30] [--seed 0]

Seeks, regions, speeds, songs of several formats, damaged and vanishing ones, and sound devices
(null sinks) that come and go. Every minute the window is brought to rest with the same song, and
threads, file handles, decoding processes and memory are compared with those of the first rest.
The exit status is not zero if one of them has grown, if the song no longer plays, or if anything
unexpected was raised.
"""

import argparse
import faulthandler
import gc
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from build_scripts import machine
from build_scripts.bench.window import LoopMeter, Script
from emoviz.system.terminal import quiet_libraries
from tests.support.audio import PulseSink, encode, music

if TYPE_CHECKING:
    from emoviz.gui.main_window import MainWindow

_FORMATS = (".wav", ".flac", ".ogg", ".mp3", ".opus", ".m4a")
_LENGTHS_S = (12.0, 25.0, 40.0)
_PAUSES_S = (0.05, 0.2, 0.6, 1.5)
_ROUND_S = 50.0
_PATIENCE_S = 90.0
_GRACE_S = 300.0
_TOLERATED_GROWTH = {"threads": 0, "file handles": 2, "processes": 0, "memory, MB": 40}
_PHONES = "headphones"


@dataclass
class Findings:
    """What was seen, and what is wrong with it."""

    rests: list[dict[str, int]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class World:
    """What is around the program: files, and sinks that are loaded and unloaded in a thread."""

    def __init__(self, folder: Path) -> None:
        self.songs = write_songs(folder)
        self.rest_song = self.songs[0]
        self.main, self.phones = (PulseSink(_made(folder / name)) for name in ("main", _PHONES))
        os.environ.update(self.main.environment)
        self.main.start()
        self.phones.start()
        self.main.connect(self.phones, _PHONES)
        self._loaded = self._connected = True
        self._hands = ThreadPoolExecutor(1)
        self._job: Future[None] = self._hands.submit(lambda: None)

    def change_device(self) -> None:
        """Take a sink away or put it back, if the last time that was asked for is over."""
        if self._job.done():
            self._job.result()
            change = random.choice((self._toggle_main, self._toggle_phones))
            self._job = self._hands.submit(change)

    def restore(self) -> None:
        """Begin to put back whatever was taken away."""
        if not self._loaded:
            self._hands.submit(self._toggle_main)
        if not self._connected:
            self._hands.submit(self._toggle_phones)
        self._job = self._hands.submit(lambda: None)

    def is_quiet(self) -> bool:
        """Tell whether nothing is being changed."""
        return self._job.done()

    def end(self) -> None:
        """Stop the sinks."""
        self._hands.shutdown()
        self.phones.stop()
        self.main.stop()

    def _toggle_main(self) -> None:
        (self.main.unload if self._loaded else self.main.load)()
        self._loaded = not self._loaded

    def _toggle_phones(self) -> None:
        if self._connected:
            self.phones.stop()
            self.main.disconnect(_PHONES)
        else:
            self.phones.start()
            self.main.connect(self.phones, _PHONES)
        self._connected = not self._connected


class User:
    """Does at random what people do with the window."""

    def __init__(self, window: "MainWindow", world: World, findings: Findings) -> None:
        self._window = window
        self._world = world
        self._findings = findings
        self._deeds: dict[Callable[[], None], int] = {
            self.seek: 10,
            self.trigger: 12,
            self.open_song: 5,
            self.lose_a_song: 1,
            self.choose_device: 2,
            self._world.change_device: 2,
        }

    def act(self) -> None:
        """Do something."""
        (deed,) = random.choices(list(self._deeds), self._deeds.values())
        self._findings.done[deed.__name__] += 1
        deed()

    def seek(self) -> None:
        """Go anywhere."""
        self._window.seek(random.uniform(-1.0, self._window.duration_s + 1.0))

    def trigger(self) -> None:
        """Use an action of the table."""
        self.do(
            random.choice(
                [
                    "toggle_play",
                    "step_back",
                    "step_forward",
                    "nudge_back",
                    "to_start",
                    "to_end",
                    "toggle_loop",
                    "region_from_here",
                    "region_to_here",
                    "undo_region",
                    "clear_region",
                    "slower",
                    "faster",
                    "normal_speed",
                    "louder",
                    "softer",
                    "toggle_mute",
                    "toggle_follow",
                    "look_for_devices",
                    "stop_analysis",
                ]
            )
        )

    def open_song(self) -> None:
        """Open another song."""
        self._window.open_song(random.choice(self._world.songs))

    def lose_a_song(self) -> None:
        """Open a song and remove it at once."""
        path = self._world.songs[0].with_name("lost.flac")
        path.write_bytes(self._world.songs[1].read_bytes())
        self._window.open_song(path)
        threading.Timer(random.uniform(0.0, 3.0), path.unlink, (True,)).start()

    def choose_device(self) -> None:
        """Choose from the menu of sound devices."""
        (menu,) = [m for m in self._window.findChildren(QMenu) if m.title() == "Sound &device"]
        menu.aboutToShow.emit()
        random.choice(menu.actions()).trigger()

    def do(self, name: str) -> None:
        """Trigger an action as its key does."""
        action = self._window.findChild(QAction, name)
        assert isinstance(action, QAction), name
        action.trigger()


def script(window: "MainWindow", world: World, findings: Findings, until_s: float) -> Script:
    """Use the window until `until_s`, with a rest after every round, and close it."""
    user = User(window, world, findings)
    # What is only made once is made before the first rest.
    for song in world.songs:
        window.open_song(song)
        yield passed(1.0)
    for name in (_PHONES, ""):
        window.playback.choose_device(name)
        yield passed(0.5)
    while True:
        yield from rest(window, world, user, findings)
        if time.monotonic() > until_s or findings.faults:
            break
        round_ends_s = min(until_s, time.monotonic() + _ROUND_S)
        while time.monotonic() < round_ends_s:
            user.act()
            yield passed(random.choice(_PAUSES_S))
    window.close()
    QApplication.quit()


def rest(window: "MainWindow", world: World, user: User, findings: Findings) -> Script:
    """Bring the window to where it was at the first rest, see that it plays, and measure."""
    world.restore()
    yield world.is_quiet
    for name in ("normal_speed", "clear_region"):
        user.do(name)
    if window.loop.looping:
        user.do("toggle_loop")
    window.playback.choose_device("")
    window.open_song(world.rest_song)
    window.comparison.stop_comparing()
    deadline_s = time.monotonic() + _PATIENCE_S
    title = world.rest_song.stem

    def late() -> bool:
        return time.monotonic() > deadline_s

    yield (
        lambda: late() or (window.windowTitle().startswith(title) and window.trajectory is not None)
    )
    if late():
        findings.faults.append(f"The song was not analysed within {_PATIENCE_S:.0f} s.")
    window.seek(1.0)
    if not window.playback.is_playing:
        user.do("toggle_play")
    yield lambda: late() or 1.5 < window.playback.time_s < 11.0
    if late():
        problem = window.playback.problem
        findings.faults.append(f"The song no longer plays ({problem or 'without a word why'}).")
    user.do("toggle_play")
    # What is garbage may hold a song, and a song a process.
    gc.collect()
    yield passed(2.0)
    yield lambda: late() or not _ended_children()
    if _ended_children():
        findings.faults.append("Nobody waits for a process that has ended.")
    process = psutil.Process()
    decoders = _decoders_bytes()
    findings.rests.append(
        {
            "threads": process.num_threads(),
            "file handles": process.num_fds(),
            "processes": len(decoders),
            "memory, MB": (machine.held_bytes(process) + sum(decoders)) // 1_000_000,
        }
    )
    print(f"{sum(findings.done.values()):6} deeds: {findings.rests[-1]}", flush=True)


def _ended_children() -> list[psutil.Process]:
    ended = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return [child for child in psutil.Process().children() if child.status() in ended]


def _decoders_bytes() -> list[int]:
    """Give what each decoding process holds; the other children are the sinks'."""
    held = []
    for child in psutil.Process().children(recursive=True):
        # One of them may just be ending.
        with suppress(psutil.Error):
            if "emoviz import decoder" in " ".join(child.cmdline()):
                held.append(machine.held_bytes(child))
    return held


def passed(duration_s: float) -> Callable[[], bool]:
    """Give a condition that comes true after a while."""
    end_s = time.monotonic() + duration_s
    return lambda: time.monotonic() >= end_s


def write_songs(folder: Path) -> list[Path]:
    """Write songs of every format, at several rates and lengths, whole and damaged."""
    songs = []
    for number, suffix in enumerate(_FORMATS):
        rate_hz = 48000 if suffix == ".opus" else (44100, 48000, 22050)[number % 3]
        path = folder / f"song{number}{suffix}"
        sound = music(_LENGTHS_S[number % 3], rate_hz, seed=number)
        encode(path, sound[:, :1] if number % 4 == 3 else sound, rate_hz)
        songs.append(path)
    for number, whole in enumerate(songs[1:4]):
        broken = folder / f"broken{number}{whole.suffix}"
        content = bytearray(whole.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 4000] = random.randbytes(4000)
        broken.write_bytes(content if number else content[: 2 * middle // 3])
        songs.append(broken)
    return songs


def judge(findings: Findings, window_threads: list[str], open_songs: list[str]) -> list[str]:
    """Say what is wrong."""
    faults = list(findings.faults)
    if len(findings.rests) > 1:
        first, last = findings.rests[0], findings.rests[-1]
        for name, tolerated in _TOLERATED_GROWTH.items():
            if last[name] > first[name] + tolerated:
                faults.append(f"{name}: {first[name]} at the first rest, {last[name]} at the last.")
    if window_threads:
        faults.append(f"Threads are left after closing: {', '.join(window_threads)}.")
    if open_songs:
        faults.append(f"Files are left open after closing: {', '.join(open_songs)}.")
    return faults


def soak(folder: Path, minutes: float) -> int:
    """Run the test in this process, whose environment has a screen; give the exit status."""
    world = World(folder)
    findings = Findings()

    def note(kind: type[BaseException], error: BaseException, trace: object) -> None:
        findings.faults.append("".join(traceback.format_exception(error)))
        # What drives the window may be what has failed, and would never end it.
        QApplication.exit()

    from emoviz.gui import app
    from emoviz.gui.settings import Settings
    from emoviz.system import memory

    memory.keep_together()
    application = app.make_application()
    sys.excepthook = note
    threading.excepthook = lambda told: note(told.exc_type, told.exc_value, None)
    before = {thread.ident for thread in threading.enumerate()}
    window = app.make_window(Settings(folder / "settings.ini"))
    window.show()
    window.playback.open_player()
    meter = LoopMeter(script(window, world, findings, time.monotonic() + 60 * minutes))
    application.exec()
    worst_late_s = meter.worst_late_s
    threads = [t.name for t in threading.enumerate() if t.ident not in before and t.is_alive()]
    threads = [name for name in threads if not name.startswith(("ThreadPoolExecutor", "Thread-"))]
    opened = (Path(file.path) for file in psutil.Process().open_files())
    songs = [path.name for path in opened if path.parent == folder and path.suffix in _FORMATS]
    world.end()
    faults = judge(findings, threads, songs)
    print(f"{dict(findings.done)}; the event loop was late by {worst_late_s:.2f} s at most")
    print("\n".join(faults) or "Nothing is left behind.")
    return 1 if faults else 0


def main() -> int:
    """Prepare a screen and a home, and run the test."""
    parser = argparse.ArgumentParser(description="Use the window at random for a long time.")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    if not machine.has_sound():
        raise SystemExit("There is no PulseAudio: run `apt install pulseaudio pulseaudio-utils`.")
    # Whatever hangs does not hang for ever.
    terminal = os.fdopen(os.dup(2), "w")
    faulthandler.enable(terminal)
    faulthandler.dump_traceback_later(60 * options.minutes + _GRACE_S, exit=True, file=terminal)
    with tempfile.TemporaryDirectory(prefix="emoviz-soak-") as name, machine.screen() as screen:
        folder = Path(name)
        os.environ.update(screen | machine.home(folder / "home"))
        # PortAudio and ALSA comment on every device that goes.
        with quiet_libraries():
            return soak(folder, options.minutes)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(main())
