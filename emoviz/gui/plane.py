"""The view of the valence-arousal plane: the song's path as a ghost, the moving trail."""

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from emoviz.circumplex import Circumplex
from emoviz.gui.camera import FollowCamera
from emoviz.gui.plane_painter import PlanePainter
from emoviz.gui.theme import Theme
from emoviz.trail import Values

_GLIDE_MS = 16


class PlaneView(QWidget):
    """Shows where a song is and has been on the plane. Time comes from outside, by `seek`."""

    def __init__(self, theme: Theme, circumplex: Circumplex) -> None:
        super().__init__()
        self._theme = theme
        self._painter = PlanePainter(circumplex, theme.colours)
        self._time_s = 0.0
        self._drawn_area = QRectF()
        self._camera = FollowCamera()
        self._glide = QTimer(self, interval=_GLIDE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._glide.timeout.connect(self._move_camera)
        self._since_glide = QElapsedTimer()
        self.setMinimumSize(320, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Valence-arousal plane"))
        theme.changed.connect(self._take_colours)

    def set_track(self, values: Values) -> None:
        """Show the path of `values`, (n, 2) or more columns, NaN where nothing is known yet."""
        self._painter.set_track(values)
        self._aim_camera()
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
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        QVBoxLayout(self).addWidget(button, 0, corner)

    def set_following(self, following: bool) -> None:
        """Zoom to the trail and go with it, or show the whole plane."""
        self._camera.following = following
        self._aim_camera()

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

    def _aim_camera(self) -> None:
        self._camera.aim(self._painter.trail(self._time_s))
        if not self._camera.resting and not self._glide.isActive():
            self._since_glide.start()
            self._glide.start()

    def _move_camera(self) -> None:
        self._camera.glide(self._since_glide.restart() / 1000)
        self._painter.camera = self._camera.now
        if self._camera.resting:
            self._glide.stop()
        self.update()

    def _take_colours(self) -> None:
        self._painter.set_colours(self._theme.colours)
        self.update()
