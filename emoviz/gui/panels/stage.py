"""The stage: the plane alone on a whole screen, the second one where there are two."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from emoviz.gui.look.theme import interface_font


class Stage(QObject):
    """Lends the plane a screen of its own and puts it back."""

    changed = Signal(bool)
    """Whether the plane is on stage now"""

    def __init__(self, window: QWidget, plane: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._plane = plane
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

    def _enter(self) -> None:
        _replace(self._plane, self._stand_in)
        self._stand_in.show()
        shown = self._screen_window = _ScreenWindow(self._plane, self._window.windowTitle())
        shown.left.connect(self.close)
        # The window's keys work here too.
        shown.addActions(self._window.actions())
        others = [s for s in QGuiApplication.screens() if s is not self._window.screen()]
        shown.setGeometry((others or [self._window.screen()])[0].geometry())
        shown.showFullScreen()
        self.changed.emit(True)

    def _leave(self) -> None:
        shown, self._screen_window = self._screen_window, None
        assert shown is not None
        _replace(self._stand_in, self._plane)
        self._stand_in.hide()
        self._plane.show()
        shown.deleteLater()
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

    def __init__(self, plane: QWidget, title: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(plane)
        plane.show()

    def event(self, event: QEvent) -> bool:
        """Leave by Escape, which has another meaning in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            self.left.emit()
            return True
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Give the plane back before it would be deleted with this window."""
        self.left.emit()
        event.ignore()
