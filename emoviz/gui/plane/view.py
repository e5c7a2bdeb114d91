"""The view of the valence-arousal plane: the song's path as a ghost, the moving trail."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from emoviz.gui.look.theme import Theme
from emoviz.gui.plane.camera import Camera, PlaneCamera
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.gliding import GlidingView
from emoviz.gui.plane.painter import PlanePainter
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.trail import head_at, index_at, time_of
from emoviz.units import Values


@dataclass(frozen=True)
class Now:
    """Valence and arousal at a time in seconds, and what is said of them."""

    time_s: float
    valence: float
    arousal: float
    said: str


class PlaneView(GlidingView):
    """Shows where a song is and has been on the plane. Time comes from outside, by `seek`."""

    seek_requested = Signal(float)
    """The user wants to be where the song was at a point of its path, in seconds."""
    following_changed = Signal(bool)
    """The trail is followed, or the user has taken the view into their own hands."""

    def __init__(self, theme: Theme, circumplex: Circumplex) -> None:
        super().__init__(PlaneCamera())
        self._theme = theme
        self._painter = PlanePainter(circumplex, theme.colours)
        self._time_s = 0.0
        self._values: Values | None = None
        self._drawn_area = QRectF()
        self._corner = QHBoxLayout()
        self._corner.addStretch(1)
        self._pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        # As low as a message makes it in the smallest of windows.
        self.setMinimumSize(320, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(self.tr("Valence-arousal plane"))
        theme.changed.connect(self._take_colours)
        layout = QVBoxLayout(self)
        layout.addLayout(self._corner)
        layout.addStretch(1)

    @property
    def time_s(self) -> float:
        """Where the head is, in seconds."""
        return self._time_s

    @property
    def now(self) -> Now | None:
        """What is so at the half-second that sounds, if it is known."""
        index = None if self._values is None else index_at(self._values, self._time_s)
        if self._values is None or index is None:
            return None
        valence, arousal = map(float, self._values[index, :2])
        return Now(self._time_s, valence, arousal, self._painter.said_at(index))

    def picture(self) -> QImage:
        """Draw the plane as it is seen, without what marks the pointer's place."""
        ratio = self.devicePixelRatioF()
        image = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        marked, self._painter.marked = self._painter.marked, None
        painter = QPainter(image)
        self._painter.draw(painter, self.size(), ratio, self._time_s)
        painter.end()
        self._painter.marked = marked
        return image

    def set_track(self, values: Values) -> None:
        """Show the path of `values`, (n, 2) or more columns, NaN where nothing is known yet."""
        self._values = values
        self._painter.set_track(values)
        self._aim_camera()
        self._look_under_pointer()
        self.update()

    def set_words(self, circumplex: Circumplex) -> None:
        """Write these words around the plane."""
        self._painter.set_words(circumplex)
        self.update()

    def set_trail_length(self, length_s: float) -> None:
        """Show the last `length_s` seconds as the trail."""
        self._painter.trail_s = length_s
        self._aim_camera()
        self.update()

    def set_density(self, shown: bool) -> None:
        """Show where the song's values gather, or do not."""
        self._painter.set_density(shown)
        self.update()

    def set_second_track(self, values: Values) -> None:
        """Show a second path over the first, none of no values."""
        self._painter.set_second_track(values)
        self.update()

    def add_button(self, action: QAction) -> None:
        """Offer an action of the window in the corner of the plane."""
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.add_handle(button)

    def add_handle(self, handle: QToolButton) -> None:
        """Put a button into the corner of the plane, beside those that are there."""
        self._corner.insertWidget(self._corner.count() - 1, handle)

    def set_following(self, following: bool) -> None:
        """Zoom to the trail and go with it, or show the whole plane."""
        if following:
            self._camera.follow(self._painter.trail(self._time_s))
        else:
            self._camera.show_whole()
        self._start_gliding()

    def show_whole(self) -> None:
        """Show the whole plane, and follow nothing."""
        self._take_over(self._camera.show_whole)

    def zoom(self, factor: float) -> None:
        """Zoom at the trail's head, below 1 nearer, above 1 farther."""
        head = None if self._values is None else head_at(self._values, self._time_s)
        valence, arousal = head or (self._camera.now.valence, self._camera.now.arousal)
        self._take_over(lambda: self._camera.zoom(valence, arousal, factor))

    def seek(self, time_s: float) -> None:
        """Move the head to where the song is at `time_s`."""
        self._time_s = time_s
        self._aim_camera()
        area = self._painter.moving_area(self.size(), time_s)
        self.update(area.united(self._drawn_area).toAlignedRect())
        self._drawn_area = area

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the size the plane likes best."""
        return QSize(640, 500)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint what has moved."""
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        self._painter.draw(painter, self.size(), self.devicePixelRatioF(), self._time_s)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the words from the buttons in the corner."""
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        taken = QRectF()
        # Not those of what lies over the plane for a while.
        directly = Qt.FindChildOption.FindDirectChildrenOnly
        for button in self.findChildren(QToolButton, options=directly):
            taken = taken.united(QRectF(button.geometry()))
        self._painter.set_taken(taken)

    # The hand: zooming, panning, and pointing at the song's path.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what may become a drag or a click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the plane, or look what of the path is under the pointer."""
        before, self._pointer = self._pointer, event.position()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._look_under_pointer()
            return
        if not self._dragging:
            way = event.position() - self._pressed
            self._dragging = way.manhattanLength() >= QApplication.startDragDistance()
            before = self._pressed
        if self._dragging and before is not None and self._camera.now.reach < 1.0:
            self._pan_from(before, event.position())
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to where the path was clicked; a drag is no click."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        clicked = not self._dragging
        self._pressed, self._dragging = None, False
        self._pointer = event.position()
        self._look_under_pointer()
        if clicked and self._painter.marked is not None:
            self.seek_requested.emit(time_of(self._painter.marked))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go back to the whole plane."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.show_whole()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Point at nothing any more."""
        self._pointer = None
        self._look_under_pointer()
        super().leaveEvent(event)

    def _take_over(self, move: Callable[[], None]) -> None:
        """Move the camera by hand, which ends the following."""
        was_following = self._camera.following
        super()._take_over(move)
        if was_following:
            self.following_changed.emit(False)

    def _look_under_pointer(self) -> None:
        marked = None
        if self._pointer is not None and not self._dragging:
            marked = self._painter.value_near(self.size(), self._pointer)
        if marked != self._painter.marked:
            self._painter.marked = marked
            self.update()
        self._show_cursor()

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._dragging and self._camera.now.reach < 1.0:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._painter.marked is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._camera.now.reach < 1.0:
            shape = Qt.CursorShape.OpenHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _aim_camera(self) -> None:
        if self._camera.following:
            self._camera.aim(self._painter.trail(self._time_s))
            self._start_gliding()

    def _geometry(self) -> Geometry:
        return self._painter.geometry(self.size())

    def _show_camera(self, camera: Camera) -> None:
        self._painter.camera = camera
        self._look_under_pointer()

    def _take_colours(self) -> None:
        self._painter.set_colours(self._theme.colours)
        self.update()
