"""What lies over a widget and keeps its place as that changes size: it moves nothing."""

from abc import abstractmethod

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget


class Overlay(QWidget):
    """A widget over `beneath`."""

    def __init__(self, beneath: QWidget) -> None:
        super().__init__(beneath)
        self._beneath = beneath
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        beneath.installEventFilter(self)

    @abstractmethod
    def place_in(self, room: QSize) -> QRect:
        """Say where it lies in a parent of this size."""

    def put(self) -> None:
        """Go where it belongs, above everything else there."""
        self.setGeometry(self.place_in(self._beneath.size()))
        self.raise_()

    def height_for(self, width_px: int) -> int:
        """Give the height that what it holds takes at a width."""
        layout = self.layout()
        assert layout is not None
        return max(layout.heightForWidth(width_px), layout.minimumSize().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the size of what lies beneath."""
        if event.type() == QEvent.Type.Resize:
            self.put()
        return False
