"""The fuzzer's cases for the window, run inside a worker: one window for many of them."""

import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType

from fuzz_cases import MODEL, World, deam_table
from fuzz_cli import Records
from fuzz_judge import FINDING, RESULT, SENTENCE, Verdict
from fuzz_mutations import spoil
from fuzz_originals import Original
from fuzz_texts import spoil_json, spoil_settings, spoil_table
from fuzz_workers import HANG_S, RunCase, note
from PySide6.QtCore import QEventLoop, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QDialog

from emoviz.gui import settings as remembered
from emoviz.gui.app import make_application, make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.player import SilentPlayer
from emoviz.trajectory import metadata_path
from tests.gui.driving import action, banner_of, drop

_PLAYED_S = 0.15
_GOOD_EVERY = 10
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
        self.records = Records()
        self.raised: list[str] = []
        sys.excepthook = self._take
        threading.excepthook = lambda told: self._take(
            told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
        )
        import logging

        logging.basicConfig(level=logging.INFO, handlers=[self.records])
        self.application: QApplication = make_application()
        self.good = folder / "good song.flac"
        self.good.write_bytes(self.world.good.data)
        self._settings = Settings(folder / "settings.ini")
        self._settings.put(remembered.MODEL, MODEL)
        self.window = self._shown(self._settings)

    def with_settings(self, file: Path) -> None:
        """Open the window anew with the settings in a file, and then with good ones again."""
        self.window.close()
        self.window.deleteLater()
        self.window = self._shown(Settings(file))
        self.wait_until(lambda: self.window.isVisible(), 5.0)
        self.window.close()
        self.window.deleteLater()
        self.window = self._shown(self._settings)

    def drop(self, path: Path) -> bool:
        """Let go of a file over the window, as the mouse does."""
        return drop(self.window, QUrl.fromLocalFile(str(path)))

    def is_shown(self, path: Path) -> bool:
        """Tell whether the track of a song is whole."""
        track = self.window.trajectory
        return track is not None and track.provenance.song_file == path.name

    def is_settled(self, path: Path) -> bool:
        """Tell whether a song is shown, or a sentence says why not."""
        if action(self.window, "stop_analysis").isEnabled():
            return False
        return self.is_shown(path) or path.stem in banner_of(self.window)

    def wait_until(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        """Let the window live until something has come to be; tell whether it has."""
        end_s = time.monotonic() + deadline_s
        loop = QEventLoop()
        timer = QTimer()
        timer.timeout.connect(lambda: loop.quit() if condition() or _late(end_s) else None)
        timer.start(10)
        if not condition():
            loop.exec()
        timer.stop()
        return condition()

    def faults(self) -> list[str]:
        """Give what was raised or logged since the last time."""
        found = [*self.raised, *self.records.texts]
        self.raised.clear()
        self.records.texts.clear()
        return found

    def _shown(self, settings: Settings) -> MainWindow:
        window = make_window(settings)
        window.set_player(SilentPlayer(), None)
        window.show()
        return window

    def _take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.raised.append("".join(traceback.format_exception(kind, error, trace)))


def prepare(seed: int, folder: Path, originals: list[Original]) -> RunCase:
    """Give what runs a case of the window."""
    desk = Desk(folder, originals)
    return lambda number, place: _run(desk, seed, number, place)


def _run(desk: Desk, seed: int, number: int, place: Path) -> Verdict:
    chance = Random(f"{seed}/window/{number}")
    kinds: dict[Callable[[Desk, Path, Random, int], Verdict], int] = {
        _song: 78,
        _labels: 14,
        _remembered: 8,
    }
    (kind,) = chance.choices(list(kinds), list(kinds.values()))
    verdict = kind(desk, place, chance, number)
    faults = desk.faults()
    if not desk.wait_until(lambda: True, 1.0):
        faults.append("the event loop is dead")
    # Not after every case: that is when what a bad song has left behind would show.
    if verdict.outcome == FINDING or faults or not number % _GOOD_EVERY:
        desk.drop(desk.good)
        if not desk.wait_until(lambda: desk.is_shown(desk.good), HANG_S):
            faults.append(f"a good song no longer opens: {banner_of(desk.window)}")
    if faults:
        detail = "; ".join(filter(None, (verdict.detail, *faults)))
        return Verdict(FINDING, verdict.form, verdict.what, detail)
    return verdict


def _song(desk: Desk, place: Path, chance: Random, number: int) -> Verdict:
    original = chance.choice(desk.world.originals)
    data, said = spoil(original.data, chance, desk.world.data)
    path = place / f"case{number}{Path(original.name).suffix}"
    path.write_bytes(data)
    note(desk.world.folder, original.form, said)
    if not desk.drop(path):
        return Verdict(FINDING, original.form, said, "the window does not take the file")
    settled = desk.wait_until(lambda: desk.is_settled(path), HANG_S - 2.0)
    sentence = banner_of(desk.window)
    if not settled:
        return Verdict(FINDING, original.form, said, f"neither song nor sentence: {sentence!r}")
    if "the analysis failed" in sentence or "went wrong" in sentence:
        return Verdict(FINDING, original.form, said, sentence)
    if not desk.is_shown(path):
        return Verdict(SENTENCE, original.form, said)
    # It is heard too, from wherever it is wanted.
    for _seek in range(2):
        desk.window.seek(chance.uniform(0.0, desk.window.duration_s))
        desk.wait_until(lambda: False, _PLAYED_S)
    return Verdict(RESULT, original.form, said)


def _labels(desk: Desk, place: Path, chance: Random, number: int) -> Verdict:
    """Compare a good song with spoiled labels."""
    desk.drop(desk.good)
    if not desk.wait_until(lambda: desk.is_shown(desk.good), HANG_S / 2):
        return Verdict(FINDING, "labels", "none", "a good song does not open")
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
    desk.window.comparison._begin_labels(path)
    panel = desk.window.comparison.panel

    def answered() -> bool:
        asked = _open_dialogs(desk.window)
        return bool(asked) or panel.isVisible() or bool(banner_of(desk.window))

    if not desk.wait_until(answered, HANG_S - 2.0):
        return Verdict(FINDING, "labels", said, "neither labels nor a sentence")
    for dialog in _open_dialogs(desk.window):
        dialog.accept()
    desk.wait_until(lambda: False, 0.05)
    sentence = banner_of(desk.window)
    if "labels cannot be read (" in sentence:
        return Verdict(FINDING, "labels", said, sentence)
    if sentence and str(place) not in sentence:
        return Verdict(FINDING, "labels", said, f"the file is not named: {sentence}")
    outcome = SENTENCE if sentence else RESULT
    desk.window.comparison.stop_comparing()
    return Verdict(outcome, "labels", said)


def _remembered(desk: Desk, place: Path, chance: Random, number: int) -> Verdict:
    """Open the window with spoiled settings: they are left aside without a word."""
    file = place / "emoviz.ini"
    data, said = spoil_settings(_SETTINGS.encode(), chance)
    file.write_bytes(data)
    note(desk.world.folder, "settings", said)
    desk.with_settings(file)
    return Verdict(RESULT, "settings", said)


def _open_dialogs(window: MainWindow) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


def _late(end_s: float) -> bool:
    return time.monotonic() > end_s
