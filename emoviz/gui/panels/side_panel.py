"""The column beside the plane: the readout, scrolled where it is high, and the comparison."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from emoviz.gui.look.theme import SIDE_PANEL_WIDTH_PX, Theme, scroll_bar_style
from emoviz.gui.panels.comparison_panel import ComparisonPanel
from emoviz.gui.panels.readout import ReadoutPanel

NARROW_PX = 272
_MOST_PX = 520
_LOW_PX = 380
"""Lower than this there is no room for all of the comparison and for what is said of now."""


class SidePanel(QWidget):
    """Holds the readout above another panel, at one of two widths."""

    def __init__(self, theme: Theme, readout: ReadoutPanel, below: ComparisonPanel) -> None:
        super().__init__()
        self._theme = theme
        self._readout = readout
        self._below = below
        area = self._area = QScrollArea()
        area.setWidget(readout)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(below)
        self.setMinimumWidth(SIDE_PANEL_WIDTH_PX)
        self.setMaximumWidth(_MOST_PX)
        below.installEventFilter(self)
        readout.room_changed.connect(self._make_room)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def set_narrow(self, narrow: bool) -> None:
        """Take less room, where the window has little."""
        self.setMinimumWidth(NARROW_PX if narrow else SIDE_PANEL_WIDTH_PX)
        self.setMaximumWidth(NARROW_PX if narrow else _MOST_PX)
        self._readout.set_narrow(narrow)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Look how much of the readout there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the panel below as it comes, goes and changes its height."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Resize):
            self._make_room()
        return False

    def _make_room(self) -> None:
        """Let the readout say of now only, where the panel below leaves no room for all of it."""
        self._below.set_brief(self.height() < _LOW_PX)
        taken_px = 0 if self._below.isHidden() else self._below.sizeHint().height()
        room_px = self.height() - taken_px
        self._readout.set_terse(room_px < self._readout.height_of_all_px)
        self._readout.set_brief(bool(taken_px) and room_px < self._readout.height_of_all_px)

    def _take_colours(self) -> None:
        self._area.verticalScrollBar().setStyleSheet(scroll_bar_style(self._theme.colours))
