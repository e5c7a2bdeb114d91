"""A label that fits any text into the width it is given."""

import unicodedata

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy


class WrappedLabel(QLabel):
    """Plain text on a few lines, broken inside a word if need be, and cut off with an ellipsis.

    `QLabel` alone grows as wide as its longest word, and file names can be one long word.
    """

    def __init__(self, most_lines: int) -> None:
        super().__init__()
        self._most_lines = most_lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Tell the layout that a narrower label is higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Give the height of the lines that `width` makes of the text."""
        return self._height(max(1, len(self._lines(width))))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the size of one line."""
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        return QSize(int(width) + 1, self._height(1))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for no width, and for the height of one line."""
        return QSize(0, self._height(1))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the lines."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        # One direction for all lines, whatever letters each has.
        painter.setLayoutDirection(_direction(self.text()))
        spacing = QFontMetricsF(self.font()).lineSpacing()
        lines = self._lines(self.width())
        top = (self.height() - len(lines) * spacing) / 2
        for row, line in enumerate(lines):
            box = QRectF(0, top + row * spacing, self.width(), spacing)
            painter.drawText(box, self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask, line)
        painter.end()

    def _height(self, lines: int) -> int:
        return int(lines * QFontMetricsF(self.font()).lineSpacing()) + 1

    def _lines(self, width: int) -> list[str]:
        """Break the text; the last line that there is room for takes the rest, cut off."""
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        starts = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            starts.append(line.textStart())
        layout.endLayout()
        # Qt counts in UTF-16.
        units = self.text().encode("utf-16-le")
        ends = [*starts[1 : self._most_lines], len(units) // 2]
        texts = [
            units[2 * start : 2 * end].decode("utf-16-le", "replace").rstrip()
            for start, end in zip(starts, ends, strict=False)
        ]
        metrics = QFontMetricsF(self.font())
        return [metrics.elidedText(text, Qt.TextElideMode.ElideRight, width) for text in texts]


def _direction(text: str) -> Qt.LayoutDirection:
    """Give the direction that the first letter of the text has."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return Qt.LayoutDirection.RightToLeft
        if kind == "L":
            break
    return Qt.LayoutDirection.LeftToRight
