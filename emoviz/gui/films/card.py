"""A strip above the plane that says how far a film is, and then offers to show it."""

import time
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from emoviz.gui.look.theme import Theme, interface_font, progress_style
from emoviz.gui.look.wrapped_label import WrappedLabel

_SURE_AFTER_S = 2.0
"""So long a film is made before it is said how long it will take."""


class FilmCard(QWidget):
    """Shows a film's progress and how long it will take; it can be cancelled, or seen when done.

    It makes room for itself and covers nothing of the plane.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._began_s = 0.0
        self._film: Path | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._name = WrappedLabel(most_lines=1)
        self._name.setFont(interface_font(10, bold=True))
        self._left = QLabel()
        self._left.setFont(interface_font(9))
        self._left.setAccessibleName(self.tr("How far the film is"))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(self.tr("Progress of the film"))
        self._end = QToolButton()
        self._end.setAutoRaise(True)
        self._end.clicked.connect(self._leave)
        self._play = QPushButton(self.tr("Play"))
        self._play.clicked.connect(lambda: self._open(self._film))
        self._folder = QPushButton(self.tr("Show in folder"))
        self._folder.clicked.connect(lambda: self._open(self._film and self._film.parent))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(self._name, 3)
        row.addWidget(self._bar, 2)
        for part in (self._left, self._play, self._folder, self._end):
            row.addWidget(part)
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def begin(self, name: str) -> None:
        """Show that a film of this name has begun."""
        self._began_s = time.monotonic()
        self._film = None
        self._name.setText(name)
        self.show_progress(0, 1)
        self._show_parts()

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

    def show_done(self, film: Path) -> None:
        """Offer to play a film that is done, or to show where it is."""
        self._film = film.absolute()
        self._show_parts()

    def _show_parts(self) -> None:
        """Show what belongs to a film that is being made, or to one that is done."""
        done = self._film is not None
        self._bar.setVisible(not done)
        self._left.setVisible(not done)
        self._play.setVisible(done)
        self._folder.setVisible(done)
        self._end.setText(self.tr("Close") if done else self.tr("Cancel"))
        self._end.setAccessibleName(
            self.tr("Say no more of the film") if done else self.tr("Cancel the film")
        )
        self.show()

    def _leave(self) -> None:
        if self._film is None:
            self.cancelled.emit()
        else:
            self.hide()

    def _open(self, place: Path | None) -> None:
        if place is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"FilmCard {{ background: {colours.window}; border-bottom: 1px solid {colours.line}; }}"
            f" QLabel {{ color: {colours.text}; }}" + progress_style(colours)
        )
