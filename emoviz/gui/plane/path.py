"""A song's whole path as it is drawn: bold, coloured by time, with a ring where it begins."""

from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from emoviz.gui.look.ramp import even_ramp
from emoviz.gui.look.theme import Colours, mixed
from emoviz.gui.plane.geometry import Geometry
from emoviz.tracks.trail import trail_at
from emoviz.units import COLUMN_S, Values

PATH_PX = 2.6
START_PX = 4.5

_SHADES = 48
_STEP_S = 0.125

# A longer path lies on top of itself so often that a choice of its points looks the same.
_MOST_POINTS = 2400


def points_along(values: Values) -> Values:
    """Give the smooth curve through a track, (m, 2), from its first value to its last.

    NaN where it breaks in between.
    """
    last_s = len(values) * COLUMN_S
    points = trail_at(values, last_s, last_s, max(_STEP_S, last_s / _MOST_POINTS))
    known = np.flatnonzero(~np.isnan(points[:, 0]))
    return points[known[0] : known[-1] + 1] if len(known) else points


def shades_of(colours: Colours, light: float = 1.0) -> list[QColor]:
    """Give the colours along a path, that of its start first; below 1 they are less bright."""
    start, end = (mixed(colours.panel, of, light).name() for of in (colours.ghost, colours.trail))
    ramp = even_ramp(start, end, _SHADES)
    return [QColor(*shade) for shade in ramp.tolist()]


def round_pen(colour: str | QColor, width_px: float) -> QPen:
    """Give a pen with round ends and corners."""
    pen = QPen(QColor(colour), width_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


@dataclass(frozen=True)
class PathStroke:
    """What a path is drawn with: its colours along time, that of the ground, and its width."""

    shades: list[QColor]
    ground: str
    width_px: float = PATH_PX


def draw_path(painter: QPainter, geometry: Geometry, points: Values, stroke: PathStroke) -> None:
    """Draw the points of a path (m, 2) on the plane, and a ring around the first."""
    if not len(points):
        return
    origin, radius = geometry.origin, geometry.radius_px
    x, y = origin.x() + points[:, 0] * radius, origin.y() - points[:, 1] * radius
    draw_line(painter, x, y, stroke, geometry.scale)
    draw_start(painter, QPointF(x[0], y[0]), stroke, geometry.scale)


def draw_line(
    painter: QPainter, x: Values, y: Values, stroke: PathStroke, scale: float = 1.0
) -> None:
    """Draw a line through pixels (m,) that changes its colour along its way."""
    shades = stroke.shades
    borders = np.linspace(0, len(x) - 1, len(shades) + 1).round().astype(int)
    pieces: list[tuple[QPainterPath, QColor]] = [
        (arrayToQPath(x[first : end + 1], y[first : end + 1], connect="finite"), shade)
        for first, end, shade in zip(borders, borders[1:], shades, strict=False)
        if end > first
    ]
    # First all of it in the colour of the ground, so that it is told apart from the lines.
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(round_pen(stroke.ground, stroke.width_px * scale + 2.0))
    for piece, _ in pieces:
        painter.drawPath(piece)
    for piece, shade in pieces:
        painter.setPen(round_pen(shade, stroke.width_px * scale))
        painter.drawPath(piece)


def draw_start(painter: QPainter, start: QPointF, stroke: PathStroke, scale: float) -> None:
    """Draw the ring where a path begins, at a place in the picture."""
    painter.setPen(round_pen(stroke.ground, 4.0 * scale))
    painter.drawEllipse(start, START_PX * scale, START_PX * scale)
    painter.setBrush(QColor(stroke.ground))
    painter.setPen(round_pen(stroke.shades[0], 2.0 * scale))
    painter.drawEllipse(start, START_PX * scale, START_PX * scale)
    painter.setBrush(Qt.BrushStyle.NoBrush)
