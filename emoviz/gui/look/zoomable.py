"""ZoomableView: a view that is zoomed by wheel and pinch, on a screen or on a pad."""

from abc import abstractmethod

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

_ZOOM_PER_NOTCH = 0.8
_ANGLE_PER_NOTCH = 120.0


class ZoomableView(QWidget):
    """Zooms at the pointer, or between the fingers."""

    @abstractmethod
    def _zoom_at(self, place: QPointF, factor: float) -> None:
        """Show `factor` times as much of the plane, and keep what is at `place` there."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the pointer."""
        event.accept()
        notches = event.angleDelta().y() / _ANGLE_PER_NOTCH
        if notches:
            self._zoom_at(event.position(), _ZOOM_PER_NOTCH**notches)

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching, on a screen or on a pad."""
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture) and pinch.scaleFactor() > 0:
                place = self.mapFromGlobal(pinch.centerPoint())
                self._zoom_at(place, 1.0 / pinch.scaleFactor())
                event.accept(pinch)
                return True
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._zoom_at(event.position(), 1.0 / max(1.0 + event.value(), 0.1))
            return True
        return super().event(event)
