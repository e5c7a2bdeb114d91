"""The whole song: its loudness coloured by feeling, what is analysed, what is in view."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from emoviz.gui.look.theme import Theme, with_alpha
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, TimeAxis, plot_width
from emoviz.gui.time_views.damage_marks import DamageMarks
from emoviz.gui.time_views.gestures import TakesGestures, TimeGestures
from emoviz.gui.time_views.loop import Loop
from emoviz.hearing.mel_store import MelStore
from emoviz.tracks.saying import WORD_SHARE, quadrant_shares
from emoviz.units import COLUMN_S, Place, Values

_BAR_PX = 3
_BAR_GAP_PX = 1
_UNKNOWN_BAR_PX = 1
_LEAST_FRAME_PX = 10
"""The frame of a view of seconds in a song of hours can still be taken hold of."""


class OverviewView(TakesGestures, QWidget):
    """A strip of bars over the whole song: their height is the loudness, their colour the quadrant.

    Thin bars without colour are not analysed yet. The frame shows what the other time views show,
    and can be dragged; elsewhere a drag scrubs.
    """

    seek_requested = Signal(float)

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop, store: MelStore) -> None:
        super().__init__()
        self._theme = theme
        self._axis = axis
        self._loop = loop
        self._store = store
        self._values: Values = np.zeros((0, 2))
        self._bars: QPixmap | None = None
        self._time_s = 0.0
        self.setFixedHeight(52)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Overview of the song"))
        self._gestures = TimeGestures(self, self, axis, loop)
        self._gestures.seek_requested.connect(self.seek_requested)
        self._damage = DamageMarks(self.x_at)
        self._drawn_duration_s = 0.0
        axis.changed.connect(self._show_frame)
        loop.changed.connect(self.update)
        theme.changed.connect(self.refresh)

    def show_store(self, store: MelStore) -> None:
        """Show the frames of another store."""
        self._store = store
        self.refresh()

    def set_track(self, values: Values) -> None:
        """Colour the bars by `values`, NaN where nothing is known yet."""
        self._values = values
        self.refresh()

    def set_damaged(self, places: Sequence[Place]) -> None:
        """Mark where the file is damaged."""
        self._damage.places = places
        self.refresh()

    def refresh(self) -> None:
        """Draw everything anew."""
        self._bars = None
        self.update()

    def seek(self, time_s: float) -> None:
        """Put the playhead at `time_s`."""
        for moment_s in (self._time_s, time_s):
            self.update(int(self.x_at(moment_s)) - 3, 0, 7, self.height())
        self._time_s = time_s

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bars, the region, the frame of the view and the playhead."""
        if self._bars is None:
            self._bars = self._draw_bars()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._bars)
        self._draw_region(painter)
        self._draw_frame(painter)
        colours = self._theme.colours
        x = round(self.x_at(self._time_s))
        painter.fillRect(QRectF(x - 2, 2, 4, self.height() - 4), QColor(colours.playhead_edge))
        painter.fillRect(QRectF(x - 1, 2, 2, self.height() - 4), QColor(colours.playhead))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what a mark under the pointer means."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._damage.text_at(event.pos().x()), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Draw the bars anew for the new width."""
        self._bars = None
        super().resizeEvent(event)

    def time_at(self, x_px: float) -> float:
        """Give the time at a place of the strip, perhaps outside the song."""
        return (x_px - LEFT_MARGIN_PX) / plot_width(self.width()) * self._axis.duration_s

    def x_at(self, time_s: float) -> float:
        """Give the place of a time in the strip."""
        share = max(time_s, 0.0) / (self._axis.duration_s or 1.0)
        return LEFT_MARGIN_PX + share * plot_width(self.width())

    def pan_direction(self, x_px: float) -> int:
        """Have the frame be dragged, where there is one; elsewhere a drag scrubs."""
        if self._axis.shows_all:
            return 0
        frame = self._frame()
        return 1 if frame.left() <= x_px <= frame.right() else 0

    def _show_frame(self) -> None:
        if self._axis.duration_s != self._drawn_duration_s:
            self._drawn_duration_s = self._axis.duration_s
            self._bars = None
        self.update()

    def _frame(self) -> QRectF:
        left, right = self.x_at(self._axis.start_s), self.x_at(self._axis.end_s)
        wider = max(0.0, _LEAST_FRAME_PX - (right - left)) / 2
        return QRectF(left - wider, 1.5, right - left + 2 * wider, self.height() - 3.0)

    def _draw_bars(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self._theme.colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        count = int(plot_width(self.width()) / (_BAR_PX + _BAR_GAP_PX))
        middle, reach = self.height() / 2, self.height() / 2 - 5
        colours = self._bar_colours(count)
        for bar, loudness in enumerate(self._loudness(count).tolist()):
            half = 1.0 + loudness * (reach - 1.0)
            left = LEFT_MARGIN_PX + bar * (_BAR_PX + _BAR_GAP_PX)
            colour = colours[bar]
            if colour is None:
                left += (_BAR_PX - _UNKNOWN_BAR_PX) // 2
                thin = QRectF(left, middle - half, _UNKNOWN_BAR_PX, 2 * half)
                painter.fillRect(thin, QColor(self._theme.colours.ghost))
                continue
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(left, middle - half, _BAR_PX, 2 * half), 1.5, 1.5)
        self._damage.draw(painter, self._theme.colours.accent, self._theme.colours.panel)
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

    def _bar_colours(self, bars: int) -> list[QColor | None]:
        """Give each bar the colour of the quadrant that has half of its middle's distribution.

        Where none has, it is that of what is undecided; None where nothing is known.
        """
        palette = self._theme.colours
        colours = [QColor(colour) for colour in (*palette.quadrants, palette.ghost)]
        middles_s = (np.arange(bars) + 0.5) / bars * self._axis.duration_s
        index = (middles_s / COLUMN_S).astype(int)
        values = self._values[index[index < len(self._values)]]
        known = ~np.isnan(values[:, 0])
        shares = np.nan_to_num(quadrant_shares(values))
        undecided = len(palette.quadrants)
        found = np.where(shares.max(axis=1) >= WORD_SHARE, shares.argmax(axis=1), undecided)
        given = [colours[q] if ok else None for q, ok in zip(found.tolist(), known, strict=True)]
        return given + [None] * (bars - len(given))

    def _draw_region(self, painter: QPainter) -> None:
        region, colours = self._loop.region, self._theme.colours
        if region is None:
            return
        colour = colours.accent if self._loop.looping else colours.ghost
        left, right = self.x_at(region.start_s), self.x_at(region.end_s)
        painter.fillRect(QRectF(left, 0, right - left, self.height()), with_alpha(colour, 0.22))
        for x in (left, right):
            painter.fillRect(QRectF(x - 0.75, 0, 1.5, self.height()), QColor(colour))

    def _draw_frame(self, painter: QPainter) -> None:
        """Frame what is in view, and veil what is not."""
        if self._axis.shows_all:
            return
        frame, colours = self._frame(), self._theme.colours
        veil = with_alpha(colours.panel, 0.55)
        left, right = LEFT_MARGIN_PX, LEFT_MARGIN_PX + plot_width(self.width())
        painter.fillRect(QRectF(left, 0, frame.left() - left, self.height()), veil)
        painter.fillRect(QRectF(frame.right(), 0, right - frame.right(), self.height()), veil)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.text), 1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(frame, 3, 3)
