"""What every view with a time axis has: the playhead, seeking by mouse, zoom by wheel."""

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emoviz.gui.texts import format_time
from emoviz.gui.theme import Theme, interface_font
from emoviz.gui.time_axis import LEFT_MARGIN_PX, RIGHT_MARGIN_PX, TimeAxis

_ZOOM_PER_NOTCH = 0.8
_PAN_PER_NOTCH = 0.1
_ANGLE_PER_NOTCH = 120.0
_TICK_PX = 80
_TICK_STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


class TimeAxisItem(pg.AxisItem):
    """An axis whose ticks read as minutes and seconds, and stand at round ones."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N802, N803
        """Give the least spacing, in seconds, that keeps the ticks' texts apart."""
        least_s = (maxVal - minVal) * _TICK_PX / max(size, 1.0)
        spacing_s = next((step_s for step_s in _TICK_STEPS_S if step_s >= least_s), None)
        if spacing_s is None:
            spacing_s = math.ceil(least_s / _TICK_STEPS_S[-1]) * _TICK_STEPS_S[-1]
        return [(spacing_s, 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        """Write the ticks' texts."""
        return [format_time(max(value, 0.0), tenths=spacing < 1) for value in values]


class TimeView(pg.PlotWidget):
    """A plot against time. It shows time by `seek` and asks for it by `seek_requested`."""

    seek_requested = Signal(float)

    def __init__(self, theme: Theme, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"bottom": TimeAxisItem("bottom")})
        self.theme = theme
        self.axis = axis
        # Heights are shared out by the window, not by what pyqtgraph would like best.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._playhead_edge = pg.InfiniteLine(angle=90)
        self._playhead = pg.InfiniteLine(angle=90)
        for line in (self._playhead_edge, self._playhead):
            line.setZValue(10)
            self.addItem(line, ignoreBounds=True)
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 4, RIGHT_MARGIN_PX, 0)
        plot.getAxis("left").setWidth(LEFT_MARGIN_PX)
        plot.getViewBox().setMouseEnabled(x=False, y=False)
        plot.getViewBox().setDefaultPadding(0)
        # Without a song there is nothing to measure.
        for side in ("left", "bottom"):
            plot.getAxis(side).setTicks([])
        axis.changed.connect(self.show_range)
        theme.changed.connect(self.take_colours)
        self.take_colours()

    def seek(self, time_s: float) -> None:
        """Put the playhead at `time_s`."""
        self._playhead_edge.setPos(time_s)
        self._playhead.setPos(time_s)

    def show_range(self) -> None:
        """Show the part of the song that the axis has in view."""
        self.setXRange(self.axis.start_s, self.axis.end_s, padding=0)
        self.getAxis("bottom").setTicks(None if self.axis.duration_s else [])

    def take_colours(self) -> None:
        """Dress in the theme's colours."""
        colours = self.theme.colours
        self.setBackground(colours.panel)
        # A light line on a dark edge (or the reverse) is visible on every colour map.
        self._playhead_edge.setPen(pg.mkPen(QColor(colours.playhead_edge), width=4))
        self._playhead.setPen(pg.mkPen(QColor(colours.playhead), width=2))
        for side in ("left", "bottom"):
            item = self.getPlotItem().getAxis(side)
            item.setPen(pg.mkPen(colours.line))
            item.setTextPen(pg.mkPen(colours.dim))
            item.setStyle(tickFont=interface_font(8.5))

    def time_at(self, position: QPointF) -> float:
        """Give the time under a position of the widget, held inside the song, in seconds."""
        scene = self.mapToScene(position.toPoint())
        time_s = self.getViewBox().mapSceneToView(scene).x()
        return min(max(float(time_s), 0.0), self.axis.duration_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask for the time under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton and self.axis.duration_s:
            self.seek_requested.emit(self.time_at(event.position()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Scrub while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.axis.duration_s:
            self.seek_requested.emit(self.time_at(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Keep the release from pyqtgraph, which would take it for its own gesture."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take a double click for its first click."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the pointer; with Shift, or sideways, pan."""
        zoom_or_pan(self.axis, event, self.time_at(event.position()))


def zoom_or_pan(axis: TimeAxis, event: QWheelEvent, time_s: float) -> None:
    """Zoom about `time_s` by a turn of the wheel; with Shift, or sideways, pan."""
    event.accept()
    if not axis.duration_s:
        return
    sideways = event.angleDelta().x() / _ANGLE_PER_NOTCH
    upright = event.angleDelta().y() / _ANGLE_PER_NOTCH
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        sideways, upright = sideways + upright, 0.0
    if sideways:
        axis.pan(-sideways * _PAN_PER_NOTCH * (axis.end_s - axis.start_s))
    if upright:
        axis.zoom(time_s, _ZOOM_PER_NOTCH**upright)
