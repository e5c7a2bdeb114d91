"""What the plots against time have in common: the playhead, the region, what the mouse does."""

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QSizePolicy

from emoviz.gui.look.theme import Theme, interface_font, with_alpha
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, RIGHT_MARGIN_PX, TimeAxis
from emoviz.gui.time_views.gestures import TakesGestures, TimeGestures
from emoviz.gui.time_views.loop import Loop

_REGION_Z, _PLAYHEAD_Z = 5, 10
_PLAYHEAD_REACH_PX = 4
_TALL = 1e4
"""Higher than any plot's scale."""


class TimeView(TakesGestures, pg.PlotWidget):
    """A plot against time. It shows time by `seek` and asks for it by `seek_requested`."""

    seek_requested = Signal(float)
    region_tint = 0.16
    """How much of its colour the region lays over the plot, 0 to 1."""

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop) -> None:
        super().__init__()
        self.theme = theme
        self.axis = axis
        self.loop = loop
        # Heights are shared out by the window, not by what pyqtgraph would like best.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._playhead_edge, self._playhead = _lines(_PLAYHEAD_Z)
        self._region = QGraphicsRectItem()
        self._region.setZValue(_REGION_Z)
        self._region.setPen(QPen(Qt.PenStyle.NoPen))
        self._region_edges = _lines(_REGION_Z), _lines(_REGION_Z)
        self._region_items = (self._region, *self._region_edges[0], *self._region_edges[1])
        for item in (*self._region_items, self._playhead_edge, self._playhead):
            self.addItem(item, ignoreBounds=True)
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.hideAxis("bottom")
        plot.layout.setContentsMargins(0, 4, RIGHT_MARGIN_PX, 4)
        plot.getAxis("left").setWidth(LEFT_MARGIN_PX)
        # Without a song there is nothing to measure.
        plot.getAxis("left").setTicks([])
        plot.getViewBox().setMouseEnabled(x=False, y=False)
        plot.getViewBox().setDefaultPadding(0)
        self._gestures = TimeGestures(self.viewport(), self, axis, loop)
        self._gestures.seek_requested.connect(self.seek_requested)
        axis.changed.connect(self.show_range)
        loop.changed.connect(self._show_region)
        theme.changed.connect(self.take_colours)
        self.take_colours()

    def seek(self, time_s: float) -> None:
        """Put the playhead at `time_s`."""
        # Qt forgets where a line was seen last if it paints between its move and the next round
        # of events: what lies above the plot and moves has it do so.
        for moment_s in (self._playhead.value(), time_s):
            left_px = int(self.x_at(moment_s)) - _PLAYHEAD_REACH_PX
            width_px = 2 * _PLAYHEAD_REACH_PX + 1
            self.viewport().update(left_px, 0, width_px, self.viewport().height())
        self._playhead_edge.setPos(time_s)
        self._playhead.setPos(time_s)

    def show_range(self) -> None:
        """Show the part of the song that the axis has in view."""
        self.setXRange(self.axis.start_s, self.axis.end_s, padding=0)

    def take_colours(self) -> None:
        """Dress in the theme's colours."""
        colours = self.theme.colours
        self.setBackground(colours.panel)
        # A light line on a dark edge (or the reverse) is visible on every colour map.
        self._playhead_edge.setPen(pg.mkPen(QColor(colours.playhead_edge), width=4))
        self._playhead.setPen(pg.mkPen(QColor(colours.playhead), width=2))
        left = self.getPlotItem().getAxis("left")
        left.setPen(pg.mkPen(colours.line))
        left.setTextPen(pg.mkPen(colours.dim))
        left.setStyle(tickFont=interface_font(8.5))
        self._show_region()

    def time_at(self, x_px: float) -> float:
        """Give the time at a place of the view, perhaps outside the song."""
        return self.axis.time_at(x_px, self.viewport().width())

    def x_at(self, time_s: float) -> float:
        """Give the place of a time in the view, perhaps outside it."""
        return self.axis.x_at(time_s, self.viewport().width())

    def pan_direction(self, x_px: float) -> int:
        """Have a drag move the paper, if there is more of it than is in view."""
        return 0 if self.axis.shows_all else -1

    def _show_region(self) -> None:
        region, colours = self.loop.region, self.theme.colours
        self.viewport().update()
        for item in self._region_items:
            item.setVisible(region is not None)
        if region is None:
            return
        colour = colours.accent if self.loop.looping else colours.ghost
        self._region.setRect(
            QRectF(region.start_s, -_TALL, region.end_s - region.start_s, 2 * _TALL)
        )
        self._region.setBrush(with_alpha(colour, self.region_tint))
        ground = pg.mkPen(with_alpha(colours.playhead_edge, 0.6), width=4)
        for edge_s, lines in zip((region.start_s, region.end_s), self._region_edges, strict=True):
            for line, pen in zip(lines, (ground, pg.mkPen(colour, width=2)), strict=True):
                line.setPen(pen)
                line.setPos(edge_s)


def _lines(z: float) -> tuple[pg.InfiniteLine, pg.InfiniteLine]:
    lines = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
    for line in lines:
        line.setZValue(z)
    return lines
