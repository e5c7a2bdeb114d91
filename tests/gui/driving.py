"""What a user does with the window: menus, mouse, keys, dialogs and drops."""

import threading
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QHelpEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.banner import Banner
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, RIGHT_MARGIN_PX
from emoviz.models.estimator import DEFAULT_MODEL
from tests.support.patience import DEADLINE_S

DEADLINE_MS = round(1000 * DEADLINE_S)

by_the_default_model = pytest.mark.parametrize("model_name", [DEFAULT_MODEL])
"""Of a test that does something while a song is tracked: with the small model it might be over."""

SomeWidget = TypeVar("SomeWidget", bound=QWidget)


def part(window: MainWindow, kind: type[SomeWidget]) -> SomeWidget:
    """Give the window's one part of this kind, or of several the one that is not hidden."""
    parts = window.findChildren(kind)
    (found,) = parts if len(parts) == 1 else [each for each in parts if not each.isHidden()]
    return found


def action(window: MainWindow, name: str) -> QAction:
    """Give the action of this name."""
    found = window.findChild(QAction, name)
    assert isinstance(found, QAction), name
    return found


def banner_of(window: MainWindow) -> str:
    """Give what the banner says."""
    return part(window, Banner).sentence


def label_named(window: MainWindow, name: str) -> str:
    """Give the text of the label with this accessible name."""
    (text,) = [
        label.text() for label in window.findChildren(QLabel) if label.accessibleName() == name
    ]
    return text


def labels(window: MainWindow) -> list[str]:
    """Give the texts of all labels that are shown."""
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def is_tracked(window: MainWindow, title: str) -> bool:
    """Tell whether the song of this title is shown and wholly tracked."""
    return window.windowTitle().startswith(title) and action(window, "export_track").isEnabled()


def open_and_track(qtbot: QtBot, window: MainWindow, song: Path, title: str = "") -> None:
    """Open a song and wait until all of it is tracked."""
    window.open_song(song)
    qtbot.waitUntil(lambda: is_tracked(window, title or song.stem))


def analysis_threads() -> list[str]:
    """Name the threads that open and track songs."""
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("analysis", "decode"))
    ]


def choose_in_dialog(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Write a path into the file dialog that is open, and click its button."""
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
    (dialog,) = window.findChildren(QFileDialog)
    name = dialog.findChild(QLineEdit)
    assert name is not None
    name.setText(str(path))
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    for role in (QDialogButtonBox.StandardButton.Save, QDialogButtonBox.StandardButton.Open):
        if (button := buttons.button(role)) is not None:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))


def drop(window: MainWindow, *urls: QUrl) -> bool:
    """Drag URLs over the window and drop them if it takes them; tell whether it does."""
    data = QMimeData()
    data.setUrls(list(urls))
    middle = QPoint(200, 200)
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, buttons, modifiers)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        drop = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, buttons, modifiers)
        QApplication.sendEvent(window, drop)
    return enter.isAccepted()


def recent_entries(window: MainWindow) -> list[QAction]:
    """Open the menu of recent songs and give its entries."""
    (menu,) = [menu for menu in window.findChildren(QMenu) if "recent" in menu.title()]
    menu.aboutToShow.emit()
    return menu.actions()


def _surface(view: QWidget) -> QWidget:
    return view.viewport() if isinstance(view, QAbstractScrollArea) else view


def place_of(view: QWidget, share: float) -> QPoint:
    """Give the place in a time view that shows this share of what is in view."""
    surface = _surface(view)
    width = surface.width() - LEFT_MARGIN_PX - RIGHT_MARGIN_PX
    return QPoint(round(LEFT_MARGIN_PX + share * width), surface.height() // 2)


def click(view: QWidget, share: float) -> None:
    """Click into a time view."""
    QTest.mouseClick(
        _surface(view),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        place_of(view, share),
    )


def drag(view: QWidget, *shares: float, shift: bool = False) -> None:
    """Press at the first place, move over the others and let go at the last."""
    surface = _surface(view)
    left = Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.mousePress(surface, left, held, place_of(view, shares[0]))
    for share in shares[1:]:
        place = QPointF(place_of(view, share))
        QApplication.sendEvent(
            surface,
            QMouseEvent(
                QMouseEvent.Type.MouseMove,
                place,
                surface.mapToGlobal(place),
                Qt.MouseButton.NoButton,
                left,
                held,
            ),
        )
    QTest.mouseRelease(surface, left, held, place_of(view, shares[-1]))


def turn_wheel(view: QWidget, share: float, notches: int) -> None:
    """Turn the wheel over a time view, forwards for positive notches."""
    surface = _surface(view)
    place = QPointF(place_of(view, share))
    QApplication.sendEvent(
        surface,
        QWheelEvent(
            place,
            surface.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def tip_over(qtbot: QtBot, view: QWidget, share: float) -> str:
    """Point at a time view and give what it says about that place, if anything."""
    place = QPoint(place_of(view, share).x(), view.height() // 2)
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    QApplication.sendEvent(
        view, QHelpEvent(QHelpEvent.Type.ToolTip, place, view.mapToGlobal(place))
    )
    return QToolTip.text() if QToolTip.isVisible() else ""
