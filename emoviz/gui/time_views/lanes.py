"""Lanes: what was measured of the song itself, beside what the model says of it."""

import math
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QToolTip

from emoviz.gui.look.theme import Theme, fitting_font, interface_font, mixed, with_alpha
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, RIGHT_MARGIN_PX, TimeAxis, plot_width
from emoviz.gui.time_views.lane_shapes import LANES, Floats, Lane, key_text
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.strip import StripView
from emoviz.hearing.measures.measured import Measured
from emoviz.tracks.trail import outline
from emoviz.units import COLUMN_S, end_times_s

FEW = 2
"""So many lanes, the first ones, are shown where there is little room."""

_TEXT_PT = 8.5
_ROW_PADDING_PX = 6
_MARGIN_PX = 3.0
_GAP_PX = 5.0
_LEAST_TEXT_PX = 30.0


class LanesView(StripView):
    """A row for each quantity: its name, its curve, and what it is of the whole song."""

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop) -> None:
        super().__init__(theme, axis, loop)
        self._measured: Measured | None = None
        self._shown: tuple[Lane, ...] = ()
        self._font = interface_font(_TEXT_PT)
        self._row_px = math.ceil(QFontMetricsF(self._font).height()) + _ROW_PADDING_PX
        self.setAccessibleName(self.tr("Loudness, brightness, onsets, tempo and key against time"))
        self.hide()

    def show_lanes(self, count: int) -> None:
        """Show the first so many lanes; without any it is hidden."""
        if count == len(self._shown):
            return
        self._shown = LANES[:count]
        self.setFixedHeight(max(1, count) * self._row_px)
        self.setVisible(bool(count))
        self.refresh()

    def set_measured(self, measured: Measured | None) -> None:
        """Show what was measured of a song, or nothing while that is not known."""
        self._measured = measured
        told = (
            ""
            if measured is None
            else ", ".join(f"{lane.name} {lane.overall(measured)}" for lane in LANES)
        )
        self.setAccessibleDescription(told)
        self.refresh()

    def seek(self, time_s: float) -> None:
        """Put the playhead at `time_s`."""
        for moment_s in (self._time_s, time_s):
            self.update(int(self.x_at(moment_s)) - 3, 0, 7, self.height())
        self._time_s = time_s

    def pan_direction(self, x_px: float) -> int:
        """Have a drag move the paper, if there is more of it than is in view."""
        return 0 if self._axis.shows_all else -1

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the lanes and the playhead."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn_strip())
        if self._axis.start_s <= self._time_s <= self._axis.end_s:
            x, colours = round(self.x_at(self._time_s)), self._theme.colours
            painter.fillRect(QRectF(x - 2, 0, 4, self.height()), QColor(colours.playhead_edge))
            painter.fillRect(QRectF(x - 1, 0, 2, self.height()), QColor(colours.playhead))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what is measured under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._text_at(event.pos().x()), self)
            return True
        return super().event(event)

    def _text_at(self, x_px: float) -> str:
        index = int(self._axis.held(self.time_at(x_px)) / COLUMN_S)
        measured = self._measured
        if measured is None or index >= len(measured):
            return ""
        return "\n".join(f"{lane.name}: {lane.at(measured, index)}" for lane in self._shown)

    def _draw_strip(self) -> QPixmap:
        strip = self._empty_strip()
        painter = QPainter(strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, lane in enumerate(self._shown):
            top = row * self._row_px
            box = QRectF(
                LEFT_MARGIN_PX,
                top + _MARGIN_PX,
                plot_width(self.width()),
                self._row_px - 2 * _MARGIN_PX,
            )
            self._write_beside(painter, lane, box)
            if self._measured is None:
                continue
            painter.save()
            painter.setClipRect(box.adjusted(0, -1, 0, 1))
            if lane.curve is None:
                self._draw_keys(painter, self._measured, box)
            else:
                self._draw_curve(painter, lane.curve(self._measured), box, filled=lane.is_filled)
            painter.restore()
        painter.end()
        return strip

    def _write_beside(self, painter: QPainter, lane: Lane, box: QRectF) -> None:
        colours = self._theme.colours
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._font)
        painter.setPen(QColor(colours.dim))
        left = QRectF(0, box.top(), LEFT_MARGIN_PX - _GAP_PX, box.height())
        painter.drawText(left, middle | Qt.AlignmentFlag.AlignRight, lane.name)
        text = "…" if self._measured is None else lane.overall(self._measured)
        room = QRectF(box.right() + _GAP_PX, box.top(), RIGHT_MARGIN_PX - _GAP_PX, box.height())
        painter.setFont(fitting_font(text, _TEXT_PT, int(room.width())))
        painter.setPen(QColor(colours.text))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, text)

    def _draw_curve(self, painter: QPainter, heights: Floats, box: QRectF, *, filled: bool) -> None:
        """Draw what is in view of heights (n,), with no more points than there are pixels."""
        colours = self._theme.colours
        first = max(0, int(self._axis.start_s / COLUMN_S) - 1)
        in_view = slice(first, int(self._axis.end_s / COLUMN_S) + 2)
        most = max(256, int(box.width()))
        times_s, seen = outline(end_times_s(len(heights))[in_view], heights[in_view], most)
        known = ~np.isnan(seen)
        borders = np.flatnonzero(np.diff(known, prepend=False, append=False))
        painter.setPen(QPen(QColor(colours.dim), 1.2))
        for start, end in zip(borders[::2], borders[1::2], strict=True):
            points = [
                # A half-second's height stands in its middle.
                QPointF(self.x_at(time_s - COLUMN_S / 2), box.bottom() - height * box.height())
                for time_s, height in zip(
                    times_s[start:end].tolist(), seen[start:end].tolist(), strict=True
                )
            ]
            if filled:
                left, right = points[0].x(), points[-1].x()
                ends = [QPointF(right, box.bottom()), QPointF(left, box.bottom())]
                painter.save()
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(with_alpha(colours.dim, 0.35))
                painter.drawPolygon(QPolygonF([*points, *ends]))
                painter.restore()
            painter.drawPolyline(QPolygonF(points))

    def _draw_keys(self, painter: QPainter, measured: Measured, box: QRectF) -> None:
        """Draw a block for each stretch of one key, with its name where there is room."""
        colours = self._theme.colours
        keys = measured.keys
        borders = [0, *(np.flatnonzero(np.diff(keys)) + 1).tolist(), len(keys)]
        painter.setFont(self._font)
        for start, end in pairwise(borders):
            left, right = self.x_at(start * COLUMN_S), self.x_at(end * COLUMN_S)
            seen_left, seen_right = max(left, box.left()), min(right, box.right())
            if start == end or keys[start] < 0 or seen_right <= seen_left:
                continue
            block = QRectF(left + 0.5, box.top(), right - left - 1.0, box.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(colours.panel, colours.dim, 0.35))
            painter.drawRoundedRect(block, 2.0, 2.0)
            if seen_right - seen_left < _LEAST_TEXT_PX:
                continue
            room = QRectF(seen_left + _GAP_PX, box.top(), seen_right - seen_left, box.height())
            text = painter.fontMetrics().elidedText(
                key_text(int(keys[start])),
                Qt.TextElideMode.ElideRight,
                int(room.width() - 2 * _GAP_PX),
            )
            painter.setPen(QColor(colours.text))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
