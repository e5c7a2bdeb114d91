"""The view of the map: moved, zoomed and pointed at, with songs chosen by going around them."""

from enum import Enum

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy

from emoviz.gui.look.theme import Theme
from emoviz.gui.map.painter import MapPainter, Shown
from emoviz.gui.plane.camera import Camera, Extent, PlaneCamera
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.gliding import GlidingView
from emoviz.tracks.circumplex import Circumplex

_CLOSEST = 0.005
"""A tenth of what the plane of one song allows: there may be a million dots to tell apart."""

_LEAST_SHOWN = 0.15
"""However near to each other all songs lie: so much of the plane is seen to each side."""

_MOST_NAMED = 40
"""So many songs at most are named beside their dots."""

_ZOOM = 0.7
_PAN_PER_KEY = 0.2
_STROKE_STEP_PX = 3.0
_PAN_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Tool(Enum):
    """What a drag with the left button does; with the middle one it always moves the map."""

    LASSO = "lasso"
    PATH = "path"
    HAND = "hand"


class MapView(GlidingView):
    """Shows the songs of a library on the plane."""

    song_pointed_at = Signal(object)
    """Index of the song under the pointer, or None; `show_tip` is called back with its name."""
    song_clicked = Signal(int)
    lasso_drawn = Signal(object)
    """Indices of the songs that were gone around"""
    path_drawn = Signal(object)
    """The path, (n, 2), valence and arousal"""
    names_asked = Signal(object)
    """Indices of the few songs that are seen, for `show_names`"""

    def __init__(self, theme: Theme, circumplex: Circumplex) -> None:
        super().__init__(PlaneCamera(_CLOSEST))
        self._theme = theme
        self._painter = MapPainter(circumplex, theme.colours)
        self._tool = Tool.LASSO
        self._pressed: QPointF | None = None
        self._before = QPointF()
        self._drags = self._moves = False
        self._camera.fit(None)
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Map of the library"))
        self._show_cursor()
        theme.changed.connect(self._take_colours)

    @property
    def shown(self) -> Shown:
        """What there is to see; whoever changes it calls `show_anew`."""
        return self._painter.shown

    def show_anew(self) -> None:
        """Draw what is shown as it is now."""
        self._painter.forget()
        self._look_at(None)
        self._ask_for_names()
        self.update()

    def keep_fitting(self) -> None:
        """Show the songs that there are now as large as they can be, unless one has moved it."""
        self._camera.keep_fitting(self._extent())
        self._start_gliding()

    def fit_songs(self) -> None:
        """Show all songs as large as there is room."""
        self._take_over(lambda: self._camera.fit(self._extent()))

    def show_names(self, names: dict[int, str]) -> None:
        """Write these names beside their songs."""
        self._painter.names = names
        self.update()

    def set_words(self, circumplex: Circumplex) -> None:
        """Write these words around the plane."""
        self._painter.set_words(circumplex)
        self.update()

    def take_lasso(self) -> None:
        """Have a drag go around songs from now on."""
        self._take(Tool.LASSO)

    def take_path(self) -> None:
        """Have a drag draw a path from now on."""
        self._take(Tool.PATH)

    def take_hand(self) -> None:
        """Have a drag move the map from now on."""
        self._take(Tool.HAND)

    def show_tip(self, lines: list[str]) -> None:
        """Write these lines beside the song that is pointed at."""
        self._painter.tip = lines
        self.update()

    def show_whole(self) -> None:
        """Show the whole plane."""
        self._take_over(self._camera.show_whole)

    def zoom_in(self) -> None:
        """Zoom in a step."""
        self.zoom(_ZOOM)

    def zoom_out(self) -> None:
        """Zoom out a step."""
        self.zoom(1.0 / _ZOOM)

    def zoom(self, factor: float) -> None:
        """Zoom in the middle, below 1 nearer, above 1 farther."""
        now = self._camera.now
        self._take_over(lambda: self._camera.zoom(now.valence, now.arousal, factor))

    def pan(self, across: float, upright: float) -> None:
        """Move what is seen by shares of its width and height."""
        reach = self._camera.now.reach
        self._take_over(lambda: self._camera.pan(across * reach, upright * reach))

    def drop_stroke(self) -> bool:
        """Let go of what is being drawn; tell whether something was."""
        if self._pressed is None or not self._drags:
            return False
        self._pressed, self._drags = None, False
        self._forget_stroke()
        self._show_cursor()
        return True

    def place_of(self, index: int) -> QPointF:
        """Give where in the view a song's dot is."""
        return self._painter.place_of(self.size(), index)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the size the map likes best."""
        return QSize(820, 640)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the map."""
        painter = QPainter(self)
        self._painter.draw(painter, self.size(), self.devicePixelRatioF())
        if self.hasFocus() and self.window().testAttribute(
            Qt.WidgetAttribute.WA_KeyboardFocusChange
        ):
            painter.setPen(self._theme.colours.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show the songs as large as there is room now."""
        super().resizeEvent(event)
        half = QPointF(self.width() / 2, self.height() / 2) / self._geometry().reach_px
        self._camera.shape = (half.x(), half.y())
        if self._camera.fitting:
            self._camera.fit(self._extent())
            self._start_gliding()
        self._ask_for_names()

    # The keys and the hand.

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move by the arrows."""
        key = Qt.Key(event.key())
        if key in _PAN_KEYS:
            across, upright = _PAN_KEYS[key]
            self.pan(across * _PAN_PER_KEY, upright * _PAN_PER_KEY)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what may become a drag or a click."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._before = event.position()
            self._drags = False
            self._moves = event.button() == Qt.MouseButton.MiddleButton or self._tool is Tool.HAND

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move the map, draw, or look what is under the pointer."""
        place = event.position()
        if self._pressed is None:
            self._look_at(self._painter.song_near(self.size(), place))
            return
        if not self._drags:
            way = place - self._pressed
            if way.manhattanLength() < QApplication.startDragDistance():
                return
            self._drags = True
            self._look_at(None)
            if not self._moves:
                self._painter.stroke = [self._pressed]
                self._painter.stroke_is_closed = self._tool is Tool.LASSO
        if self._moves:
            self._pan_from(self._before, place)
            self._before = place
        elif (place - self._painter.stroke[-1]).manhattanLength() >= _STROKE_STEP_PX:
            self._painter.stroke.append(place)
            self.update()
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take what was drawn, or the song that was clicked; a drag is no click."""
        if self._pressed is None:
            return
        pressed, dragged = self._pressed, self._drags
        self._pressed, self._drags = None, False
        stroke = self._painter.stroke
        self._forget_stroke()
        if not dragged and event.button() == Qt.MouseButton.LeftButton:
            clicked = self._painter.song_near(self.size(), pressed)
            if clicked is not None:
                self.song_clicked.emit(clicked)
        elif dragged and len(stroke) > 1:
            self._take_stroke(stroke)
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take no second click: the first has opened the song."""

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Point at nothing any more."""
        self._look_at(None)
        super().leaveEvent(event)

    def _take(self, tool: Tool) -> None:
        self._tool = tool
        self._show_cursor()

    def _take_stroke(self, stroke: list[QPointF]) -> None:
        if self._tool is Tool.LASSO:
            self.lasso_drawn.emit(self._painter.songs_inside(self.size(), stroke))
            return
        geometry = self._geometry()
        self.path_drawn.emit(np.array([geometry.on_plane(place) for place in stroke]))

    def _forget_stroke(self) -> None:
        self._painter.stroke = []
        self.update()

    def _look_at(self, index: int | None) -> None:
        if index == self._painter.marked:
            return
        self._painter.tip = []
        self._painter.marked = index
        self.song_pointed_at.emit(index)
        self._show_cursor()
        self.update()

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.CrossCursor
        if self._drags and self._moves:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._painter.marked is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._tool is Tool.HAND:
            shape = Qt.CursorShape.OpenHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _geometry(self) -> Geometry:
        return self._painter.geometry(self.size())

    def _show_camera(self, camera: Camera) -> None:
        self._painter.camera = camera
        self._ask_for_names()

    def _ask_for_names(self) -> None:
        """Ask for the names of what is seen, once the view has come to rest, if that is few."""
        self._painter.names = {}
        if not self._camera.resting:
            return
        seen = self._painter.songs_seen(self.size())
        if 0 < len(seen) <= _MOST_NAMED:
            self.names_asked.emit(seen)

    def _extent(self) -> Extent | None:
        """Give how far the songs go, and some way around them."""
        songs = self.shown.songs
        if songs is None:
            return None
        (left, right), (low, high) = (
            (float(values.min()), float(values.max()))
            for values in (songs.points.valence, songs.points.arousal)
        )
        half = (max((right - left) / 2, _LEAST_SHOWN), max((high - low) / 2, _LEAST_SHOWN))
        return Extent((left + right) / 2, (low + high) / 2, *half)

    def _take_colours(self) -> None:
        self._painter.set_colours(self._theme.colours)
        self.update()
