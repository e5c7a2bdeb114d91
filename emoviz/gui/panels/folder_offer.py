"""A strip above the plane that offers to put a folder that was dropped on the library's map."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel


class FolderOffer(QWidget):
    """Asks whether a folder's songs are to join the map; it makes room for itself."""

    taken = Signal(object)
    """`Path` of the folder that is to join"""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._folder: Path | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._text = WrappedLabel(most_lines=1)
        self._text.setFont(interface_font(10))
        join = QPushButton(self.tr("Add to the map"))
        join.clicked.connect(self._take)
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(self.tr("Not now"))
        close.setToolTip(close.accessibleName())
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(join)
        row.addWidget(close)
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def make(self, folders: Sequence[Path]) -> None:
        """Offer the first of some folders; of none there is nothing to offer."""
        self._folder = folders[0] if folders else None
        self.setVisible(self._folder is not None)
        if self._folder is not None:
            text = self.tr("Put the songs of {0} on the map of the library?")
            self._text.setText(text.format(self._folder.name))

    def _take(self) -> None:
        self.hide()
        self.taken.emit(self._folder)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"FolderOffer {{ background: {colours.window};"
            f" border-bottom: 1px solid {colours.line}; }} QLabel {{ color: {colours.text}; }}"
        )
