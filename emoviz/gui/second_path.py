"""A second track on the plane: a dashed ghost, a thin trail and a ring for its head."""

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from emoviz.gui.plane_geometry import Geometry
from emoviz.gui.theme import Colours, mixed, with_alpha
from emoviz.trail import Values, head_at, trail_at

_TRAIL_STEP_S = 0.25
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
        points = self._trail(geometry, time_s, trail_s)
        pen = QPen()
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        for index in range(1, len(points)):
            youth = 1.0 - (len(points) - index) * _TRAIL_STEP_S / trail_s
            pen.setColor(mixed(colours.panel, colours.second_trail, 0.15 + 0.85 * youth**2))
            pen.setWidthF(0.8 + 1.4 * youth)
            painter.setPen(pen)
            painter.drawLine(points[index - 1], points[index])
        head = head_at(self.values, time_s)
        if head is None:
            return
        place = geometry.point(*head)
        # The ground shows through the ring, so that a head below it is seen.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.panel), _RING_WIDTH_PX + 2.0))
        painter.drawEllipse(place, _RING_RADIUS_PX, _RING_RADIUS_PX)
        painter.setPen(QPen(QColor(colours.second_trail), _RING_WIDTH_PX))
        painter.drawEllipse(place, _RING_RADIUS_PX, _RING_RADIUS_PX)

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
        points = self._trail(geometry, time_s, trail_s)
        if not points:
            return QRectF()
        across, upright = [p.x() for p in points], [p.y() for p in points]
        area = QRectF(
            QPointF(min(across), min(upright)),
            QPointF(max(across), max(upright)),
        )
        margin = _RING_RADIUS_PX + _RING_WIDTH_PX + 2.0
        return area.adjusted(-margin, -margin, margin, margin)

    def _trail(self, geometry: Geometry, time_s: float, trail_s: float) -> list[QPointF]:
        trail = trail_at(self.values, time_s, trail_s, _TRAIL_STEP_S)
        return [geometry.point(valence, arousal) for valence, arousal in trail]
