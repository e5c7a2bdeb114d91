"""A region that loops: marked by mouse or keys, changed, taken back, cleared, and heard."""

import math
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.transport import TransportBar
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.playing.player import SilentPlayer
from emoviz.playing.route import Region
from tests.gui.conftest import Songs
from tests.gui.driving import action, click, drag, open_and_track, part
from tests.support.clocks import ToldClock

TIME_VIEWS = (RulerView, TimelineView, SpectrogramView, OverviewView)


@pytest.fixture
def paused(qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs) -> MainWindow:
    """Give the window on the song of twelve seconds, tracked and paused."""
    open_and_track(qtbot, window, songs.other)
    player.pause()
    window.seek(5.0)
    return window


def looped_s(player: SilentPlayer) -> tuple[float, float] | None:
    """Give what the player loops."""
    return None if player.loop is None else (player.loop.start_s, player.loop.end_s)


def near(start_s: float, end_s: float) -> object:
    """Give what equals the ends of a region but for a pixel."""
    return pytest.approx((start_s, end_s), abs=0.04)


def button(window: MainWindow, name: str) -> QToolButton:
    """Give the transport's button of this accessible name."""
    (found,) = [
        button
        for button in part(window, TransportBar).findChildren(QToolButton)
        if button.accessibleName() == name
    ]
    return found


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_shift_and_drag_mark_a_region_that_loops(
    paused: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    untouched = {view: part(paused, view).grab().toImage() for view in TIME_VIEWS}
    drag(part(paused, kind), 0.75, 0.6, 0.5, shift=True)
    assert looped_s(player) == near(6.0, 9.0)
    assert button(paused, "Loop").isChecked()
    # The playhead, which was elsewhere, is there, and every view shows the region.
    assert player.position_s == pytest.approx(6.0, abs=0.04)
    paused.seek(5.0)
    for view in TIME_VIEWS:
        assert part(paused, view).grab().toImage() != untouched[view]
    # From before the region one plays into it.
    assert player.position_s == 5.0


def test_a_region_is_heard_again_and_again(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    drag(part(window, RulerView), 0.25, 0.3125, shift=True)
    start_s, end_s = looped_s(player) or (0.0, 0.0)
    places_s: list[float] = []
    window.playback.ticked.connect(lambda: places_s.append(window.playback.time_s))

    def has_turned_twice() -> bool:
        clock.pass_s(0.02)
        return sum(b < a for a, b in pairwise(places_s)) >= 2

    qtbot.waitUntil(has_turned_twice)
    assert start_s <= min(places_s) <= max(places_s) < end_s
    click(part(window, TimelineView), 0.9)
    clock.pass_s(1.0)
    qtbot.waitUntil(lambda: not window.playback.is_playing)
    assert player.position_s == pytest.approx(8.0)


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_the_edges_of_a_region_can_be_dragged(
    paused: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    drag(part(paused, RulerView), 0.25, 0.5, shift=True)
    drag(part(paused, kind), 0.5, 0.6)
    assert looped_s(player) == near(3.0, 7.2)
    drag(part(paused, kind), 0.25, 0.3)
    assert looped_s(player) == near(3.6, 7.2)
    # One edge beyond the other: they change places.
    drag(part(paused, kind), 0.3, 0.8)
    assert looped_s(player) == near(7.2, 9.6)


def test_changes_of_the_region_are_taken_back_one_by_one(
    paused: MainWindow, player: SilentPlayer
) -> None:
    ruler = part(paused, RulerView)
    assert not action(paused, "undo_region").isEnabled()
    drag(ruler, 0.25, 0.5, shift=True)
    drag(ruler, 0.5, 0.6, 0.7)
    QTest.keyClick(paused, Qt.Key.Key_Escape)
    assert looped_s(player) is None
    assert not action(paused, "clear_region").isEnabled()
    for start_s, end_s in ((3.0, 8.4), (3.0, 6.0)):
        QTest.keyClick(paused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert looped_s(player) == near(start_s, end_s)
    action(paused, "undo_region").trigger()
    assert looped_s(player) is None
    assert not action(paused, "undo_region").isEnabled()


def test_l_loops_the_whole_song_or_the_region(paused: MainWindow, player: SilentPlayer) -> None:
    QTest.keyClick(paused, Qt.Key.Key_L)
    assert player.loop == Region(0.0, math.inf)
    assert player.position_s == 5.0
    assert button(paused, "Loop").isChecked()
    drag(part(paused, RulerView), 0.25, 0.5, shift=True)
    button(paused, "Loop").click()
    assert player.loop is None
    assert not action(paused, "toggle_loop").isChecked()
    # The region is still there.
    action(paused, "toggle_loop").trigger()
    assert looped_s(player) == near(3.0, 6.0)
    assert button(paused, "Loop").isChecked()


def test_a_region_can_be_marked_with_keys(paused: MainWindow, player: SilentPlayer) -> None:
    QTest.keyClick(paused, Qt.Key.Key_BracketLeft)
    assert looped_s(player) == near(5.0, 12.0)
    paused.seek(6.5)
    QTest.keyClick(paused, Qt.Key.Key_BracketRight)
    assert looped_s(player) == near(5.0, 6.5)


def test_a_click_with_shift_marks_nothing(paused: MainWindow, player: SilentPlayer) -> None:
    drag(part(paused, RulerView), 0.25, shift=True)
    assert player.loop is None
    drag(part(paused, RulerView), 0.25, 0.255, shift=True)
    start_s, end_s = looped_s(player) or (0.0, 0.0)
    assert end_s - start_s > 0.1


def test_another_song_has_no_region(
    qtbot: QtBot, paused: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    drag(part(paused, RulerView), 0.25, 0.5, shift=True)
    open_and_track(qtbot, paused, songs.short)
    assert player.loop is None
    assert not button(paused, "Loop").isChecked()
    assert not action(paused, "undo_region").isEnabled()


def test_m_mutes_and_leaves_the_volume_alone(paused: MainWindow, player: SilentPlayer) -> None:
    slider = part(paused, QSlider)
    speaker = button(paused, "Mute")
    sounding = speaker.icon().pixmap(22).toImage()
    QTest.keyClick(paused, Qt.Key.Key_M)
    assert player.volume == 0.0
    assert slider.value() == 80
    assert speaker.isChecked()
    assert speaker.icon().pixmap(22).toImage() != sounding
    speaker.click()
    assert player.volume == pytest.approx(0.8)
    action(paused, "toggle_mute").trigger()
    # Whoever turns the volume wants to hear it.
    action(paused, "louder").trigger()
    assert player.volume == pytest.approx(0.85)
    assert not speaker.isChecked()
