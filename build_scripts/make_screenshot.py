"""Take the README's screenshots: the real window on the demo song.

Needs a display; without one, run it under `xvfb-run -s "-screen 0 1280x800x24"`.
"""

import argparse
import tempfile
import time
from pathlib import Path

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication

from emoviz import paths
from emoviz.gui import app
from emoviz.gui import settings as remembered
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.player import SilentPlayer

_LONGEST_WAIT_S = 60.0
_SETTLE_S = 3.0


def main() -> None:
    """Take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--place", type=float, default=0.5, help="share of the song, 0 to 1")
    parser.add_argument("--follow", action="store_true", help="zoom to the trail")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        application = app.make_application()
        settings = Settings(Path(folder) / "settings.ini")
        settings.put(remembered.THEME, options.theme)
        settings.put(remembered.FOLLOW, options.follow)
        window = app.make_window(settings)
        take(application, window, options.place, options.output)


def take(application: QApplication, window: MainWindow, place: float, output: Path) -> None:
    """Open the demo song, go to a `place` between 0 and 1, and save what the screen shows."""
    window.set_player(SilentPlayer(), None)
    window.show()
    window.open_song(paths.demo_song())
    tracked = window.findChild(QAction, "export_csv").isEnabled
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while not tracked():
        if time.monotonic() > deadline:
            raise SystemExit("The demo song was not tracked in time; see the log.")
        application.processEvents()
    window.seek(window.duration_s * place)
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline:
        application.processEvents()
    screen = QGuiApplication.primaryScreen()
    corner = window.mapToGlobal(window.rect().topLeft())
    picture = screen.grabWindow(0, corner.x(), corner.y(), window.width(), window.height())
    if not picture.save(str(output)):
        raise SystemExit(f"{output}: cannot be written; choose another place.")
    window.close()


if __name__ == "__main__":
    main()
