"""emoviz uses no network: it does its work where there is none, and opens no socket to one."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.audio import PulseSink, write_music
from tests.support.patience import DEADLINE_S
from tests.support.program import Program
from tests.support.screen import private_screen

pytestmark = pytest.mark.more

CONFINE = Path(__file__).with_name("confine.py")

CONNECT = "import socket; socket.create_connection(('127.0.0.1', 9), 5)"

PLAY = """
import sys
from PySide6 import QtWidgets
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction

class Application(QtWidgets.QApplication):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.look = QTimer(interval=50)
        self.look.timeout.connect(self.leave_when_tracked)
        self.look.start()

    def leave_when_tracked(self):
        window = next((w for w in self.topLevelWidgets() if w.inherits("QMainWindow")), None)
        exported = window and window.findChild(QAction, "export_track")
        if exported and exported.isEnabled() and window.playback.time_s > 1.0:
            print("played to", window.playback.time_s, "on", self.platformName())
            window.close()

QtWidgets.QApplication = Application
from emoviz.cli import main
sys.exit(main([]))
"""


@pytest.fixture
def emoviz(emoviz: Program, tmp_path: Path) -> Iterator[Program]:
    """Give the program with a screen, a sound device and a message bus: all local sockets."""
    for name in ("sound", "screen"):
        (tmp_path / name).mkdir()
    sink = PulseSink(tmp_path / "sound")
    sink.start()
    address = f"unix:path={tmp_path / 'bus'}"
    bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", f"--address={address}"])
    with private_screen(tmp_path / "screen") as (display, _):
        emoviz.variables |= sink.environment
        emoviz.variables |= {"DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": address}
        yield emoviz
    bus.terminate()
    bus.wait(DEADLINE_S)
    sink.stop()


def run(emoviz: Program, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def alone() -> list[object]:
    """Give what starts a program where there is no network interface.

    Where a user may not have such a place made, the kernel refuses the program its sockets instead.
    """
    for way in (["unshare", "--net"], ["unshare", "--map-current-user", "--net"]):
        if not subprocess.run([*way, "true"], capture_output=True, check=False).returncode:
            return list(way)
    return [sys.executable, CONFINE, "refuse"]


@pytest.mark.parametrize("way", ["alone", "refuse", "kill"])
def test_it_works_where_there_is_no_network_and_opens_no_socket_to_one(
    emoviz: Program, way: str
) -> None:
    before = alone() if way == "alone" else [sys.executable, CONFINE, way]
    refused = run(emoviz, *before, sys.executable, "-c", CONNECT)
    assert refused.returncode == (-signal.SIGSYS if way == "kill" else 1), refused.stderr
    assert "ConnectionRefusedError" not in refused.stderr
    write_music(emoviz.place / "song.wav", 8.0, 22050)
    analysed = run(emoviz, *before, *emoviz.command("analyze", "song.wav"))
    assert analysed.returncode == 0, analysed.stderr
    assert (emoviz.place / "song.csv").is_file()
    played = run(emoviz, *before, sys.executable, "-c", PLAY)
    assert (played.returncode, played.stderr) == (0, "")
    assert "played to" in played.stdout
    assert "on xcb" in played.stdout
    # What a library keeps to itself about whoever uses it is kept to be sent some day.
    kept = [path.relative_to(emoviz.home) for path in emoviz.home.rglob("*") if path.is_file()]
    assert {path.parts[0] for path in kept} == {"emoviz"}
