"""Text that can be read: its contrast (WCAG 2.2, level AA), and the room it has."""

import math
from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours, palette_of
from emoviz.gui.main_window import MainWindow
from emoviz.gui.plane.camera import WHOLE_PLANE
from emoviz.gui.plane.ground import PlaneGround
from emoviz.gui.time_views.ruler import ticks
from emoviz.tracks.circumplex import Circumplex

THEMES = pytest.mark.parametrize("colours", [DARK_COLOURS, LIGHT_COLOURS], ids=["dark", "light"])
TEXT, GRAPHICS = 4.5, 3.0


def luminance(colour: QColor) -> float:
    """Give the relative luminance as WCAG defines it."""
    channels = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: QColor | str, other: QColor | str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_text_stands_out_from_its_ground(colours: Colours) -> None:
    for ground in (colours.panel, colours.window):
        for text in (colours.text, colours.dim):
            assert contrast(text, ground) >= TEXT
    for value in (
        colours.valence,
        colours.arousal,
        colours.second_valence,
        colours.second_arousal,
    ):
        assert contrast(value, colours.panel) >= TEXT
    assert contrast(colours.text, colours.warning) >= TEXT
    palette = palette_of(colours)
    role = QPalette.ColorRole
    assert contrast(palette.color(role.HighlightedText), palette.color(role.Highlight)) >= TEXT


@THEMES
def test_what_is_drawn_stands_out_from_its_ground(colours: Colours) -> None:
    for graphic in (
        *colours.quadrants,
        colours.trail,
        colours.second_trail,
        colours.accent,
        colours.ghost,
        colours.density,
    ):
        assert contrast(graphic, colours.panel) >= GRAPHICS


@pytest.mark.parametrize("side_px", [250, 340, 500, 900])
def test_the_ends_of_the_axes_lie_apart_inside_the_circle(qtbot: QtBot, side_px: int) -> None:
    ground = PlaneGround(Circumplex.russell(), DARK_COLOURS)
    geometry = ground.geometry(QSize(500, side_px), WHOLE_PLANE)
    ends = [label.rect for label in ground.labels(geometry) if not label.is_word]
    assert len(ends) == 4
    for box in ends:
        for corner in (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()):
            away = corner - geometry.origin
            assert math.hypot(away.x(), away.y()) < geometry.radius_px
    assert not [pair for pair in combinations(ends, 2) if pair[0].intersects(pair[1])]


def test_the_window_fits_on_a_small_screen(qtbot: QtBot, window: MainWindow) -> None:
    # A full-HD laptop at 200 %, less 30 pixels for the system's own bar.
    least = window.minimumSizeHint()
    assert least.width() <= 960
    assert least.height() <= 510


@pytest.mark.parametrize("length_s", [2.0, 7.0, 30.0, 90.0, 240.0, 1200.0, 3600.0, 40_000.0])
@pytest.mark.parametrize("size_px", [400, 1200, 3000])
def test_the_ticks_of_time_stand_at_round_times_and_apart(
    qtbot: QtBot, length_s: float, size_px: int
) -> None:
    texts_s = [tick.time_s for tick in ticks(0.0, length_s, size_px) if tick.text]
    spacing_s = texts_s[1] - texts_s[0]
    assert texts_s[0] == 0.0
    assert 80 <= spacing_s / length_s * size_px <= 250
    minutes = spacing_s / 60
    assert minutes < 1 or minutes == pytest.approx(round(minutes))
