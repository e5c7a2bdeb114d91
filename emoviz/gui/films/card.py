"""A card that says how far a film is, over a corner of the picture."""

import time

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from emoviz.gui.look.card import Card
from emoviz.gui.look.theme import Theme, interface_font, progress_style
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.panels.hints import HintsCard

_WIDTH_PX = 232
_MARGIN_PX = 12
_SURE_AFTER_S = 2.0
"""So long a film is made before it is said how long it will take."""


class FilmCard(Card):
    """Shows a film's progress and how long it will take, and offers to cancel it."""

    cancelled = Signal()

    def __init__(self, theme: Theme, beneath: QWidget) -> None:
        super().__init__(theme, beneath)
        self._began_s = 0.0
        self._name = WrappedLabel(most_lines=1)
        self._name.setFont(interface_font(10, bold=True))
        self._left = QLabel()
        self._left.setFont(interface_font(9))
        self._left.setAccessibleName(self.tr("How far the film is"))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(self.tr("Progress of the film"))
        cancel = QToolButton()
        cancel.setText(self.tr("Cancel"))
        cancel.setAutoRaise(True)
        cancel.setAccessibleName(self.tr("Cancel the film"))
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self._name, 1)
        row.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 10)
        layout.setSpacing(6)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        layout.addWidget(self._left)
        self.hide()

    def begin(self, name: str) -> None:
        """Show that a film of this name has begun."""
        self._began_s = time.monotonic()
        self._name.setText(name)
        # They lie here too; whoever has not closed them sees them at the next start.
        for hints in self._beneath.findChildren(HintsCard):
            hints.hide()
        self.show_progress(0, 1)
        self.show()
        self.put()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many pictures there are of all."""
        self._bar.setMaximum(total)
        self._bar.setValue(done)
        spent_s = time.monotonic() - self._began_s
        text = self.tr("{0} %").format(100 * done // total)
        if done and spent_s > _SURE_AFTER_S:
            left_s = round(spent_s * (total - done) / done)
            left = (
                self.tr("about {0} s left").format(left_s)
                if left_s < 90
                else self.tr("about {0} min left").format(round(left_s / 60))
            )
            text = f"{text}, {left}"
        self._left.setText(text)

    def place_in(self, room: QSize) -> QRect:
        """Lie in the lower left corner."""
        width_px = min(_WIDTH_PX, room.width() - 2 * _MARGIN_PX)
        height_px = self.height_for(width_px)
        return QRect(_MARGIN_PX, room.height() - height_px - _MARGIN_PX, width_px, height_px)

    def _style(self) -> str:
        return super()._style() + progress_style(self._theme.colours)
