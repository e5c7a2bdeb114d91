"""A song's whole path in a picture, dim at its start and bright at its end, and a loupe on it."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from emoviz.gui.look.theme import Colours, interface_font, with_alpha
from emoviz.gui.plane.geometry import GLOW_RADIUS_PX, HEAD_RADIUS_PX, Geometry
from emoviz.gui.plane.path import (
    PathStroke,
    draw_line,
    draw_path,
    draw_start,
    points_along,
    shades_of,
)
from emoviz.units import Values

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
        self._points = points_along(values)
        self._stroke = PathStroke(shades_of(colours), colours.panel)

    def draw(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the path on the plane, with its start and its end."""
        if not len(self._points):
            return
        draw_path(painter, geometry, self._points, self._stroke)
        end = geometry.point(*self._points[-1])
        self._draw_end(painter, end, geometry.scale)

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
        draw_line(painter, x, y, self._stroke, geometry.scale)
        draw_start(painter, QPointF(x[0], y[0]), self._stroke, 0.8 * geometry.scale)
        painter.setPen(QPen(QColor(colours.panel), 1.0))
        painter.setBrush(QColor(colours.trail))
        radius_px = 0.7 * HEAD_RADIUS_PX * geometry.scale
        painter.drawEllipse(QPointF(x[-1], y[-1]), radius_px, radius_px)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _extent(self) -> float:
        low, high = np.nanmin(self._points, axis=0), np.nanmax(self._points, axis=0)
        return float((high - low).max())

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


def picture_font(size_pt: float, *, bold: bool = False) -> QFont:
    """Give the interface's font without signs that depend on what is beside them.

    In a PDF such a sign is a picture that is not found as the letter it shows.
    """
    font = interface_font(size_pt, bold=bold)
    font.setFeature(QFont.Tag("calt"), 0)
    return font
