"""What lies on top of the plane: the inset of the whole, and the tip of a point of the path."""

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from emoviz.gui.look.theme import Colours, interface_font, with_alpha
from emoviz.gui.plane.geometry import Geometry
from emoviz.units import Values

REACH_PX = 9.0
"""How near the pointer has to be to a point of the path."""

_TEXT_PT = 9.5
_MARK_PX = 5.0
_PADDING_PX = 8.0
_AWAY_PX = 14.0
_EDGE_PX = 4.0
_INSET_POINTS = 300
_TURN_PX, _TURN_PT = 4.5, 8.5


def point_near(values: Values, geometry: Geometry, place: QPointF) -> int | None:
    """Give the index of the value nearest to a place in the picture, if one is within reach."""
    if not len(values) or geometry.inset.contains(place):
        return None
    valence, arousal = geometry.on_plane(place)
    away_px = np.hypot(values[:, 0] - valence, values[:, 1] - arousal) * geometry.radius_px
    # What is not known is nowhere.
    away_px = np.where(np.isnan(away_px), np.inf, away_px)
    nearest = int(away_px.argmin())
    return nearest if away_px[nearest] <= REACH_PX else None


def draw_tip(
    painter: QPainter, geometry: Geometry, point: QPointF, lines: list[str], colours: Colours
) -> None:
    """Mark a point of the path and write its lines beside it, the first one bold."""
    painter.setPen(QPen(QColor(colours.panel), 4.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(point, _MARK_PX, _MARK_PX)
    painter.setPen(QPen(QColor(colours.text), 2.0))
    painter.drawEllipse(point, _MARK_PX, _MARK_PX)
    size_pt = _TEXT_PT * geometry.scale
    fonts = [interface_font(size_pt, bold=line == 0) for line in range(len(lines))]
    metrics = [QFontMetricsF(font) for font in fonts]
    width = max(m.horizontalAdvance(line) for m, line in zip(metrics, lines, strict=True))
    height = sum(m.height() for m in metrics)
    box = _box_beside(geometry, point, width + 2 * _PADDING_PX, height + 2 * _PADDING_PX)
    painter.setPen(QPen(QColor(colours.ghost), 1.0))
    painter.setBrush(with_alpha(colours.window, 0.94))
    painter.drawRoundedRect(box, 5, 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(colours.text))
    top = box.top() + _PADDING_PX
    for font, metric, line in zip(fonts, metrics, lines, strict=True):
        painter.setFont(font)
        painter.drawText(QPointF(box.left() + _PADDING_PX, top + metric.ascent()), line)
        top += metric.height()


def draw_turn(painter: QPainter, geometry: Geometry, place: QPointF, colours: Colours) -> None:
    """Draw the ring at which a song turns."""
    radius_px = _TURN_PX * geometry.scale
    painter.setBrush(QColor(colours.panel))
    painter.setPen(QPen(QColor(colours.text), 1.6 * geometry.scale))
    painter.drawEllipse(place, radius_px, radius_px)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def turn_box(geometry: Geometry, place: QPointF, text: str) -> QRectF:
    """Give the box of what is written beside the ring of a turn."""
    metrics = QFontMetricsF(interface_font(_TURN_PT * geometry.scale))
    size = (metrics.horizontalAdvance(text) + 2 * _TURN_PX, metrics.height() + 2.0)
    return _box_beside(geometry, place, *size)


def draw_turn_time(
    painter: QPainter, geometry: Geometry, box: QRectF, text: str, colours: Colours
) -> None:
    """Write into the box of a turn."""
    if box.isEmpty():
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(colours.panel, 0.75))
    painter.drawRoundedRect(box, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(interface_font(_TURN_PT * geometry.scale))
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def draw_inset(
    painter: QPainter,
    geometry: Geometry,
    path: Values,
    head: tuple[float, float] | None,
    colours: Colours,
) -> None:
    """Draw the whole plane small, with a path (m, 2), what is seen of it and where the head is."""
    box, camera = geometry.inset, geometry.camera
    if box.isEmpty():
        return
    centre, radius = box.center(), geometry.inset_radius_px
    painter.save()
    painter.setPen(QPen(QColor(colours.line), 1.0))
    painter.setBrush(with_alpha(colours.window, 0.85))
    painter.drawRoundedRect(box, 6, 6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0))
    painter.drawLine(centre - QPointF(0, radius), centre + QPointF(0, radius))
    painter.setPen(QPen(QColor(colours.ghost), 1.0))
    painter.drawEllipse(centre, radius, radius)
    some = path[:: 1 + len(path) // _INSET_POINTS]
    x, y = centre.x() + some[:, 0] * radius, centre.y() - some[:, 1] * radius
    painter.drawPath(arrayToQPath(x, y, connect="finite"))
    seen = geometry.inset_point(camera.valence, camera.arousal)
    half = geometry.picture.bottomRight() / 2 / geometry.radius_px * radius
    painter.setPen(QPen(QColor(colours.accent), 1.4))
    painter.drawRect(QRectF(seen - half, seen + half).intersected(box.adjusted(3, 3, -3, -3)))
    if head is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.trail))
        painter.drawEllipse(geometry.inset_point(*head), 2.5, 2.5)
    painter.restore()


def _box_beside(geometry: Geometry, point: QPointF, width: float, height: float) -> QRectF:
    """Give a box to the right of a point, or to its left, and inside the picture."""
    room = geometry.picture.adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
    left = point.x() + _AWAY_PX
    if left + width > room.right():
        left = point.x() - _AWAY_PX - width
    top = min(max(point.y() - height / 2, room.top()), room.bottom() - height)
    return QRectF(max(left, room.left()), top, width, height)
