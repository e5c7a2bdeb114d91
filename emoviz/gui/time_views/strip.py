"""StripView: a strip against time that is kept drawn, as of the ruler and of the lanes."""

from abc import abstractmethod

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from emoviz.gui.look.theme import Theme
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.gestures import TakesGestures, TimeGestures
from emoviz.gui.time_views.loop import Loop


class StripView(TakesGestures, QWidget):
    """Keeps what is drawn until the axis, the theme or the width is another.

    It shows time by `seek` and asks for it by `seek_requested`.
    """

    seek_requested = Signal(float)

    def __init__(self, theme: Theme, axis: TimeAxis, loop: Loop) -> None:
        super().__init__()
        self._theme = theme
        self._axis = axis
        self._time_s = 0.0
        self._strip: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._gestures = TimeGestures(self, self, axis, loop)
        self._gestures.seek_requested.connect(self.seek_requested)
        axis.changed.connect(self.refresh)
        theme.changed.connect(self.refresh)

    @abstractmethod
    def _draw_strip(self) -> QPixmap:
        """Draw all but the playhead."""

    @abstractmethod
    def pan_direction(self, x_px: float) -> int:
        """Say which way a drag moves the view; 0 where it scrubs."""

    def refresh(self) -> None:
        """Draw everything anew."""
        self._strip = None
        self.update()

    def time_at(self, x_px: float) -> float:
        """Give the time at a place of the view, perhaps outside the song."""
        return self._axis.time_at(x_px, self.width())

    def x_at(self, time_s: float) -> float:
        """Give the place of a time in the view, perhaps outside it."""
        return self._axis.x_at(time_s, self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Draw the strip anew for the new width."""
        self._strip = None
        super().resizeEvent(event)

    def _drawn_strip(self) -> QPixmap:
        if self._strip is None:
            self._strip = self._draw_strip()
        return self._strip

    def _empty_strip(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        strip = QPixmap(self.size() * ratio)
        strip.setDevicePixelRatio(ratio)
        strip.fill(QColor(self._theme.colours.panel))
        return strip
