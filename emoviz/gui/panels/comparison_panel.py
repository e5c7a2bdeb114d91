"""What a comparison says in words and numbers, below the readout while there is one."""

import html

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from emoviz.gui.look.texts import signed
from emoviz.gui.look.theme import SIDE_PANEL_WIDTH_PX, Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.tracks.agreement import Agreement

_UNKNOWN = "–"
_NAME_LINES = 2
_STATUS_LINES = 2
_DIMENSIONS = ("valence", "arousal")


class ComparisonPanel(QWidget):
    """Names two tracks and says how they agree, and what the second's values are now."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._first, self._second = WrappedLabel(_NAME_LINES), WrappedLabel(_NAME_LINES)
        for name in (self._first, self._second):
            name.setFont(interface_font(10))
        self._status = WrappedLabel(_STATUS_LINES)
        self._status.setFont(interface_font(8.5))
        rows = (
            ("now", self.tr("second, now"), self.tr("The second track's value of now")),
            ("rmse", self.tr("RMSE"), self.tr("Root mean square error: how far apart they are")),
            ("r", self.tr("Pearson r"), self.tr("How alike they rise and fall, −1 to +1")),
            (
                "ccc",
                self.tr("concordance"),
                self.tr("Lin's concordance correlation: 1 only where both are the same"),
            ),
        )
        self._headings = [_label(text) for text in (self.tr("valence"), self.tr("arousal"))]
        self._captions = {key: _label(text) for key, text, _ in rows}
        self._numbers = {key: [_number(), _number()] for key, *_ in rows}
        for key, text, tip in rows:
            self._captions[key].setToolTip(tip)
            for heading, label in zip(self._headings, self._numbers[key], strict=True):
                label.setToolTip(tip)
                label.setAccessibleName(f"{text}, {heading.text()}")
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Comparison"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._rows = QVBoxLayout(self)
        self._lay_out()
        self.hide()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def add_stop(self, action: QAction) -> None:
        """Offer the action that ends the comparison in the panel's corner."""
        self._close.setDefaultAction(action)
        self._close.setText("✕")
        self._close.setAccessibleName(action.toolTip())
        # The action's own text goes to the menu; the button keeps its cross.
        action.changed.connect(lambda: self._close.setText("✕"))

    def show_names(self, first: str, second: str) -> None:
        """Name the two tracks."""
        for label, name in ((self._first, first), (self._second, second)):
            label.setText(name)
            label.setToolTip(html.escape(name))

    def show_now(self, value: tuple[float, float] | None) -> None:
        """Show the second's valence and arousal of now, or that they are not known."""
        texts = [_UNKNOWN] * 2 if value is None else [signed(number) for number in value]
        for label, text in zip(self._numbers["now"], texts, strict=True):
            label.setText(text)

    def show_agreement(self, agreements: tuple[Agreement, Agreement]) -> None:
        """Show how the tracks agree in valence and in arousal."""
        for dimension, found in enumerate(agreements):
            rmse = _UNKNOWN if found.rmse is None else f"{found.rmse:.3f}"
            self._numbers["rmse"][dimension].setText(rmse)
            for key, number in (("r", found.pearson_r), ("ccc", found.concordance)):
                text = _UNKNOWN if number is None else signed(number)
                self._numbers[key][dimension].setText(text)

    def show_heard(self, second: bool) -> None:
        """Show which of the two is heard: its name is bold."""
        for label, heard in ((self._first, not second), (self._second, second)):
            label.setFont(interface_font(10, bold=second and heard))

    def show_status(self, sentence: str) -> None:
        """Say how far the comparison has come, or what it counts."""
        self._status.setText(sentence)
        self._status.setToolTip(html.escape(sentence))

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Keep the names' lines from the window's layout, which would share heights out anew."""
        return False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the readout's width and the height that the names and numbers need in it."""
        return QSize(SIDE_PANEL_WIDTH_PX, self._rows.heightForWidth(SIDE_PANEL_WIDTH_PX))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for all of the height."""
        return self.sizeHint()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._status, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        names = QGridLayout()
        names.setHorizontalSpacing(8)
        names.setVerticalSpacing(2)
        for row, (name, second) in enumerate(((self._first, False), (self._second, True))):
            names.addWidget(_Stroke(self._theme, second), row, 0, Qt.AlignmentFlag.AlignTop)
            names.addWidget(name, row, 1)
        names.setColumnStretch(1, 1)
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(12)
        numbers.setVerticalSpacing(1)
        for column, heading in enumerate(self._headings, start=1):
            numbers.addWidget(heading, 0, column, Qt.AlignmentFlag.AlignRight)
            numbers.setColumnStretch(column, 1)
        for row, (key, caption) in enumerate(self._captions.items(), start=1):
            numbers.addWidget(caption, row, 0)
            for column, label in enumerate(self._numbers[key], start=1):
                numbers.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
        self._rows.setContentsMargins(16, 6, 18, 8)
        self._rows.setSpacing(4)
        for part in (head, names, numbers):
            self._rows.addLayout(part)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"ComparisonPanel {{ background: {colours.panel};"
            f" border-top: 1px solid {colours.line}; }}"
        )
        for label in (self._status, *self._headings, *self._captions.values()):
            label.setStyleSheet(f"color: {colours.dim};")
        now = zip(
            self._numbers["now"], (colours.second_valence, colours.second_arousal), strict=True
        )
        for label, colour in now:
            label.setStyleSheet(f"color: {colour};")


class _Stroke(QWidget):
    """Shows how a track is drawn on the plane: a line and a disc, or dashes and a ring."""

    def __init__(self, theme: Theme, second: bool) -> None:
        super().__init__()
        self._theme = theme
        self._second = second
        self.setFixedSize(34, QFontMetrics(interface_font(10)).lineSpacing())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the stroke."""
        colours = self._theme.colours
        colour = QColor(colours.second_trail if self._second else colours.trail)
        middle, head = self.height() / 2, QPointF(self.width() - 6, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour, 2.0)
        if self._second:
            pen.setDashPattern((2.5, 1.5))
        painter.setPen(pen)
        painter.drawLine(QPointF(0, middle), head - QPointF(5, 0))
        painter.setPen(QPen(colour, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush if self._second else colour)
        painter.drawEllipse(head, 4.0, 4.0)
        painter.end()


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(interface_font(8.5))
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _number() -> QLabel:
    label = QLabel(_UNKNOWN)
    label.setFont(interface_font(10))
    return label
