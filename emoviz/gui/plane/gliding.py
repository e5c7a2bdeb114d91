"""GlidingView: a view of the plane that wheel, pinch and hand move, and that glides there."""

import sys
from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from emoviz.gui.plane.camera import Camera, PlaneCamera
from emoviz.gui.plane.geometry import Geometry

_GLIDE_MS = 16
_ZOOM_PER_NOTCH = 0.8
_ANGLE_PER_NOTCH = 120.0


class GlidingView(QWidget):
    """Zooms at the pointer, or between the fingers, and is moved by what has a hold of it."""

    def __init__(self, camera: PlaneCamera) -> None:
        super().__init__()
        self._camera = camera
        self._seen = camera.now
        self._glide = QTimer(self, interval=_GLIDE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._glide.timeout.connect(self._move_camera)
        self._since_glide = QElapsedTimer()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        # A Mac's pad sends native gestures, of which Qt would make pinches as well.
        if sys.platform != "darwin":
            self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def camera(self) -> Camera:
        """What is seen now."""
        return self._camera.now

    @property
    def resting(self) -> bool:
        """Whether what is seen now is where the view was going."""
        return self._camera.resting

    @abstractmethod
    def _geometry(self) -> Geometry:
        """Give where the plane is in the view as it is seen now."""

    @abstractmethod
    def _show_camera(self, camera: Camera) -> None:
        """Draw what `camera` sees from now on."""

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

    def _zoom_at(self, place: QPointF, factor: float) -> None:
        """Show `factor` times as much of the plane, and keep what is at `place` there."""
        valence, arousal = self._geometry().on_plane(place)
        self._take_over(lambda: self._camera.zoom(valence, arousal, factor))

    def _pan_from(self, before: QPointF, place: QPointF) -> None:
        """Bring what of the plane is at `before` to `place`."""
        geometry = self._geometry()
        (valence, arousal), (valence_to, arousal_to) = map(geometry.on_plane, (before, place))
        self._take_over(lambda: self._camera.pan(valence - valence_to, arousal - arousal_to))

    def _take_over(self, move: Callable[[], None]) -> None:
        """Move the camera by hand."""
        move()
        self._start_gliding()

    def _start_gliding(self) -> None:
        if self._seen != self._camera.now:
            self._look()
        if not self._camera.resting and not self._glide.isActive():
            self._since_glide.start()
            self._glide.start()

    def _move_camera(self) -> None:
        self._camera.glide(self._since_glide.restart() / 1000)
        self._look()
        if self._camera.resting:
            self._glide.stop()

    def _look(self) -> None:
        self._seen = self._camera.now
        self._show_camera(self._seen)
        self.update()
