"""The window, through what a user does with it."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pyqtgraph import PlotCurveItem
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QSlider, QWidget
from pytestqt.qtbot import QtBot

from emoviz import errors
from emoviz.export.formats import CSV
from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.playing.player import SilentPlayer
from emoviz.system import paths
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    analysis_threads,
    banner_of,
    by_the_default_model,
    choose_in_dialog,
    click,
    drag,
    drop,
    is_tracked,
    label_named,
    labels,
    open_and_track,
    part,
    recent_entries,
    turn_wheel,
)
from tests.support.audio import music
from tests.support.clocks import ToldClock
from tests.support.places import read_only
from tests.support.program import Program

TIME_VIEWS = (RulerView, TimelineView, SpectrogramView, OverviewView)
UNKNOWN = "…"


def waits_for(qtbot: QtBot, window: MainWindow, song: Path) -> None:
    qtbot.waitUntil(lambda: is_tracked(window, song.stem))


# Opening.


def test_open_by_dialog(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    action(window, "open_dialog").trigger()
    choose_in_dialog(qtbot, window, songs.short)
    waits_for(qtbot, window, songs.short)
    assert banner_of(window) == ""


def test_open_the_demo_song(qtbot: QtBot, window: MainWindow) -> None:
    action(window, "open_demo").trigger()
    qtbot.waitUntil(lambda: is_tracked(window, "A walk"))
    assert "A walk through the plane" in labels(window)
    assert "Carl Maria von Weber" in labels(window)


def test_open_by_drop(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    assert drop(window, QUrl.fromLocalFile(str(songs.other)))
    waits_for(qtbot, window, songs.other)


def test_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    assert drop(window, QUrl("https://example.org/song.mp3"))
    assert banner_of(window).startswith("https://example.org/song.mp3: this is no file")
    assert window.windowTitle() == "emoviz"


def test_open_a_recent_song(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    open_and_track(qtbot, window, songs.short)
    open_and_track(qtbot, window, songs.other)
    entries = recent_entries(window)
    assert [entry.text() for entry in entries] == [str(songs.other), str(songs.short)]
    entries[1].trigger()
    waits_for(qtbot, window, songs.short)
    assert [entry.text() for entry in recent_entries(window)] == [
        str(songs.short),
        str(songs.other),
    ]


def test_recent_songs_are_found_from_any_folder(
    qtbot: QtBot, window: MainWindow, songs: Songs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(songs.short.parent)
    open_and_track(qtbot, window, Path(songs.short.name))
    monkeypatch.chdir("/")
    (entry,) = recent_entries(window)
    assert entry.text() == str(songs.short)


def test_recent_songs_are_remembered(
    qtbot: QtBot, window: MainWindow, songs: Songs, settings_file: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.close()
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    assert [entry.text() for entry in recent_entries(again)] == [str(songs.short)]
    again.close()


# Playing.


def test_an_opened_song_plays_and_space_pauses(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.long)
    assert player.is_playing
    clock.pass_s(2.5)
    assert player.position_s == 2.5
    qtbot.waitUntil(lambda: label_named(window, "Time").startswith("0:02.5"))
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert not player.is_playing
    action(window, "toggle_play").trigger()
    assert player.is_playing


def test_the_clock_and_the_readout_follow_the_song(
    qtbot: QtBot, window: MainWindow, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.long)
    window.seek(61.5)
    clock.pass_s(0.7)
    qtbot.waitUntil(lambda: label_named(window, "Time").startswith("1:02"))
    assert label_named(window, "Time").endswith(" / 4:00")
    assert UNKNOWN not in labels(window)


def test_at_its_end_the_song_stops_and_plays_again(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.seek(7.8)
    clock.pass_s(0.5)
    qtbot.waitUntil(lambda: not window.playback.is_playing)
    assert player.position_s == pytest.approx(8.0)
    action(window, "toggle_play").trigger()
    assert player.is_playing
    assert player.position_s == 0.0


# Seeking.


@pytest.fixture
def paused(qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs) -> MainWindow:
    """Give the window on the four-minute song, tracked and paused."""
    open_and_track(qtbot, window, songs.long)
    player.pause()
    return window


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_a_click_on_any_time_view_seeks(
    paused: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    view = part(paused, kind)
    for share in (0.25, 0.8, 0.0, 1.0):
        click(view, share)
        assert player.position_s == pytest.approx(share * 240.0, abs=0.5)
    assert label_named(paused, "Time").startswith("4:00")


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_a_drag_on_any_time_view_scrubs_while_the_whole_song_is_in_view(
    paused: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    asked: list[float] = []
    view = part(paused, kind)
    view.seek_requested.connect(asked.append)  # type: ignore[attr-defined]
    drag(view, 0.2, 0.3, 0.6, 0.5)
    assert asked[:4] == pytest.approx([48.0, 72.0, 144.0, 120.0], abs=0.5)
    assert player.position_s == pytest.approx(120.0, abs=0.5)


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_without_a_song_there_is_nowhere_to_seek(
    window: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    click(part(window, kind), 0.5)
    drag(part(window, kind), 0.1, 0.9)
    turn_wheel(part(window, kind), 0.5, 1)
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert player.position_s == 0.0
    assert banner_of(window) == ""


@pytest.mark.parametrize(
    ("key", "modifier", "from_s", "to_s"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 100.0, 105.0),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 100.0, 95.0),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 100.0, 100.5),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 100.0, 99.5),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 100.0, 0.0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 100.0, 240.0),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 2.0, 0.0),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 238.0, 240.0),
    ],
)
def test_keys_seek(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    songs: Songs,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    from_s: float,
    to_s: float,
) -> None:
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("long"))
    player.pause()
    window.seek(from_s)
    QTest.keyClick(window, key, modifier)
    assert player.position_s == pytest.approx(to_s, abs=1e-6)


@pytest.mark.parametrize("kind", TIME_VIEWS)
def test_the_wheel_zooms_and_the_page_turns_with_the_playhead(
    paused: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    timeline, overview = part(paused, TimelineView), part(paused, OverviewView)
    zoomed = part(paused, kind)
    turn_wheel(zoomed, 0.0, 8)
    click(timeline, 1.0)
    in_view_s = player.position_s
    assert 30.0 < in_view_s < 60.0  # 0.8 to the power of 8 of four minutes
    click(overview, 0.75)
    click(timeline, 0.0)
    assert 120.0 < player.position_s < 180.0
    action(paused, "show_all").trigger()
    click(timeline, 0.0)
    assert player.position_s == pytest.approx(0.0, abs=0.5)


# What is kept.


def test_the_volume_is_kept(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, settings_file: Path
) -> None:
    slider = part(window, QSlider)
    assert player.volume == pytest.approx(0.8)
    slider.setValue(30)
    assert player.volume == pytest.approx(0.3)
    action(window, "louder").trigger()
    assert player.volume == pytest.approx(0.35)
    for _ in range(9):
        action(window, "softer").trigger()
    assert player.volume == 0.0
    slider.setValue(45)
    window.close()
    again, other_player = make_window(Settings(settings_file)), SilentPlayer()
    qtbot.addWidget(again)
    again.set_player(other_player, None)
    assert other_player.volume == pytest.approx(0.45)
    assert part(again, QSlider).value() == 45
    again.close()


def test_the_theme_is_chosen_and_kept(
    qtbot: QtBot, window: MainWindow, settings_file: Path
) -> None:
    for name, colours in (("theme_light", LIGHT_COLOURS), ("theme_dark", DARK_COLOURS)):
        action(window, name).trigger()
        qtbot.waitUntil(lambda: window.palette().window().color() == QColor(colours.window))  # noqa: B023
        shown = part(window, OverviewView).grab().toImage()
        assert shown.pixelColor(2, 2) == QColor(colours.panel)
    action(window, "theme_light").trigger()
    window.close()
    assert Settings(settings_file).get(remembered.THEME) == "light"
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    assert again.palette().window().color() == QColor(LIGHT_COLOURS.window)
    action(again, "theme_system").trigger()
    again.close()


# Export.


def test_the_export_is_what_the_command_line_writes(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.other)
    exported, place = tmp_path / "exported", tmp_path / "place"
    exported.mkdir()
    place.mkdir()
    action(window, "export_track").trigger()
    choose_in_dialog(qtbot, window, exported / "other.csv")
    qtbot.waitUntil(lambda: any("was written to" in text for text in labels(window)))
    done = Program(place, tmp_path)("analyze", songs.other, "--model", "cae")
    assert done.returncode == 0
    for name in ("other.csv", "other.csv-metadata.json"):
        assert (exported / name).read_bytes() == (place / name).read_bytes()
    assert len(list(exported.iterdir())) == 2


def test_ctrl_e_exports_and_the_suffix_is_added(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    choose_in_dialog(qtbot, window, tmp_path / "mine")
    qtbot.waitUntil(lambda: (tmp_path / "mine.csv").is_file())
    assert any(str(tmp_path / "mine.csv") in text for text in labels(window))


def test_there_is_nothing_to_export_before_the_track_is_whole(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    assert not action(window, "export_track").isEnabled()
    open_and_track(qtbot, window, songs.short)
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("long"))
    assert not action(window, "export_track").isEnabled()


def test_an_unwritable_place_is_said_and_the_song_goes_on(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.long)
    folder = tmp_path / "folder"
    folder.mkdir()
    action(window, "export_track").trigger()
    with read_only(folder):
        choose_in_dialog(qtbot, window, folder / "long.csv")
        qtbot.waitUntil(lambda: banner_of(window) != "")
    assert banner_of(window).startswith(f"{folder / 'long.csv'}: cannot be written (permission")
    assert list(folder.iterdir()) == []
    assert player.is_playing
    assert is_tracked(window, "long")


def test_the_song_itself_is_not_written_over(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    song = tmp_path / "song.csv"
    shutil.copy(songs.short, song)
    other_name = tmp_path / "other.csv"
    os.link(song, other_name)
    open_and_track(qtbot, window, song)
    assert window.trajectory is not None
    window.exporting.write(window.trajectory, other_name, CSV, song)
    assert "it is the song itself" in banner_of(window)
    assert other_name.read_bytes() == songs.short.read_bytes()


# Analysis.


@by_the_default_model
def test_results_appear_before_the_end_and_the_window_lives(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    ticks: list[bool] = []
    shown_early: list[str] = []

    def look() -> None:
        whole = action(window, "export_track").isEnabled()
        ticks.append(whole)
        if not whole and label_named(window, "valence now")[0] in "+−":
            shown_early.extend(text for text in labels(window) if text.startswith("analysing"))

    timer = QTimer(interval=5)
    timer.timeout.connect(look)
    timer.start()
    open_and_track(qtbot, window, songs.middling)
    timer.stop()
    assert ticks.count(False) > 3
    assert shown_early
    assert not [text for text in labels(window) if text.startswith("analysing")]


def test_the_last_of_many_songs_wins(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, tmp_path: Path
) -> None:
    for _ in range(6):
        for song in (songs.long, songs.short, tmp_path / "missing.wav", songs.other):
            window.open_song(song)
            qtbot.wait(1)
    qtbot.waitUntil(lambda: not analysis_threads())
    # Whatever the threads have answered is in the queue by now.
    QApplication.processEvents()
    assert is_tracked(window, songs.other.stem)
    assert player.duration_s == pytest.approx(12.0)
    exported = tmp_path / "other.csv"
    action(window, "export_track").trigger()
    choose_in_dialog(qtbot, window, exported)
    qtbot.waitUntil(exported.is_file)
    assert len(exported.read_text().splitlines()) == 1 + 24


@by_the_default_model
def test_a_song_opened_while_another_is_analysed_takes_its_place(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("long"))
    open_and_track(qtbot, window, songs.short)
    assert label_named(window, "Time").endswith(" / 0:08")
    qtbot.waitUntil(lambda: not analysis_threads())
    assert window.windowTitle().startswith("short")


@by_the_default_model
def test_closing_while_a_song_is_analysed_leaves_no_thread(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: any(text.startswith("analysing") for text in labels(window)))
    assert analysis_threads()
    action(window, "close").trigger()
    assert not analysis_threads()
    assert not window.isVisible()
    assert not player.is_playing


def test_closing_while_a_song_is_opened_leaves_no_thread(window: MainWindow, songs: Songs) -> None:
    window.open_song(songs.long)
    window.close()
    assert not analysis_threads()


# What goes wrong.


@by_the_default_model
@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("text.mp3", b"This is no music.", "this is not audio"),
        ("empty.wav", b"", "the file holds no audio"),
        ("missing.wav", None, "no such file"),
        (".", None, "this is a folder"),
    ],
)
def test_a_bad_file_is_said_and_the_old_song_goes_on(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    songs: Songs,
    tmp_path: Path,
    name: str,
    data: bytes | None,
    reason: str,
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    # While it is still being tracked: the bad file must not end that either.
    window.open_song(songs.middling)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("middling"))
    window.open_song(tmp_path / name)
    qtbot.waitUntil(lambda: reason in banner_of(window))
    assert banner_of(window).startswith(f"{tmp_path / name}: ")
    waits_for(qtbot, window, songs.middling)
    assert player.is_playing
    assert reason in banner_of(window)
    assert [entry.text() for entry in recent_entries(window)] == [str(songs.middling)]


def test_a_silent_song_is_said(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    song = tmp_path / "silence.wav"
    soundfile.write(song, np.zeros(22050 * 3), 22050)
    open_and_track(qtbot, window, song)
    assert banner_of(window).startswith(f"{song}: the song is silent")


def test_a_silent_place_is_said_and_has_no_values(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    song, sound = tmp_path / "gap.wav", music(10.0, 22050)
    gap = np.zeros((22050 * 10, sound.shape[1]))
    soundfile.write(song, np.concatenate([sound, gap, sound]), 22050)
    open_and_track(qtbot, window, song)
    window.playback.seek(15.0)
    qtbot.waitUntil(lambda: "silent" in labels(window))
    assert label_named(window, "valence now") == label_named(window, "arousal now") == "–"
    plane = part(window, PlaneView)
    assert plane.now is None
    items = part(window, TimelineView).plotItem.items
    for curve in [item for item in items if isinstance(item, PlotCurveItem)][:2]:
        times_s, values = curve.getData()
        assert np.isnan(values[(times_s > 12.5) & (times_s < 18.5)]).all()
        assert np.isfinite(values[(times_s < 9.0) | (times_s > 21.0)]).all()
    window.playback.seek(25.0)
    qtbot.waitUntil(lambda: "silent" not in labels(window))
    assert plane.now is not None
    # Of what is not known yet it is not said that it is silent.
    readout = part(window, ReadoutPanel)
    readout.set_silence(np.zeros(4, bool))
    readout.set_track(np.full((4, 4), np.nan))
    readout.seek(1.0)
    assert "…" in labels(window)
    readout.set_silence(np.ones(4, bool))
    readout.seek(1.5)
    assert "silent" in labels(window)


@by_the_default_model
def test_a_song_that_vanishes_while_it_is_tracked_is_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    song = tmp_path / "vanishing.wav"
    shutil.copy(songs.middling, song)
    window.open_song(song)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("vanishing"))
    song.unlink()
    qtbot.waitUntil(lambda: "has vanished" in banner_of(window))
    assert banner_of(window).startswith(f"{song}: ")
    assert not action(window, "export_track").isEnabled()


def test_without_a_device_a_banner_says_so_and_the_clock_runs(
    qtbot: QtBot, settings_file: Path, songs: Songs
) -> None:
    window, player = make_window(Settings(settings_file)), SilentPlayer()
    qtbot.addWidget(window)
    window.open_song(songs.short)
    window.set_player(player, errors.SoundDeviceError("there is none"))
    window.show()
    assert banner_of(window).startswith("No sound device can be used (there is none)")
    qtbot.waitUntil(lambda: player.position_s > 0.0)
    assert "no sound device" in labels(window)
    window.close()


def test_a_song_opened_before_the_player_is_there_plays_when_it_is(
    qtbot: QtBot, settings_file: Path, songs: Songs
) -> None:
    window, player = make_window(Settings(settings_file)), SilentPlayer()
    qtbot.addWidget(window)
    open_and_track(qtbot, window, songs.short)
    assert not player.is_playing
    window.set_player(player, None)
    assert player.is_playing
    window.close()


@pytest.mark.parametrize(
    "ini",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"[sound]\nvolume=loud\n",
        b"[sound]\nvolume=7\n",
        b"[sound]\nvolume=nan\n",
        b"[window]\ntheme=plaid\ngeometry=garbage\n",
        b"[window]\ngeometry=@ByteArray(garbage)\n[files]\nrecent=@Invalid()\nfolder=@Variant(x)\n",
        b"[files]\nrecent=\nfolder=/no/such/folder\n",
        b"[sound]\nvolume=@Variant(\\0\\0\\0\\x7f)\n",
        b"[sound]\nvolume=1, 2, 3\n[window]\ntheme=dark, light\n",
    ],
)
def test_settings_that_make_no_sense_are_forgotten(
    qtbot: QtBot, settings_file: Path, ini: bytes
) -> None:
    settings_file.write_bytes(ini)
    window, player = make_window(Settings(settings_file)), SilentPlayer()
    qtbot.addWidget(window)
    window.set_player(player, None)
    window.show()
    assert player.volume == pytest.approx(0.8)
    assert recent_entries(window) == []
    action(window, "open_dialog").trigger()
    choose_in_dialog(qtbot, window, paths.demo_song())
    window.close()


def test_every_action_is_in_a_menu_and_explains_itself(window: MainWindow) -> None:
    in_menus = {entry for menu in window.findChildren(QMenu) for entry in menu.actions()}
    named = [entry for entry in window.actions() if entry.objectName()]
    assert len(named) >= 15
    for entry in named:
        assert entry in in_menus
        assert entry.toolTip()
    shortcuts = [key.toString() for entry in named for key in entry.shortcuts()]
    assert len(shortcuts) == len(set(shortcuts))
