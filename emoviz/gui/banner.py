"""A message that does not block: a strip above the picture, dismissed by a click."""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from emoviz.gui.theme import Theme, interface_font
from emoviz.gui.wrapped_label import WrappedLabel

_MOST_LINES = 5


class Banner(QWidget):
    """Shows one sentence until it is closed or replaced."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = WrappedLabel(_MOST_LINES)
        self._text.setFont(interface_font(10))
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(self.tr("Close the message"))
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.addWidget(self._text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._text.setText(sentence)
        self._text.setToolTip(html.escape(sentence))
        self.setAccessibleName(sentence)
        self.show()

    @property
    def sentence(self) -> str:
        """What is being said, or nothing."""
        return "" if self.isHidden() else self._text.text()

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"Banner {{ background: {colours.warning};"
            f" border-bottom: 1px solid {colours.accent}; }} QLabel {{ color: {colours.text}; }}"
        )
