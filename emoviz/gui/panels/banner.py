"""A message that does not block and covers nothing: a strip that makes room for itself."""

import html
import logging

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from emoviz import errors
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel

_LOG = logging.getLogger(__name__)

_MOST_LINES = 5
_SLIDE_MS = 180


class Banner(QWidget):
    """Shows one sentence until it is closed or replaced.

    It slides open and shut above a picture, which gives way gently.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._problem: errors.EmovizError | None = None
        self._share = 0.0
        """How far it is open, 0 to 1"""
        self._is_warning = True
        self._strip = QWidget(self)
        self._strip.setObjectName("strip")
        self._text = WrappedLabel(_MOST_LINES)
        self._text.setFont(interface_font(10))
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setAccessibleName(self.tr("Close the message"))
        close.setToolTip(close.accessibleName())
        close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self._strip)
        layout.setContentsMargins(16, 5, 8, 5)
        layout.addWidget(self._text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(_SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(self._open_to)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def above(self, *parts: QWidget) -> QVBoxLayout:
        """Give a layout of parts below the banner, of which the last has what is left."""
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self)
        for part in parts:
            column.addWidget(part, int(part is parts[-1]))
        return column

    def say(self, sentence: str) -> None:
        """Show what is wrong, and keep it in the log: a person may want to read it again."""
        _LOG.warning("said: %s", sentence)
        self._show(sentence, is_warning=True)

    def tell(self, sentence: str) -> None:
        """Show what is not wrong: that something has been done."""
        _LOG.info("told: %s", sentence)
        self._show(sentence, is_warning=False)

    def _show(self, sentence: str, *, is_warning: bool) -> None:
        self._is_warning = is_warning
        self._take_colours()
        self._text.setText(sentence)
        self._text.setToolTip(html.escape(sentence))
        self.setAccessibleName(sentence)
        self.show()
        self._slide_to(1.0)
        # Where it is open already nothing slides, and the new sentence may need another height.
        self._open_to(self._share)

    def dismiss(self) -> None:
        """Say nothing any more."""
        if self.sentence:
            self._slide_to(0.0)

    def withdraw(self, sentence: str) -> None:
        """Say a sentence no longer, if that is what is being said."""
        if self.sentence == sentence:
            self.dismiss()

    def say_while(self, problem: errors.EmovizError | None) -> None:
        """Say once what stopped the song, and no longer than it does."""
        if problem is self._problem:
            return
        if problem is not None:
            self.say(str(problem))
        elif self.sentence == str(self._problem):
            self.dismiss()
        self._problem = problem

    @property
    def sentence(self) -> str:
        """What is being said, or nothing."""
        return self._text.text() if self._slide.endValue() == 1.0 else ""

    @property
    def is_warning(self) -> bool:
        """Whether what is said is that something is wrong."""
        return self._is_warning

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Be as high as the sentence is in this width."""
        super().resizeEvent(event)
        self._open_to(self._share)

    def _slide_to(self, share: float) -> None:
        self._slide.stop()
        self._slide.setStartValue(self._share)
        self._slide.setEndValue(share)
        self._slide.start()

    def _open_to(self, share: float) -> None:
        self._share = share
        layout = self._strip.layout()
        assert layout is not None
        height_px = layout.heightForWidth(self.width())
        self.setFixedHeight(round(share * height_px))
        # It comes from above: what is seen first is its lower end.
        self._strip.setGeometry(0, self.height() - height_px, self.width(), height_px)
        if not share and self._slide.endValue() == 0.0:
            self.hide()

    def _take_colours(self) -> None:
        colours = self._theme.colours
        ground, line = colours.panel, colours.line
        if self._is_warning:
            ground, line = colours.warning, colours.accent
        self._strip.setStyleSheet(
            f"QWidget#strip {{ background: {ground};"
            f" border-bottom: 1px solid {line}; }} QLabel {{ color: {colours.text}; }}"
        )
