"""Why the music turned: what the difference between two sections owes to what is heard."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.tracks.reasons import Part, Why

_ROWS = 4
_BAR_PX = 7.0
_NAME_SHARE, _VALUE_PX = 0.42, 44.0
_LEAST = 0.005
"""What rounds to nothing is no reason."""


class WhyBlock(QWidget):
    """Bars of the parts that add up to the difference, in the dimension that differs more.

    The smallest are put together, so that what is shown adds up.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._why: Why | None = None
        self._caption = ""
        self._small, self._font = interface_font(8.5), interface_font(9.0)
        self._row_px = QFontMetricsF(self._font).height() + 1.0
        self._caption_px = QFontMetricsF(self._small).height() + 3.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleName(self.tr("Why it turned"))
        self.setToolTip(
            self.tr(
                "What the model's estimate owes to what it hears, as exact parts of the difference "
                "between this section's mean and that of the one before it, or of the song"
            )
        )
        theme.changed.connect(self.update)
        self.hide()

    def show_why(self, why: Why | None, start_s: float) -> None:
        """Show why the section that begins at `start_s` differs; the first does from the song."""
        self._why = why
        if start_s:
            self._caption = self.tr("WHY IT TURNED AT {0}").format(format_time(start_s))
        else:
            self._caption = self.tr("HOW IT BEGINS, BESIDE THE SONG")
        self.setAccessibleDescription("" if why is None else why.said())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the height of the caption and all rows."""
        return QSize(200, round(self._caption_px + _ROWS * self._row_px))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the caption, the difference, and a row for each part."""
        if self._why is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        dimension = "arousal" if abs(self._why.arousal) >= abs(self._why.valence) else "valence"
        hue = colours.arousal if dimension == "arousal" else colours.valence
        head = QRectF(0, 0, self.width(), self._caption_px)
        self._write(painter, head, self._caption, colours.dim, small=True)
        total = f"{self.tr(dimension)} {signed(getattr(self._why, dimension))}"
        self._write(painter, head, total, hue, right=True, small=True)
        rows = shown_parts(self._why, dimension)
        longest = max((abs(value) for _, value in rows), default=1.0) or 1.0
        for index, (words, value) in enumerate(rows):
            top = self._caption_px + index * self._row_px
            row = QRectF(0, top, self.width(), self._row_px)
            self._write(painter, row, words, colours.text)
            self._write(painter, row, signed(value), colours.text, right=True)
            self._draw_bar(painter, row, value / longest, QColor(hue), QColor(colours.ghost))
        painter.end()

    def _draw_bar(
        self, painter: QPainter, row: QRectF, share: float, hue: QColor, against: QColor
    ) -> None:
        """Draw a bar to the right of the middle for a rise, and to its left for a fall."""
        left, right = row.width() * _NAME_SHARE, row.right() - _VALUE_PX - 6.0
        middle, reach = (left + right) / 2, (right - left) / 2
        painter.fillRect(QRectF(middle - 0.5, row.top(), 1.0, row.height()), against)
        length = share * reach
        bar = QRectF(middle, row.center().y() - _BAR_PX / 2, length, _BAR_PX).normalized()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue)
        painter.drawRoundedRect(bar, 2.0, 2.0)

    def _write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        colour: str,
        *,
        right: bool = False,
        small: bool = False,
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(self._small if small else self._font)
        painter.setPen(QColor(colour))
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


def shown_parts(why: Why, dimension: str) -> list[tuple[str, float]]:
    """Give the words and values of the largest parts, and of all others together if any are left.

    They add up to the difference.
    """

    def value(part: Part) -> float:
        return float(getattr(part, dimension))

    ranked = sorted((p for p in why.parts if abs(value(p)) >= _LEAST), key=lambda p: -abs(value(p)))
    most = _ROWS if len(ranked) <= _ROWS else _ROWS - 1
    shown = [(part.words, value(part)) for part in ranked[:most]]
    rest = getattr(why, dimension) - sum(number for _, number in shown)
    return [*shown, ("all else", rest)] if len(ranked) > _ROWS else shown
