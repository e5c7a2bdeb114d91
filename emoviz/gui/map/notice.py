"""What the map says where there are no dots: that the library is empty, or what is wrong."""

from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from emoviz import errors
from emoviz.gui.look.card import Card
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel

_MOST_LINES = 8
_WIDTH_PX = 400
_MARGIN_PX = 16


class MapNotice(Card):
    """A card in the middle of the map with a sentence and a button."""

    folder_asked = Signal()
    """The user wants to add a folder."""
    anew_asked = Signal(object)
    """`Path` of a damaged library, in whose place a new one is wanted"""

    def __init__(self, theme: Theme, beneath: QWidget) -> None:
        super().__init__(theme, beneath)
        self._damaged: Path | None = None
        self._text = WrappedLabel(_MOST_LINES)
        self._text.setFont(interface_font(11))
        self._button = QPushButton()
        self._button.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(14)
        layout.addWidget(self._text)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is being said, or nothing."""
        return "" if self.isHidden() else self._text.text()

    def show_empty(self) -> None:
        """Say how songs come into the library."""
        self._damaged = None
        self._button.setText(self.tr("Add a folder…"))
        self._show(
            self.tr(
                "There are no songs in the library yet. Songs that are opened come into it by "
                "themselves; a whole folder is added here, or by 'emoviz library add FOLDER'."
            )
        )
        self._button.show()

    def show_problem(self, error: errors.LibraryError) -> None:
        """Say why the library cannot be shown; a damaged one can be replaced."""
        self._damaged = error.path if isinstance(error, errors.LibraryCorruptError) else None
        self._button.setText(self.tr("Keep it aside and begin a new one…"))
        damaged = self.tr(
            "The library {0} is damaged. It can be kept aside, with the date in its name, and a "
            "new one begun in its place."
        )
        self._show(str(error) if self._damaged is None else damaged.format(self._damaged))
        self._button.setVisible(self._damaged is not None)
        self.put()

    def place_in(self, room: QSize) -> QRect:
        """Lie in the middle."""
        width_px = min(room.width() - 2 * _MARGIN_PX, _WIDTH_PX)
        height_px = self.height_for(width_px)
        left, top = (room.width() - width_px) // 2, (room.height() - height_px) // 2
        return QRect(left, max(top, 0), width_px, height_px)

    def _show(self, sentence: str) -> None:
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()
        self.put()

    def _on_clicked(self) -> None:
        if self._damaged is not None:
            self.anew_asked.emit(self._damaged)
        else:
            self.folder_asked.emit()
