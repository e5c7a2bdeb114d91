"""What of the plane moves with the song: the trail, its head, and the deviation around it."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRadialGradient

from emoviz.gui.look.theme import Colours, with_alpha
from emoviz.gui.plane.geometry import GLOW_RADIUS_PX, HEAD_RADIUS_PX, Geometry
from emoviz.tracks.trail import ELLIPSE_DEVIATIONS, runs
from emoviz.units import Values

# A minute's trail has 481 points, each 10 µs to draw. Most lie closer than a pixel to the next.
_LEAST_STROKE_PX = 1.5
_MOST_STROKES = 160

_GLOW = 0.3
_DASHES = (4.0, 4.0)


def trail_box(geometry: Geometry, trail: Values) -> QRectF:
    """Give the box that a trail (m, 2) with its head takes up; empty where there is none."""
    if not len(trail):
        return QRectF()
    low, high = np.nanmin(trail, axis=0), np.nanmax(trail, axis=0)
    box = QRectF(geometry.point(low[0], high[1]), geometry.point(high[0], low[1]))
    margin = GLOW_RADIUS_PX * geometry.scale + 2
    return box.adjusted(-margin, -margin, margin, margin)


@dataclass(frozen=True)
class Stroke:
    """What a trail is drawn with: its colours and widths where it is youngest and oldest."""

    colour: str
    oldest_colour: str
    oldest_px: float
    youngest_px: float


def draw_trail(
    painter: QPainter, geometry: Geometry, trail: Values, full: int, stroke: Stroke
) -> None:
    """Draw a trail (m, 2), the oldest point first; `full` points ago it has faded away.

    It breaks where points are NaN.
    """
    origin, radius = geometry.origin, geometry.radius_px
    points = np.column_stack([origin.x() + trail[:, 0] * radius, origin.y() - trail[:, 1] * radius])
    youths = 1.0 - (len(points) - 1 - np.arange(len(points))) / full
    for run in runs(points[:, 0]):
        _draw_run(painter, points[run], youths[run], geometry.scale, stroke)


def _draw_run(
    painter: QPainter, points: Values, youths: Values, scale: float, stroke: Stroke
) -> None:
    """Draw a piece of the trail that has no gap, in pixels (m, 2), with the age of its points."""
    if len(points) < 2:
        return
    kept = _apart(points)
    youths = youths[kept]
    places = [QPointF(x, y) for x, y in points[kept].tolist()]
    # Mixed, not translucent: where two strokes overlap the trail would look beaded. Young is wide
    # and bright, old is as the path is that it lies on.
    shares = youths[:, None]
    old, young = _rgb(stroke.oldest_colour), _rgb(stroke.colour)
    colours = (old + (young - old) * shares).round().astype(int).tolist()
    widths = scale * (stroke.oldest_px + (stroke.youngest_px - stroke.oldest_px) * youths)
    pen = QPen()
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    for index in range(1, len(places)):
        pen.setColor(QColor(*colours[index]))
        pen.setWidthF(widths[index])
        painter.setPen(pen)
        painter.drawLine(places[index - 1], places[index])


def draw_glow(painter: QPainter, geometry: Geometry, head: QPointF, colours: Colours) -> None:
    """Draw the light around the head, which belongs below the trail: it hides nothing there."""
    glow_px = GLOW_RADIUS_PX * geometry.scale
    glow = QRadialGradient(head, glow_px)
    glow.setColorAt(0.0, with_alpha(colours.trail, _GLOW))
    glow.setColorAt(1.0, with_alpha(colours.trail, 0.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(glow)
    painter.drawEllipse(head, glow_px, glow_px)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_head(painter: QPainter, geometry: Geometry, head: QPointF, colours: Colours) -> None:
    """Draw the head of the trail at a place in the picture."""
    radius_px = HEAD_RADIUS_PX * geometry.scale
    painter.setBrush(QColor(colours.trail))
    painter.setPen(QPen(QColor(colours.panel), 2.0 * geometry.scale))
    painter.drawEllipse(head, radius_px, radius_px)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def ellipse_box(
    geometry: Geometry, head: tuple[float, float] | None, deviation: tuple[float, float] | None
) -> QRectF:
    """Give the box of the ellipse that holds 90 % of ratings; empty where nothing is known."""
    if head is None or deviation is None:
        return QRectF()
    across, upright = (ELLIPSE_DEVIATIONS * part for part in deviation)
    return QRectF(
        geometry.point(head[0] - across, head[1] + upright),
        geometry.point(head[0] + across, head[1] - upright),
    )


def draw_ellipse(painter: QPainter, box: QRectF, colours: Colours) -> None:
    """Draw the line inside which 90 % of ratings are."""
    if box.isEmpty():
        return
    pen = QPen(with_alpha(colours.trail, 0.65), 1.2)
    pen.setDashPattern(_DASHES)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawEllipse(box)


def _rgb(colour: str) -> np.ndarray:
    of = QColor(colour)
    return np.array([of.red(), of.green(), of.blue()])


def _apart(points: Values) -> np.ndarray:
    """Give the indices of points that lie a stroke apart along the way, the last one among them."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    # Counted from the head, or the strokes would change all along as the head moves on.
    stroke = np.floor((way[-1] - way) / max(_LEAST_STROKE_PX, way[-1] / _MOST_STROKES))
    kept: np.ndarray = np.flatnonzero(np.append(np.diff(stroke) != 0, True))
    return kept
