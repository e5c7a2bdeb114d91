"""The window's parts and the lines between them, which can be dragged and are remembered."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from emoviz.gui.look.theme import Theme
from emoviz.gui.settings import Setting, Settings

_HANDLE_PX = 5
_FINE = 1000


class _Handle(QSplitterHandle):
    """The line between two parts, which is seen when the pointer is on it."""

    # Painted: a style sheet of the splitter would be gone through for all that is in it.

    def __init__(self, splitter: QSplitter, theme: Theme) -> None:
        super().__init__(splitter.orientation(), splitter)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the line."""
        colours = self._theme.colours
        colour = colours.ghost if self.underMouse() else colours.window
        QPainter(self).fillRect(event.rect(), QColor(colour))


class Splitter(QSplitter):
    """Parts beside or below each other; the shares that its user gives them are kept."""

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        setting: Setting,
        direction: Qt.Orientation,
        parts: Sequence[tuple[QWidget, int]],
    ) -> None:
        """Put parts in a row, each with its share of the room; none of them can be folded away."""
        super().__init__(direction)
        self._theme = theme
        self._settings = settings
        self._setting = setting
        self.setChildrenCollapsible(False)
        self.setHandleWidth(_HANDLE_PX)
        for index, (part, share) in enumerate(parts):
            self.addWidget(part)
            self.setStretchFactor(index, share)
        self._shares = [share * _FINE for _, share in parts]
        self.splitterMoved.connect(self._keep)

    def createHandle(self) -> QSplitterHandle:  # noqa: N802
        """Make the line before a part."""
        return _Handle(self, self._theme)

    def restore(self) -> None:
        """Divide the room as the settings say."""
        kept: QByteArray = self._settings.get(self._setting)
        if kept.isEmpty() or not self.restoreState(kept):
            # Qt scales them to the room there is; nothing gets less than its least.
            self.setSizes(self._shares)

    def fit(self) -> None:
        """Give the first part, beside others, what these may no longer have of the width."""
        parts = (self.widget(index) for index in range(self.count()))
        most = [part.maximumWidth() for part in parts if part is not None]
        others = [min(size, limit) for size, limit in zip(self.sizes(), most, strict=True)][1:]
        self.setSizes([sum(self.sizes()) - sum(others), *others])

    def _keep(self) -> None:
        self._settings.put(self._setting, self.saveState())
