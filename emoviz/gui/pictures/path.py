"""A song's whole path in a picture, dim at its start and bright at its end, and a loupe on it."""

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from emoviz.gui.look.ramp import even_ramp
from emoviz.gui.look.theme import Colours, interface_font, with_alpha
from emoviz.gui.plane.geometry import GLOW_RADIUS_PX, HEAD_RADIUS_PX, Geometry
from emoviz.tracks.trail import trail_at
from emoviz.units import COLUMN_S, Values

_MOST_POINTS = 2400
_STEP_S = 0.125
_SHADES = 48
_WIDTH_PX = 2.6
_START_PX = 4.5
_GLOW, _GLOW_RINGS = 0.7, 16

# Most songs move by a twentieth of an axis, which the head of the path would cover.
_LOUPE_BELOW = 0.3
"""A path is shown larger as well if it reaches less far than this across both dimensions."""
_LOUPE_SHARE = 0.2
_LEAST_LOUPE_PX = 56.0
_LOUPE_ROOM = 1.3
_LEAST_LOUPE_EXTENT = 0.02
_LOUPE_PT = 8.5


class SongPath:
    """Draws the path of `values` on the plane."""

    def __init__(self, values: Values, colours: Colours) -> None:
        self._colours = colours
        last_s = len(values) * COLUMN_S
        points = trail_at(values, last_s, last_s, max(_STEP_S, last_s / _MOST_POINTS))
        known = np.flatnonzero(~np.isnan(points[:, 0]))
        # In between, the path breaks where the song is silent.
        self._points = points[known[0] : known[-1] + 1] if len(known) else points
        self._shades = shades_of(colours)

    def draw(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the path on the plane, with its start and its end."""
        if not len(self._points):
            return
        origin, radius = geometry.origin, geometry.radius_px
        x = origin.x() + self._points[:, 0] * radius
        y = origin.y() - self._points[:, 1] * radius
        self._draw_line(painter, x, y, geometry.scale)
        self._draw_start(painter, QPointF(x[0], y[0]), geometry.scale)
        self._draw_end(painter, QPointF(x[-1], y[-1]), geometry.scale)

    def loupe(self, geometry: Geometry) -> QRectF:
        """Give the box in which the path is shown larger; empty where it is large enough."""
        side = _LOUPE_SHARE * min(geometry.picture.width(), geometry.picture.height())
        if len(self._points) < 2 or self._extent() >= _LOUPE_BELOW or side < _LEAST_LOUPE_PX:
            return QRectF()
        return QRectF(1.0, geometry.picture.bottom() - side - 1.0, side, side)

    def draw_loupe(self, painter: QPainter, geometry: Geometry, box: QRectF) -> None:
        """Draw the path larger into a box, and mark on the plane what of it that is."""
        colours = self._colours
        low, high = np.nanmin(self._points, axis=0), np.nanmax(self._points, axis=0)
        middle = (low + high) / 2
        extent = max(self._extent(), _LEAST_LOUPE_EXTENT) * _LOUPE_ROOM
        frame = QPen(QColor(colours.ghost), 1.0)
        half = QPointF(extent, extent) / 2 * geometry.radius_px
        centre = geometry.point(float(middle[0]), float(middle[1]))
        painter.setPen(frame)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Around what is no larger than the path's end it would be lost in that.
        if half.x() > 1.5 * HEAD_RADIUS_PX * geometry.scale:
            painter.drawRect(QRectF(centre - half, centre + half))
        painter.setBrush(QColor(colours.window))
        painter.drawRoundedRect(box, 5.0, 5.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        font = picture_font(_LOUPE_PT)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(colours.dim))
        times = box.width() / (extent * geometry.radius_px)
        painter.drawText(box.topLeft() + QPointF(6.0, 4.0 + metrics.ascent()), f"× {times:.0f}")
        away = (self._points - middle) * box.width() / extent
        x, y = box.center().x() + away[:, 0], box.center().y() - away[:, 1]
        self._draw_line(painter, x, y, geometry.scale)
        self._draw_start(painter, QPointF(x[0], y[0]), 0.8 * geometry.scale)
        painter.setPen(QPen(QColor(colours.panel), 1.0))
        painter.setBrush(QColor(colours.trail))
        radius_px = 0.7 * HEAD_RADIUS_PX * geometry.scale
        painter.drawEllipse(QPointF(x[-1], y[-1]), radius_px, radius_px)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _extent(self) -> float:
        low, high = np.nanmin(self._points, axis=0), np.nanmax(self._points, axis=0)
        return float((high - low).max())

    def _draw_line(self, painter: QPainter, x: Values, y: Values, scale: float) -> None:
        borders = np.linspace(0, len(x) - 1, len(self._shades) + 1).round().astype(int)
        pieces = [
            (arrayToQPath(x[first : end + 1], y[first : end + 1], connect="finite"), shade)
            for first, end, shade in zip(borders, borders[1:], self._shades, strict=False)
            if end > first
        ]
        # First all of it in the colour of the ground, so that it is told apart from the lines.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(round_pen(self._colours.panel, _WIDTH_PX * scale + 2.0))
        for piece, _ in pieces:
            painter.drawPath(piece)
        for piece, shade in pieces:
            painter.setPen(round_pen(shade, _WIDTH_PX * scale))
            painter.drawPath(piece)

    def _draw_start(self, painter: QPainter, start: QPointF, scale: float) -> None:
        painter.setPen(round_pen(self._colours.panel, 4.0 * scale))
        painter.drawEllipse(start, _START_PX * scale, _START_PX * scale)
        painter.setBrush(QColor(self._colours.panel))
        painter.setPen(round_pen(self._shades[0], 2.0 * scale))
        painter.drawEllipse(start, _START_PX * scale, _START_PX * scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_end(self, painter: QPainter, end: QPointF, scale: float) -> None:
        """Draw where the path ends, and its glow in rings, which every form of picture can hold."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(self._colours.trail, _GLOW / _GLOW_RINGS))
        for ring in range(_GLOW_RINGS):
            radius_px = GLOW_RADIUS_PX * scale * (1.0 - ring / _GLOW_RINGS)
            painter.drawEllipse(end, radius_px, radius_px)
        painter.setBrush(QColor(self._colours.trail))
        painter.setPen(QPen(QColor(self._colours.panel), 1.5))
        painter.drawEllipse(end, HEAD_RADIUS_PX * scale, HEAD_RADIUS_PX * scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def shades_of(colours: Colours) -> list[QColor]:
    """Give the colours along a path, that of its start first."""
    ramp = even_ramp(colours.ghost, colours.trail, _SHADES)
    return [QColor(*shade) for shade in ramp.tolist()]


def round_pen(colour: str | QColor, width_px: float) -> QPen:
    """Give a pen with round ends and corners."""
    pen = QPen(QColor(colour), width_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def picture_font(size_pt: float, *, bold: bool = False) -> QFont:
    """Give the interface's font without signs that depend on what is beside them.

    In a PDF such a sign is a picture that is not found as the letter it shows.
    """
    font = interface_font(size_pt, bold=bold)
    font.setFeature(QFont.Tag("calt"), 0)
    return font
