"""The line above the map: the search, and what a drag does."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from emoviz.gui.map_view import Tool

_MOST_SEARCH_PX = 360


class MapBar(QWidget):
    """Takes the text that is searched for, and the choice of a tool."""

    text_changed = Signal(str)
    """What is searched for now, without blanks around it"""
    entered = Signal()
    """Enter was pressed in the search."""
    tool_chosen = Signal(object)
    """A `Tool`"""

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
        group = QActionGroup(self)
        for action in self._make_tools():
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

    def _make_tools(self) -> list[QAction]:
        actions = []
        for tool, text, key, tip in (
            (Tool.LASSO, self.tr("Lasso"), "L", self.tr("Drag around dots to choose songs (L)")),
            (Tool.PATH, self.tr("Path"), "P", self.tr("Draw a path that songs lie along (P)")),
            (Tool.MOVE, self.tr("Move"), "M", self.tr("Drag the map (M, or the middle button)")),
        ):
            action = QAction(text, self, checkable=True)
            action.setObjectName(f"tool_{tool.value}")
            action.setToolTip(tip)
            action.setShortcut(key)
            action.triggered.connect(lambda _checked, tool=tool: self.tool_chosen.emit(tool))
            actions.append(action)
        return actions
