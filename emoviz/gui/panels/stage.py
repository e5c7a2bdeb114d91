"""The stage: the plane alone on a whole screen, the second one where there are two."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from emoviz.gui.look.fading_label import FadingLabel
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.panels.transport import TransportBar

_TITLE_PT, _WORD_PT = 15.0, 26.0
_LINE_PX = 3
_REST_MS = 3000
"""So long after the pointer has moved, controls and title go."""


class Stage(QObject):
    """Lends the plane a screen of its own and puts it back.

    There title and word come and go, a line says how far the song is, and the controls are there
    while the pointer moves.
    """

    changed = Signal(bool)
    """Whether the plane is on stage now"""
    rested = Signal(bool)
    """Whether nothing is to lie on the plane now: the pointer rests on the stage."""

    def __init__(
        self, window: QWidget, plane: QWidget, theme: Theme, controls: TransportBar
    ) -> None:
        super().__init__(window)
        self._window = window
        self._plane = plane
        self._theme = theme
        self.controls = controls
        """What lies at the stage's foot while the pointer moves"""
        self._title = self._said = ""
        self._screen_window: _ScreenWindow | None = None
        self._stand_in = QLabel(self.tr("The plane is on the whole screen; F11 brings it back."))
        self._stand_in.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stand_in.setFont(interface_font(10))
        self._stand_in.hide()

    @property
    def is_on(self) -> bool:
        """Whether the plane is on stage."""
        return self._screen_window is not None

    def toggle(self) -> None:
        """Put the plane on a whole screen, or back into the window."""
        if self.is_on:
            self._leave()
        else:
            self._enter()

    def close(self) -> None:
        """Put the plane back."""
        if self.is_on:
            self._leave()

    def set_song(self, title: str, artist: str) -> None:
        """Name the song that is shown."""
        self._title = " · ".join(filter(None, (title, artist)))
        if self._screen_window is not None:
            self._screen_window.show_title(self._title)

    def show_moment(self, said: str, share: float) -> None:
        """Show what is said of now, and which share of the song is over."""
        self._said = said
        if self._screen_window is not None:
            self._screen_window.show_moment(said, share)

    def _enter(self) -> None:
        _replace(self._plane, self._stand_in)
        self._stand_in.show()
        shown = self._screen_window = _ScreenWindow(self._plane, self._theme, self.controls)
        shown.setWindowTitle(self._window.windowTitle())
        shown.show_title(self._title)
        shown.show_moment(self._said, 0.0)
        shown.left.connect(self.close)
        shown.rested.connect(self.rested)
        # The window's keys work here too.
        shown.addActions(self._window.actions())
        others = [s for s in QGuiApplication.screens() if s is not self._window.screen()]
        shown.setGeometry((others or [self._window.screen()])[0].geometry())
        shown.showFullScreen()
        shown.wake()
        self.changed.emit(True)

    def _leave(self) -> None:
        shown, self._screen_window = self._screen_window, None
        assert shown is not None
        self._plane.removeEventFilter(shown)
        self.controls.removeEventFilter(shown)
        self.controls.hide()
        # Nobody's until the next time: the window has controls of its own.
        self.controls.setParent(None)
        _replace(self._stand_in, self._plane)
        self._stand_in.hide()
        self._plane.show()
        self._plane.unsetCursor()
        shown.deleteLater()
        self.rested.emit(False)
        self.changed.emit(False)


def _replace(shown: QWidget, other: QWidget) -> None:
    """Put a widget where another is in the window."""
    parent = shown.parentWidget()
    layout = None if parent is None else parent.layout()
    assert layout is not None
    layout.replaceWidget(shown, other)


class _ScreenWindow(QWidget):
    """The window that fills the screen."""

    left = Signal()
    rested = Signal(bool)

    def __init__(self, plane: QWidget, theme: Theme, controls: TransportBar) -> None:
        super().__init__()
        self._plane = plane
        self._controls = controls
        self._title, self._word = FadingLabel(), FadingLabel()
        self._title.setFont(interface_font(_TITLE_PT))
        self._word.setFont(interface_font(_WORD_PT, bold=True))
        self._word.setAccessibleName(self.tr("What is said of now"))
        self._line = _Line(theme)
        # Their room is kept while they say nothing.
        head = QHBoxLayout()
        head.setContentsMargins(24, 10, 24, 6)
        head.addWidget(self._title, 1)
        head.addWidget(self._word)
        head.addStrut(self._word.fontMetrics().height())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(plane, 1)
        layout.addWidget(self._line)
        plane.show()
        controls.setParent(self)
        controls.setAutoFillBackground(True)
        for watched in (plane, controls):
            watched.installEventFilter(self)
        self.setMouseTracking(True)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._go_to_rest)

    def show_title(self, title: str) -> None:
        """Name the song."""
        self._title.say(title)
        self.wake()

    def show_moment(self, said: str, share: float) -> None:
        """Show what is said of now, and how far the song is."""
        self._word.say(said)
        self._line.show_share(share)

    def wake(self) -> None:
        """Show title and controls for a while."""
        self._rest.start()
        self._title.set_shown(True)
        if not self._controls.isVisibleTo(self):
            self._controls.show()
            self._place_controls()
            self.rested.emit(False)

    def _go_to_rest(self) -> None:
        if self._controls.underMouse():
            self._rest.start()
            return
        self._title.set_shown(False)
        self._controls.hide()
        self._plane.setCursor(Qt.CursorShape.BlankCursor)
        self.rested.emit(True)

    def _place_controls(self) -> None:
        height = self._controls.sizeHint().height()
        top = self.height() - self._line.height() - height
        self._controls.setGeometry(0, top, self.width(), height)
        self._controls.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Wake up as the pointer moves."""
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress):
            self.wake()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the controls at the foot."""
        super().resizeEvent(event)
        self._place_controls()

    def event(self, event: QEvent) -> bool:
        """Leave by Escape, which has another meaning in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.left.emit()
            return True
        if event.type() == QEvent.Type.MouseMove:
            self.wake()
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Give the plane back before it would be deleted with this window."""
        self.left.emit()
        event.ignore()


class _Line(QWidget):
    """A line as long as the share of the song that is over."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self.setFixedHeight(_LINE_PX)
        self.setAccessibleName(self.tr("How far the song is"))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for its height."""
        return QSize(0, _LINE_PX)

    def show_share(self, share: float) -> None:
        """Be as long as this share of the window, 0 to 1."""
        if round(share * self.width()) != round(self._share * self.width()):
            self.update()
        self._share = share

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the line."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.line)
        painter.fillRect(0, 0, round(self._share * self.width()), self.height(), colours.accent)
        painter.end()
