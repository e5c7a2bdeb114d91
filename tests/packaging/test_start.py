"""What is imported before the window is there: what it needs and no more."""

import json
import subprocess
import sys

from tests.support.patience import DEADLINE_S
from tests.support.program import Program

UNNEEDED = {
    *("av", "onnxruntime", "soundfile", "soxr", "sounddevice", "tinytag", "rich", "sqlite3"),
    *("distributed", "librosa", "matplotlib", "mutagen", "pyarrow", "scipy", "sklearn", "torch"),
    *(
        "emoviz.songs.opening",
        "emoviz.library.store",
        "emoviz.live.listening",
        "emoviz.training.fits.network_fit",
    ),
    *("emoviz.gui.films.making", "emoviz.gui.map.window", "emoviz.gui.pictures.files"),
}

LOOK_AND_LEAVE = """
import json, os, sys
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent, QObject

class Look(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.isWindow():
            print(json.dumps(list(sys.modules)), flush=True)
            os._exit(0)
        return False

class Application(QtWidgets.QApplication):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.look = Look()
        self.installEventFilter(self.look)

QtWidgets.QApplication = Application
from emoviz.cli import main
main([])
"""


def test_nothing_is_imported_before_the_window_that_it_does_not_need(emoviz: Program) -> None:
    emoviz.variables["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-c", LOOK_AND_LEAVE],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_S,
    )
    imported = set(json.loads(done.stdout))
    assert "emoviz.gui.main_window" in imported
    assert imported & UNNEEDED == set()
