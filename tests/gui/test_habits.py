"""What a user gets used to: the view stays where it was put, a message comes once."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from emoviz import errors
from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.banner import Banner
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.playing.player import SilentPlayer
from emoviz.system import paths
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    banner_of,
    click,
    open_and_track,
    part,
    recent_entries,
    turn_wheel,
)
from tests.support.clocks import ToldClock


class FailingPlayer(SilentPlayer):
    """A player whose song can be made to fail."""

    failure: errors.EmovizError | None = None

    def _failure(self) -> errors.EmovizError | None:
        return self.failure


def test_the_page_turns_when_time_runs_out_of_it() -> None:
    axis = TimeAxis()
    axis.set_duration(100.0)
    axis.zoom(0.0, 0.2)
    axis.follow(19.9, 20.1)
    assert axis.start_s == pytest.approx(19.1)
    assert axis.end_s == pytest.approx(39.1)


def test_a_view_that_was_moved_away_from_the_playhead_stays() -> None:
    axis = TimeAxis()
    axis.set_duration(100.0)
    axis.zoom(0.0, 0.2)
    axis.pan(60.0)
    axis.follow(1.0, 1.1)
    assert (axis.start_s, axis.end_s) == (60.0, 80.0)
    # Back in view, it is followed again.
    axis.follow(79.9, 80.1)
    assert axis.start_s == pytest.approx(79.1)


def test_one_can_look_ahead_while_the_song_plays(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.long)
    assert player.is_playing
    timeline = part(window, TimelineView)
    turn_wheel(timeline, 1.0, 8)
    clock.pass_s(2.0)
    qtbot.waitUntil(lambda: window.playback.time_s == 2.0)
    click(timeline, 0.0)
    assert player.position_s > 180.0


def test_a_message_that_was_closed_stays_closed_and_a_new_one_is_said(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    player = FailingPlayer()
    window.set_player(player, None)
    open_and_track(qtbot, window, songs.short)
    player.failure = errors.SongVanishedError(songs.short)
    qtbot.waitUntil(lambda: "vanished" in banner_of(window))
    (close,) = part(window, Banner).findChildren(QToolButton)
    close.click()
    qtbot.wait(500)
    assert banner_of(window) == ""
    player.failure = None
    action(window, "toggle_play").trigger()
    assert player.is_playing
    player.failure = errors.SongDamagedError(songs.short, "lost sync")
    qtbot.waitUntil(lambda: "lost sync" in banner_of(window))
    # What it said holds no longer when the song runs again.
    player.failure = None
    action(window, "toggle_play").trigger()
    assert banner_of(window) == ""


def test_a_song_with_an_ampersand_is_written_with_it_in_the_menu(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    song = tmp_path / "Simon & Garfunkel.wav"
    shutil.copy(songs.short, song)
    open_and_track(qtbot, window, song)
    (entry,) = recent_entries(window)
    assert entry.text() == str(song).replace("&", "&&")
    entry.trigger()
    qtbot.wait(100)
    assert banner_of(window) == ""


def test_the_first_song_makes_the_menu_of_recent_songs_useable(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    (menu,) = [menu for menu in window.findChildren(QMenu) if "recent" in menu.title()]
    assert not menu.isEnabled()
    assert recent_entries(window) == []
    open_and_track(qtbot, window, songs.short)
    assert menu.isEnabled()


def test_the_demo_song_does_not_change_where_dialogs_begin(
    qtbot: QtBot, window: MainWindow, songs: Songs, settings_file: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.open_song(paths.demo_song())
    assert Settings(settings_file).get(remembered.FOLDER) == str(songs.short.parent)


def test_the_menu_marks_the_theme_in_force(qtbot: QtBot, settings_file: Path) -> None:
    settings = Settings(settings_file)
    settings.put(remembered.THEME, "light")
    window = make_window(settings)
    qtbot.addWidget(window)

    def marked() -> list[str]:
        names = ("theme_system", "theme_light", "theme_dark")
        return [name for name in names if action(window, name).isChecked()]

    assert marked() == ["theme_light"]
    action(window, "theme_dark").trigger()
    assert marked() == ["theme_dark"]
    window.close()


def test_without_a_song_no_axis_has_numbers_of_nothing(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    ruler, left = part(window, RulerView), part(window, SpectrogramView).getAxis("left")
    empty = ruler.grab().toImage()
    assert left._tickLevels == []
    open_and_track(qtbot, window, songs.short)
    assert ruler.grab().toImage() != empty
    assert left._tickLevels[0]
