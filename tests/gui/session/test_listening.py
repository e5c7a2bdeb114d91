"""Listening in the window: what another program plays is shown, recorded, exported, given back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

from emoviz.gui.live_display import VIEW_S
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.comparison_panel import ComparisonPanel
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.time_views.overview import OverviewView
from emoviz.live.listening import Listening
from emoviz.playing.player import SilentPlayer
from emoviz.tracks.track import load_csv
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    banner_of,
    choose_in_dialog,
    label_named,
    labels,
    open_and_track,
    part,
    tip_over,
)
from tests.support.audio import PulseSink, encode, music, spoil, write_music


def time_of(window: MainWindow) -> float:
    """Give the playhead's time as the transport says it, below a minute."""
    return float(label_named(window, "Time").split(" / ")[0].removeprefix("0:"))


def listen(qtbot: QtBot, window: MainWindow, until_s: float) -> None:
    """Begin to listen and go on until so much has been heard."""
    action(window, "toggle_listen").trigger()
    qtbot.waitUntil(lambda: window.listening.trajectory is not None)
    qtbot.waitUntil(lambda: time_of(window) >= until_s)


def has_label(window: MainWindow, text: str) -> Callable[[], bool]:
    return lambda: any(text in label for label in labels(window))


@pytest.fixture
def sounding_sink(pulse_sink: PulseSink, tmp_path: Path) -> PulseSink:
    write_music(tmp_path / "sound.wav", 60.0, 22050)
    return pulse_sink


def test_what_sounds_is_shown_and_then_the_song_again(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    songs: Songs,
    sounding_sink: PulseSink,
    tmp_path: Path,
) -> None:
    open_and_track(qtbot, window, songs.long)
    window.seek(100.0)
    valence = label_named(window, "valence now")
    action(window, "faster").trigger()
    assert label_named(window, "Speed") == "1.1×"
    rated = tmp_path / "rated.csv"
    rated.write_text("time,valence\n1,-0.25\n200,0.25\n")
    action(window, "compare_labels").trigger()
    choose_in_dialog(qtbot, window, rated)
    comparison = part(window, ComparisonPanel)
    qtbot.waitUntil(comparison.isVisible)
    with sounding_sink.playing(tmp_path / "sound.wav"):
        listen(qtbot, window, until_s=2.0)
        assert window.windowTitle() == "Listening - emoviz"
        assert not player.is_playing
        # What is listened to has a speed of its own, and what can be done is in sight.
        assert label_named(window, "Speed") == ""
        seen = {b.text() for b in window.findChildren(QToolButton) if b.isVisible()}
        assert {"Stop listening", "Record"} <= seen
        assert has_label(window, "wider until 23 s have been heard")()
        assert has_label(window, "SO FAR")()
        assert not comparison.isVisible()
        assert not action(window, "stop_comparing").isEnabled()
        heard = window.listening.trajectory
        assert heard is not None
        assert heard.valence_sd is not None
        # Nothing that is asked of the song moves it, or the live edge.
        action(window, "step_back").trigger()
        part(window, PlaneView).seek_requested.emit(0.0)
        assert time_of(window) >= 1.5
        assert not action(window, "toggle_play").isEnabled()
        qtbot.waitUntil(lambda: time_of(window) >= 3.0)
    action(window, "toggle_listen").trigger()
    assert window.windowTitle() == "long - emoviz"
    # What was compared is compared again.
    assert comparison.isVisible()
    assert has_label(window, "rated.csv")()
    assert action(window, "stop_comparing").isEnabled()
    action(window, "stop_comparing").trigger()
    assert label_named(window, "Time").startswith("1:4")
    assert has_label(window, "THE SONG")()
    assert not has_label(window, "wider until")()
    window.seek(100.0)
    assert label_named(window, "Time") == "1:40.0 / 4:00"
    assert label_named(window, "valence now") == valence
    assert action(window, "toggle_play").isEnabled()
    assert not action(window, "toggle_listen").isChecked()


def test_what_is_heard_is_recorded_with_its_track(
    qtbot: QtBot, window: MainWindow, songs: Songs, sounding_sink: PulseSink, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    target, table = tmp_path / "heard.flac", tmp_path / "heard.csv"
    with sounding_sink.playing(tmp_path / "sound.wav"):
        listen(qtbot, window, until_s=0.5)
        action(window, "toggle_record").trigger()
        assert not action(window, "toggle_record").isChecked()
        choose_in_dialog(qtbot, window, target)
        assert action(window, "toggle_record").isChecked()
        assert has_label(window, "recording: ")()
        begun_s = time_of(window)
        qtbot.waitUntil(lambda: time_of(window) >= begun_s + 2.5)
        assert not target.exists()
        action(window, "toggle_record").trigger()
        qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
        choose_in_dialog(qtbot, window, table)
    assert has_label(window, "listening: ")()
    qtbot.waitUntil(table.exists)
    track, sound = load_csv(table), soundfile.info(target)
    assert track.provenance.song_file == "heard.flac"
    assert sound.duration >= 1.5
    assert len(track) in (int(sound.duration / 0.5), int(sound.duration / 0.5) - 1)
    assert sorted(path.suffix for path in tmp_path.glob(".*")) == []


def test_the_live_track_is_exported(
    qtbot: QtBot, window: MainWindow, sounding_sink: PulseSink, tmp_path: Path
) -> None:
    with sounding_sink.playing(tmp_path / "sound.wav"):
        listen(qtbot, window, until_s=1.0)
        action(window, "export_track").trigger()
        choose_in_dialog(qtbot, window, tmp_path / "live.csv")
    assert len(load_csv(tmp_path / "live.csv")) >= 2


def test_a_song_that_is_opened_ends_the_listening(
    qtbot: QtBot, window: MainWindow, songs: Songs, pulse_sink: PulseSink
) -> None:
    open_and_track(qtbot, window, songs.short)
    listen(qtbot, window, until_s=0.5)
    open_and_track(qtbot, window, songs.other)
    assert not window.listening.is_on
    assert label_named(window, "Time").endswith(" / 0:12")
    assert part(window, ReadoutPanel).isVisible()


def test_an_input_that_vanishes_is_told_of_and_the_song_comes_back(
    qtbot: QtBot, window: MainWindow, songs: Songs, mortal_sink: PulseSink, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    listen(qtbot, window, until_s=0.5)
    action(window, "toggle_record").trigger()
    choose_in_dialog(qtbot, window, tmp_path / "heard.flac")
    begun_s = time_of(window)
    qtbot.waitUntil(lambda: time_of(window) >= begun_s + 1.5)
    mortal_sink.stop()
    qtbot.waitUntil(lambda: "has stopped" in banner_of(window))
    assert window.windowTitle() == "short - emoviz"
    # What was heard until then is kept.
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
    assert soundfile.info(tmp_path / "heard.flac").duration > 0.5


def test_without_an_input_there_is_a_sentence(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.listening.choose_input("the neighbour's")
    action(window, "toggle_listen").trigger()
    qtbot.waitUntil(lambda: "There is no input named" in banner_of(window))
    assert not action(window, "toggle_listen").isChecked()
    assert window.windowTitle() == "short - emoviz"


def scratched(folder: Path) -> Path:
    """Write a song of 20 s that is damaged after ten."""
    path = folder / "scratched.mp3"
    encode(path, music(20.0, 44100), 44100)
    spoil(path, at=0.5)
    return path


def test_the_marks_of_damage_are_the_song_s_and_not_the_live_track_s(
    qtbot: QtBot, window: MainWindow, pulse_sink: PulseSink, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, scratched(tmp_path))
    overview = part(window, OverviewView)
    assert "damaged from 0:10." in tip_over(qtbot, overview, 0.53)
    listen(qtbot, window, until_s=0.5)
    assert tip_over(qtbot, overview, 0.53 * 20.0 / VIEW_S) == ""
    action(window, "toggle_listen").trigger()
    assert "damaged from 0:10." in tip_over(qtbot, overview, 0.53)


def test_a_song_that_was_opened_meanwhile_is_shown_played_and_marked_afterwards(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    songs: Songs,
    pulse_sink: PulseSink,
    tmp_path: Path,
) -> None:
    open_and_track(qtbot, window, songs.long)
    window.open_song(scratched(tmp_path))
    action(window, "toggle_listen").trigger()
    qtbot.waitUntil(lambda: "damaged places" in banner_of(window))
    qtbot.waitUntil(lambda: len(window.trajectory or ()) > 30)
    assert window.windowTitle() == "Listening - emoviz"
    assert not player.is_playing
    action(window, "toggle_listen").trigger()
    assert window.windowTitle() == "scratched - emoviz"
    assert window.duration_s == pytest.approx(20.0, abs=1.0)
    assert "damaged from 0:10." in tip_over(qtbot, part(window, OverviewView), 0.53)
    assert player.is_playing
    assert player.duration_s == pytest.approx(20.0, abs=1.0)


def test_a_song_that_cannot_be_opened_is_told_of_while_something_is_listened_to(
    qtbot: QtBot, window: MainWindow, songs: Songs, pulse_sink: PulseSink, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.open_song(tmp_path / "none.wav")
    action(window, "toggle_listen").trigger()
    qtbot.waitUntil(lambda: "none.wav" in banner_of(window))
    assert window.listening.is_on


def test_a_recording_that_is_lost_is_told_of_though_another_input_is_chosen(
    qtbot: QtBot, window: MainWindow, songs: Songs, pulse_sink: PulseSink, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    listen(qtbot, window, until_s=0.5)
    folder = tmp_path / "gone"
    folder.mkdir()
    action(window, "toggle_record").trigger()
    choose_in_dialog(qtbot, window, folder / "heard.flac")
    begun_s = time_of(window)
    qtbot.waitUntil(lambda: time_of(window) >= begun_s + 1.0)
    shutil.rmtree(folder)
    window.listening.choose_input("")
    qtbot.waitUntil(lambda: "heard.flac" in banner_of(window))


def test_listening_that_breaks_off_at_its_very_end_is_told_of(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    pulse_sink: PulseSink,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    end = Listening.end

    def break_off(listening: Listening) -> None:
        end(listening)
        raise RuntimeError("the end is broken")

    monkeypatch.setattr(Listening, "end", break_off)
    open_and_track(qtbot, window, songs.short)
    listen(qtbot, window, until_s=0.5)
    action(window, "toggle_listen").trigger()
    qtbot.waitUntil(lambda: "Listening failed as nobody expected" in banner_of(window))
    assert "the end is broken" in caplog.text
    assert "in break_off" in caplog.text
    assert window.windowTitle() == "short - emoviz"
