"""The whole song: its loudness coloured by feeling, what is analysed, what is in view."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from emoviz.circumplex import quadrants
from emoviz.gui.mel_store import MelStore
from emoviz.gui.theme import Theme, with_alpha
from emoviz.gui.time_axis import LEFT_MARGIN_PX, RIGHT_MARGIN_PX, TimeAxis
from emoviz.gui.time_view import zoom_or_pan
from emoviz.melspectrogram import COLUMN_S
from emoviz.trail import Values

_BAR_PX = 3
_BAR_GAP_PX = 1


class OverviewView(QWidget):
    """A strip of bars over the whole song: their height is the loudness, their colour the quadrant.

    Bars without colour are not analysed yet. The frame shows what the other time views show.
    """

    seek_requested = Signal(float)

    def __init__(self, theme: Theme, axis: TimeAxis, store: MelStore) -> None:
        super().__init__()
        self._theme = theme
        self._axis = axis
        self._store = store
        self._values: Values = np.zeros((0, 2))
        self._bars: QPixmap | None = None
        self._time_s = 0.0
        self.setFixedHeight(52)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Overview of the song"))
        axis.changed.connect(self.refresh)
        theme.changed.connect(self.refresh)

    def set_track(self, values: Values) -> None:
        """Colour the bars by `values`, NaN where nothing is known yet."""
        self._values = values
        self.refresh()

    def refresh(self) -> None:
        """Draw everything anew."""
        self._bars = None
        self.update()

    def seek(self, time_s: float) -> None:
        """Put the playhead at `time_s`."""
        for moment_s in (self._time_s, time_s):
            self.update(int(self._x(moment_s)) - 3, 0, 7, self.height())
        self._time_s = time_s

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bars, the frame of the view and the playhead."""
        if self._bars is None:
            self._bars = self._draw_bars()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._bars)
        colours = self._theme.colours
        x = round(self._x(self._time_s))
        painter.fillRect(QRectF(x - 2, 2, 4, self.height() - 4), QColor(colours.playhead_edge))
        painter.fillRect(QRectF(x - 1, 2, 2, self.height() - 4), QColor(colours.playhead))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Draw the bars anew for the new width."""
        self._bars = None
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Ask for the time under the pointer."""
        self._ask(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Scrub while the button is held."""
        self._ask(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom the other time views at the pointer; with Shift, or sideways, pan them."""
        zoom_or_pan(self._axis, event, self._time_at(event.position()))

    def _ask(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._axis.duration_s:
            self.seek_requested.emit(self._time_at(event.position()))

    def _time_at(self, position: QPointF) -> float:
        share = (position.x() - LEFT_MARGIN_PX) / self._width()
        return min(max(share, 0.0), 1.0) * self._axis.duration_s

    def _width(self) -> float:
        return max(1.0, self.width() - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)

    def _x(self, time_s: float) -> float:
        return LEFT_MARGIN_PX + max(time_s, 0.0) / (self._axis.duration_s or 1.0) * self._width()

    def _draw_bars(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self._theme.colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        count = int(self._width() / (_BAR_PX + _BAR_GAP_PX))
        middle, reach = self.height() / 2, self.height() / 2 - 5
        colours = self._bar_colours(count)
        for bar, loudness in enumerate(self._loudness(count).tolist()):
            half = 1.0 + loudness * (reach - 1.0)
            left = LEFT_MARGIN_PX + bar * (_BAR_PX + _BAR_GAP_PX)
            painter.setBrush(colours[bar])
            painter.drawRoundedRect(QRectF(left, middle - half, _BAR_PX, 2 * half), 1.5, 1.5)
        self._draw_view_frame(painter)
        painter.end()
        return pixmap

    def _loudness(self, bars: int) -> npt.NDArray[np.float64]:
        """Give the height of each bar, 0 to 1; 0 where the song has not been decoded yet."""
        heights = np.zeros(max(bars, 1))
        levels, _, end_s = self._store.image(0.0, self._axis.duration_s, max(bars, 1))
        if not len(levels) or not self._axis.duration_s:
            return heights
        means = levels.astype(np.float64).mean(axis=1) / 255.0
        reached = end_s / self._axis.duration_s * len(heights)
        places = (np.arange(len(heights)) + 0.5) / reached * len(means) - 0.5
        known = np.arange(len(heights)) < reached
        heights[known] = np.interp(places[known], np.arange(len(means)), means)
        # Stretched to the song's own loudest place; the square sets quiet passages apart.
        stretched: npt.NDArray[np.float64] = (heights / max(heights.max(), 1e-9)) ** 2
        return stretched

    def _bar_colours(self, bars: int) -> list[QColor]:
        """Give each bar the colour of the quadrant that its middle lies in."""
        colours = [QColor(colour) for colour in self._theme.colours.quadrants]
        unknown = with_alpha(self._theme.colours.ghost, 0.55)
        middles_s = (np.arange(bars) + 0.5) / bars * self._axis.duration_s
        index = (middles_s / COLUMN_S).astype(int)
        values = self._values[index[index < len(self._values)], :2]
        found = quadrants(values[:, 0], values[:, 1]).tolist()
        known = ~np.isnan(values[:, 0])
        given = [colours[q] if ok else unknown for q, ok in zip(found, known, strict=True)]
        return given + [unknown] * (bars - len(given))

    def _draw_view_frame(self, painter: QPainter) -> None:
        axis = self._axis
        if axis.end_s - axis.start_s >= axis.duration_s - 1e-6:
            return
        frame = QRectF(
            QPointF(self._x(axis.start_s), 2.0), QPointF(self._x(axis.end_s), self.height() - 2.0)
        )
        painter.setBrush(with_alpha(self._theme.colours.accent, 0.12))
        painter.setPen(QPen(QColor(self._theme.colours.accent), 1.5))
        painter.drawRoundedRect(frame, 3, 3)
