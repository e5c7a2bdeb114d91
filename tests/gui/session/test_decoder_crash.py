"""A decoder that crashes or hangs: the window says so, keeps what it shows, and goes on."""

import signal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.playing.player import SoundDevicePlayer
from emoviz.songs.processes.fork_server import ForkServer
from emoviz.songs.processes.pool import DecoderPool
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    analysis_threads,
    banner_of,
    is_tracked,
    open_and_track,
)
from tests.support.audio import PulseSink, wait_until, write_long_wav
from tests.support.decoders import crash, decoding_processes, halt, processes_with, wait_for_end
from tests.support.patience import DEADLINE_S
from tests.support.program import Program

CRASHED = "decoding broke off (the decoder crashed)"


@pytest.fixture
def decoders() -> DecoderPool:
    """Give processes that the window alone has."""
    return DecoderPool()


@pytest.fixture
def nothing_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a process wait for the next song, as where none can be forked: it can be halted."""
    monkeypatch.setattr(ForkServer, "is_possible", lambda: False)


def halt_the_one_that_waits(qtbot: QtBot, shown: Path) -> None:
    """Halt the process that will open the next song."""

    def waiting() -> list[int]:
        return [x.pid for x in decoding_processes() if x not in processes_with(shown)]

    qtbot.waitUntil(lambda: len(waiting()) == 1)
    halt(*(x for x in decoding_processes() if x.pid in waiting()))


def halted() -> list[int]:
    return [x.pid for x in decoding_processes() if x.status() == "stopped"]


def test_a_song_whose_opening_crashes_changes_nothing_but_the_banner(
    qtbot: QtBot, nothing_forks: None, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.other)
    track = window.trajectory
    halt_the_one_that_waits(qtbot, songs.other)
    window.open_song(songs.short)
    # Another one is made only when that has been asked to open the song.
    qtbot.waitUntil(lambda: len(decoding_processes()) == 3)
    crash(*(x for x in decoding_processes() if x.pid in halted()))
    qtbot.waitUntil(lambda: CRASHED in banner_of(window))
    assert banner_of(window).startswith(str(songs.short))
    assert window.windowTitle().startswith(songs.other.stem)
    assert window.trajectory is track
    assert window.playback.is_playing
    open_and_track(qtbot, window, songs.short)
    assert window.playback.is_playing
    assert window.playback.time_s == 0.0
    assert not banner_of(window)


def test_an_analysis_whose_decoder_crashes_keeps_the_track_so_far(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    hour = tmp_path / "hour.wav"
    write_long_wav(hour, 3600.0)
    window.open_song(hour)
    qtbot.waitUntil(lambda: len(window._session.values) > 0)
    crash(*processes_with(hour))
    qtbot.waitUntil(lambda: CRASHED in banner_of(window))
    assert banner_of(window).startswith(str(hour))
    assert window.windowTitle().startswith(hour.stem)
    assert 0 < len(window._session.values) < 7200
    assert window.trajectory is None
    assert window.playback.is_playing
    open_and_track(qtbot, window, songs.short)


def test_playing_stops_where_its_decoder_has_crashed_and_can_be_begun_again(
    qtbot: QtBot, window: MainWindow, songs: Songs, pulse_sink: PulseSink
) -> None:
    player = SoundDevicePlayer()
    window.set_player(player, None)
    open_and_track(qtbot, window, songs.long)
    qtbot.waitUntil(lambda: window.playback.time_s > 0.5)
    # The analysis is through: the process that has the song open is the one that plays it.
    qtbot.waitUntil(lambda: len(processes_with(songs.long)) == 1)
    crash(*processes_with(songs.long))
    qtbot.waitUntil(lambda: CRASHED in banner_of(window))
    assert not window.playback.is_playing
    assert window.trajectory is not None
    stopped_s = window.playback.time_s
    assert stopped_s > 0.5
    action(window, "toggle_play").trigger()
    qtbot.waitUntil(lambda: window.playback.time_s > stopped_s + 0.5)
    assert not banner_of(window)
    open_and_track(qtbot, window, songs.short)
    qtbot.waitUntil(lambda: 0.0 < window.playback.time_s < 5.0)
    assert window.playback.is_playing


def test_a_window_whose_decoders_hang_closes_and_leaves_nothing(
    qtbot: QtBot, settings_file: Path, songs: Songs, pulse_sink: PulseSink
) -> None:
    window = make_window(Settings(settings_file))
    qtbot.addWidget(window)
    window.set_player(SoundDevicePlayer(), None)
    window.show()
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.playback.time_s > 0.2)
    halt(*decoding_processes())
    window.seek(120.0)
    window.open_song(songs.short)
    qtbot.wait(100)
    window.close()
    assert not decoding_processes()
    assert not analysis_threads()


def test_another_song_opens_while_a_decoder_hangs(
    qtbot: QtBot, nothing_forks: None, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.other)
    halt_the_one_that_waits(qtbot, songs.other)
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: len(decoding_processes()) == 3)
    assert window.windowTitle().startswith(songs.other.stem)
    open_and_track(qtbot, window, songs.short)
    assert is_tracked(window, songs.short.stem)


def test_none_is_left_when_the_program_is_killed(emoviz: Program, songs: Songs) -> None:
    emoviz.variables["QT_QPA_PLATFORM"] = "offscreen"
    program = emoviz.start("open", songs.long)
    wait_until(lambda: processes_with(songs.long, program.pid))
    orphans = decoding_processes(program.pid)
    program.send_signal(signal.SIGKILL)
    program.wait(DEADLINE_S)
    wait_for_end(*orphans)
