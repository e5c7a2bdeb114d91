"""The window while sound devices come and go; each is a real null sink."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from tests.gui.conftest import Songs
from tests.gui.driving import action, banner_of, label_named, labels
from tests.support.audio import PulseSink


@pytest.fixture
def settings(settings_file: Path) -> Settings:
    return Settings(settings_file)


@pytest.fixture
def heard(
    mortal_sink: PulseSink, qtbot: QtBot, settings: Settings, songs: Songs
) -> Iterator[MainWindow]:
    """Give the window that plays a song on a device of its own choice."""
    window = make_window(settings)
    qtbot.addWidget(window)
    window.show()
    window.playback.open_player()
    window.open_song(songs.long)
    until_it_runs(qtbot, window)
    action(window, "stop_analysis").trigger()
    yield window
    window.close()


def until_it_runs(qtbot: QtBot, window: MainWindow) -> None:
    before_s, shown = window.playback.time_s, label_named(window, "Time")
    qtbot.waitUntil(lambda: window.playback.is_playing)
    qtbot.waitUntil(lambda: window.playback.time_s > before_s)
    qtbot.waitUntil(lambda: label_named(window, "Time") > shown)


def until_it_says(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: words in banner_of(window))


def device_menu(window: MainWindow) -> dict[str, QAction]:
    """Open the menu of sound devices, and give its entries by their texts."""
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.title() == "Sound &device"]
    menu.aboutToShow.emit()
    return {entry.text(): entry for entry in menu.actions()}


def test_unplugged_it_pauses_and_goes_on_when_the_user_says_so(
    mortal_sink: PulseSink, qtbot: QtBot, heard: MainWindow
) -> None:
    mortal_sink.unload()
    until_it_says(qtbot, heard, "The sound device default has stopped")
    assert not heard.playback.is_playing
    stopped_s = heard.playback.time_s
    assert stopped_s > 0.0
    mortal_sink.load()
    action(heard, "toggle_play").trigger()
    assert stopped_s <= heard.playback.time_s < stopped_s + 0.5
    until_it_runs(qtbot, heard)
    assert banner_of(heard) == ""
    assert "default" in labels(heard)


def test_with_no_device_left_the_silent_clock_goes_on(
    mortal_sink: PulseSink, qtbot: QtBot, heard: MainWindow
) -> None:
    mortal_sink.stop()
    until_it_says(qtbot, heard, "has stopped")
    action(heard, "toggle_play").trigger()
    until_it_says(qtbot, heard, "No sound device can be used (there is none)")
    assert "no sound device" in labels(heard)
    until_it_runs(qtbot, heard)
    assert list(device_menu(heard)) == ["The system's default"]
    mortal_sink.start()
    # The clock makes no sound that could be interrupted: what has come is listed at once.
    assert "pulse" in device_menu(heard)
    reached_s = heard.playback.time_s
    action(heard, "look_for_devices").trigger()
    assert banner_of(heard) == ""
    assert "default" in labels(heard)
    until_it_runs(qtbot, heard)
    assert reached_s <= heard.playback.time_s


def test_a_device_that_comes_is_listed_chosen_and_remembered(
    mortal_sink: PulseSink,
    headphones: PulseSink,
    qtbot: QtBot,
    heard: MainWindow,
    settings: Settings,
) -> None:
    mortal_sink.connect(headphones, "headphones")
    # Looking would be heard while a song is.
    assert "headphones" not in device_menu(heard)
    action(heard, "toggle_play").trigger()
    stood = label_named(heard, "Time")
    entries = device_menu(heard)
    assert label_named(heard, "Time") == stood
    entries["headphones"].trigger()
    assert "headphones" in labels(heard)
    assert settings.get(remembered.DEVICE) == "headphones"
    assert label_named(heard, "Time") == stood
    action(heard, "toggle_play").trigger()
    until_it_runs(qtbot, heard)
    with headphones.recorder() as recorder:
        recorder.wait_for(0.5)
        assert abs(recorder.sound()).max() > 0.01


def test_the_chosen_device_unplugged_the_default_one_goes_on(
    mortal_sink: PulseSink, headphones: PulseSink, qtbot: QtBot, heard: MainWindow
) -> None:
    mortal_sink.connect(headphones, "headphones")
    action(heard, "look_for_devices").trigger()
    assert heard.playback.is_playing
    device_menu(heard)["headphones"].trigger()
    until_it_runs(qtbot, heard)
    headphones.stop()
    mortal_sink.disconnect("headphones")
    until_it_says(qtbot, heard, "The sound device headphones has stopped")
    entries = device_menu(heard)
    assert entries["headphones (not connected)"].isChecked()
    action(heard, "toggle_play").trigger()
    until_it_says(qtbot, heard, "The sound device headphones cannot be used (it is not there)")
    assert "heard on default" in banner_of(heard)
    assert "default" in labels(heard)
    until_it_runs(qtbot, heard)
    # It is remembered, and taken again when it has come back.
    headphones.start()
    mortal_sink.connect(headphones, "headphones")
    action(heard, "look_for_devices").trigger()
    assert "headphones" in labels(heard)
    assert banner_of(heard) == ""
    until_it_runs(qtbot, heard)


def test_a_remembered_device_that_is_missing_at_the_start_is_told_of(
    mortal_sink: PulseSink, qtbot: QtBot, settings: Settings, songs: Songs
) -> None:
    settings.put(remembered.DEVICE, "headphones")
    window = make_window(settings)
    qtbot.addWidget(window)
    window.show()
    window.playback.open_player()
    assert banner_of(window).startswith("The sound device headphones cannot be used")
    window.open_song(songs.short)
    until_it_runs(qtbot, window)
    assert "default" in labels(window)
    assert settings.get(remembered.DEVICE) == "headphones"
    window.close()


def test_after_unplugging_everything_else_works(
    mortal_sink: PulseSink, qtbot: QtBot, heard: MainWindow, songs: Songs
) -> None:
    mortal_sink.unload()
    until_it_says(qtbot, heard, "The sound device default has stopped")
    device_menu(heard)
    for name in ("region_from_here", "toggle_loop", "faster", "softer", "toggle_mute"):
        action(heard, name).trigger()
    mortal_sink.load()
    # Another song is opened by somebody who wants to hear it, on what is there now.
    heard.open_song(songs.other)
    qtbot.waitUntil(lambda: "other" in heard.windowTitle())
    until_it_runs(qtbot, heard)
    assert banner_of(heard) == ""


def test_a_seek_after_unplugging_is_made_and_the_song_waits_there(
    mortal_sink: PulseSink, qtbot: QtBot, heard: MainWindow
) -> None:
    mortal_sink.unload()
    until_it_says(qtbot, heard, "The sound device default has stopped")
    mortal_sink.load()
    heard.seek(100.0)
    assert label_named(heard, "Time").startswith("1:40")
    assert not heard.playback.is_playing
    action(heard, "toggle_play").trigger()
    until_it_runs(qtbot, heard)
    assert heard.playback.time_s > 100.0
