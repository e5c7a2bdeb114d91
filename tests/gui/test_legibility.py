"""Text that can be read: its contrast (WCAG 2.2, level AA), and the room it has."""

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from pytestqt.qtbot import QtBot

from emoviz.circumplex import Circumplex
from emoviz.gui.main_window import MainWindow
from emoviz.gui.plane_painter import PlanePainter
from emoviz.gui.theme import DARK_COLOURS, LIGHT_COLOURS, Colours, palette_of

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
    for value in (colours.valence, colours.arousal):
        assert contrast(value, colours.panel) >= TEXT
    assert contrast(colours.text, colours.warning) >= TEXT
    palette = palette_of(colours)
    role = QPalette.ColorRole
    assert contrast(palette.color(role.HighlightedText), palette.color(role.Highlight)) >= TEXT


@THEMES
def test_what_is_drawn_stands_out_from_its_ground(colours: Colours) -> None:
    for graphic in (*colours.quadrants, colours.trail, colours.accent, colours.ghost):
        assert contrast(graphic, colours.panel) >= GRAPHICS


@pytest.mark.parametrize("side_px", [250, 340, 500, 900])
def test_the_ends_of_the_axes_do_not_cover_each_other(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, side_px: int
) -> None:
    boxes: dict[str, QRectF] = {}

    class RecordingPainter(QPainter):
        def drawText(self, box: QRectF, flags: object, text: str) -> None:  # noqa: N802
            boxes[text] = box

    monkeypatch.setattr("emoviz.gui.plane_painter.QPainter", RecordingPainter)
    size = QSize(500, side_px)
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    PlanePainter(Circumplex.russell(), DARK_COLOURS).draw(painter, size, 1.0, 0.0)
    painter.end()
    ends = [box for text, box in boxes.items() if "valence" in text or "arousal" in text]
    assert len(ends) == 4
    assert not [pair for pair in combinations(ends, 2) if pair[0].intersects(pair[1])]


def test_the_window_fits_on_a_small_screen(qtbot: QtBot, window: MainWindow) -> None:
    # A full-HD laptop at 200 %, less 30 pixels for the system's own bar.
    least = window.minimumSizeHint()
    assert least.width() <= 960
    assert least.height() <= 510
