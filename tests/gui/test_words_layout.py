"""Words around the circle: none covers another, each on its side, at any size."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from emoviz.circumplex import Circumplex
from emoviz.gui.theme import interface_font
from emoviz.gui.words_layout import place_words


@pytest.mark.parametrize("radius_px", [80.0, 160.0, 250.0, 600.0])
def test_no_word_covers_another(qtbot: QtBot, radius_px: float) -> None:
    words = Circumplex.russell().words
    metrics = QFontMetricsF(interface_font(9.5))
    placed = place_words(words, QPointF(700, 700), radius_px, metrics)
    assert {entry.word for entry in placed} == set(words)
    for one, other in combinations(placed, 2):
        overlap = one.rect.intersected(other.rect)
        assert overlap.width() < 1 or overlap.height() < 1, (one.word.text, other.word.text)
    for entry in placed:
        assert entry.right_side == (entry.word.valence >= 0)
        assert (entry.rect.center().x() > 700) == entry.right_side
