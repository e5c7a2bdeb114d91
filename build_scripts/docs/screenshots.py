"""Takes the pictures of README.md and the guide: the real window, as a user would set it up.

    xvfb-run -a -s "-screen 0 1280x800x24" python -m build_scripts.docs.screenshots FOLDER \
        --library LIBRARY

Needs a display of 1280 x 800, which the whole of is what a picture shows, and PulseAudio, on whose
null sink the song sounds. The library is one of real songs, for the picture of the map; `make
screenshots` makes it of game music.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from build_scripts import ROOT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from emoviz.gui.main_window import MainWindow


_LONGEST_WAIT_S = 600.0
_SETTLE_S = 3.0
_WHOLE = 0.98
_HEARD_S = 45.0
_SIZE = (1280, 800)
_COLOURS, _KEPT_COLOURS = 256, 48


@dataclass(frozen=True)
class Pose:
    """A window that is to be set up for its picture."""

    application: "QApplication"
    window: "MainWindow"
    library: Path

    def settle(self, duration_s: float = _SETTLE_S) -> None:
        """Let the window live for a while."""
        deadline = time.monotonic() + duration_s
        while time.monotonic() < deadline:
            self.application.processEvents()

    def wait_until(self, true: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        deadline = time.monotonic() + _LONGEST_WAIT_S
        while not true():
            if time.monotonic() > deadline:
                raise SystemExit("The window was not ready in time; see the log.")
            self.application.processEvents()

    def trigger(self, name: str) -> None:
        """Trigger the action of this name."""
        from PySide6.QtGui import QAction

        action = self.window.findChild(QAction, name)
        assert action is not None, name
        action.trigger()
        self.settle()


@dataclass(frozen=True)
class Shot:
    """How the window is set up: theme, share of the song, what is done in it, scale."""

    theme: str
    place: float
    set_up: Callable[[Pose], None] = lambda _: None
    scale: int = 1
    listens: bool = False
    """Whether another program plays the song"""


def _loop(pose: Pose) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from emoviz.gui.time_views.timeline import TimelineView
    from tests.gui.driving import drag, part

    view = part(pose.window, TimelineView)
    drag(view, 0.42, 0.5, 0.62, shift=True)
    # The pointer leaves, and what the values are under it goes with it.
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    pose.settle()


def _listen(pose: Pose) -> None:
    pose.trigger("toggle_listen")
    pose.settle(_HEARD_S)


def _map(pose: Pose) -> None:
    """Go around the saddest songs."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    pose.window.library.use(pose.library)
    pose.trigger("show_map")
    shown = pose.window.library_map.window
    assert shown is not None
    shown.setGeometry(0, 0, *_SIZE)
    pose.wait_until(lambda: shown.view.shown.songs)
    pose.settle()
    songs = shown.view.shown.songs
    assert songs is not None
    calmest = np.argsort(songs.points.arousal + songs.points.valence)[: len(songs) // 6]
    places = np.array(
        [shown.view.place_of(int(index)).toPoint().toTuple() for index in calmest], float
    )
    centre, reach = places.mean(axis=0), places.std(axis=0) * 2.2
    turns = np.linspace(0.0, 2 * np.pi, 40)
    ring = centre + reach * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    path = [QPoint(*map(int, place)) for place in ring.round()]
    left, held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(shown.view, left, held, path[0])
    for place in path:
        QTest.mouseMove(shown.view, place)
    QTest.mouseRelease(shown.view, left, held, path[-1])
    pose.settle()


def _compare(pose: Pose) -> None:
    pose.trigger("compare_model")
    pose.wait_until(lambda: not pose.window.comparison.running)


def compare_versions(pose: Pose) -> None:
    """Compare the demo song with a softer version of it that begins late and runs slower."""
    import soundfile
    import soxr

    from emoviz.system import paths

    sound, rate_hz = soundfile.read(paths.demo_song(), dtype="float32")
    late = np.zeros((round(1.7 * rate_hz), sound.shape[1]), np.float32)
    slower = 0.4 * soxr.resample(sound[: 80 * rate_hz], rate_hz, 1.03 * rate_hz)
    version = Path(tempfile.mkdtemp()) / "A walk through the plane, second take.flac"
    soundfile.write(version, np.concatenate([late, slower]), rate_hz)
    comparison = pose.window.comparison
    comparison._begin_song(version)
    pose.wait_until(lambda: comparison.versions.note and not comparison.running)
    pose.settle()


def match_versions(pose: Pose) -> None:
    """Align the two versions, hear the second as loud as the first, show all that compares."""
    for name in ("align_songs", "match_levels"):
        pose.trigger(name)
    pose.wait_until(lambda: "…" not in pose.window.versions.note)
    pose.window.seek(0.4 * pose.window.duration_s)
    for name in ("toggle_heard", "toggle_difference", "toggle_second_spectrogram"):
        pose.trigger(name)


def _both_versions(pose: Pose) -> None:
    compare_versions(pose)
    match_versions(pose)


SHOTS = {
    "window": Shot("dark", 0.5),
    "light": Shot("light", 0.9),
    "follow": Shot("light", 0.77, lambda pose: pose.trigger("toggle_follow")),
    "relative": Shot("dark", 0.77, lambda pose: pose.trigger("toggle_relative")),
    "loop": Shot("dark", 0.5, _loop),
    "compare": Shot("dark", 0.62, _compare),
    "versions": Shot("light", 0.4, _both_versions),
    "stage": Shot("dark", 0.8, lambda pose: pose.trigger("toggle_stage")),
    "large_text": Shot("light", 0.5, scale=2),
    "film_dialog": Shot("light", 0.7, lambda pose: pose.trigger("export_film")),
    "listening": Shot("dark", 0.5, _listen, listens=True),
    "map": Shot("dark", 0.5, _map),
}
FILM = "film"
_FILM_S = (40, 90)
_FILM_PICTURE = 30 * 36


def main() -> None:
    """Take every picture, each in a process of its own: the scale of Qt is fixed at its start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=(*SHOTS, FILM), default=(*SHOTS, FILM))
    parser.add_argument(
        "--tracks",
        type=Path,
        help="a library that keeps the demo song's track from picture to picture",
    )
    parser.add_argument("--here", action="store_true", help="in this process, one of them")
    options = parser.parse_args()
    if options.here:
        name = options.only[0]
        take(SHOTS[name], options.folder / f"{name}.png", options.library, options.tracks)
        return
    with _sound() as (environment, playing), tempfile.TemporaryDirectory() as kept:
        tracks = options.tracks or Path(kept) / "tracks.db"
        for name in options.only:
            picture = options.folder / f"{name}.png"
            if name == FILM:
                take_film(picture)
            else:
                shot = SHOTS[name]
                environment["QT_SCALE_FACTOR"] = str(shot.scale)
                command = [sys.executable, "-m", "build_scripts.docs.screenshots"]
                command += [*sys.argv[1:2], "--here", "--only", name]
                command += ["--library", str(options.library), "--tracks", str(tracks)]
                with playing() if shot.listens else nullcontext():
                    subprocess.run(command, env=os.environ | environment, check=True)
            shrink(picture)


@contextmanager
def _sound() -> Iterator[tuple[dict[str, str], Callable]]:
    """Give the environment of a sound device that is not heard, and what plays the song on it."""
    from emoviz.system import paths
    from tests.support.audio import PulseSink

    with tempfile.TemporaryDirectory() as folder:
        sink = PulseSink(Path(folder))
        sink.start()
        try:
            yield dict(sink.environment), lambda: sink.playing(paths.demo_song())
        finally:
            sink.stop()


def take(shot: Shot, picture: Path, library: Path, tracks: Path | None) -> None:
    """Open the demo song, set the window up at a place in it, and save what the screen shows."""
    from PySide6.QtGui import QGuiApplication

    from emoviz.gui import app
    from emoviz.gui import settings as remembered
    from emoviz.gui.settings import Settings
    from emoviz.system import paths

    with tempfile.TemporaryDirectory() as folder:
        application = app.make_application()
        settings = Settings(Path(folder) / "settings.ini")
        settings.put(remembered.THEME, shot.theme)
        settings.put(remembered.HINTS_SEEN, True)
        window = app.make_window(settings)
        song = paths.demo_song()
        if tracks is not None:
            # The demo song itself is not kept.
            song = Path(shutil.copy(song, folder))
            window.library.use(tracks)
        window.playback.open_player()
        window.resize(*(length // shot.scale for length in _SIZE))
        window.show()
        window.open_song(song)
        pose = Pose(application, window, library)
        pose.wait_until(lambda: window.trajectory)
        pose.wait_until(lambda: window.spectrogram.shown_s > _WHOLE * window.duration_s)
        window.seek(window.duration_s * shot.place)
        shot.set_up(pose)
        # The clock runs on: the trail is that of a song that plays.
        window.seek(window.duration_s * shot.place - _SETTLE_S)
        pose.settle()
        if not QGuiApplication.primaryScreen().grabWindow(0).save(str(picture)):
            raise SystemExit(f"{picture}: cannot be written; choose another place.")
        window.close()


def take_film(picture: Path) -> None:
    """Film a part of the demo song, and save a picture of the film."""
    import av

    from emoviz.system import paths

    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        begin_s, end_s = _FILM_S
        command = ["film", str(paths.demo_song()), "-o", str(film)]
        command += ["--from", str(begin_s), "--to", str(end_s)]
        subprocess.run([sys.executable, "-m", "emoviz", *command], cwd=ROOT, check=True)
        with av.open(str(film)) as container:
            *_, shown = islice(container.decode(video=0), _FILM_PICTURE)
        shown.to_image().save(picture)


def shrink(picture: Path) -> None:
    """Make the file of a picture a third as large, by a palette whose colours hide that it is one.

    It holds those of most pixels as they are, and is spread over the others, however rare: the
    trail's and the accent's are.
    """
    image = Image.open(picture).convert("RGB")
    counted = image.getcolors(image.width * image.height)
    kept = [colour for _, colour in sorted(counted, reverse=True)[:_KEPT_COLOURS]]
    spread = image.quantize(_COLOURS - len(kept), Image.Quantize.MAXCOVERAGE, kmeans=2)
    levels, indices = np.asarray(image), np.array(image.quantize(palette=spread))
    for number, colour in enumerate(kept, start=_COLOURS - len(kept)):
        indices[(levels == colour).all(axis=2)] = number
    small = Image.fromarray(indices)
    small.putpalette([*spread.getpalette(), *chain.from_iterable(kept)])
    small.save(picture, optimize=True)


if __name__ == "__main__":
    main()
