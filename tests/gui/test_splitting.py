"""Plane, panel, curves and spectrogram share the window as its user divides it, and so again."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.splitting import Splitter
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.timeline import TimelineView
from tests.gui.driving import part


def down(window: MainWindow) -> Splitter:
    (found,) = [
        each
        for each in window.findChildren(Splitter)
        if each.orientation() == Qt.Orientation.Vertical
    ]
    return found


def test_the_curves_get_more_room_and_keep_it(
    qtbot: QtBot, window: MainWindow, settings_file: Path
) -> None:
    window.resize(1280, 800)
    curves = part(window, TimelineView)
    qtbot.waitUntil(lambda: curves.height() > 60)
    before = curves.height()
    splitter = down(window)
    splitter.moveSplitter(splitter.sizes()[0] - 120, 1)
    splitter.splitterMoved.emit(0, 1)
    assert curves.height() >= before + 100
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    again.resize(1280, 800)
    again.show()
    qtbot.waitUntil(lambda: abs(part(again, TimelineView).height() - curves.height()) < 12)
