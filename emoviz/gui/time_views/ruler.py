"""The ruler: the time axis of the views below it, where one scrubs and takes hold of the region."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
)

from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Theme, interface_font, with_alpha
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, TimeAxis, plot_width
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.strip import StripView
from emoviz.tracks.sections import Section

_STROKES_PX = 11
"""Room below the texts."""
_TEXT_PX = 80
"""The least distance from text to text."""
_STEPS_S = (
    (0.05, 0.01),
    (0.1, 0.02),
    (0.2, 0.05),
    (0.5, 0.1),
    (1.0, 0.2),
    (2.0, 0.5),
    (5.0, 1.0),
    (10.0, 2.0),
    (15.0, 5.0),
    (30.0, 5.0),
    (60.0, 10.0),
    (120.0, 30.0),
    (300.0, 60.0),
    (600.0, 120.0),
    (1800.0, 300.0),
)
"""Round distances from text to text, and from stroke to stroke between them."""
_MARKER_PX = 6
_TURN_IS_NEW_S = 2.0
_HANDLE_PX = 9


@dataclass(frozen=True)
class Tick:
    """A stroke of the ruler, with a text or without."""

    time_s: float
    text: str


def ticks(start_s: float, end_s: float, width_px: float) -> list[Tick]:
    """Give the strokes between two times that have room in a width."""
    least_s = (end_s - start_s) * _TEXT_PX / max(width_px, 1.0)
    step_s, stroke_s = next((steps for steps in _STEPS_S if steps[0] >= least_s), _STEPS_S[-1])
    if step_s < least_s:
        step_s = stroke_s = math.ceil(least_s / step_s) * step_s
    strokes_per_text = round(step_s / stroke_s)
    # As many as tell one text from the next.
    decimals = 0 if step_s >= 1.0 else 1 if step_s >= 0.1 else 2
    found = []
    for number in range(math.ceil(start_s / stroke_s), math.floor(end_s / stroke_s) + 1):
        time_s = number * stroke_s
        text = "" if number % strokes_per_text else format_time(time_s, decimals)
        found.append(Tick(time_s, text))
    return found


class RulerView(StripView):
    """Ticks of time, the playhead's marker and the region's handles: to press and drag scrubs."""

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop) -> None:
        super().__init__(theme, axis, loop)
        self._loop = loop
        self._turns_s: Sequence[float] = ()
        self._new_turn_s: float | None = None
        self._font = interface_font(8.5)
        self.setFixedHeight(math.ceil(QFontMetricsF(self._font).height()) + _STROKES_PX)
        self.setAccessibleName(self.tr("Time ruler"))
        self.setToolTip(self.tr("Drag to scrub, Shift and drag to mark a region"))
        loop.changed.connect(self.refresh)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Mark where sections begin with a jump."""
        self._turns_s = [each.start_s for each in sections if each.abrupt]
        self.refresh()

    def seek(self, time_s: float) -> None:
        """Put the playhead's marker at `time_s`; a turn that is heard stands out for a moment."""
        heard = (turn for turn in self._turns_s if 0.0 <= time_s - turn < _TURN_IS_NEW_S)
        if (new_turn_s := next(heard, None)) != self._new_turn_s:
            self._new_turn_s = new_turn_s
            self.update()
        for moment_s in (self._time_s, time_s):
            left_px = int(self.x_at(moment_s)) - _MARKER_PX - 2
            self.update(left_px, 0, 2 * _MARKER_PX + 4, self.height())
        self._time_s = time_s

    def pan_direction(self, x_px: float) -> int:
        """Have every drag scrub."""
        return 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the strip and the playhead's marker."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn_strip())
        if self._new_turn_s is not None:
            self._draw_turn(painter, self._new_turn_s, self._theme.colours.accent, 4.0)
        if self._axis.start_s <= self._time_s <= self._axis.end_s:
            x, bottom = self.x_at(self._time_s), float(self.height())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.colours.playhead))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(x - _MARKER_PX, bottom - 1.5 * _MARKER_PX),
                        QPointF(x + _MARKER_PX, bottom - 1.5 * _MARKER_PX),
                        QPointF(x, bottom),
                    ]
                )
            )
        painter.end()

    def _draw_strip(self) -> QPixmap:
        strip = self._empty_strip()
        painter = QPainter(strip)
        width = plot_width(self.width())
        painter.fillRect(
            QRectF(LEFT_MARGIN_PX, 0, width, self.height()), QColor(self._theme.colours.window)
        )
        if self._axis.duration_s:
            self._draw_ticks(painter, width)
        painter.setClipRect(QRectF(LEFT_MARGIN_PX, 0, width, self.height()))
        self._draw_region(painter)
        for turn_s in self._turns_s:
            self._draw_turn(painter, turn_s, self._theme.colours.text, 1.5)
        painter.end()
        return strip

    def _draw_turn(self, painter: QPainter, turn_s: float, colour: str, width: float) -> None:
        """Draw a stroke below the texts where the song turns."""
        if self._axis.start_s <= turn_s <= self._axis.end_s:
            x = self.x_at(turn_s)
            top = self.height() - _STROKES_PX
            painter.fillRect(QRectF(x - width / 2, top, width, _STROKES_PX), QColor(colour))

    def _draw_ticks(self, painter: QPainter, width: float) -> None:
        colours = self._theme.colours
        painter.setFont(self._font)
        right = LEFT_MARGIN_PX + width
        for tick in ticks(self._axis.start_s, self._axis.end_s, width):
            x = round(self.x_at(tick.time_s))
            high = self.height() - (8 if tick.text else 4)
            painter.fillRect(x, high, 1, self.height() - high, QColor(colours.ghost))
            needed = painter.fontMetrics().horizontalAdvance(tick.text)
            if tick.text and x + 5 + needed <= right:
                painter.setPen(QColor(colours.dim))
                painter.drawText(x + 5, painter.fontMetrics().ascent() + 2, tick.text)

    def _draw_region(self, painter: QPainter) -> None:
        region = self._loop.region
        if region is None:
            return
        colours = self._theme.colours
        colour = colours.accent if self._loop.looping else colours.ghost
        left, right = self.x_at(region.start_s), self.x_at(region.end_s)
        painter.fillRect(QRectF(left, 0, right - left, self.height()), with_alpha(colour, 0.22))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        bottom = float(self.height())
        # Tabs that lean into the region say on which side of the edge it lies.
        for x, inwards in ((left, 1), (right, -1)):
            corner = QPointF(x + inwards * _HANDLE_PX, bottom)
            points = [QPointF(x, bottom), corner, QPointF(x, bottom - _HANDLE_PX)]
            painter.drawPolygon(QPolygonF(points))
            painter.drawRect(QRectF(x - 0.75, 0, 1.5, bottom))
