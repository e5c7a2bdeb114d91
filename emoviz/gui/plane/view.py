"""The view of the valence-arousal plane: the song's path, and the trail that moves along it."""

from collections.abc import Callable, Sequence
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
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from emoviz.gui.look.texts import signed
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.plane.camera import Camera, Extent, PlaneCamera, extent_of_song
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.gliding import GlidingView
from emoviz.gui.plane.painter import PlanePainter
from emoviz.gui.settings import FOLLOW, SONG
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.sections import Section
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
    view_changed = Signal(str)
    """The user has taken the view into their own hands: one of `settings.VIEWS`, or "" of none."""

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
        self._middle, self._doubt = QLabel(), QLabel()
        for label, size_pt in ((self._middle, 10), (self._doubt, 8.5)):
            label.setFont(interface_font(size_pt, bold=label is self._middle))
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.hide()
        theme.changed.connect(self._take_colours)
        layout = QVBoxLayout(self)
        layout.addLayout(self._corner)
        layout.addWidget(self._middle, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._doubt, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self._take_colours()

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
        self._camera.keep_fitting(self._extent())
        self._say_middle()
        self._start_gliding()
        self._aim_camera()
        self._look_under_pointer()
        self.update()

    def set_bare(self, bare: bool) -> None:
        """Hide what can be clicked in the corner, or show it again."""
        for button in self._buttons():
            button.setVisible(not bare)
        self._keep_words_away()
        self.update()

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Mark where sections begin with a jump."""
        self._painter.set_sections(sections)
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

    def add_button(self, action: QAction, text: str) -> None:
        """Offer an action of the window in the corner of the plane, by a short text."""
        button = QToolButton()
        # In the menu it is said in full.
        action.setIconText(text)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.add_handle(button)

    def add_handle(self, handle: QToolButton) -> None:
        """Put a button into the corner of the plane, beside those that are there."""
        self._corner.insertWidget(self._corner.count() - 1, handle)

    def set_view(self, view: str) -> None:
        """Show one of `settings.VIEWS`: the song large, the trail, or the whole plane."""
        if view == FOLLOW:
            self._camera.follow(self._painter.trail(self._time_s))
        elif view == SONG:
            self._camera.fit(self._extent())
        else:
            self._camera.show_whole()
        self._doubt.setVisible(view == FOLLOW)
        self._say_doubt()
        self._keep_words_away()
        self._start_gliding()

    def set_relative(self, relative: bool) -> None:
        """Show the song relative to its own mean, large, or on the plane itself again."""
        self._painter.set_relative(relative)
        self._say_middle()
        self.set_view(SONG)
        self.update()

    def fit_anew(self) -> None:
        """Show the song as large as it has become, if it is what is shown."""
        if self._camera.view == SONG:
            self.set_view(SONG)

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
        self._say_doubt()
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
        self._keep_words_away()
        geometry = self._geometry()
        half = QRectF(self.rect()).bottomRight() / 2 / geometry.reach_px
        self._camera.shape = (half.x(), half.y())
        self.fit_anew()

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

    def _keep_words_away(self) -> None:
        """Keep the words from what is in the corner."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        taken = QRectF()
        for part in (*self._buttons(), self._middle, self._doubt):
            if not part.isHidden():
                taken = taken.united(QRectF(part.geometry()))
        self._painter.set_taken(taken)

    def _buttons(self) -> list[QToolButton]:
        """Give the buttons in the corner, not those of what lies over the plane for a while."""
        directly = Qt.FindChildOption.FindDirectChildrenOnly
        return self.findChildren(QToolButton, options=directly)

    def _extent(self) -> Extent | None:
        """Give how far the song goes: with its deviation, but for how it moves around its mean."""
        if self._values is None:
            return None
        columns = 2 if self._painter.middle is not None else self._values.shape[1]
        return extent_of_song(self._values[:, :columns])

    def _say_middle(self) -> None:
        """Mark plainly what is not the plane itself."""
        middle = self._painter.middle
        if middle is not None:
            text = self.tr("Relative to this song: 0 is its mean, valence {0}, arousal {1}")
            self._middle.setText(text.format(*map(signed, middle)))
        if self._middle.isHidden() != (middle is None):
            self._middle.setVisible(middle is not None)
            self._keep_words_away()

    def _say_doubt(self) -> None:
        """Say of a trail that is followed that it moves by less than the model is sure of."""
        text = ""
        if self._camera.following and self._painter.is_within_deviation(self._time_s):
            text = self.tr("The trail moves by less than the deviation of its values")
        if text != self._doubt.text():
            self._doubt.setText(text)

    def _take_over(self, move: Callable[[], None]) -> None:
        """Move the camera by hand, which ends whatever else moved it."""
        before = self._camera.view
        super()._take_over(move)
        if self._camera.view != before:
            self._doubt.setVisible(self._camera.following)
            self._keep_words_away()
            self.view_changed.emit(self._camera.view)

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
        self._doubt.setStyleSheet(f"color: {self._theme.colours.dim}; padding-left: 6px;")
        # Where the song's path runs beneath it, it is read all the same.
        self._middle.setStyleSheet(
            f"color: {self._theme.colours.accent}; background: {self._theme.colours.panel};"
            " padding: 0 6px;"
        )
        self.update()
