"""The choice of what a film shows, and of its size, with a picture of what it will look like."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from emoviz.export.film_file import RATES, SIZES, FilmFormat
from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import interface_font
from emoviz.gui.settings import FOLLOW, SONG, WHOLE
from emoviz.playing.route import Region

_PREVIEW = QSize(360, 280)


@dataclass(frozen=True)
class FilmWish:
    """What a user wants of a film: `view` is one of `settings.VIEWS`; None for the whole song."""

    film_format: FilmFormat
    view: str = SONG
    region: Region | None = None


class FilmDialog(QDialog):
    """Lets the user make up a `FilmWish`; `then` is called with it."""

    def __init__(
        self,
        parent: QWidget,
        chosen: FilmWish,
        preview: Callable[[FilmWish, QSize, float], QPixmap],
        then: Callable[[FilmWish], None],
    ) -> None:
        """Show `chosen` at first; `preview` draws a film into a size at a pixel ratio.

        The region of `chosen` is the one that there is to choose.
        """
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
            chosen.film_format.size,
        )
        self._rates = self._choices(
            {str(rate): self.tr("{0} frames a second").format(rate) for rate in RATES},
            str(chosen.film_format.rate),
        )
        self._views = self._choices(
            {
                SONG: self.tr("The song large"),
                FOLLOW: self.tr("Following the trail"),
                WHOLE: self.tr("The whole plane"),
            },
            chosen.view,
        )
        self._region = chosen.region
        self._of_region = QCheckBox(self.tr("Only the region"))
        if chosen.region is not None:
            begin, end = map(format_time, (chosen.region.start_s, chosen.region.end_s))
            self._of_region.setText(self.tr("Only the region, {0} to {1}").format(begin, end))
            self._of_region.setChecked(True)
        self._of_region.setEnabled(chosen.region is not None)
        self._preview = QLabel()
        self._preview.setFixedSize(_PREVIEW)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._preview.setAccessibleName(self.tr("What the film will look like"))
        for group in (self._sizes, self._views):
            group.buttonClicked.connect(self._show_preview)
        self._of_region.clicked.connect(self._show_preview)
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
    def chosen(self) -> FilmWish:
        """What is chosen now."""
        size, rate, view = (
            next(button.objectName() for button in group.buttons() if button.isChecked())
            for group in (self._sizes, self._rates, self._views)
        )
        region = self._region if self._of_region.isChecked() else None
        return FilmWish(FilmFormat(size, int(rate)), view, region)

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
        for caption, group in (
            (self.tr("SIZE"), self._sizes),
            (self.tr("RATE"), self._rates),
            (self.tr("PLANE"), self._views),
        ):
            label = QLabel(caption)
            label.setFont(interface_font(8.5))
            label.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            column.addWidget(label)
            for button in group.buttons():
                column.addWidget(button)
            column.addSpacing(12)
        column.addWidget(self._of_region)
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
        width, height = SIZES[self.chosen.film_format.size]
        size = QSize(width, height).scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio)
        self._preview.setPixmap(self._draw(self.chosen, size, self.devicePixelRatioF()))
