"""Valence and arousal against time."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsPathItem, QLabel, QWidget

from emoviz.gui.look.texts import format_time, with_deviation
from emoviz.gui.look.theme import Theme, interface_font, with_alpha
from emoviz.gui.time_views.axis import RIGHT_MARGIN_PX, TimeAxis
from emoviz.gui.time_views.curve_shapes import (
    LEAST_LIMIT,
    band_outline,
    limit_of,
    range_marks,
    range_of,
    scale_marks,
)
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.second_curves import SecondCurves, second_pens
from emoviz.gui.time_views.view import TimeView
from emoviz.tracks.aligned import differences
from emoviz.tracks.trail import index_at, outline
from emoviz.units import COLUMN_S, Values, end_times_s

LEAST_HEIGHT_PX = 60

_DIMENSIONS = ("valence", "arousal")


class TimelineView(TimeView):
    """Curves of valence and arousal, their deviations as bands, the values under the pointer."""

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop) -> None:
        self._curves = [pg.PlotCurveItem(connect="finite") for _ in _DIMENSIONS]
        self._bands = [QGraphicsPathItem() for _ in _DIMENSIONS]
        self._second = SecondCurves()
        self._values: Values = np.zeros((0, 2))
        self._shows_bands, self._zoomed, self._shows_differences = True, False, False
        super().__init__(theme, axis, loop)
        self.setAccessibleName(self.tr("Valence and arousal against time"))
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        for item in (*self._bands, *self._curves, *self._second.items):
            self.addItem(item, ignoreBounds=True)
        self._limit = 0.0
        self._show_limit(LEAST_LIMIT)
        self.getPlotItem().showGrid(y=True, alpha=0.25)
        self._legend = _Legend(theme, self)
        self._hover = QLabel(self)
        self._hover.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hover.hide()

    def set_track(self, values: Values) -> None:
        """Show `values`, (n, 2) or (n, 4) with deviations, NaN where nothing is known yet."""
        self._values = values
        self._fit_limit()
        self._draw_curves()

    def set_second_track(self, values: Values) -> None:
        """Show a second track's valence and arousal as well, none of no values."""
        self._second.values = values
        self._legend.set_second(bool(len(values)))
        self._fit_limit()
        self._draw_curves()

    def set_bands(self, shown: bool) -> None:
        """Show the bands of the deviations, or the lines alone."""
        self._shows_bands = shown
        self._limit = 0.0
        self._fit_limit()
        self._draw_curves()

    def show_differences(self, shown: bool) -> None:
        """Show the second track less the first, or both."""
        if shown != self._shows_differences:
            self._shows_differences = shown
            self._legend.set_differences(shown)
            self._limit = 0.0
            self._fit_limit()
            self._draw_curves()

    def show_range(self) -> None:
        """Show the part of the song that the axis has in view."""
        super().show_range()
        self._draw_curves()

    @property
    def _shown(self) -> tuple[Values, Values]:
        """What is drawn whole, (n, 2) or (n, 4) with bands, and what is dashed, (m, 2) or more."""
        second = self._second.values
        if self._shows_differences:
            return differences(self._values, second), second[:0]
        return self._values if self._shows_bands else self._values[:, :2], second

    def _draw_curves(self) -> None:
        """Draw what is in view, with no more points than the view has pixels."""
        in_view = slice(
            max(0, int(self.axis.start_s / COLUMN_S) - 1), int(self.axis.end_s / COLUMN_S) + 2
        )
        whole, second = self._shown
        times_s = end_times_s(len(whole))[in_view]
        values = whole[in_view]
        most = max(256, self.width())
        self._second.draw(second, in_view, most)
        self._fit_view(values, second[in_view])
        for dimension, curve in enumerate(self._curves):
            curve.setData(*outline(times_s, values[:, dimension], most))
        for dimension, band in enumerate(self._bands):
            band.setPath(band_outline(times_s, values, dimension, most))

    def _fit_limit(self) -> None:
        """Widen the scale to what the song needs; it only widens, so that curves do not jump."""
        if not len(self._values):
            self._show_limit(LEAST_LIMIT)
        shown, second = self._shown
        needed = max(limit_of(shown), limit_of(second[:, :2]))
        if needed > self._limit:
            self._show_limit(needed)

    def _fit_view(self, values: Values, second: Values) -> None:
        """Scale to the lines where a part of the song is in view, and to the song elsewhere."""
        lines = np.concatenate([values[:, :2], second[:, :2]])
        seen = None if self.axis.shows_all else range_of(lines)
        if seen is not None:
            self.setYRange(*seen, padding=0)
            self.getAxis("left").setTicks([range_marks(*seen)])
        elif self._zoomed:
            self._show_limit(self._limit)
        self._zoomed = seen is not None

    def _show_limit(self, limit: float) -> None:
        self._limit = limit
        self.setYRange(-limit, limit, padding=0)
        self.getAxis("left").setTicks([scale_marks(limit)])

    def take_colours(self) -> None:
        """Dress in the theme's colours."""
        super().take_colours()
        colours = self.theme.colours
        for curve, band, colour in zip(
            self._curves, self._bands, (colours.valence, colours.arousal), strict=True
        ):
            curve.setPen(pg.mkPen(QColor(colour), width=2))
            band.setPen(QPen(Qt.PenStyle.NoPen))
            band.setBrush(with_alpha(colour, 0.14))
        self._second.take_colours(colours)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the legend beside the curves, where the playhead does not come."""
        super().resizeEvent(event)
        # pyqtgraph resizes itself while it is being made.
        if hasattr(self, "_legend"):
            self._legend.move(self.width() - RIGHT_MARGIN_PX + 5, 3)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show the values under the pointer."""
        super().mouseMoveEvent(event)
        self._show_hover(event.position())

    def leaveEvent(self, event: object) -> None:  # noqa: N802
        """Take the readout away with the pointer."""
        self._hover.hide()

    def _show_hover(self, position: QPointF) -> None:
        time_s = self.axis.held(self.time_at(position.x()))
        shown = self._shown[0] if self._shows_differences else self._values
        index = index_at(shown, time_s)
        self._hover.setVisible(index is not None)
        if index is None:
            return
        value = shown[index]
        deviations = value[2:] if len(value) == 4 else (None, None)
        valence, arousal = map(with_deviation, value[:2], deviations)
        colours = self.theme.colours
        time = format_time(time_s, decimals=1)
        if self._shows_differences:
            time = self.tr("{0}   B less A:").format(time)
        self._hover.setText(f"{time}   valence {valence}   arousal {arousal}")
        self._hover.setStyleSheet(
            f"background: {colours.window}; color: {colours.text}; padding: 2px 6px; "
            f"border: 1px solid {colours.line}; border-radius: 4px;"
        )
        self._hover.adjustSize()
        x = min(int(position.x()) + 12, self.width() - self._hover.width() - 8)
        self._hover.move(x, self.height() - self._hover.height() - 6)


class _Legend(QWidget):
    """Names the curves by a stroke and a word; a second track's stroke is below the first's."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = interface_font(8.5)
        self._line_px = QFontMetricsF(self._font).height() + 2
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._has_second = self._of_differences = False
        self.resize(RIGHT_MARGIN_PX - 5, int(len(_DIMENSIONS) * self._line_px))
        theme.changed.connect(self.update)

    def set_second(self, shown: bool) -> None:
        """Tell whether there is a second track."""
        self._has_second = shown
        self.update()

    def set_differences(self, shown: bool) -> None:
        """Tell whether the curves are the second track less the first."""
        self._of_differences = shown
        lines = len(_DIMENSIONS) + shown
        self.resize(self.width(), int(lines * self._line_px))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the strokes and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        colours = self._theme.colours
        entries = zip(
            _DIMENSIONS, (colours.valence, colours.arousal), second_pens(colours), strict=True
        )
        for line, (text, colour, second_pen) in enumerate(entries):
            middle = (line + 0.5) * self._line_px
            two = self._has_second and not self._of_differences
            above = middle - 3 * two
            painter.setPen(QPen(QColor(colour), 3))
            painter.drawLine(QPointF(2, above), QPointF(12, above))
            if two:
                painter.setPen(second_pen)
                for below in (2, 3):
                    painter.drawLine(QPointF(0, middle + below), QPointF(14, middle + below))
            painter.setPen(QColor(colours.dim))
            painter.drawText(
                QRectF(19, line * self._line_px, self.width() - 19, self._line_px),
                Qt.AlignmentFlag.AlignVCenter,
                text,
            )
        if self._of_differences:
            last = QRectF(0, 2 * self._line_px, self.width(), self._line_px)
            painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, self.tr("B less A"))
        painter.end()
