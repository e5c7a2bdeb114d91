"""Marks above the overview where the song's file is damaged."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from emoviz.gui.look.texts import format_time
from emoviz.units import Place

_HALF_PX = 4.5
_HEIGHT_PX = 8.0
_BAR_PX = 2.5


class DamageMarks:
    """Small triangles that point at damaged places, and what they mean in words."""

    def __init__(self, x_at: Callable[[float], float]) -> None:
        """Put marks where `x_at` says that a time is."""
        self._x_at = x_at
        self.places: Sequence[Place] = ()

    def draw(self, painter: QPainter, colour: str, edge: str) -> None:
        """Draw one mark for each place, under a bar as wide as the place is."""
        painter.setPen(QPen(QColor(edge), 1.0))
        painter.setBrush(QColor(colour))
        for place in self.places:
            left, right, middle = self._span(place)
            tip = [(middle + _HALF_PX, _BAR_PX), (middle, _HEIGHT_PX), (middle - _HALF_PX, _BAR_PX)]
            corners = [(left, 0.0), (right, 0.0), (right, _BAR_PX), *tip, (left, _BAR_PX)]
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
        painter.setPen(Qt.PenStyle.NoPen)

    def text_at(self, x_px: float) -> str:
        """Give the words for the mark at a place of the strip; none where there is no mark."""
        for place in self.places:
            left, right, _ = self._span(place)
            if left <= x_px <= right:
                text = QCoreApplication.translate(
                    "DamageMarks", "The file is damaged from {0} to {1}: silence stands in for it."
                )
                start, end = (format_time(time_s, decimals=1) for time_s in place)
                return text.format(start, end)
        return ""

    def _span(self, place: Place) -> tuple[float, float, float]:
        left, right = self._x_at(place[0]), self._x_at(place[1])
        middle = (left + right) / 2
        return min(left, middle - _HALF_PX), max(right, middle + _HALF_PX), middle
