"""Runs the fuzzer's cases for the window inside a worker: one window for many of them."""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import TracebackType

from PySide6.QtCore import QEventLoop, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QDialog

from build_scripts.fuzz.cases import MODEL, World, deam_table, spoil_library, with_models_in
from build_scripts.fuzz.cli import Records
from build_scripts.fuzz.models import copy_and_spoil
from build_scripts.fuzz.mutations import spoil
from build_scripts.fuzz.originals import Original
from build_scripts.fuzz.texts import spoil_json, spoil_settings, spoil_table
from build_scripts.fuzz.workers import (
    CONTAINED,
    FINDING,
    HANG_S,
    RESULT,
    SENTENCE,
    RunCase,
    Verdict,
    note,
)
from emoviz.gui import settings as remembered
from emoviz.gui.app import make_application, make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.playing.player import SilentPlayer, SoundDevicePlayer
from emoviz.tracks.track import metadata_path
from tests.gui.driving import banner_of, drop

_PLAYED_S = 0.15
_MOMENT_S = 0.05
_GOOD_EVERY = 10
_PATIENCE_S = HANG_S - 2.0
"""So that the case itself can say what it has waited for."""
_LOST = ("the decoder crashed", "there was no answer for")
_SETTINGS = """[sound]
volume=0.5
device=

[window]
theme=dark
follow=false
geometry=@ByteArray(\\x1\\xd9\\xd0\\xcb)

[views]
colour_map=magma

[plane]
density=false
trail_s=15
words=russell

[files]
folder=/tmp
recent=/tmp/one.wav, /tmp/two.wav

[analysis]
model=cae

[film]
size=720p
rate=30
"""


class Desk:
    """The window, and what was raised where nobody catches it."""

    def __init__(self, folder: Path, originals: list[Original]) -> None:
        self.world = World(folder, originals)
        self._records = Records()
        self._raised: list[str] = []
        sys.excepthook = self._take
        threading.excepthook = lambda told: self._take(
            told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
        )
        logging.basicConfig(level=logging.INFO, handlers=[self._records])
        self._application: QApplication = make_application()
        self.good = folder / "good song.flac"
        self.good.write_bytes(self.world.good.data)
        self._settings = Settings(folder / "settings.ini")
        self._settings.put(remembered.MODEL, MODEL)
        self._library = folder / "library.db"
        self.window = self._shown(self._settings, self._library)

    def begin_anew(self, settings: Path | None = None, library: Path | None = None) -> None:
        """Close the window and open it with other settings, or another library."""
        self.window.close()
        self.window.deleteLater()
        chosen = Settings(settings) if settings else self._settings
        self.window = self._shown(chosen, library or self._library)

    def open(self, path: Path, blamed: str = "") -> str:
        """Let go of a song over the window, as the mouse does; give what is wrong, if anything.

        Right is a whole track, or a sentence that names the song or `blamed`.
        """
        self.window.say("")
        before = self.window.trajectory
        names = [name for name in (path.name, blamed) if name]

        def is_settled() -> bool:
            if self.window._session.running:
                return False
            if self.is_shown(path) and self.window.trajectory is not before:
                return True
            return any(name in banner_of(self.window) for name in names)

        if not drop(self.window, QUrl.fromLocalFile(str(path))):
            return "the window does not take the file"
        if self.wait_until(is_settled, _PATIENCE_S):
            return ""
        return f"neither song nor sentence: {banner_of(self.window)!r}"

    def is_shown(self, path: Path) -> bool:
        """Tell whether the track of a song is whole."""
        track = self.window.trajectory
        return track is not None and track.provenance.song_file == path.name

    def play(self, chance: Random) -> None:
        """Hear the song from two places."""
        for _seek in range(2):
            self.window.seek(chance.uniform(0.0, self.window.duration_s))
            self.wait(_PLAYED_S)

    def wait(self, duration_s: float) -> None:
        """Let the window live for a while."""
        self.wait_until(lambda: False, duration_s)

    def wait_until(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        """Let the window live until something has come to be; tell whether it has."""
        end_s = time.monotonic() + deadline_s
        loop = QEventLoop()
        timer = QTimer()

        def look() -> None:
            if condition() or time.monotonic() > end_s:
                loop.quit()

        timer.timeout.connect(look)
        timer.start(10)
        loop.exec()
        timer.stop()
        return condition()

    def dialogs(self) -> list[QDialog]:
        """Give the dialogs that are open."""
        return [dialog for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]

    def faults(self) -> list[str]:
        """Give what was raised or logged since the last time."""
        found = [*self._raised, *self._records.texts]
        self._raised.clear()
        self._records.texts.clear()
        return found

    def _shown(self, settings: Settings, library: Path) -> MainWindow:
        window = make_window(settings)
        window.library.use(library)
        has_sound = "PULSE_SERVER" in os.environ
        window.set_player(SoundDevicePlayer() if has_sound else SilentPlayer(), None)
        window.show()
        return window

    def _take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self._raised.append("".join(traceback.format_exception(kind, error, trace)))


@contextmanager
def prepare(seed: int, folder: Path, originals: list[Original]) -> Iterator[RunCase]:
    """Give what runs a case of the window."""
    desk = Desk(folder, originals)
    # What a case was made of stays: its song sounds on while the next one is opened.
    try:
        yield lambda number, place: _run(desk, seed, number, place)
    finally:
        desk.window.close()


def _run(desk: Desk, seed: int, number: int, place: Path) -> Verdict:
    chance = Random(f"{seed}/window/{number}")
    kinds: dict[Callable[[Desk, Path, Random], Verdict], int] = {
        _song: 72,
        _labels: 12,
        _model: 6,
        _remembered: 6,
        _library: 4,
    }
    (kind,) = chance.choices(list(kinds), list(kinds.values()))
    verdict = kind(desk, place, chance)
    faults = desk.faults()
    # Not after every case: that is when what a bad song has left behind would show.
    if verdict.outcome == FINDING or faults or not number % _GOOD_EVERY:
        wrong = desk.open(desk.good)
        if wrong or not desk.is_shown(desk.good):
            faults.append(f"a good song no longer opens: {wrong or banner_of(desk.window)}")
        faults += desk.faults()
    if faults:
        detail = "; ".join(filter(None, (verdict.detail, *faults)))
        return Verdict(FINDING, verdict.form, verdict.what, detail)
    return verdict


def _song(desk: Desk, place: Path, chance: Random) -> Verdict:
    original = chance.choice(desk.world.originals)
    data, said = spoil(original.data, chance, desk.world.data)
    path = place / f"case {place.name}{Path(original.name).suffix}"
    path.write_bytes(data)
    note(desk.world.folder, original.form, said)
    wrong = desk.open(path)
    if not wrong and desk.is_shown(path):
        desk.play(chance)
    return _verdict(desk, original.form, said, wrong, desk.is_shown(path))


def _model(desk: Desk, place: Path, chance: Random) -> Verdict:
    """Track a good song with a spoiled model."""
    said = copy_and_spoil(MODEL, place, chance)
    note(desk.world.folder, "model folder", said)
    path = place / f"good {place.name}.flac"
    # The library knows none of it: a tag that nobody reads makes it another file.
    path.write_bytes(desk.world.good.data + place.name.encode())
    with with_models_in(place):
        wrong = desk.open(path, "model")
        shown = desk.is_shown(path)
    return _verdict(desk, "model folder", said, wrong, shown)


def _labels(desk: Desk, place: Path, chance: Random) -> Verdict:
    """Compare a good song with spoiled labels."""
    wrong = desk.open(desk.good)
    for name in ("valence.csv", "arousal.csv"):
        (place / name).write_text(deam_table(name), encoding="utf-8")
    desk.world.track.save_csv(place / "own.csv")
    path = place / chance.choice(("valence.csv", "arousal.csv", "own.csv"))
    spoiled = metadata_path(path) if path.name == "own.csv" and chance.random() < 0.3 else path
    spoil_file = spoil_table if spoiled == path else spoil_json
    data, said = spoil_file(spoiled.read_bytes(), chance)
    spoiled.write_bytes(data)
    said = f"{spoiled.name}: {said}"
    note(desk.world.folder, "labels", said)
    desk.window.say("")
    # What the dialog calls when a file has been chosen in it.
    comparison = desk.window.comparison
    comparison._begin_labels(path)

    def answered() -> bool:
        shown = comparison.panel.isVisible() or bool(banner_of(desk.window))
        return shown or bool(desk.dialogs())

    if not wrong and not desk.wait_until(answered, _PATIENCE_S):
        wrong = "neither labels nor a sentence"
    for dialog in desk.dialogs():
        dialog.accept()
    desk.wait(_MOMENT_S)
    sentence = banner_of(desk.window)
    if sentence and str(place) not in sentence:
        wrong = f"the file is not named: {sentence}"
    shown = comparison.panel.isVisible()
    comparison.stop_comparing()
    return _verdict(desk, "labels", said, wrong, shown)


def _remembered(desk: Desk, place: Path, chance: Random) -> Verdict:
    """Open the window with spoiled settings: they are left aside without a word."""
    file = place / "emoviz.ini"
    data, said = spoil_settings(_SETTINGS.encode(), chance)
    file.write_bytes(data)
    note(desk.world.folder, "settings", said)
    desk.begin_anew(settings=file)
    # A model that is not there is said to be missing.
    wrong = desk.open(desk.good, "model")
    verdict = _verdict(desk, "settings", said, wrong, desk.is_shown(desk.good))
    desk.begin_anew()
    return verdict


def _library(desk: Desk, place: Path, chance: Random) -> Verdict:
    """Open a good song while the library that may know it is spoiled."""
    file = place / "songs.db"
    said = spoil_library(desk.world, file, desk.good, chance)
    note(desk.world.folder, "library", said)
    desk.window.library.use(file)
    wrong = desk.open(desk.good)
    shown = desk.is_shown(desk.good)
    desk.wait(_MOMENT_S)
    for dialog in desk.dialogs():
        dialog.reject()
    verdict = _verdict(desk, "library", said, wrong, shown)
    desk.begin_anew()
    return verdict


def _verdict(desk: Desk, form: str, said: str, wrong: str, is_result: bool) -> Verdict:
    sentence = banner_of(desk.window)
    if wrong:
        return Verdict(FINDING, form, said, wrong)
    if any(sign in sentence for sign in ("as nobody expected", "went wrong", "the log says why")):
        return Verdict(FINDING, form, said, sentence)
    if any(sign in sentence for sign in _LOST):
        return Verdict(CONTAINED, form, said, sentence)
    return Verdict(RESULT if is_result else SENTENCE, form, said)
