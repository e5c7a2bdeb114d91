"""The panel says why the music turned, in parts that add up, and so it does at a song's return."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import Theme
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.why_block import WhyBlock, shown_parts
from emoviz.playing.player import SilentPlayer
from emoviz.tracks.reasons import Part, Why
from tests.gui.conftest import Songs
from tests.gui.driving import action, open_and_track, part

PARTS = (
    Part("louder", 0.01, 0.2),
    Part("darker", 0.0, -0.03),
    Part("denser", 0.0, 0.1),
    Part("mode and harmony", -0.1, 0.02),
    Part("timbre", 0.0, 0.05),
    Part("what came before", 0.0, 0.001),
)
TURN = Why(-0.09, 0.341, PARTS)


@pytest.mark.parametrize("dimension", ["valence", "arousal"])
def test_what_is_shown_adds_up(dimension: str) -> None:
    rows = shown_parts(TURN, dimension)
    assert len(rows) <= 4
    assert sum(value for _, value in rows) == pytest.approx(getattr(TURN, dimension), abs=0.005)
    assert [words for words, _ in shown_parts(TURN, "arousal")] == [
        "louder",
        "denser",
        "timbre",
        "all else",
    ]


def test_the_block_says_it_to_those_who_do_not_see_it(qtbot: QtBot) -> None:
    block = WhyBlock(Theme())
    qtbot.addWidget(block)
    block.show_why(TURN, 48.0)
    assert block.accessibleDescription().startswith("arousal +0.34: louder (+0.20)")
    block.resize(280, block.sizeHint().height())
    assert not block.grab().isNull()


def test_the_panel_says_why_and_so_it_does_when_the_song_is_opened_again(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, tmp_path: Path
) -> None:
    window.library.use(tmp_path / "library.db")
    window.resize(1280, 800)
    open_and_track(qtbot, window, songs.middling)
    player.pause()
    player.seek(45.0)
    qtbot.waitUntil(lambda: window.playback.time_s == 45.0)
    action(window, "split_section").trigger()
    block = part(window, WhyBlock)
    qtbot.waitUntil(block.isVisible)
    track = window.trajectory
    assert track is not None
    index = next(i for i, each in enumerate(track.sections()) if each.start_s == 45.0)
    why = track.why(index)
    assert why is not None
    assert block.accessibleDescription() == why.said()
    open_and_track(qtbot, window, songs.short)
    open_and_track(qtbot, window, songs.middling)
    player.pause()
    again = window.trajectory
    assert again is not None
    told = again.why(index)
    assert told is not None
    assert told.arousal == pytest.approx(why.arousal, abs=0.002)
    assert block.isVisible()
