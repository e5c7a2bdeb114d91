"""A second track on the plane: a dashed ghost, a thin trail and a ring for its head."""

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from emoviz.gui.look.theme import Colours, mixed, with_alpha
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.motion import Stroke, draw_trail
from emoviz.tracks.trail import head_at, trail_at
from emoviz.units import Values

_TRAIL_STEP_S = 0.25
_TRAIL_PX = (0.8, 2.2)
_OLDEST = 0.4
_RING_RADIUS_PX = 5.0
_RING_WIDTH_PX = 2.2
_MOST_GHOST_POINTS = 2400
_DASHES = (5.0, 3.0)


class SecondPath:
    """Draws the path of `values`, (n, 2) or more columns, NaN where nothing is known.

    It differs from the first by hue and by stroke: the ghost is dashed, the head a ring.
    """

    def __init__(self) -> None:
        self.values: Values = np.zeros((0, 2))

    def draw_ghost(self, painter: QPainter, geometry: Geometry, colours: Colours) -> None:
        """Draw the whole path, which stands still."""
        values = self.values[:: 1 + len(self.values) // _MOST_GHOST_POINTS]
        path = arrayToQPath(
            geometry.origin.x() + values[:, 0] * geometry.radius_px,
            geometry.origin.y() - values[:, 1] * geometry.radius_px,
            connect="finite",
        )
        # Of one pixel: Qt dashes any wider pen a hundred times more slowly.
        pen = QPen(with_alpha(colours.second_trail, 0.75), 1.0)
        pen.setCosmetic(True)
        pen.setDashPattern(_DASHES)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(path)

    def draw_moving(
        self,
        painter: QPainter,
        geometry: Geometry,
        colours: Colours,
        time_s: float,
        trail_s: float,
    ) -> None:
        """Draw the trail of the last `trail_s` and the head as they are at `time_s`."""
        oldest = mixed(colours.panel, colours.second_trail, _OLDEST).name()
        stroke = Stroke(colours.second_trail, oldest, *_TRAIL_PX)
        trail = trail_at(self.values, time_s, trail_s, _TRAIL_STEP_S)
        draw_trail(painter, geometry, trail, round(trail_s / _TRAIL_STEP_S), stroke)
        head = head_at(self.values, time_s)
        if head is None:
            return
        place = geometry.point(*head)
        radius_px, width_px = _RING_RADIUS_PX * geometry.scale, _RING_WIDTH_PX * geometry.scale
        # The ground shows through the ring, so that a head below it is seen.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.panel), width_px + 2.0))
        painter.drawEllipse(place, radius_px, radius_px)
        painter.setPen(QPen(QColor(colours.second_trail), width_px))
        painter.drawEllipse(place, radius_px, radius_px)

    def draw_in_inset(
        self, painter: QPainter, geometry: Geometry, colours: Colours, time_s: float
    ) -> None:
        """Draw the head on the small plane of the inset."""
        head = head_at(self.values, time_s)
        if head is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.second_trail), 1.2))
            painter.drawEllipse(geometry.inset_point(*head), 3.0, 3.0)

    def moving_area(self, geometry: Geometry, time_s: float, trail_s: float) -> QRectF:
        """Give the rectangle that trail and head take up at `time_s`, if any."""
        trail = trail_at(self.values, time_s, trail_s, _TRAIL_STEP_S)
        if not len(trail):
            return QRectF()
        low, high = np.nanmin(trail, axis=0), np.nanmax(trail, axis=0)
        area = QRectF(geometry.point(low[0], high[1]), geometry.point(high[0], low[1]))
        margin = geometry.scale * (_RING_RADIUS_PX + _RING_WIDTH_PX) + 2.0
        return area.adjusted(-margin, -margin, margin, margin)
