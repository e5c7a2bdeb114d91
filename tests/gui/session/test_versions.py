"""Two versions of one piece: heard in turns, equally loud, and aligned with each other."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from emoviz.gui.look.texts import signed
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.comparison_panel import ComparisonPanel
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import RATE_HZ
from tests.gui.driving import (
    action,
    analysis_threads,
    banner_of,
    choose_in_dialog,
    label_named,
    labels,
    open_and_track,
    part,
)
from tests.support.audio import music

SONG_S = 14.0
LATE_S = 1.5


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """Write a version of a song that begins late, and at a quarter of its level."""
    late = np.zeros((round(LATE_S * RATE_HZ), 2), np.float32)
    sound = np.concatenate([late, 0.25 * music(SONG_S, RATE_HZ)])
    soundfile.write(tmp_path / "version.wav", sound, RATE_HZ)
    return tmp_path / "version.wav"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "song.wav", music(SONG_S, RATE_HZ), RATE_HZ)
    return tmp_path / "song.wav"


def compare(qtbot: QtBot, window: MainWindow, song: Path, other: Path) -> None:
    open_and_track(qtbot, window, song)
    action(window, "compare_song").trigger()
    choose_in_dialog(qtbot, window, other)
    qtbot.waitUntil(lambda: any("half-seconds compared" in text for text in labels(window)))
    qtbot.waitUntil(lambda: not analysis_threads())


def note_begins(window: MainWindow, *beginnings: str) -> bool:
    return any(text.startswith(beginnings) for text in labels(window))


def numbers(window: MainWindow, name: str) -> tuple[str, str]:
    return label_named(window, f"{name}, valence"), label_named(window, f"{name}, arousal")


def curves(window: MainWindow) -> list[np.ndarray]:
    """Give the curves of the one track, and of the other, (half-seconds,) each."""
    return [curve.getData()[1] for curve in part(window, TimelineView).plotItem.curves]


def test_versions_are_aligned_made_equally_loud_and_switched_in_the_same_place(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    song: Path,
    version: Path,
    tmp_path: Path,
) -> None:
    compare(qtbot, window, song, version)
    player.pause()
    by_the_clock = "not equally long (0:14, 0:15) and compared by the clock"
    assert by_the_clock in labels(window)
    by_its_clock = curves(window)[2]
    action(window, "align_songs").trigger()
    qtbot.waitUntil(lambda: "aligned: B is 1.50 s later" in labels(window))
    assert curves(window)[2][:20] == pytest.approx(by_its_clock[3:23], abs=0.01)
    window.seek(5.0)
    action(window, "toggle_heard").trigger()
    assert player.position_s == pytest.approx(5.0 + LATE_S, abs=0.03)
    assert window.playback.time_s == pytest.approx(5.0, abs=0.03)
    action(window, "match_levels").trigger()
    qtbot.waitUntil(
        lambda: note_begins(window, "aligned: B is 1.50 s later; equally loud: A −12.1 dB (−13.6")
    )
    assert player._song_gain == 1.0
    action(window, "toggle_heard").trigger()
    assert player.position_s == pytest.approx(5.0, abs=0.03)
    assert player._song_gain == pytest.approx(0.25, abs=0.005)
    exported = tmp_path / "compared.csv"
    action(window, "export_comparison").trigger()
    choose_in_dialog(qtbot, window, exported)
    qtbot.waitUntil(exported.exists)
    rows = list(csv.DictReader(exported.open(encoding="utf-8")))
    assert float(rows[9]["second_time_s"]) == pytest.approx(5.0 + LATE_S, abs=0.03)
    between = float(rows[9]["second_valence"]) - float(rows[9]["valence"])
    assert float(rows[9]["valence_difference"]) == pytest.approx(between, abs=1e-5)
    # And back: by the clock, each as loud as it is.
    action(window, "align_songs").trigger()
    action(window, "match_levels").trigger()
    assert by_the_clock in labels(window)
    assert player._song_gain == 1.0


def test_differences_are_said_of_now_and_of_a_region_and_drawn(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, song: Path, version: Path
) -> None:
    compare(qtbot, window, song, version)
    player.pause()
    one, _, other, _ = curves(window)
    window.seek(5.0)
    assert numbers(window, "difference, now")[0] == signed(other[9] - one[9])
    assert numbers(window, "first, mean")[0] == signed(one.mean())
    window.loop.mark(2.0, 6.0)
    window.loop.settle()
    assert "0:02–0:06" in labels(window)
    assert numbers(window, "first, mean")[0] == signed(one[4:12].mean())
    assert numbers(window, "difference, mean")[0] == signed((other[4:12] - one[4:12]).mean())
    action(window, "toggle_difference").trigger()
    drawn = curves(window)
    assert drawn[0] == pytest.approx(other[: len(one)] - one)
    assert not len(drawn[2])
    panel, before = part(window, ComparisonPanel), part(window, TimelineView).geometry()
    action(window, "toggle_second_spectrogram").trigger()
    assert sum(view.isVisible() for view in window.findChildren(SpectrogramView)) == 2
    QTest.qWait(0)
    assert part(window, TimelineView).geometry() == before
    action(window, "stop_comparing").trigger()
    assert not panel.isVisible()
    assert sum(view.isVisible() for view in window.findChildren(SpectrogramView)) == 1
    assert curves(window)[0] == pytest.approx(one)


def test_what_is_no_version_is_not_aligned_and_that_is_said_until_one_is(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    song: Path,
    version: Path,
    tmp_path: Path,
) -> None:
    soundfile.write(tmp_path / "no version.wav", music(SONG_S, RATE_HZ, seed=5), RATE_HZ)
    compare(qtbot, window, song, tmp_path / "no version.wav")
    player.pause()
    action(window, "align_songs").trigger()
    qtbot.waitUntil(lambda: "nothing in it sounds like song.wav" in banner_of(window))
    assert not action(window, "align_songs").isChecked()
    action(window, "compare_song").trigger()
    choose_in_dialog(qtbot, window, version)
    qtbot.waitUntil(lambda: not banner_of(window))
    # A place that the other has not is not gone to.
    qtbot.waitUntil(action(window, "align_songs").isEnabled)
    action(window, "align_songs").trigger()
    qtbot.waitUntil(lambda: note_begins(window, "aligned"))
    assert not action(window, "toggle_heard").isChecked()
