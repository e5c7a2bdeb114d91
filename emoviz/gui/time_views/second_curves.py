"""A second track's valence and arousal against time: one dashed, one dotted."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from emoviz.gui.look.theme import Colours
from emoviz.tracks.trail import outline
from emoviz.units import Values, end_times_s

PATTERNS = ((7.0, 4.0), (2.0, 3.0))
"""Dash and gap of valence and of arousal, in pixels."""


class SecondCurves:
    """Has the second's `values`, (n, 2) or more columns, NaN where nothing is known, and curves."""

    def __init__(self) -> None:
        self.values: Values = np.zeros((0, 2))
        self.items = [_TwoPixels(connect="finite") for _ in PATTERNS]

    def draw(self, values: Values, in_view: slice, most: int) -> None:
        """Draw the half-seconds of `values` in view, as no more than `most` points."""
        times_s = end_times_s(len(values))[in_view]
        for dimension, curve in enumerate(self.items):
            curve.setData(*outline(times_s, values[in_view, dimension], most))

    def take_colours(self, colours: Colours) -> None:
        """Dress in these colours."""
        for curve, pen in zip(self.items, second_pens(colours), strict=True):
            curve.setPen(pen)


class _TwoPixels(pg.PlotCurveItem):
    """A curve that is drawn twice, a pixel apart.

    Qt dashes a pen of two pixels a hundred times more slowly than one of a single pixel.
    """

    def paint(self, p: QPainter, opt: QStyleOptionGraphicsItem, widget: QWidget) -> None:
        """Paint the curve, and again a pixel below."""
        super().paint(p, opt, widget)
        p.save()
        p.translate(0.0, self.pixelHeight())
        super().paint(p, opt, widget)
        p.restore()


def second_pens(colours: Colours) -> tuple[QPen, QPen]:
    """Give the pens of a second track's valence and arousal, for curves and their legend."""
    pens = []
    for colour, pattern in zip(
        (colours.second_valence, colours.second_arousal), PATTERNS, strict=True
    ):
        pen = QPen(QColor(colour), 1.0)
        pen.setCosmetic(True)
        pen.setDashPattern(pattern)
        pens.append(pen)
    return pens[0], pens[1]
