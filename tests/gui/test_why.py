"""The panel says why the music turned, in parts that add up, and so it does at a song's return."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import Theme
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.why_block import WhyBlock, shown_parts
from emoviz.gui.time_views.ruler import RulerView
from emoviz.playing.player import SilentPlayer
from emoviz.tracks.reasons import Part, Reasons, Why
from emoviz.tracks.track import Provenance, Track
from tests.gui.conftest import Songs
from tests.gui.driving import action, click, open_and_track, part

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
    block.show_why(TURN, "WHY IT TURNED AT 0:48")
    assert block.accessibleDescription().startswith("arousal +0.34: louder (+0.20)")
    block.resize(280, block.sizeHint().height())
    assert not block.grab().isNull()


def told_track() -> Track:
    """Give a track of a minute that knows its reasons, and turns at 0:20 and at 0:40."""
    parts = np.zeros((120, 2, 2))
    parts[40:80, 0, 1] = 0.3
    parts[80:, 1, 0] = -0.3
    told = Reasons(("loudness", "harmony"), ("loudness",), parts, parts[:, :1, 1])
    values = np.column_stack([parts.sum(axis=1), np.full((120, 2), 0.05)])
    plain = Track.from_values(values, Provenance("song.wav", "0" * 64, "Song", "none", "1", "1"))
    return replace(plain, reasons=told)


def test_it_tells_of_the_moment_and_for_ten_seconds_of_a_turn(qtbot: QtBot) -> None:
    block, track = WhyBlock(Theme()), told_track()
    qtbot.addWidget(block)
    block.set_track(track)
    said = block.accessibleDescription
    here = [track.why_between(start_s, start_s + 2.0) for start_s in (10.0, 34.0, 50.0)]
    turns = track.why(1), track.why(2)
    assert None not in (*here, *turns)
    for time_s, wanted in (
        (10.0, here[0]),
        (11.9, here[0]),
        (20.0, turns[0]),
        (29.9, turns[0]),
        (34.5, here[1]),
        (40.0, turns[1]),
        (50.0, here[2]),
    ):
        block.seek(time_s)
        assert wanted is not None
        assert said() == wanted.said()


def test_a_turn_that_is_clicked_is_told_of_until_the_song_has_gone_on(qtbot: QtBot) -> None:
    block, track = WhyBlock(Theme()), told_track()
    qtbot.addWidget(block)
    block.set_track(track)
    turn, here = track.why(1), track.why_between(4.0, 6.0)
    assert turn is not None
    assert here is not None
    block.seek(5.0)
    block.choose_turn(19.5, 1.0)
    for time_s in (5.1, 19.5, 29.0):
        # The sound is not there yet, is there, and goes on.
        block.seek(time_s)
        assert block.accessibleDescription() == turn.said()
    block.seek(5.0)
    assert block.accessibleDescription() == here.said()
    block.choose_turn(18.0, 1.0)
    block.seek(5.5)
    assert block.accessibleDescription() == here.said()


def test_what_is_told_of_moments_keeps_its_order() -> None:
    causes = [words for words, _ in shown_parts(TURN, "valence", keeps_order=True)]
    assert causes == ["louder", "mode and harmony"]


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
    player.seek(5.0)
    qtbot.waitUntil(lambda: block.accessibleDescription() != why.said())
    # A little before the turn, and yet on it.
    click(part(window, RulerView), 44.9 / 90.0)
    qtbot.waitUntil(lambda: 44.0 < window.playback.time_s < 45.0)
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
