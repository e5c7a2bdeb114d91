"""Three hints for who has never seen the window: shown once, in a strip above the plane."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from emoviz.gui import settings as remembered
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.settings import Settings

_MOST_LINES = 3


class HintsCard(QWidget):
    """Three sentences and a button. It makes room for itself and covers nothing of the plane."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Hints"))
        self._text = WrappedLabel(_MOST_LINES)
        self._text.setFont(interface_font(9.5))
        done = QPushButton(self.tr("Got it"))
        done.clicked.connect(self._close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 5, 8, 5)
        layout.setSpacing(12)
        layout.addWidget(self._text, 1)
        layout.addWidget(done, 0, Qt.AlignmentFlag.AlignTop)
        self.set_low(False)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    @property
    def sentences(self) -> str:
        """What is said."""
        return self._text.text()

    def show_once(self) -> None:
        """Be there until it has been closed once."""
        self.setVisible(not self._settings.get(remembered.HINTS_SEEN))

    def set_low(self, low: bool) -> None:
        """Say where to read on, and no more, in a window that is low."""
        sentences = [
            self.tr("Drop a song or a folder here, or press Ctrl+O."),
            self.tr("Click any curve or the spectrogram to go there. Space plays and pauses."),
            self.tr("F follows the trail closely; ? shows every key."),
        ]
        self._text.setText(" ".join(sentences[-1:] if low else sentences))

    def _close(self) -> None:
        self._settings.put(remembered.HINTS_SEEN, True)
        self.hide()

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"HintsCard {{ background: {colours.window}; border-bottom: 1px solid {colours.line};"
            f" }} QLabel {{ color: {colours.text}; }}"
        )
