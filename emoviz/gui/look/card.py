"""Cards that lie over a widget and keep their place as that changes size: they move nothing."""

from abc import abstractmethod

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

from emoviz.gui.look.theme import Theme


class Card(QWidget):
    """A card over `beneath`, in the theme's colours."""

    def __init__(self, theme: Theme, beneath: QWidget) -> None:
        super().__init__(beneath)
        self._theme = theme
        self._beneath = beneath
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        beneath.installEventFilter(self)
        theme.changed.connect(self._take_colours)
        self._take_colours()

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

    def _style(self) -> str:
        colours = self._theme.colours
        return (
            f"{type(self).__name__} {{ background: {colours.window}; border-radius: 8px;"
            f" border: 1px solid {colours.line}; }} QLabel {{ color: {colours.text}; }}"
        )

    def _take_colours(self) -> None:
        self.setStyleSheet(self._style())
