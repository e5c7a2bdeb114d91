"""What nobody expected, in whatever thread: it is logged with its traceback, and said."""

import logging
import threading

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from emoviz.gui.app import unexpected_said
from emoviz.gui.main_window import MainWindow
from emoviz.system import paths
from tests.gui.driving import banner_of


def break_off() -> None:
    raise RuntimeError("the well is dry")


def test_a_thread_that_breaks_off_is_noticed(
    qtbot: QtBot, window: MainWindow, caplog: pytest.LogCaptureFixture
) -> None:
    with unexpected_said(window):
        thread = threading.Thread(target=break_off)
        thread.start()
        thread.join()
    qtbot.waitUntil(lambda: "nobody thought of" in banner_of(window))
    assert str(paths.log_file()) in banner_of(window)
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    assert "in break_off" in caplog.text


def test_what_breaks_off_in_the_event_loop_is_noticed(
    qtbot: QtBot, window: MainWindow, caplog: pytest.LogCaptureFixture
) -> None:
    with unexpected_said(window):
        QTimer.singleShot(0, break_off)
        qtbot.waitUntil(lambda: "nobody thought of" in banner_of(window))
    assert "in break_off" in caplog.text
