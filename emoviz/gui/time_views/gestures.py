"""What the mouse does on every view of time: seek, scrub, pan, mark a region, drag its edges."""

from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.loop import Loop

_ZOOM_PER_NOTCH = 0.8
_PAN_PER_NOTCH = 0.1
_ANGLE_PER_NOTCH = 120.0
_GRIP_PX = 5
"""How close to an edge of the region the pointer takes hold of it."""
_CLICK_PX = 4
"""How far the pointer may tremble in a click."""


class TimeScale(Protocol):
    """Where a view shows which time, and what a plain drag moves."""

    def time_at(self, x_px: float) -> float:
        """Give the time at a place of the view, perhaps outside the song."""
        ...

    def x_at(self, time_s: float) -> float:
        """Give the place of a time in the view, perhaps outside it."""
        ...

    def pan_direction(self, x_px: float) -> int:
        """Tell what a drag from here does: -1 moves the paper, 1 the frame; 0 scrubs."""
        ...


class TimeGestures(QObject):
    """Takes the mouse events of one view. Times that are asked for lie inside the song."""

    seek_requested = Signal(float)

    def __init__(self, surface: QWidget, scale: TimeScale, axis: TimeAxis, loop: Loop) -> None:
        super().__init__(surface)
        self._surface = surface
        self._scale = scale
        self._axis = axis
        self._loop = loop
        self._pressed_px = self._last_px = 0.0
        self._moved = False
        self._direction = 0
        self._scrubbing = False
        self._fixed_s: float | None = None
        """The end of the region that stays while the other is dragged."""
        surface.setMouseTracking(True)

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton or not self._axis.duration_s:
            return
        x_px = event.position().x()
        self._pressed_px = self._last_px = x_px
        self._moved = False
        self._direction = 0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._fixed_s = self._time_at(x_px)
        elif (fixed_s := self._other_end(x_px)) is not None:
            self._fixed_s = fixed_s
        elif direction := self._scale.pan_direction(x_px):
            self._direction = direction
        else:
            self._scrubbing = True
            self.seek_requested.emit(self._time_at(x_px))

    def move(self, event: QMouseEvent) -> None:
        """Go on with a drag, or show by the pointer what one would do here."""
        event.accept()
        x_px = event.position().x()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._show_cursor(x_px)
            return
        self._moved = self._moved or abs(x_px - self._pressed_px) >= _CLICK_PX
        if self._scrubbing:
            self.seek_requested.emit(self._time_at(x_px))
        elif self._fixed_s is not None and self._moved:
            self._loop.mark(self._fixed_s, self._time_at(x_px))
        elif self._direction and self._moved:
            self._surface.setCursor(Qt.CursorShape.ClosedHandCursor)
            by_s = self._scale.time_at(x_px) - self._scale.time_at(self._last_px)
            self._last_px = x_px
            self._axis.pan(self._direction * by_s)

    def release(self, event: QMouseEvent) -> None:
        """End a drag; what did not move was a click, and a click seeks."""
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x_px = event.position().x()
        if self._direction and not self._moved:
            self.seek_requested.emit(self._time_at(x_px))
        if self._fixed_s is not None and self._moved:
            self._loop.settle()
        self._scrubbing, self._direction, self._fixed_s = False, 0, None
        self._show_cursor(x_px)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Shift, or sideways, pan."""
        event.accept()
        axis = self._axis
        if not axis.duration_s:
            return
        sideways = event.angleDelta().x() / _ANGLE_PER_NOTCH
        upright = event.angleDelta().y() / _ANGLE_PER_NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways, upright = sideways + upright, 0.0
        if sideways:
            axis.pan(-sideways * _PAN_PER_NOTCH * (axis.end_s - axis.start_s))
        if upright:
            axis.zoom(self._time_at(event.position().x()), _ZOOM_PER_NOTCH**upright)

    def _time_at(self, x_px: float) -> float:
        return self._axis.held(self._scale.time_at(x_px))

    def _other_end(self, x_px: float) -> float | None:
        """Give the end of the region that stays if a drag from here moves one."""
        region = self._loop.region
        if region is None:
            return None
        to_start_px = abs(self._scale.x_at(region.start_s) - x_px)
        to_end_px = abs(self._scale.x_at(region.end_s) - x_px)
        if min(to_start_px, to_end_px) > _GRIP_PX:
            return None
        return region.end_s if to_start_px < to_end_px else region.start_s

    def _show_cursor(self, x_px: float) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._axis.duration_s:
            if self._other_end(x_px) is not None:
                shape = Qt.CursorShape.SizeHorCursor
            elif self._scale.pan_direction(x_px):
                shape = Qt.CursorShape.OpenHandCursor
        if self._surface.cursor().shape() != shape:
            self._surface.setCursor(shape)


class TakesGestures:
    """Hands the mouse events of a widget to its gestures; comes before the widget's own class."""

    _gestures: TimeGestures

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a click or a drag."""
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with a drag."""
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a click or a drag."""
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take a double click for two clicks."""
        self._gestures.press(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom or pan."""
        self._gestures.wheel(event)
