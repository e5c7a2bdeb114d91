"""The desktop's panel and media keys: another program speaks to the window over a bus."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QProcess, QProcessEnvironment
from pytestqt.logging import _QtMessageCapture
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.session.now_playing import NowPlaying
from tests.gui.conftest import Songs
from tests.gui.driving import action

PLAYER = "org.mpris.MediaPlayer2.Player"
PROPERTIES = "org.freedesktop.DBus.Properties"


@pytest.fixture
def bus() -> Iterator[str]:
    """Give the address of a message bus that no one else is on."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


class Desktop:
    """Another program on the bus; the window goes on meanwhile."""

    def __init__(self, qtbot: QtBot, bus: str) -> None:
        self._qtbot = qtbot
        self._environment = QProcessEnvironment.systemEnvironment()
        self._environment.insert("DBUS_SESSION_BUS_ADDRESS", bus)

    def call(self, method: str, *arguments: str) -> str:
        """Call a method as media keys do, and give the answer as gdbus writes it."""
        return self._answer("call", *self._where(), "--method", method, *arguments)

    def methods(self, interface: str) -> set[str]:
        """Give the names of the methods that an interface offers."""
        offered = ElementTree.fromstring(self._answer("introspect", *self._where(), "--xml"))
        (found,) = [each for each in offered.iter("interface") if each.get("name") == interface]
        return {each.attrib["name"] for each in found.iter("method")}

    def _answer(self, *command: str) -> str:
        process = self.start(*command)
        self._qtbot.waitUntil(lambda: process.state() == QProcess.ProcessState.NotRunning)
        assert process.exitCode() == 0, process.readAllStandardError().toStdString()
        return process.readAllStandardOutput().toStdString().strip()

    def get(self, name: str) -> str:
        return self.call(f"{PROPERTIES}.Get", PLAYER, name).removeprefix("(<").removesuffix(">,)")

    def put(self, name: str, value: str) -> None:
        self.call(f"{PROPERTIES}.Set", PLAYER, name, f"<{value}>")

    def start(self, *command: str) -> QProcess:
        process = QProcess()
        process.setProcessEnvironment(self._environment)
        process.start("gdbus", list(command))
        return process

    def _where(self) -> list[str]:
        return ["--session", "-d", "org.mpris.MediaPlayer2.emoviz", "-o", "/org/mpris/MediaPlayer2"]


@pytest.fixture
def desktop(qtbot: QtBot, window: MainWindow, bus: str) -> Iterator[Desktop]:
    announced = NowPlaying(window, window.playback, window.queue, bus)
    yield Desktop(qtbot, bus)
    announced.close()


@pytest.fixture
def playing(qtbot: QtBot, window: MainWindow, songs: Songs) -> MainWindow:
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.playback.is_playing)
    return window


def test_without_a_song_nothing_can_be_played(desktop: Desktop) -> None:
    assert desktop.get("PlaybackStatus") == "'Stopped'"
    assert desktop.get("CanPlay") == "false"
    assert "NoTrack" in desktop.get("Metadata")
    desktop.call(f"{PLAYER}.PlayPause")


def test_the_bus_is_offered_what_the_specification_names(
    desktop: Desktop, playing: MainWindow, qtlog: _QtMessageCapture
) -> None:
    named = "Next Previous Pause PlayPause Stop Play Seek SetPosition OpenUri"
    assert desktop.methods(PLAYER) == set(named.split())
    assert desktop.methods("org.mpris.MediaPlayer2") == {"Raise", "Quit"}
    assert [record.message for record in qtlog.records] == []


def test_play_and_pause_work_from_outside(desktop: Desktop, playing: MainWindow) -> None:
    for method, runs in (
        ("PlayPause", False),
        ("PlayPause", True),
        ("Play", True),
        ("Pause", False),
        ("Pause", False),
        ("Play", True),
        ("Stop", False),
    ):
        desktop.call(f"{PLAYER}.{method}")
        assert playing.playback.is_playing == runs
        assert desktop.get("PlaybackStatus") == ("'Playing'" if runs else "'Paused'")
    assert playing.playback.time_s == 0.0


def test_the_song_is_shown_with_its_place(
    desktop: Desktop, playing: MainWindow, songs: Songs
) -> None:
    metadata = desktop.get("Metadata")
    assert "'xesam:title': <'long'>" in metadata
    assert "'mpris:length': <240000000>" in metadata
    assert f"'xesam:url': <'file://{songs.long}'>" in metadata
    track = metadata.split("objectpath '")[1].split("'")[0]
    desktop.call(f"{PLAYER}.Pause")
    desktop.call(f"{PLAYER}.SetPosition", track, "60000000")
    assert playing.playback.time_s == 60.0
    assert desktop.get("Position") == "int64 60000000"
    desktop.call(f"{PLAYER}.Seek", "int64 -1500000")
    assert playing.playback.time_s == 58.5
    desktop.call(f"{PLAYER}.SetPosition", "/another/song", "1000000")
    assert playing.playback.time_s == 58.5


def test_volume_speed_and_queue_are_the_windows(
    desktop: Desktop, playing: MainWindow, songs: Songs, qtbot: QtBot
) -> None:
    desktop.put("Volume", "0.5")
    assert playing.playback.volume == 0.5
    desktop.put("Rate", "1.5")
    assert playing.playback.speed == 1.5
    desktop.put("Rate", "1.0")
    assert desktop.get("CanGoNext") == "false"
    playing.open_songs([songs.short, songs.other])
    assert desktop.get("CanGoNext") == "true"
    desktop.call(f"{PLAYER}.Next")
    qtbot.waitUntil(lambda: playing.windowTitle().startswith("other"))
    desktop.call(f"{PLAYER}.OpenUri", f"file://{songs.short}")
    qtbot.waitUntil(lambda: playing.windowTitle().startswith("short"))


def test_changes_are_announced(qtbot: QtBot, desktop: Desktop, playing: MainWindow) -> None:
    heard = ""
    monitor = desktop.start("monitor", "--session", "-d", "org.mpris.MediaPlayer2.emoviz")

    def hears(words: str) -> bool:
        nonlocal heard
        heard += monitor.readAllStandardOutput().toStdString()
        return words in heard

    qtbot.waitUntil(lambda: hears("is owned by"))
    action(playing, "toggle_play").trigger()
    qtbot.waitUntil(
        lambda: hears(f"PropertiesChanged ('{PLAYER}', {{'PlaybackStatus': <'Paused'>}}, @as [])"),
    )
    playing.seek(30.0)
    qtbot.waitUntil(lambda: hears(f"{PLAYER}.Seeked (int64 30000000,)"))
    monitor.kill()
    monitor.waitForFinished()


def test_a_second_window_has_a_name_of_its_own(
    qtbot: QtBot, desktop: Desktop, playing: MainWindow, bus: str
) -> None:
    second = NowPlaying(playing, playing.playback, playing.queue, bus)
    names = desktop.start(
        *["call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m"],
        "org.freedesktop.DBus.ListNames",
    )
    qtbot.waitUntil(lambda: names.state() == QProcess.ProcessState.NotRunning)
    assert names.readAllStandardOutput().toStdString().count("MediaPlayer2.emoviz") == 2
    second.close()


def test_without_a_bus_nothing_is_lost(window: MainWindow, tmp_path: Path) -> None:
    NowPlaying(window, window.playback, window.queue, f"unix:path={tmp_path}/none").close()
    action(window, "faster").trigger()
    assert window.playback.speed > 1.0
