"""A message that does not block and moves nothing: a strip over the top of the picture."""

import html

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from emoviz import errors
from emoviz.gui.overlay import Overlay
from emoviz.gui.theme import Theme, interface_font
from emoviz.gui.wrapped_label import WrappedLabel

_MOST_LINES = 5
_MARGIN_PX = 10
_MOST_WIDTH_PX = 760


class Banner(Overlay):
    """Shows one sentence over what lies beneath until it is closed or replaced."""

    def __init__(self, theme: Theme, beneath: QWidget) -> None:
        super().__init__(beneath)
        self._theme = theme
        self._problem: errors.EmovizError | None = None
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
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._text.setText(sentence)
        self._text.setToolTip(html.escape(sentence))
        self.setAccessibleName(sentence)
        self.show()
        self.put()

    def withdraw(self, sentence: str) -> None:
        """Say a sentence no longer, if that is what is being said."""
        if self.sentence == sentence:
            self.hide()

    def say_while(self, problem: errors.EmovizError | None) -> None:
        """Say once what stopped the song, and no longer than it does."""
        if problem is self._problem:
            return
        if problem is not None:
            self.say(str(problem))
        elif self.sentence == str(self._problem):
            self.hide()
        self._problem = problem

    @property
    def sentence(self) -> str:
        """What is being said, or nothing."""
        return "" if self.isHidden() else self._text.text()

    def place_in(self, room: QSize) -> QRect:
        """Lie at the top, in the middle."""
        width_px = min(room.width() - 2 * _MARGIN_PX, _MOST_WIDTH_PX)
        left_px = (room.width() - width_px) // 2
        return QRect(left_px, _MARGIN_PX, width_px, self.height_for(width_px))

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"Banner {{ background: {colours.warning}; border-radius: 6px;"
            f" border: 1px solid {colours.accent}; }} QLabel {{ color: {colours.text}; }}"
        )
