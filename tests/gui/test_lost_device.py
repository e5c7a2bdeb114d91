"""The window when the sound device goes away in the middle of a song."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.settings import Settings
from emoviz.player import open_player
from tests.audio import PulseSink
from tests.gui.conftest import Songs
from tests.gui.driving import DEADLINE_MS, action, banner_of, label_named, labels


def test_the_song_pauses_and_goes_on_when_the_user_says_so(
    mortal_sink: PulseSink, qtbot: QtBot, settings_file: Path, songs: Songs
) -> None:
    window = make_window(Settings(settings_file))
    qtbot.addWidget(window)
    player, problem = open_player()
    assert problem is None
    window.set_player(player, problem)
    window.show()
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: player.position_s > 0.5, timeout=DEADLINE_MS)
    mortal_sink.stop()
    qtbot.waitUntil(lambda: "has stopped" in banner_of(window), timeout=DEADLINE_MS)
    assert not player.is_playing
    stopped = label_named(window, "Time")
    assert not stopped.startswith("0:00.0")
    action(window, "toggle_play").trigger()
    assert banner_of(window).startswith("No sound device can be used")
    assert "no sound device" in labels(window)
    qtbot.waitUntil(lambda: label_named(window, "Time") > stopped, timeout=DEADLINE_MS)
    window.close()
