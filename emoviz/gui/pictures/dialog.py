"""The dialog in which a picture of the song is chosen: what, how large, in which colours."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emoviz.export.pictures import (
    CURVES,
    LARGEST_PX,
    PLANE,
    POSTER,
    SIZES,
    SMALLEST_PX,
    SPECTROGRAM,
)
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours
from emoviz.gui.pictures import files
from emoviz.gui.pictures.panels import Subject

_PREVIEW_PX = 420


@dataclass(frozen=True)
class Choice:
    """A kind of picture, its width and height in pixels, and its colours."""

    kind: str
    size: tuple[int, int]
    colours: Colours


class PictureDialog(QDialog):
    """Shows what the picture will be as it is chosen."""

    chosen = Signal(object)
    """`Choice`"""

    def __init__(self, parent: QWidget, subject: Subject, *, light: bool) -> None:
        super().__init__(parent)
        self._subject = subject
        self.setWindowTitle(self.tr("Save a picture"))
        self._kind = self._choices(
            self.tr("Picture"),
            {
                self.tr("Poster"): POSTER,
                self.tr("Plane"): PLANE,
                self.tr("Curves"): CURVES,
                self.tr("Spectrogram"): SPECTROGRAM,
            },
        )
        self._width = self._length(self.tr("Width in pixels"))
        self._height = self._length(self.tr("Height in pixels"))
        colours = {self.tr("Dark"): DARK_COLOURS, self.tr("Light"): LIGHT_COLOURS}
        self._colours = self._choices(self.tr("Colours"), colours)
        self._colours.setCurrentIndex(int(light))
        self._preview = QLabel()
        self._preview.setFixedSize(_PREVIEW_PX, _PREVIEW_PX)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._preview.setAccessibleName(self.tr("Preview"))
        self._lay_out()
        self._take_size()
        self._kind.currentIndexChanged.connect(self._take_size)
        self._colours.currentIndexChanged.connect(self._show_preview)
        self._width.valueChanged.connect(self._show_preview)
        self._height.valueChanged.connect(self._show_preview)

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        size = (self._width.value(), self._height.value())
        return Choice(self._kind.currentData(), size, self._colours.currentData())

    def accept(self) -> None:
        """Close, and say what was chosen."""
        super().accept()
        self.chosen.emit(self.choice)

    def _choices(self, name: str, values: Mapping[str, object]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for text, value in values.items():
            box.addItem(text, value)
        return box

    def _length(self, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setAccessibleName(name)
        box.setRange(SMALLEST_PX, LARGEST_PX)
        box.setSingleStep(100)
        box.setSuffix(self.tr(" px"))
        # Not at each digit of a number that is being typed.
        box.setKeyboardTracking(False)
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(self.tr("&Picture"), self._kind)
        form.addRow(self.tr("&Width"), self._width)
        form.addRow(self.tr("&Height"), self._height)
        form.addRow(self.tr("&Colours"), self._colours)
        row = QHBoxLayout()
        row.addLayout(form)
        row.addSpacing(12)
        row.addWidget(self._preview)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        save = buttons.addButton(self.tr("&Save…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addLayout(row)
        layout.addWidget(buttons)
        save.setDefault(True)
        self._kind.setFocus()

    def _take_size(self) -> None:
        """Begin with the size that suits the kind."""
        width, height = SIZES[self._kind.currentData()]
        for box, length in ((self._width, width), (self._height, height)):
            box.blockSignals(True)
            box.setValue(length)
            box.blockSignals(False)
        self._show_preview()

    def _show_preview(self) -> None:
        choice, ratio = self.choice, self.devicePixelRatioF()
        size = QSize(*choice.size)
        shrunk = _PREVIEW_PX * ratio / max(choice.size)
        image = files.image(choice.kind, self._subject, size, choice.colours, shrunk)
        image.setDevicePixelRatio(ratio)
        self._preview.setPixmap(QPixmap.fromImage(image))
