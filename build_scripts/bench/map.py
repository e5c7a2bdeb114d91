"""Measures the map in this process: how soon it is there, and how fluidly it is moved.

    python -m build_scripts.bench.map RESULT FOLDER

Simulates libraries in FOLDER, unless they are there already. What is timed is the real window on
a screen (`measuring` gives it one): from the action of the menu to the picture with all dots, and
from picture to picture while the map is moved and zoomed as fast as it can be.
"""

import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from build_scripts.bench.library import simulate

LARGE, FLUID = 1_000_000, 50_000
_OPENINGS = 3
_SIZE = (1280, 800)
_PICTURES = 240
_PAN_PX = 7
_PATIENCE_S = 120.0


class Paints(QObject):
    """Notes when a widget has been painted, by the time of the next event after it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Count a paint event and let it pass."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def main(result: Path, folder: Path) -> int:
    """Measure everything and write it to `result`."""
    from emoviz.gui import app

    application = app.make_application()
    measured: dict[str, Any] = {"opens_s": {}}
    for songs in (FLUID, LARGE):
        file = folder / f"{songs}.db"
        if not file.exists():
            simulate(file, songs)
        # The first reading of a file that was just written fills the cache, as any use would.
        opens_s = [open_s(application, folder, file) for _ in range(_OPENINGS)]
        measured["opens_s"][songs] = opens_s
    window, view = open_map(application, folder, folder / f"{FLUID}.db")
    for name, reach in (("pan_s", 0.7), ("near_pan_s", 0.08)):
        zoom_to(application, view, reach)
        measured[name] = paint_times_s(application, view, lambda n: pan(view, n))
    measured["zoom_s"] = paint_times_s(application, view, lambda n: zoom(view, n))
    window.close()
    result.write_text(json.dumps(measured), encoding="utf-8")
    return 0


def open_s(application: QApplication, folder: Path, file: Path) -> float:
    """Give how long it takes from the menu to a painted map."""
    began_s = time.perf_counter()
    window, _ = open_map(application, folder, file)
    took_s = time.perf_counter() - began_s - window.made_s
    window.close()
    return took_s


def open_map(application: QApplication, folder: Path, file: Path) -> tuple[Any, Any]:
    """Open the program's window, which is not timed, and its map of a library."""
    from emoviz.gui import app
    from emoviz.gui.settings import Settings

    began_s = time.perf_counter()
    window: Any = app.make_window(Settings(folder / "settings.ini"))
    window.library.use(file)
    window.show()
    application.processEvents()
    window.made_s = time.perf_counter() - began_s
    window.findChild(QAction, "show_map").trigger()
    shown = window.library_map.window
    shown.resize(*_SIZE)
    wait_for(application, lambda: shown.view.shown.songs is not None)
    paints = Paints(shown.view)
    shown.view.update()
    wait_for(application, lambda: paints.count > 0)
    application.sync()
    return window, shown.view


def paint_times_s(
    application: QApplication, view: QWidget, move: Callable[[int], None]
) -> list[float]:
    """Move and paint over and over; give the times from picture to picture."""
    paints = Paints(view)
    times_s = [time.perf_counter()]
    for number in range(_PICTURES):
        move(number)
        shown = paints.count
        wait_for(application, lambda shown=shown: paints.count > shown)
        times_s.append(time.perf_counter())
    return [after - before for before, after in itertools.pairwise(times_s)]


def pan(view: Any, number: int) -> None:  # noqa: ANN401
    """Move the map on by some pixels, to and fro."""
    across = _PAN_PX / (view.width() / 2)
    way = across if number // 40 % 2 else -across
    view.pan(way, way / 3)
    view.update()


def zoom_to(application: QApplication, view: Any, reach: float) -> None:  # noqa: ANN401
    """Zoom and wait until the map is there."""
    view.zoom(reach / view.camera.reach)
    wait_for(application, lambda: abs(view.camera.reach - reach) < 0.01 * reach)


def zoom(view: Any, number: int) -> None:  # noqa: ANN401
    """Zoom in and out by steps as small as those of a glide."""
    view.zoom(0.9 if number // 25 % 2 == 0 else 1.0 / 0.9)
    view.update()


def wait_for(application: QApplication, condition: Callable[[], bool]) -> None:
    """Let the window live until a condition is true."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise SystemExit("The map did not do its part in time.")
        # The thread that reads has the interpreter to itself, as it has while a person waits.
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def summary(measured: dict[str, Any]) -> str:
    """Write what was measured in a few lines."""
    lines = [
        f"map opens, {int(songs):,} songs: {statistics.median(times):.2f} s"
        for songs, times in measured["opens_s"].items()
    ]
    for name in ("pan_s", "near_pan_s", "zoom_s"):
        times = np.array(measured[name])
        lines.append(
            f"{name}: {1 / times.mean():.0f} frames/s, "
            f"95th percentile {1000 * np.quantile(times, 0.95):.1f} ms"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    status = main(Path(sys.argv[1]), Path(sys.argv[2]))
    print(summary(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    sys.exit(status)
