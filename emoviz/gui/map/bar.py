"""The line above the map: the search, and what a drag does."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

_MOST_SEARCH_PX = 360


class MapBar(QWidget):
    """Takes the text that is searched for, and offers the tools."""

    text_changed = Signal(str)
    """What is searched for now, without blanks around it"""
    entered = Signal()
    """Enter was pressed in the search."""

    def __init__(self) -> None:
        super().__init__()
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Search title, artist, album"))
        self._search.setAccessibleName(self._search.placeholderText())
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(_MOST_SEARCH_PX)
        self._search.textChanged.connect(lambda text: self.text_changed.emit(text.strip()))
        self._search.returnPressed.connect(self.entered)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(self._search, 3)
        layout.addStretch(1)
        self.controls: list[QWidget] = [self._search]
        """In the order in which they are reached by Tab"""

    def add_tools(self, tools: Iterable[QAction]) -> None:
        """Offer what a drag can do; the first of them is what it does now."""
        group = QActionGroup(self)
        layout = self.layout()
        assert layout is not None
        for action in tools:
            group.addAction(action)
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(button)
            self.controls.append(button)
        group.actions()[0].setChecked(True)

    @property
    def text(self) -> str:
        """What is searched for."""
        return self._search.text().strip()

    def clear(self) -> None:
        """Search for nothing."""
        self._search.clear()

    def go_to_search(self) -> None:
        """Let the user write what is searched for."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()
