"""The row of sections: what may be said of each part of the song, over the time that it takes."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QToolTip, QWidget

from emoviz.gui.look.section_colours import section_colour
from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import Theme, interface_font, mixed
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX, TimeAxis, plot_width
from emoviz.tracks.sections import Section, index_of_section

_MARGIN_PX = 3.0
_TEXT_GAP_PX = 7.0
_GRIP_PX = 4.0
_TINT = 0.45
_TURN_PX = 5.0
_LEAST_TEXT_PX = 24.0


class SectionsView(QWidget):
    """Blocks of the song's sections. A click asks for one to be looped, its border can be dragged.

    It shows time by `seek`.
    """

    section_chosen = Signal(int)
    """Index of the section that was clicked"""
    border_moved = Signal(int, float)
    """Index of the section that is to begin at a time, in seconds, while its border is dragged"""
    border_settled = Signal()
    """The border has been let go of."""
    menu_asked = Signal(object, float)
    """Where on the screen, and at which time, in seconds"""

    def __init__(self, theme: Theme, axis: TimeAxis) -> None:
        super().__init__()
        self._theme = theme
        self._axis = axis
        self._sections: Sequence[Section] = ()
        self._time_s = 0.0
        self._current: int | None = None
        self._dragged: int | None = None
        self._font = interface_font(9)
        self.setFixedHeight(math.ceil(QFontMetricsF(self._font).height()) + 9)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Sections"))
        axis.changed.connect(self.update)
        theme.changed.connect(self.update)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show these sections, none while they are not known."""
        self._sections = sections
        self._current = index_of_section(sections, self._time_s)
        self.setAccessibleDescription(
            ", ".join(f"{format_time(each.start_s)} {each.name}" for each in sections)
        )
        self.update()

    def seek(self, time_s: float) -> None:
        """Show which section is heard at `time_s`."""
        self._time_s = time_s
        current = index_of_section(self._sections, time_s)
        if current != self._current:
            self._current = current
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the blocks that are in view."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.colours.panel))
        painter.setClipRect(QRectF(LEFT_MARGIN_PX, 0, plot_width(self.width()), self.height()))
        for index in range(len(self._sections)):
            self._draw(painter, index)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of a border, or choose a section."""
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x_px = event.position().x()
        self._dragged = self._border_near(x_px)
        chosen = index_of_section(self._sections, self._time_at(x_px))
        if self._dragged is None and chosen is not None:
            self.section_chosen.emit(chosen)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with a drag, or show what one would take hold of."""
        event.accept()
        x_px = event.position().x()
        if self._dragged is not None:
            self.border_moved.emit(self._dragged, self._time_at(x_px))
            return
        if self._border_near(x_px) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        elif index_of_section(self._sections, self._time_at(x_px)) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go of a border."""
        event.accept()
        if self._dragged is not None:
            self._dragged = None
            self.border_settled.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Ask for the menu of what can be done to a section."""
        place: QPoint = event.globalPos()
        self.menu_asked.emit(place, self._time_at(event.pos().x()))

    def event(self, event: QEvent) -> bool:
        """Say all of a section under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = index_of_section(self._sections, self._time_at(event.pos().x()))
            text = "" if index is None else self._tip(self._sections[index])
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _draw(self, painter: QPainter, index: int) -> None:
        section, colours = self._sections[index], self._theme.colours
        left, right = self._x_at(section.start_s), self._x_at(section.end_s)
        seen_left = max(left, LEFT_MARGIN_PX)
        seen_right = min(right, LEFT_MARGIN_PX + plot_width(self.width()))
        if seen_right <= seen_left:
            return
        box = QRectF(left + 0.5, _MARGIN_PX, right - left - 1.5, self.height() - 2 * _MARGIN_PX)
        tint = 1.0 if index == self._current else _TINT
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colours.panel, section_colour(section, colours), 0.6 * tint))
        painter.drawRoundedRect(box, 3.0, 3.0)
        if section.abrupt:
            self._mark_turn(painter, left)
        room = QRectF(box)
        room.setLeft(seen_left + _TEXT_GAP_PX)
        room.setRight(seen_right - _TEXT_GAP_PX / 2)
        if room.width() < _LEAST_TEXT_PX:
            return
        metrics = QFontMetricsF(self._font)
        text = metrics.elidedText(section.name, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(self._font)
        painter.setPen(QColor(colours.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _mark_turn(self, painter: QPainter, x: float) -> None:
        """Mark an abrupt turn by a notch at the top of where it begins."""
        painter.setBrush(QColor(self._theme.colours.text))
        points = [QPointF(x - _TURN_PX, 0.0), QPointF(x + _TURN_PX, 0.0), QPointF(x, _TURN_PX)]
        painter.drawPolygon(QPolygonF(points))

    def _tip(self, section: Section) -> str:
        lines = [
            f"{format_time(section.start_s)} - {format_time(section.end_s)}  {section.name}",
            self.tr("valence {0}, spread {1:.2f}").format(
                signed(section.valence), section.valence_spread
            ),
            self.tr("arousal {0}, spread {1:.2f}").format(
                signed(section.arousal), section.arousal_spread
            ),
        ]
        if section.abrupt:
            lines.append(self.tr("It begins with a jump."))
        if section.note:
            lines.append(section.note)
        return "\n".join(lines)

    def _border_near(self, x_px: float) -> int | None:
        """Give the index of the section whose beginning is under the pointer, save the first."""
        for index in range(1, len(self._sections)):
            if abs(self._x_at(self._sections[index].start_s) - x_px) <= _GRIP_PX:
                return index
        return None

    def _time_at(self, x_px: float) -> float:
        return self._axis.time_at(x_px, self.width())

    def _x_at(self, time_s: float) -> float:
        return self._axis.x_at(time_s, self.width())
