"""Lanes: what was measured of the song, in rows below the curves, where they are asked for."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from emoviz.gui import settings as remembered
from emoviz.gui.look.theme import Theme
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.lanes import LanesView
from emoviz.gui.time_views.loop import Loop
from emoviz.hearing.measures.key import Key
from emoviz.hearing.measures.measured import Measured
from tests.gui.conftest import Songs
from tests.gui.driving import action, click, open_and_track, part, tip_over

NAN = float("nan")


def measured() -> Measured:
    """Give what is measured of 20 s in C major, then in A minor, with a silent second."""
    loud = np.linspace(-30.0, -10.0, 40)
    loud[20:22] = NAN
    return Measured(
        integrated_lufs=-14.25,
        loudness_lufs=loud,
        brightness_hz=np.full(40, 1500.0),
        onsets_per_s=np.full(40, 3.0),
        tempo_bpm=None,
        tempos_bpm=np.full(40, NAN),
        key=Key(0, is_major=True),
        keys=np.where(np.arange(40) < 20, 0, 21),
    )


def test_lanes_say_what_was_measured_and_go_where_they_are_clicked(qtbot: QtBot) -> None:
    axis = TimeAxis()
    axis.set_duration(20.0)
    view = LanesView(Theme(), axis, Loop(axis, lambda: 0.0))
    qtbot.addWidget(view)
    view.resize(900, 10)
    view.show_lanes(5)
    view.set_measured(measured())
    assert view.accessibleDescription() == (
        "loudness −14.2 LUFS, brightness 1.5 kHz, onsets 3.0 / s, tempo –, key C major"
    )
    assert "key: A minor" in tip_over(qtbot, view, 0.9)
    assert "loudness: −30.0 LUFS" in tip_over(qtbot, view, 0.0)
    with qtbot.waitSignal(view.seek_requested) as asked:
        click(view, 0.5)
    assert abs(asked.args[0] - 10.0) < 0.1
    axis.zoom(10.0, 0.1)
    view.seek(10.0)
    assert not view.grab().isNull()


def test_lanes_are_measured_when_they_are_asked_for_and_are_remembered(
    qtbot: QtBot, window: MainWindow, songs: Songs, settings_file: Path
) -> None:
    window.resize(1280, 800)
    view = part(window, LanesView)
    open_and_track(qtbot, window, songs.short)
    assert view.isHidden()
    assert not window.lanes.known
    action(window, "lanes_all").trigger()
    qtbot.waitUntil(lambda: window.lanes.known)
    assert "LUFS" in view.accessibleDescription()
    all_px = view.height()
    window.resize(900, 600)
    qtbot.waitUntil(lambda: 0 < view.height() < all_px)
    assert Settings(settings_file).get(remembered.LANES) == remembered.ALL_LANES
    action(window, "lanes_none").trigger()
    assert view.isHidden()
