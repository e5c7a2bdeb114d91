"""A song that macOS hands to the program that runs, and the icon that task bars show."""

import os
import subprocess
import sys
from pathlib import Path

from tests.gui.conftest import Songs
from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT

_HAND_OVER = """
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QFileOpenEvent, QGuiApplication

from emoviz.gui import app

begun = app._begin


def begin(window, song, earlier_crash):
    begun(window, song, earlier_crash)
    application = QCoreApplication.instance()

    def look():
        if window.windowTitle().startswith(Path(sys.argv[1]).stem):
            timer.stop()
            print(QGuiApplication.desktopFileName(), window.windowIcon().pixmap(48).width())
            window.close()

    timer = QTimer(window)
    timer.timeout.connect(look)
    timer.start(50)
    application.postEvent(application, QFileOpenEvent(sys.argv[1]))


app._begin = begin
sys.exit(app.run(None))
"""


def test_a_song_that_is_handed_over_is_opened(tmp_path: Path, songs: Songs) -> None:
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    done = subprocess.run(
        [sys.executable, "-c", _HAND_OVER, songs.short],
        cwd=ROOT,
        env=os.environ
        | {"QT_QPA_PLATFORM": "offscreen"}
        | {name: str(tmp_path) for name in folders},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "emoviz 48\n", "")
