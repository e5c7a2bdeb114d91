"""Walks the states of the window at every size that it is promised at, in dark and light.

    python -m build_scripts.docs.states FOLDER [--only follow compare] [--sizes 900x600] \
        [--library LIBRARY]

For each size a screen of it (Xvfb) and a process: the demo song is opened, and each state set up
and saved as FOLDER/SIZE_THEME_STATE.png. The song is tracked once: a copy of it, and a library with
its track, are kept in FOLDER. LIBRARY is what the map shows. It says of each state what does not
fit: parts of the window that are outside of it, or that are asked to be smaller than they can be.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from build_scripts import ROOT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from build_scripts.docs.screenshots import Pose

SIZES = {"900x600": 1.0, "1280x800": 1.0, "2560x1440": 1.0, "2560x1600": 2.0}
"""Screens in pixels, and the scale of what is on them: the last is 1280 x 800 at 200 %."""
THEMES = ("dark", "light")
_PLACE = 0.5
_SONG, _LIBRARY = "song.ogg", "library.db"
_REST_S = 0.5
_WHOLE = 0.98
"""Of so much of its length a song's picture is whole: it ends with a half-second that is."""


def _triggered(*names: str) -> "Callable[[Pose], None]":
    def set_up(pose: "Pose") -> None:
        for name in names:
            pose.trigger(name)

    return set_up


def _full_band(pose: "Pose") -> None:
    pose.trigger("toggle_bands")
    pose.trigger("toggle_full_band")
    spectrogram = pose.window.spectrogram
    pose.wait_until(lambda: spectrogram.shown_s > _WHOLE * pose.window.duration_s)
    pose.settle()


def _message(pose: "Pose") -> None:
    pose.window.say("A message of two lines or more is seen whole, whatever its length is. " * 3)
    pose.settle()


def _hints(pose: "Pose") -> None:
    from emoviz.gui.panels.banner import Banner
    from emoviz.gui.panels.hints import HintsCard

    pose.window.findChild(Banner).dismiss()
    pose.window.findChild(HintsCard).show()
    pose.settle()


def _offer(pose: "Pose") -> None:
    from emoviz.gui.panels.folder_offer import FolderOffer
    from emoviz.gui.panels.hints import HintsCard

    pose.window.findChild(HintsCard).hide()
    pose.window.findChild(FolderOffer).make([Path("Songs of a summer")])
    pose.settle()


def _film(pose: "Pose") -> None:
    from emoviz.gui.panels.folder_offer import FolderOffer

    pose.window.findChild(FolderOffer).hide()
    pose.window.film.card.begin("A walk through the plane.mp4")
    pose.window.film.card.show_progress(120, 900)
    pose.settle()


def _film_done(pose: "Pose") -> None:
    pose.window.film.card.show_done(Path("A walk through the plane.mp4"))
    pose.settle()


def _film_dialog(pose: "Pose") -> None:
    pose.window.film.card.hide()
    pose.trigger("export_film")


def _queue(pose: "Pose") -> None:
    _close_dialogs(pose)
    pose.trigger("show_queue")


def _map(pose: "Pose") -> None:
    _close_dialogs(pose)
    if pose.library.exists():
        pose.window.library.use(pose.library)
    pose.trigger("show_map")
    shown = pose.window.library_map.window
    assert shown is not None
    shown.resize(pose.window.size())
    pose.wait_until(lambda: shown.view.shown.songs)
    pose.settle()


def _stage(pose: "Pose") -> None:
    _close_dialogs(pose)
    pose.trigger("toggle_stage")


def _compare(pose: "Pose") -> None:
    _close_dialogs(pose)
    pose.trigger("compare_model")


def _close_dialogs(pose: "Pose") -> None:
    from PySide6.QtWidgets import QApplication

    for other in QApplication.topLevelWidgets():
        if other is not pose.window and other.isVisible():
            other.close()


def _lanes(pose: "Pose") -> None:
    pose.trigger("lanes_all")
    pose.wait_until(lambda: pose.window.lanes.known)
    pose.settle()


def _versions(pose: "Pose") -> None:
    from build_scripts.docs.screenshots import compare_versions

    _close_dialogs(pose)
    compare_versions(pose)


def _matched(pose: "Pose") -> None:
    from build_scripts.docs.screenshots import match_versions

    match_versions(pose)


STATES: "dict[str, Callable[[Pose], None]]" = {
    "song": _triggered("fit_song"),
    "follow": _triggered("toggle_follow"),
    "whole": _triggered("plane_whole"),
    "relative": _triggered("toggle_relative"),
    "section": _triggered("toggle_relative", "fit_song", "loop_section"),
    "lanes": _lanes,
    "lines": _triggered("clear_region", "toggle_bands"),
    "full_band": _full_band,
    "message": _message,
    "hints": _hints,
    "offer": _offer,
    "film": _film,
    "film_done": _film_done,
    "film_dialog": _film_dialog,
    "queue": _queue,
    "map": _map,
    "compare": _compare,
    "versions": _versions,
    "matched": _matched,
    "stage": _stage,
}
"""In this order in one window, each from where the one before it was."""


def main() -> int:
    """Walk through all states at all sizes; 1 if something does not fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=STATES, default=list(STATES))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--library", type=Path, default=Path("none.db"))
    parser.add_argument("--here", action="store_true", help="on this screen, one size")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.here:
        return _walk(options.folder, options.sizes[0], options.only, options.library)
    status = 0
    for size in options.sizes:
        command = ["xvfb-run", "-a", "-s", f"-screen 0 {size}x24", sys.executable]
        command += ["-m", "build_scripts.docs.states", str(options.folder), "--here"]
        command += ["--sizes", size, "--library", str(options.library)]
        command += ["--only", *options.only]
        environment = os.environ | {"QT_SCALE_FACTOR": str(SIZES[size])}
        status |= subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return status


def _walk(folder: Path, size: str, states: list[str], library: Path) -> int:
    from build_scripts.docs.screenshots import Pose
    from emoviz.gui import app
    from emoviz.gui import settings as remembered
    from emoviz.gui.settings import Settings
    from emoviz.playing.player import SilentPlayer
    from emoviz.system import paths

    width, height = (round(int(part) / SIZES[size]) for part in size.split("x"))
    misfits = 0
    with tempfile.TemporaryDirectory() as kept:
        application = app.make_application()
        settings = Settings(Path(kept) / "settings.ini")
        settings.put(remembered.HINTS_SEEN, True)
        window = app.make_window(settings)
        window.library.use((folder / _LIBRARY).absolute())
        # The demo song itself is not kept.
        song = (folder / _SONG).absolute()
        if not song.exists():
            shutil.copyfile(paths.demo_song(), song)
        window.set_player(SilentPlayer(), None)
        window.resize(width, height)
        window.show()
        window.open_song(song)
        pose = Pose(application, window, library.absolute())
        pose.wait_until(lambda: window.trajectory)
        window.seek(window.duration_s * _PLACE)
        pose.trigger("toggle_play")
        pose.wait_until(lambda: window.spectrogram.shown_s > _WHOLE * window.duration_s)
        for state in states:
            STATES[state](pose)
            for theme in THEMES:
                pose.trigger(f"theme_{theme}")
                pose.settle(_REST_S)
                place = folder / f"{size}_{theme}_{state}.png"
                if not _seen(window).grab().save(str(place)):
                    raise SystemExit(f"{place}: cannot be written; choose another place.")
            for sentence in misfits_of(_seen(window)):
                misfits += 1
                print(f"{size} {state}: {sentence}")
        window.close()
    return int(bool(misfits))


def _seen(window: "QWidget") -> "QWidget":
    """Give what lies in front: the window, or another of its windows."""
    from PySide6.QtWidgets import QApplication

    others = [
        other
        for other in QApplication.topLevelWidgets()
        if other is not window and other.isVisible() and other.width() > 200
    ]
    return others[-1] if others else window


def misfits_of(window: object) -> list[str]:
    """Say which visible parts of a window are outside of it or smaller than they can be."""
    from PySide6.QtWidgets import QScrollArea, QWidget

    assert isinstance(window, QWidget)
    found = []
    for part in window.findChildren(QWidget):
        if not part.isVisible() or part.window() is not window:
            continue
        # What is scrolled is larger than what is seen of it.
        scrolled = any(isinstance(above, QScrollArea) for above in _parents(part))
        box = part.rect().translated(part.mapTo(window, part.rect().topLeft()))
        name = part.accessibleName() or type(part).__name__
        if not scrolled and not window.rect().contains(box):
            found.append(f"{name} is outside of the window by its {box.getRect()}")
        least = part.minimumSizeHint()
        if part.width() < min(part.minimumWidth(), least.width()) and not scrolled:
            found.append(f"{name} is {part.width()} pixels wide and needs {least.width()}")
    return found


def _parents(part: object) -> list[object]:
    above, found = part, []
    while (above := above.parent()) is not None:  # type: ignore[attr-defined]
        found.append(above)
    return found


if __name__ == "__main__":
    sys.exit(main())
