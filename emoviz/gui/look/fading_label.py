"""A label whose text comes and goes gently."""

from PySide6.QtCore import QAbstractAnimation, QPropertyAnimation
from PySide6.QtWidgets import QGraphicsOpacityEffect, QLabel

_FADE_MS = 400


class FadingLabel(QLabel):
    """Fades in and out; another text comes when the one before it has gone."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""
        self._is_shown = True
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setOpacity(0.0)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(_FADE_MS)
        self._fade.finished.connect(self._go_on)

    @property
    def opacity(self) -> float:
        """How much of it is seen, 0 to 1."""
        return self._effect.opacity()

    def say(self, text: str) -> None:
        """Show another text."""
        if text != self._wanted:
            self._wanted = text
            self._go_on()

    def set_shown(self, is_shown: bool) -> None:
        """Fade in, or out."""
        if is_shown != self._is_shown:
            self._is_shown = is_shown
            self._go_on()

    def _go_on(self) -> None:
        """Begin the next step to what is wanted, unless one is under way."""
        if self._fade.state() == QAbstractAnimation.State.Running:
            return
        if self.text() != self._wanted and self.opacity == 0.0:
            self.setText(self._wanted)
        goal = float(self._is_shown and self.text() == self._wanted != "")
        if goal != self.opacity:
            self._fade.setStartValue(self.opacity)
            self._fade.setEndValue(goal)
            self._fade.start()
