"""Three hints for who has never seen the window: shown once, over a corner of the plane."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from emoviz.gui import settings as remembered
from emoviz.gui.look.card import Card
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.settings import Settings

_MARGIN_PX = 14
_WIDTH_PX = 212
_WORDS_PX = 30
"""How far the words reach out of the square around the circle with its margins."""


def show_hints(theme: Theme, beneath: QWidget, settings: Settings) -> None:
    """Show the card over `beneath`, until it has been closed once."""
    if settings.get(remembered.HINTS_SEEN) or beneath.findChildren(HintsCard):
        return
    hints = HintsCard(theme, beneath)
    hints.closed.connect(lambda: settings.put(remembered.HINTS_SEEN, True))
    hints.show()


class HintsCard(Card):
    """A card with three sentences and a button, in the lower left corner."""

    closed = Signal()

    def __init__(self, theme: Theme, beneath: QWidget) -> None:
        super().__init__(theme, beneath)
        self.setAccessibleName(self.tr("Hints"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        self._labels: list[QLabel] = []
        for text in (
            self.tr("Drop a song or a folder here, or press Ctrl+O."),
            self.tr("Click any curve or the spectrogram to go there. Space plays and pauses."),
            self.tr("F follows the trail closely; ? shows every key."),
        ):
            label = QLabel(text)
            label.setFont(interface_font(9.5))
            label.setWordWrap(True)
            layout.addWidget(label)
            self._labels.append(label)
        done = QPushButton(self.tr("Got it"))
        done.clicked.connect(self._close)
        layout.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
        self.put()

    def put(self) -> None:
        """Say where to read on, and no more, where there is no room for all beside the circle."""
        room = self._beneath.size()
        beside_px = (room.width() - room.height()) / 2 - _WORDS_PX
        for label in self._labels[:-1]:
            label.setVisible(beside_px >= _WIDTH_PX + _MARGIN_PX)
        super().put()

    def place_in(self, room: QSize) -> QRect:
        """Lie in the lower left corner, where there are the fewest words."""
        height_px = self.height_for(_WIDTH_PX)
        top_px = max(0, room.height() - height_px - _MARGIN_PX)
        return QRect(_MARGIN_PX, top_px, _WIDTH_PX, height_px)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
