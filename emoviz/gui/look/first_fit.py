"""A new window that fits its screen together with the frame that it gets."""

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QWidget

_WATCHED_MS = 2000
"""A window manager puts its frame around a window some time after that is shown."""
_LEAST_TITLE_PX = 10
"""Borders alone hide nothing of a window: who draws no title either tiles it or has no screen."""


class FirstFit(QObject):
    """Shrinks a window, and moves it, so that all of it is seen when it has got its frame.

    It looks whenever the window is shown, moved or resized in the first two seconds, until somebody
    else gives it another size.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._size = window.size()
        """What the window was made as, or fitted to"""
        self._over = QTimer(self, singleShot=True, interval=_WATCHED_MS)
        self._over.timeout.connect(lambda: window.removeEventFilter(self))
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)
        window.installEventFilter(self)
        if window.isVisible():
            self._over.start()
            self._soon.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look whether the window fits when it has been shown, moved or resized."""
        if event.type() == QEvent.Type.Show:
            self._over.start()
            # Some systems know the frame now, before anything is seen.
            self._fit()
        elif event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._soon.start()
        return False

    def _fit(self) -> None:
        window = self._window
        if not window.isVisible() or window.isMaximized() or window.isFullScreen():
            return
        if window.size() != self._size:
            window.removeEventFilter(self)
            return
        inner, frame = window.geometry(), window.frameGeometry()
        if inner.top() - frame.top() < _LEAST_TITLE_PX:
            return
        wanted = fitted(inner, frame, window.screen().availableGeometry())
        if wanted != inner:
            self._size = wanted.size()
            window.setGeometry(wanted)


def fitted(inner: QRect, frame: QRect, room: QRect) -> QRect:
    """Give where the inside of a window goes so that its frame, as it is now, is in the room."""
    width = min(frame.width(), room.width())
    height = min(frame.height(), room.height())
    left = min(max(frame.left(), room.left()), room.left() + room.width() - width)
    top = min(max(frame.top(), room.top()), room.top() + room.height() - height)
    return QRect(
        left + inner.left() - frame.left(),
        top + inner.top() - frame.top(),
        width - (frame.width() - inner.width()),
        height - (frame.height() - inner.height()),
    )
