"""The window's parts and the lines between them, which can be dragged and are remembered."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from emoviz.gui.look.theme import Theme
from emoviz.gui.settings import Setting, Settings

_HANDLE_PX = 5
_FINE = 1000


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
        theme.changed.connect(self._take_colours)
        self._take_colours()

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

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"QSplitter::handle {{ background: {colours.window}; }}"
            f"QSplitter::handle:hover {{ background: {colours.ghost}; }}"
        )
