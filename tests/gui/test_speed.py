"""Playing slower and faster, from the keys to what is shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.transport import TransportBar
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import Songs
from tests.gui.driving import action, label_named, part
from tests.support.clocks import ToldClock


def shown(window: MainWindow) -> str:
    return label_named(window, "Speed")


def test_slower_and_faster_go_through_the_steps_and_say_where_they_are(
    window: MainWindow, player: SilentPlayer
) -> None:
    assert shown(window) == ""
    said = []
    for _ in range(5):
        QTest.keyClick(window, Qt.Key.Key_Greater)
        said.append((player.speed, shown(window)))
    assert said == [
        (1.1, "1.1×"),
        (1.25, "1.25×"),
        (1.5, "1.5×"),
        (2.0, "2×"),
        (2.0, "2×"),
    ]
    QTest.keyClick(window, Qt.Key.Key_Backspace)
    assert (player.speed, shown(window)) == (1.0, "")
    said = []
    for _ in range(4):
        QTest.keyClick(window, Qt.Key.Key_Less)
        said.append((player.speed, shown(window)))
    assert said == [(0.9, "0.9×"), (0.75, "0.75×"), (0.5, "0.5×"), (0.5, "0.5×")]


def test_nothing_moves_when_the_speed_is_shown(window: MainWindow) -> None:
    transport = part(window, TransportBar)
    before = [child.geometry() for child in transport.children() if child.isWidgetType()]
    for name in ("slower", "slower", "faster", "faster", "faster", "faster"):
        action(window, name).trigger()
        assert [c.geometry() for c in transport.children() if c.isWidgetType()] == before


def test_the_song_runs_at_the_speed_and_the_next_one_too(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: player.is_playing)
    action(window, "slower").trigger()
    clock.pass_s(10.0)
    assert player.position_s == pytest.approx(9.0)
    window.open_song(songs.other)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("other"))
    assert player.speed == pytest.approx(0.9)
    other = SilentPlayer()
    window.set_player(other, None)
    assert other.speed == pytest.approx(0.9)
