"""Titles, artists and sentences of any length, in the width there is."""

import html
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.banner import Banner
from emoviz.gui.panels.readout import ReadoutPanel
from tests.gui.driving import open_and_track, part
from tests.support.audio import encode, music

LONG_WORD = "sinfonie_nr_9_in_d_moll_op_125_" * 6


def label(text: str, most_lines: int = 3) -> WrappedLabel:
    """Give a label that is drawn black on white."""
    made = WrappedLabel(most_lines)
    made.setFont(interface_font(10))
    made.setText(text)
    made.resize(200, made.heightForWidth(200))
    palette = QPalette(made.palette())
    palette.setColor(QPalette.ColorRole.WindowText, QColor("black"))
    palette.setColor(QPalette.ColorRole.Window, QColor("white"))
    made.setPalette(palette)
    made.setAutoFillBackground(True)
    return made


def ink(made: WrappedLabel) -> tuple[int, int]:
    """Give the first and the last column that has ink."""
    image = made.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    columns = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).value() < 128 for y in range(image.height()))
    ]
    return columns[0], image.width() - 1 - columns[-1]


@pytest.mark.parametrize("text", [LONG_WORD, "many words " * 40, "夜曲🎹" * 60, "", "one"])
def test_no_text_needs_more_than_its_width_and_its_lines(qtbot: QtBot, text: str) -> None:
    made = label(text)
    qtbot.addWidget(made)
    line_px = label("one").heightForWidth(200)
    assert made.minimumSizeHint().width() == 0
    assert line_px <= made.heightForWidth(200) <= 3 * line_px
    assert made.heightForWidth(100_000) == line_px
    made.grab()


def test_a_text_of_the_other_direction_is_at_the_other_side(qtbot: QtBot) -> None:
    latin, hebrew = label("peace (live) 1"), label("שלום (live) 1")
    for made in (latin, hebrew):
        qtbot.addWidget(made)
    left, right = ink(latin)
    assert left < 5 < right
    left, right = ink(hebrew)
    assert right < 5 < left


def test_a_long_artist_does_not_push_the_readout_out_of_the_window(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    song = tmp_path / "song.m4a"
    title, artist = "A title that goes on " * 10 + "<b>", LONG_WORD
    encode(song, music(2.0, 22050), 22050, title=title.strip(), artist=artist)
    open_and_track(qtbot, window, song, title[:20])
    readout = part(window, ReadoutPanel)
    area = readout.parentWidget().parentWidget()
    assert isinstance(area, QScrollArea)
    assert readout.width() == area.viewport().width()
    shown = {made.text(): made for made in readout.findChildren(WrappedLabel)}
    for text in (title.strip(), artist):
        assert shown[text].toolTip() == html.escape(text)


def test_a_long_name_in_a_sentence_does_not_widen_the_window(
    qtbot: QtBot, window: MainWindow
) -> None:
    width = window.minimumSizeHint().width()
    window.say(f"/music/{LONG_WORD * 10}.mp3: no such file.")
    assert part(window, Banner).isVisible()
    assert window.minimumSizeHint().width() == width
    assert Qt.TextFormat.PlainText in {
        made.textFormat() for made in part(window, Banner).findChildren(WrappedLabel)
    }
