"""A file that is damaged in the middle: tracked all the same, and marked where it is."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.time_views.overview import OverviewView
from tests.gui.conftest import Songs
from tests.gui.driving import banner_of, open_and_track, part, tip_over
from tests.support.audio import encode, music, spoil


def test_damaged_places_are_marked_and_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    path = tmp_path / "scratched.mp3"
    encode(path, music(20.0, 44100), 44100)
    spoil(path, at=0.5)
    open_and_track(qtbot, window, path)
    assert window.trajectory is not None
    assert len(window.trajectory) in (39, 40, 41)
    assert "damaged places" in banner_of(window)
    assert "copy" in banner_of(window)
    overview = part(window, OverviewView)
    said = [tip_over(qtbot, overview, share) for share in (0.1, 0.53, 0.9)]
    assert said[0] == said[2] == ""
    assert "damaged from 0:10." in said[1]
    open_and_track(qtbot, window, songs.short)
    assert not tip_over(qtbot, overview, 0.53)
