"""The window for everyone: names and roles for screen readers, longer languages, larger text."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QAccessible, QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.main_window import MainWindow
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.view import TimeView
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import Songs
from tests.gui.driving import action, open_and_track
from tests.support.patience import DEADLINE_S

CONTROLS = (QAbstractButton, QAbstractSlider, PlaneView, RulerView, TimeView, OverviewView)


class Longer(QTranslator):
    """A language whose every text is half as long again."""

    def translate(
        self,
        context: str,
        sourceText: str,  # noqa: N803
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        if not sourceText.strip():
            return sourceText
        # Numbers that are put in later are as long in any language.
        more = (len(re.sub(r"{\d}", "", sourceText)) + 1) // 2
        return sourceText + ("~~~~~ " * more)[:more]

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.fixture
def longer(qapp: QApplication) -> Iterator[None]:
    translator = Longer()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def controls(window: MainWindow) -> list[QWidget]:
    found = [w for kind in CONTROLS for w in window.findChildren(kind) if w.isVisible()]
    # Parts of a standard control, which speaks for them.
    return [w for w in found if not w.objectName().startswith(("qt_", "ScrollLeft", "ScrollRight"))]


def test_every_control_has_a_name_and_a_role(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.say("Something.")
    found = controls(window)
    assert len(found) > 12
    for widget in found:
        spoken = QAccessible.queryAccessibleInterface(widget)
        assert spoken is not None, widget
        assert spoken.text(QAccessible.Text.Name), widget
        assert spoken.role() != QAccessible.Role.NoRole, widget


def test_every_control_but_the_views_is_reached_by_tab(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    buttons = [w for w in controls(window) if isinstance(w, (QAbstractButton, QAbstractSlider))]
    for widget in buttons:
        assert widget.focusPolicy().value & 1, (widget, widget.accessibleName())


def cut_off(window: MainWindow) -> list[str]:
    """Name the texts that are wider or higher than the widget that shows them."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, WrappedLabel):
            continue
        text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
        if not text or (isinstance(widget, QAbstractButton) and not widget.icon().isNull()):
            continue
        metrics = QFontMetricsF(widget.font())
        high = widget.height() + 1 < min(metrics.height(), metrics.tightBoundingRect(text).height())
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        wide = not wraps and widget.width() + 1 < metrics.horizontalAdvance(text)
        if wraps:
            high = widget.height() + 1 < widget.heightForWidth(widget.width())
        if wide or high:
            found.append(text)
    return found


def test_texts_half_as_long_again_have_room(
    qtbot: QtBot, longer: None, settings_file: Path, songs: Songs
) -> None:
    window = make_window(Settings(settings_file))
    qtbot.addWidget(window)
    window.set_player(SilentPlayer(), None)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    open_and_track(qtbot, window, songs.short)
    assert action(window, "open_dialog").text().count("~") > 2
    # A text that has just changed is laid out a moment later.
    qtbot.waitUntil(lambda: cut_off(window) == [])
    assert window.width() == 1280
    window.close()


LARGE_TEXT = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from emoviz.gui import app
from emoviz.gui.settings import Settings
from emoviz.playing.player import SilentPlayer
from tests.gui.test_access import cut_off

application = app.make_application()
window = app.make_window(Settings(Path(sys.argv[1])))
window.set_player(SilentPlayer(), None)
window.resize(640, 376)
window.show()
window.open_song(Path(sys.argv[2]))
while window.trajectory is None:
    application.processEvents()
while cut_off(window):
    application.processEvents()
print(window.width(), window.height(), cut_off(window))
window.close()
"""


def test_text_at_200_percent_has_room(settings_file: Path, songs: Songs) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LARGE_TEXT, str(settings_file), str(songs.short)],
        # What a system set to 200 % does.
        env={**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_S,
    )
    assert done.stdout.strip() == "640 376 []"
