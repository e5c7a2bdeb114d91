"""The choice of a film's size and rate, with a picture of what it will look like."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from emoviz.export.film_file import RATES, SIZES, FilmFormat
from emoviz.gui.look.theme import interface_font

_PREVIEW = QSize(360, 280)


class FilmDialog(QDialog):
    """Lets the user choose a `FilmFormat`; `then` is called with it."""

    def __init__(
        self,
        parent: QWidget,
        chosen: FilmFormat,
        preview: Callable[[FilmFormat, QSize, float], QPixmap],
        then: Callable[[FilmFormat], None],
    ) -> None:
        """Show `chosen` at first; `preview` draws a film into a size at a pixel ratio."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export film"))
        self._draw = preview
        self._sizes = self._choices(
            {
                "720p": self.tr("720p, 1280 × 720"),
                "1080p": self.tr("1080p, 1920 × 1080"),
                "square": self.tr("Square, 1080 × 1080"),
                "vertical": self.tr("Vertical, 1080 × 1920"),
            },
            chosen.size,
        )
        self._rates = self._choices(
            {str(rate): self.tr("{0} frames a second").format(rate) for rate in RATES},
            str(chosen.rate),
        )
        self._preview = QLabel()
        self._preview.setFixedSize(_PREVIEW)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._preview.setAccessibleName(self.tr("What the film will look like"))
        self._sizes.buttonClicked.connect(self._show_preview)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go_on = self._buttons.addButton(self.tr("&Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: then(self.chosen))
        self._lay_out()
        # Not before: only inside of a dialog a button is its default.
        go_on.setDefault(True)
        self._show_preview()
        # Fusion's rings would be as dark as a dark ground.
        palette = self.palette()
        palette.setColor(palette.ColorRole.Base, palette.color(palette.ColorRole.Mid))
        self.setPalette(palette)
        next(button for button in self._sizes.buttons() if button.isChecked()).setFocus()

    @property
    def chosen(self) -> FilmFormat:
        """What is chosen now."""
        size, rate = (
            next(button.objectName() for button in group.buttons() if button.isChecked())
            for group in (self._sizes, self._rates)
        )
        return FilmFormat(size, int(rate))

    def _choices(self, texts: dict[str, str], chosen: str) -> QButtonGroup:
        group = QButtonGroup(self)
        for name, text in texts.items():
            button = QRadioButton(text)
            button.setObjectName(name)
            button.setChecked(name == chosen)
            group.addButton(button)
        return group

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(6)
        for caption, group in ((self.tr("SIZE"), self._sizes), (self.tr("RATE"), self._rates)):
            label = QLabel(caption)
            label.setFont(interface_font(8.5))
            label.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            column.addWidget(label)
            for button in group.buttons():
                column.addWidget(button)
            column.addSpacing(12)
        column.addStretch(1)
        choice = QHBoxLayout()
        choice.setSpacing(24)
        choice.addLayout(column)
        choice.addWidget(self._preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addLayout(choice)
        layout.addWidget(self._buttons)

    def _show_preview(self) -> None:
        width, height = SIZES[self.chosen.size]
        size = QSize(width, height).scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio)
        self._preview.setPixmap(self._draw(self.chosen, size, self.devicePixelRatioF()))
