"""Draws the valence-arousal plane, for the screen and for pictures alike."""

from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QRadialGradient,
)

from emoviz.circumplex import Circumplex
from emoviz.gui.theme import Colours, interface_font, mixed, with_alpha
from emoviz.gui.words_layout import place_words
from emoviz.trail import Values, head_at, trail_at

TRAIL_S = 15.0
_TRAIL_STEP_S = 0.125
_HEAD_RADIUS_PX = 6.5
_GLOW_RADIUS_PX = 26.0

_AXIS_ENDS = (
    ("positive valence", 1, 0),
    ("high arousal", 0, 1),
    ("negative valence", -1, 0),
    ("low arousal", 0, -1),
)


@dataclass(frozen=True)
class Geometry:
    """Where the plane lies in a picture of `size`, in device-independent pixels."""

    size: QSize
    word_width_px: float
    line_height_px: float

    @property
    def centre(self) -> QPointF:
        """Centre of the circle."""
        return QPointF(self.size.width() / 2, self.size.height() / 2)

    @property
    def radius_px(self) -> float:
        """Radius of the unit circle; what is left outside it holds the words."""
        across = self.size.width() / 2 - self.word_width_px - 24
        upright = self.size.height() / 2 - 2.2 * self.line_height_px - 8
        return max(40.0, min(across, upright))

    def point(self, valence: float, arousal: float) -> QPointF:
        """Give the place of a point of the plane."""
        return self.centre + QPointF(valence, -arousal) * self.radius_px


class PlanePainter:
    """Draws a track on the plane at any size; what does not move is drawn once and kept."""

    def __init__(self, circumplex: Circumplex, colours: Colours) -> None:
        self._circumplex = circumplex
        self._colours = colours
        self._values: Values = np.zeros((0, 2))
        self._ground: QPixmap | None = None
        self._ground_key: tuple[QSize, float] | None = None
        self._word_font = interface_font(9.5)
        self._axis_font = interface_font(8.5)

    def set_colours(self, colours: Colours) -> None:
        """Draw in these colours from now on."""
        self._colours = colours
        self._ground_key = None

    def set_track(self, values: Values) -> None:
        """Draw the path of `values`, NaN where nothing is known yet."""
        self._values = values
        self._ground_key = None

    def geometry(self, size: QSize) -> Geometry:
        """Give where things lie in a picture of `size`."""
        metrics = QFontMetricsF(self._word_font)
        widest = max(metrics.horizontalAdvance(word.text) for word in self._circumplex.words)
        return Geometry(size, widest, metrics.height())

    def draw(self, painter: QPainter, size: QSize, pixel_ratio: float, time_s: float) -> None:
        """Draw the plane, and the trail as it is at `time_s`."""
        if self._ground is None or self._ground_key != (size, pixel_ratio):
            self._ground = self._draw_ground(size, pixel_ratio)
            self._ground_key = (size, pixel_ratio)
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self.geometry(size)
        self._draw_trail(painter, geometry, time_s)
        self._draw_head(painter, geometry, time_s)

    def moving_area(self, size: QSize, time_s: float) -> QRectF:
        """Give the rectangle that trail and head take up at `time_s`; empty if there are none."""
        trail = trail_at(self._values, time_s, TRAIL_S, _TRAIL_STEP_S)
        if not len(trail):
            return QRectF()
        geometry = self.geometry(size)
        top_left = geometry.point(trail[:, 0].min(), trail[:, 1].max())
        bottom_right = geometry.point(trail[:, 0].max(), trail[:, 1].min())
        margin = _GLOW_RADIUS_PX + 2
        return QRectF(top_left, bottom_right).adjusted(-margin, -margin, margin, margin)

    def _draw_ground(self, size: QSize, pixel_ratio: float) -> QPixmap:
        pixmap = QPixmap(size * pixel_ratio)
        pixmap.setDevicePixelRatio(pixel_ratio)
        pixmap.fill(QColor(self._colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self.geometry(size)
        self._draw_quadrants(painter, geometry)
        self._draw_axes(painter, geometry)
        self._draw_words(painter, geometry)
        self._draw_ghost(painter, geometry)
        painter.end()
        return pixmap

    def _draw_quadrants(self, painter: QPainter, geometry: Geometry) -> None:
        radius = geometry.radius_px
        box = QRectF(geometry.point(-1, 1), geometry.point(1, -1))
        painter.setPen(Qt.PenStyle.NoPen)
        for quarter, colour in enumerate(self._colours.quadrants):
            gradient = QRadialGradient(geometry.centre, radius)
            gradient.setColorAt(0.0, with_alpha(colour, 0.03))
            gradient.setColorAt(1.0, with_alpha(colour, 0.16))
            painter.setBrush(gradient)
            painter.drawPie(box, quarter * 90 * 16, 90 * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._colours.line), 1.0))
        painter.drawEllipse(geometry.centre, radius / 2, radius / 2)
        painter.setPen(QPen(QColor(self._colours.ghost), 1.4))
        painter.drawEllipse(geometry.centre, radius, radius)

    def _draw_axes(self, painter: QPainter, geometry: Geometry) -> None:
        painter.setPen(QPen(QColor(self._colours.line), 1.0))
        painter.drawLine(geometry.point(-1, 0), geometry.point(1, 0))
        painter.drawLine(geometry.point(0, -1), geometry.point(0, 1))
        painter.setFont(self._axis_font)
        painter.setPen(QColor(self._colours.dim))
        metrics = QFontMetricsF(self._axis_font)
        for text, valence, arousal in _AXIS_ENDS:
            width, height = metrics.horizontalAdvance(text), metrics.height()
            end = geometry.point(valence, arousal)
            if valence:
                left = end.x() - valence * (width / 2 + 8) - width / 2
                top = end.y() + 3
            else:
                # Beside the axis, and so far inside that the circle does not cut the text.
                left = end.x() + 6
                top = end.y() + arousal * (height + 8) - height / 2
            box = QRectF(left, top, width + 1, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_words(self, painter: QPainter, geometry: Geometry) -> None:
        painter.setFont(self._word_font)
        words = place_words(
            self._circumplex.words,
            geometry.centre,
            geometry.radius_px,
            QFontMetricsF(self._word_font),
        )
        for placed in words:
            painter.setPen(QPen(QColor(self._colours.line), 1.0))
            painter.drawLine(placed.on_circle, placed.leader_end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colours.ghost))
            painter.drawEllipse(placed.on_circle, 1.8, 1.8)
            painter.setPen(QColor(self._colours.text))
            painter.drawText(placed.rect, Qt.AlignmentFlag.AlignCenter, placed.word.text)

    def _draw_ghost(self, painter: QPainter, geometry: Geometry) -> None:
        origin, radius = geometry.centre, geometry.radius_px
        path = arrayToQPath(
            origin.x() + self._values[:, 0] * radius,
            origin.y() - self._values[:, 1] * radius,
            connect="finite",
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(with_alpha(self._colours.ghost, 0.45), 1.2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)

    def _draw_trail(self, painter: QPainter, geometry: Geometry, time_s: float) -> None:
        trail = trail_at(self._values, time_s, TRAIL_S, _TRAIL_STEP_S)
        points = [geometry.point(valence, arousal) for valence, arousal in trail]
        pen = QPen()
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        for index in range(1, len(points)):
            # Young is wide and bright, old is thin and faint; the square makes the tail long.
            youth = 1.0 - (len(points) - index) * _TRAIL_STEP_S / TRAIL_S
            # Mixed, not translucent: where two strokes overlap the trail would look beaded.
            pen.setColor(mixed(self._colours.panel, self._colours.trail, 0.12 + 0.88 * youth**2))
            pen.setWidthF(1.2 + 3.8 * youth)
            painter.setPen(pen)
            painter.drawLine(points[index - 1], points[index])

    def _draw_head(self, painter: QPainter, geometry: Geometry, time_s: float) -> None:
        head = head_at(self._values, time_s)
        if head is None:
            return
        place = geometry.point(*head)
        glow = QRadialGradient(place, _GLOW_RADIUS_PX)
        glow.setColorAt(0.0, with_alpha(self._colours.trail, 0.55))
        glow.setColorAt(1.0, with_alpha(self._colours.trail, 0.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(place, _GLOW_RADIUS_PX, _GLOW_RADIUS_PX)
        painter.setBrush(QColor(self._colours.trail))
        painter.setPen(QPen(QColor(self._colours.panel), 1.5))
        painter.drawEllipse(place, _HEAD_RADIUS_PX, _HEAD_RADIUS_PX)
