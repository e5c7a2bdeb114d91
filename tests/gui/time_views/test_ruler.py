"""The ruler's ticks: at round times, with texts that stand apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK, Theme
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.ruler import RulerView, ticks
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.sections import sections_of


@given(
    start_s=st.floats(0, 40_000),
    length_s=st.floats(2, 40_000),
    width_px=st.floats(300, 4000),
)
def test_texts_have_room_and_strokes_are_in_view(
    start_s: float, length_s: float, width_px: float
) -> None:
    found = ticks(start_s, start_s + length_s, width_px)
    assert all(start_s - 1e-6 <= tick.time_s <= start_s + length_s + 1e-6 for tick in found)
    texts = [tick for tick in found if tick.text]
    assert len({tick.text for tick in texts}) == len(texts)
    assert len(texts) <= width_px / 80 + 1
    assert len(found) <= width_px / 5 + 1


@pytest.mark.parametrize(
    ("start_s", "end_s", "texts"),
    [
        (0.0, 0.5, ["0:00.00", "0:00.05", "0:00.10", "0:00.15", "0:00.20", "0:00.25"]),
        (0.0, 2.0, ["0:00.0", "0:00.2", "0:00.4", "0:00.6", "0:00.8", "0:01.0"]),
        (0.0, 240.0, ["0:00", "0:30", "1:00", "1:30", "2:00", "2:30"]),
        (0.0, 10_800.0, ["0:00", "30:00", "1:00:00", "1:30:00", "2:00:00", "2:30:00"]),
        (3_599.0, 3_603.0, ["59:59.0", "59:59.5", "1:00:00.0", "1:00:00.5"]),
    ],
)
def test_ticks_stand_at_round_times(start_s: float, end_s: float, texts: list[str]) -> None:
    found = [tick.text for tick in ticks(start_s, end_s, 1000.0) if tick.text]
    assert found[: len(texts)] == texts


def test_an_abrupt_turn_is_marked_and_stands_out_as_it_happens(qtbot: QtBot) -> None:
    theme, axis = Theme(), TimeAxis()
    theme.choose(DARK)
    ruler = RulerView(theme, axis, Loop(axis, lambda: 0.0))
    qtbot.addWidget(ruler)
    ruler.resize(900, ruler.height())
    axis.set_duration(40.0)
    values = np.repeat([[-0.5, -0.4], [0.6, 0.5]], 40, axis=0)
    ruler.set_sections(sections_of(values, Circumplex.music()))

    def colour_at(time_s: float) -> str:
        place = (round(ruler.x_at(time_s)), ruler.height() - 6)
        return ruler.grab().toImage().pixelColor(*place).name()

    ruler.seek(10.0)
    assert colour_at(20.0) == theme.colours.text
    ruler.seek(21.0)
    assert colour_at(20.0) == theme.colours.accent
    ruler.seek(30.0)
    assert colour_at(20.0) == theme.colours.text
