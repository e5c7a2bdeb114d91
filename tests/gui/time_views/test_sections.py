"""The row of sections: shown, looped, changed, undone, and there again when the song is."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, plot_width
from emoviz.gui.time_views.sections import SectionsView
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import Songs
from tests.gui.driving import action, open_and_track, part

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def row(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, tmp_path: Path
) -> SectionsView:
    """Give the row of a song that is tracked and kept in a library, divided at 30 s."""
    window.library.use(tmp_path / "library.db")
    open_and_track(qtbot, window, songs.middling)
    player.pause()
    action(window, "reset_sections").trigger()
    for _ in range(len(sections(window)) - 1):
        player.seek(0.0)
        qtbot.waitUntil(lambda: window.playback.time_s == 0.0)
        action(window, "merge_section").trigger()
    player.seek(30.0)
    qtbot.waitUntil(lambda: window.playback.time_s == 30.0)
    action(window, "split_section").trigger()
    assert [each.end_s for each in sections(window)] == [30.0, 90.0]
    return part(window, SectionsView)


def sections(window: MainWindow) -> list:
    assert window.trajectory is not None
    return window.trajectory.sections()


def place(row: SectionsView, time_s: float) -> QPoint:
    x = LEFT_MARGIN_PX + time_s / 90.0 * plot_width(row.width())
    return QPoint(round(x), row.height() // 2)


def test_a_click_loops_a_section_and_goes_there(
    qtbot: QtBot, window: MainWindow, row: SectionsView, player: SilentPlayer
) -> None:
    QTest.mouseClick(row, LEFT, NO_KEY, place(row, 12.0))
    assert window.loop.looping
    assert window.loop.region is not None
    assert (window.loop.region.start_s, window.loop.region.end_s) == (0.0, 30.0)
    qtbot.waitUntil(lambda: player.position_s == 0.0)


def test_a_border_is_dragged_and_the_change_taken_back(
    qtbot: QtBot, window: MainWindow, row: SectionsView
) -> None:
    QTest.mousePress(row, LEFT, NO_KEY, place(row, 30.0))
    QTest.mouseMove(row, place(row, 40.0))
    QTest.mouseMove(row, place(row, 50.0))
    QTest.mouseRelease(row, LEFT, NO_KEY, place(row, 50.0))
    assert sections(window)[0].end_s == pytest.approx(50.0, abs=0.5)
    assert not window.loop.looping
    action(window, "undo_sections").trigger()
    assert sections(window)[0].end_s == 30.0


def test_what_was_changed_is_there_when_the_song_is_opened_again(
    qtbot: QtBot, window: MainWindow, row: SectionsView, player: SilentPlayer, songs: Songs
) -> None:
    action(window, "rename_section").trigger()
    (dialog,) = window.findChildren(QInputDialog)
    dialog.setTextValue("Strophe")
    dialog.accept()
    assert sections(window)[1].name == "Strophe"
    open_and_track(qtbot, window, songs.short)
    assert "Strophe" not in [each.name for each in sections(window)]
    open_and_track(qtbot, window, songs.middling)
    player.pause()
    assert [(each.end_s, each.name == "Strophe") for each in sections(window)] == [
        (30.0, False),
        (90.0, True),
    ]
    action(window, "reset_sections").trigger()
    assert "Strophe" not in [each.name for each in sections(window)]


def test_there_are_none_while_a_song_is_not_known(qtbot: QtBot, window: MainWindow) -> None:
    assert part(window, SectionsView).accessibleDescription() == ""
    assert not action(window, "split_section").isEnabled()
