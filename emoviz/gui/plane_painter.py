"""Draws the valence-arousal plane, for the screen and for pictures alike."""

import math
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
from emoviz.gui.camera import WHOLE_PLANE, Camera
from emoviz.gui.second_path import SecondPath
from emoviz.gui.texts import signed
from emoviz.gui.theme import Colours, interface_font, mixed, with_alpha
from emoviz.gui.words_layout import place_words
from emoviz.trail import ELLIPSE_DEVIATIONS, Values, deviation_at, head_at, trail_at

TRAIL_S = 15.0
_TRAIL_STEP_S = 0.125
_HEAD_RADIUS_PX = 6.5
_GLOW_RADIUS_PX = 26.0

# Twenty minutes of values. A longer path is drawn from a choice of them: 21,600 take 180 ms, and
# so many lie on top of each other that the choice looks the same.
_MOST_GHOST_POINTS = 2400

_GRID_BELOW = 0.6
_GRID_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0)
_GRID_PX = 52.0
_INSET_BELOW = 0.9
_INSET_PX = 112
_INSET_MARGIN_PX = 12

_AXIS_ENDS = (
    ("positive valence", "valence +", 1, 0),
    ("high arousal", "arousal +", 0, 1),
    ("negative valence", "valence −", -1, 0),
    ("low arousal", "arousal −", 0, -1),
)
"""Text, text for a small circle, valence and arousal of each end."""

_AXIS_END_GAP_PX = 8


@dataclass(frozen=True)
class Geometry:
    """Where the plane lies in a picture of `size`, in device-independent pixels."""

    size: QSize
    word_width_px: float
    line_height_px: float
    camera: Camera = WHOLE_PLANE

    @property
    def centre(self) -> QPointF:
        """Centre of the picture, where the camera looks."""
        return QPointF(self.size.width() / 2, self.size.height() / 2)

    @property
    def reach_px(self) -> float:
        """How far the camera's reach goes; what is left beyond it holds the words."""
        across = self.size.width() / 2 - self.word_width_px - 24
        upright = self.size.height() / 2 - 2.8 * self.line_height_px - 6
        return max(40.0, min(across, upright))

    @property
    def radius_px(self) -> float:
        """Radius of the unit circle."""
        return self.reach_px / self.camera.reach

    @property
    def origin(self) -> QPointF:
        """Place of the plane's origin."""
        return self.point(0.0, 0.0)

    def point(self, valence: float, arousal: float) -> QPointF:
        """Give the place of a point of the plane."""
        away = QPointF(valence - self.camera.valence, self.camera.arousal - arousal)
        return self.centre + away * self.radius_px


class PlanePainter:
    """Draws a track on the plane at any size; what does not move is drawn once and kept."""

    def __init__(self, circumplex: Circumplex, colours: Colours) -> None:
        self._circumplex = circumplex
        self._colours = colours
        self._values: Values = np.zeros((0, 2))
        self._ground: QPixmap | None = None
        self._ground_key: tuple[QSize, float, Camera] | None = None
        # Ground and ghost apart: while a song is analysed the path changes ten times a second.
        self._still: QPixmap | None = None
        self._second = SecondPath()
        self.camera = WHOLE_PLANE
        self._word_font = interface_font(9.5)
        self._axis_font = interface_font(8.5)

    def set_colours(self, colours: Colours) -> None:
        """Draw in these colours from now on."""
        self._colours = colours
        self._ground_key = None

    def set_track(self, values: Values) -> None:
        """Draw the path of `values`, NaN where nothing is known yet."""
        self._values = values
        self._still = None

    def set_second_track(self, values: Values) -> None:
        """Draw a second path over the first, none of no values."""
        self._second.values = values
        self._still = None

    def geometry(self, size: QSize) -> Geometry:
        """Give where things lie in a picture of `size`."""
        metrics = QFontMetricsF(self._word_font)
        widest = max(metrics.horizontalAdvance(word.text) for word in self._circumplex.words)
        return Geometry(size, widest, metrics.height(), self.camera)

    def draw(self, painter: QPainter, size: QSize, pixel_ratio: float, time_s: float) -> None:
        """Draw the plane, and the trail as it is at `time_s`."""
        key = (size, pixel_ratio, self.camera)
        if self._ground is None or self._ground_key != key:
            self._ground = self._draw_ground(size, pixel_ratio)
            self._ground_key = key
            self._still = None
        geometry = self.geometry(size)
        if self._still is None:
            self._still = self._with_ghost(self._ground, geometry)
        painter.drawPixmap(0, 0, self._still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ellipse(painter, self._ellipse(geometry, time_s))
        self._draw_trail(painter, geometry, time_s)
        self._draw_head(painter, geometry, time_s)
        self._second.draw_moving(painter, geometry, self._colours, time_s, TRAIL_S)
        if self.camera.reach < _INSET_BELOW:
            self._draw_inset(painter, geometry, time_s)

    def trail(self, time_s: float) -> Values:
        """Give the trail at `time_s`, (m, 2), the oldest point first."""
        return trail_at(self._values, time_s, TRAIL_S, _TRAIL_STEP_S)

    def moving_area(self, size: QSize, time_s: float) -> QRectF:
        """Give the rectangle that trail, head and ellipse take up at `time_s`, if any."""
        trail = self.trail(time_s)
        geometry = self.geometry(size)
        second = self._second.moving_area(geometry, time_s, TRAIL_S)
        if not len(trail):
            return second
        top_left = geometry.point(trail[:, 0].min(), trail[:, 1].max())
        bottom_right = geometry.point(trail[:, 0].max(), trail[:, 1].min())
        margin = _GLOW_RADIUS_PX + 2
        area = QRectF(top_left, bottom_right).adjusted(-margin, -margin, margin, margin)
        area = area.united(second)
        ellipse = self._ellipse(geometry, time_s)
        if not ellipse.isEmpty():
            area = area.united(ellipse.adjusted(-2, -2, 2, 2))
        return area.united(_inset_box(size)) if self.camera.reach < _INSET_BELOW else area

    def _draw_ground(self, size: QSize, pixel_ratio: float) -> QPixmap:
        pixmap = QPixmap(size * pixel_ratio)
        pixmap.setDevicePixelRatio(pixel_ratio)
        pixmap.fill(QColor(self._colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self.geometry(size)
        self._draw_quadrants(painter, geometry)
        if geometry.camera.reach < _GRID_BELOW:
            self._draw_grid(painter, geometry)
        self._draw_axes(painter, geometry)
        self._draw_words(painter, geometry)
        painter.end()
        return pixmap

    def _with_ghost(self, ground: QPixmap, geometry: Geometry) -> QPixmap:
        pixmap = ground.copy()
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ghost(painter, geometry)
        self._second.draw_ghost(painter, geometry, self._colours)
        painter.end()
        return pixmap

    def _draw_quadrants(self, painter: QPainter, geometry: Geometry) -> None:
        radius = geometry.radius_px
        box = QRectF(geometry.point(-1, 1), geometry.point(1, -1))
        painter.setPen(Qt.PenStyle.NoPen)
        for quarter, colour in enumerate(self._colours.quadrants):
            gradient = QRadialGradient(geometry.origin, radius)
            gradient.setColorAt(0.0, with_alpha(colour, 0.03))
            gradient.setColorAt(1.0, with_alpha(colour, 0.16))
            painter.setBrush(gradient)
            painter.drawPie(box, quarter * 90 * 16, 90 * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._colours.line), 1.0))
        painter.drawEllipse(geometry.origin, radius / 2, radius / 2)
        painter.setPen(QPen(QColor(self._colours.ghost), 1.4))
        painter.drawEllipse(geometry.origin, radius, radius)

    def _draw_axes(self, painter: QPainter, geometry: Geometry) -> None:
        painter.setPen(QPen(QColor(self._colours.line), 1.0))
        painter.drawLine(geometry.point(-1, 0), geometry.point(1, 0))
        painter.drawLine(geometry.point(0, -1), geometry.point(0, 1))
        painter.setFont(self._axis_font)
        painter.setPen(QColor(self._colours.dim))
        metrics = QFontMetricsF(self._axis_font)
        widest = max(metrics.horizontalAdvance(text) for text, *_ in _AXIS_ENDS)
        narrow = geometry.radius_px < widest + 2 * _AXIS_END_GAP_PX
        for long_text, short_text, valence, arousal in _AXIS_ENDS:
            text = short_text if narrow else long_text
            width, height = metrics.horizontalAdvance(text), metrics.height()
            end = geometry.point(valence, arousal)
            if valence:
                left = end.x() - valence * (width / 2 + _AXIS_END_GAP_PX) - width / 2
                top = end.y() + 3
            else:
                # Beside the axis, and so far inside that the circle does not cut the text.
                left = end.x() + 6
                corner_depth = _depth_at(width + 10, geometry.radius_px)
                depth = max(height / 2 + _AXIS_END_GAP_PX, corner_depth) + height / 2
                top = end.y() + arousal * depth - height / 2
            box = QRectF(left, top, width + 1, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_grid(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw lines of equal valence and arousal with their values: a near view needs a scale."""
        camera, width, height = geometry.camera, geometry.size.width(), geometry.size.height()
        step = next(step for step in _GRID_STEPS if step * geometry.radius_px > _GRID_PX)
        painter.setFont(self._axis_font)
        metrics = QFontMetricsF(self._axis_font)
        faint, dim = QPen(with_alpha(self._colours.line, 0.5), 1.0), QColor(self._colours.dim)
        half = width / 2 / geometry.radius_px
        end = width - metrics.horizontalAdvance("valence") - 8
        for line in _multiples(step, camera.valence - half, camera.valence + half):
            x = geometry.point(line, 0).x()
            painter.setPen(faint)
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
            painter.setPen(dim)
            if x + 4 + metrics.horizontalAdvance(_mark(line)) < end - 8:
                painter.drawText(QPointF(x + 4, height - 6), _mark(line))
        painter.drawText(QPointF(end, height - 6), "valence")
        half = height / 2 / geometry.radius_px
        for line in _multiples(step, camera.arousal - half, camera.arousal + half):
            y = geometry.point(0, line).y()
            painter.setPen(faint)
            painter.drawLine(QPointF(0, y), QPointF(width, y))
            painter.setPen(dim)
            left = width - metrics.horizontalAdvance(_mark(line)) - 8
            if 3 * metrics.height() < y < height - 2 * metrics.height():
                painter.drawText(QPointF(left, y - 4), _mark(line))
        left = width - metrics.horizontalAdvance("arousal") - 8
        painter.drawText(QPointF(left, metrics.height() + 2), "arousal")

    def _draw_inset(self, painter: QPainter, geometry: Geometry, time_s: float) -> None:
        """Draw the whole plane small, with what is seen of it and where the head is."""
        box = _inset_box(geometry.size)
        centre, radius = box.center(), box.width() / 2 - 6
        colours, camera = self._colours, geometry.camera
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.setBrush(with_alpha(colours.window, 0.85))
        painter.drawRoundedRect(box, 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0))
        painter.drawLine(centre - QPointF(0, radius), centre + QPointF(0, radius))
        painter.setPen(QPen(QColor(colours.ghost), 1.0))
        painter.drawEllipse(centre, radius, radius)
        seen = centre + QPointF(camera.valence, -camera.arousal) * radius
        half = camera.reach * radius
        painter.setPen(QPen(QColor(colours.accent), 1.4))
        painter.drawRect(QRectF(seen.x() - half, seen.y() - half, 2 * half, 2 * half))
        head = head_at(self._values, time_s)
        if head is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.trail))
            painter.drawEllipse(centre + QPointF(head[0], -head[1]) * radius, 2.5, 2.5)
        self._second.draw_in_inset(painter, centre, radius, colours, time_s)

    def _draw_words(self, painter: QPainter, geometry: Geometry) -> None:
        painter.setFont(self._word_font)
        words = place_words(
            self._circumplex.words,
            geometry.origin,
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
        origin, radius = geometry.origin, geometry.radius_px
        values = self._values[:: 1 + len(self._values) // _MOST_GHOST_POINTS]
        path = arrayToQPath(
            origin.x() + values[:, 0] * radius,
            origin.y() - values[:, 1] * radius,
            connect="finite",
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Qt strokes a thin cosmetic pen many times faster than any wider one.
        pen = QPen(with_alpha(self._colours.ghost, 0.6), painter.device().devicePixelRatio())
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPath(path)

    def _draw_trail(self, painter: QPainter, geometry: Geometry, time_s: float) -> None:
        trail = self.trail(time_s)
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

    def _ellipse(self, geometry: Geometry, time_s: float) -> QRectF:
        """Give the box of the ellipse that holds 90 % of ratings; empty where nothing is known."""
        head, deviation = head_at(self._values, time_s), deviation_at(self._values, time_s)
        if head is None or deviation is None:
            return QRectF()
        across, upright = (ELLIPSE_DEVIATIONS * part for part in deviation)
        return QRectF(
            geometry.point(head[0] - across, head[1] + upright),
            geometry.point(head[0] + across, head[1] - upright),
        )

    def _draw_ellipse(self, painter: QPainter, box: QRectF) -> None:
        if box.isEmpty():
            return
        painter.setBrush(with_alpha(self._colours.trail, 0.07))
        painter.setPen(QPen(with_alpha(self._colours.trail, 0.4), 1.0))
        painter.drawEllipse(box)

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


def _depth_at(across_px: float, radius_px: float) -> float:
    """Give how far below its top a circle lies at this distance from its middle."""
    return radius_px - math.sqrt(max(0.0, radius_px**2 - across_px**2))


def _inset_box(size: QSize) -> QRectF:
    top = size.height() - _INSET_PX - _INSET_MARGIN_PX - 18
    return QRectF(_INSET_MARGIN_PX, top, _INSET_PX, _INSET_PX)


def _multiples(step: float, low: float, high: float) -> list[float]:
    """Give the multiples of `step` between two values, as far as the plane goes."""
    first, last = math.ceil(max(low, -1.0) / step), math.floor(min(high, 1.0) / step)
    return [number * step for number in range(first, last + 1)]


def _mark(value: float) -> str:
    return signed(value) if abs(value) > 1e-9 else "0"
