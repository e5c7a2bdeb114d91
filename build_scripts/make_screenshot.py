"""Takes the README's screenshots: the real window on the demo song, as a user would set it up.

    xvfb-run -a -s "-screen 0 1280x800x24" python build_scripts/make_screenshot.py FOLDER

Needs a display of 1280 x 800, which the whole of is what a picture shows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from emoviz.gui.main_window import MainWindow

_LONGEST_WAIT_S = 120.0
_SETTLE_S = 3.0
_SIZE = (1280, 800)


@dataclass(frozen=True)
class Shot:
    """How the window is set up: theme, share of the song, actions triggered one by one, scale."""

    theme: str
    place: float
    actions: tuple[str, ...] = ()
    scale: int = 1


SHOTS = {
    "window": Shot("dark", 0.5),
    "light": Shot("light", 0.9),
    "follow": Shot("light", 0.77, ("toggle_follow",)),
    "compare": Shot("dark", 0.62, ("compare_model",)),
    "stage": Shot("dark", 0.8, ("toggle_stage",)),
    "large_text": Shot("light", 0.5, scale=2),
}


def main() -> None:
    """Take every picture, each in a process of its own: the scale of Qt is fixed at its start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=SHOTS, help="take this one, in this process")
    options = parser.parse_args()
    if options.only:
        take(SHOTS[options.only], options.folder / f"{options.only}.png")
        return
    for name, shot in SHOTS.items():
        command = [sys.executable, __file__, str(options.folder), "--only", name]
        environment = {**os.environ, "QT_SCALE_FACTOR": str(shot.scale)}
        subprocess.run(command, env=environment, check=True)


def take(shot: Shot, output: Path) -> None:
    """Open the demo song, go to a place in it, and save what the screen shows."""
    from PySide6.QtGui import QAction, QGuiApplication

    from emoviz import paths
    from emoviz.gui import app
    from emoviz.gui import settings as remembered
    from emoviz.gui.settings import Settings
    from emoviz.player import SilentPlayer

    with tempfile.TemporaryDirectory() as folder:
        application = app.make_application()
        settings = Settings(Path(folder) / "settings.ini")
        settings.put(remembered.THEME, shot.theme)
        settings.put(remembered.HINTS_SEEN, True)
        window = app.make_window(settings)
        window.set_player(SilentPlayer(), None)
        window.resize(*(length // shot.scale for length in _SIZE))
        window.show()
        window.open_song(paths.demo_song())
        wait_for_track(application, window)
        window.seek(window.duration_s * shot.place)
        for name in shot.actions:
            action = window.findChild(QAction, name)
            assert action is not None, name
            action.trigger()
            settle(application, _SETTLE_S)
        # The clock runs on: the trail is that of a song that plays.
        window.seek(window.duration_s * shot.place - _SETTLE_S)
        settle(application, _SETTLE_S)
        picture = QGuiApplication.primaryScreen().grabWindow(0)
        if not picture.save(str(output)):
            raise SystemExit(f"{output}: cannot be written; choose another place.")
        window.close()


def wait_for_track(application: "QApplication", window: "MainWindow") -> None:
    """Wait until the song is tracked."""
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while window.trajectory is None:
        if time.monotonic() > deadline:
            raise SystemExit("The demo song was not tracked in time; see the log.")
        application.processEvents()


def settle(application: "QApplication", duration_s: float) -> None:
    """Let the window live for a while."""
    deadline = time.monotonic() + duration_s
    while time.monotonic() < deadline:
        application.processEvents()


if __name__ == "__main__":
    main()
