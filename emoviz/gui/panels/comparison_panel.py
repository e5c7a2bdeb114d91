"""What a comparison says in words and numbers, below the readout while there is one."""

import html
import math
from collections.abc import Sequence

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

from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import SIDE_PANEL_WIDTH_PX, Theme, interface_font
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.tracks.agreement import Agreement
from emoviz.tracks.aligned import RegionMeans
from emoviz.units import Place

_UNKNOWN = "–"
_NAME_LINES = 1
_STATUS_LINES = 1
_NOTE_LINES = 2
_DIMENSIONS = ("valence", "arousal")
_NUMBER_PT = 9.5
_COLUMN_PX = 44
_VALUES = ("second, now", "difference, now", "first, mean", "second, mean", "difference, mean")
_AGREEMENTS = ("RMSE", "Pearson r", "concordance")


class ComparisonPanel(QWidget):
    """Names two tracks, A and B, and says what they are now, in a region, and how they agree."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._first, self._second = WrappedLabel(_NAME_LINES), WrappedLabel(_NAME_LINES)
        for name in (self._first, self._second):
            name.setFont(interface_font(10))
        self._status, self._note = WrappedLabel(_STATUS_LINES), WrappedLabel(_NOTE_LINES)
        for label in (self._status, self._note):
            label.setFont(interface_font(8.5))
        # Room for all of it is kept: nothing moves when there is something to say.
        self._note.setFixedHeight(_NOTE_LINES * QFontMetrics(self._note.font()).lineSpacing() + 1)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._letters = [_label(letter) for letter in "AB"]
        self._when = [_label(self.tr("now")), _label(self.tr("whole song"))]
        self._headings = [
            _label(text, tip)
            for text, tip in (
                ("B", self.tr("The second's value of now")),
                ("B − A", self.tr("The second's value of now less the first's")),
                ("A", self.tr("The first's mean, where both are known")),
                ("B", self.tr("The second's mean, where both are known")),
                ("B − A", self.tr("The mean of the second less the first")),
            )
        ]
        self._captions = [
            _label(text, tip)
            for text, tip in (
                (self.tr("RMSE"), self.tr("Root mean square error: how far apart they are")),
                (self.tr("Pearson r"), self.tr("How alike they rise and fall, −1 to +1")),
                (
                    self.tr("concordance"),
                    self.tr("Lin's concordance correlation: 1 only where both are the same"),
                ),
            )
        ]
        self._rows = [_label(self.tr(name)) for name in _DIMENSIONS * 2]
        self._numbers = {
            name: [_number(f"{name}, {dimension}") for dimension in _DIMENSIONS]
            for name in (*_VALUES, *_AGREEMENTS)
        }
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons = QHBoxLayout()
        self.setAccessibleName(self.tr("Comparison"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self)
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

    def add_button(self, action: QAction, text: str) -> None:
        """Offer an action of the window by a short text."""
        button = QToolButton()
        # In the menu it is said in full.
        action.setIconText(text)
        button.setDefaultAction(action)
        button.setFont(interface_font(8.5))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def set_brief(self, brief: bool) -> None:
        """Leave out what is not of now or of a region, where the window is low."""
        agreements = [label for name in _AGREEMENTS for label in self._numbers[name]]
        for label in (self._status, *self._captions, *self._rows[2:], *agreements):
            label.setVisible(not brief)

    def show_names(self, first: str, second: str) -> None:
        """Name the two tracks."""
        for label, name in ((self._first, first), (self._second, second)):
            label.setText(name)
            label.setToolTip(html.escape(name))

    def show_now(self, second: Sequence[float], difference: Sequence[float]) -> None:
        """Show the second's valence and arousal of now, and less the first's; NaN is unknown."""
        self._show("second, now", second)
        self._show("difference, now", difference)

    def show_means(self, means: RegionMeans, region: Place | None) -> None:
        """Show the means of both in a region, or in the whole song, and their difference."""
        text = self.tr("whole song")
        if region is not None:
            end_s = region[1]
            end = self.tr("end") if math.isinf(end_s) else format_time(end_s)
            text = f"{format_time(region[0])}–{end}"
        self._when[1].setText(text)
        self._show("first, mean", means.first)
        self._show("second, mean", means.second)
        self._show("difference, mean", means.difference)

    def show_agreement(self, agreements: Sequence[Agreement]) -> None:
        """Show how the tracks agree in valence and in arousal."""
        for dimension, found in enumerate(agreements):
            rmse = _UNKNOWN if found.rmse is None else f"{found.rmse:.3f}"
            self._numbers["RMSE"][dimension].setText(rmse)
            for name, number in (
                ("Pearson r", found.pearson_r),
                ("concordance", found.concordance),
            ):
                text = _UNKNOWN if number is None else signed(number)
                self._numbers[name][dimension].setText(text)

    def _show(self, name: str, values: Sequence[float]) -> None:
        for label, value in zip(self._numbers[name], values, strict=True):
            label.setText(_UNKNOWN if math.isnan(value) else signed(value))

    def show_heard(self, second: bool) -> None:
        """Show which of the two is heard: its name is bold."""
        for label, heard in ((self._first, not second), (self._second, second)):
            label.setFont(interface_font(10, bold=second and heard))

    def show_status(self, sentence: str) -> None:
        """Say how far the comparison has come, or what it counts."""
        self._status.setText(sentence)
        self._status.setToolTip(html.escape(sentence))

    def show_note(self, sentence: str) -> None:
        """Say what has to be known of the two."""
        self._note.setText(sentence)
        self._note.setToolTip(html.escape(sentence))

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Keep the names' lines from the window's layout, which would share heights out anew."""
        return False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the readout's width and the height that the names and numbers need in it."""
        return QSize(SIDE_PANEL_WIDTH_PX, self._column.heightForWidth(SIDE_PANEL_WIDTH_PX))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for all of the height."""
        return self.sizeHint()

    def _lay_out(self) -> None:
        names = QGridLayout()
        names.setHorizontalSpacing(6)
        names.setVerticalSpacing(1)
        for row, (name, second) in enumerate(((self._first, False), (self._second, True))):
            names.addWidget(self._letters[row], row, 0)
            names.addWidget(_Stroke(self._theme, second), row, 1, Qt.AlignmentFlag.AlignTop)
            names.addWidget(name, row, 2)
        names.addWidget(self._close, 0, 3, 2, 1, Qt.AlignmentFlag.AlignTop)
        names.setColumnStretch(2, 1)
        self._buttons.setSpacing(1)
        self._buttons.addStretch(1)
        self._column.setContentsMargins(16, 4, 16, 6)
        self._column.setSpacing(3)
        self._column.addWidget(self._status)
        for part in (names, self._buttons):
            self._column.addLayout(part)
        self._column.addWidget(self._note)
        self._column.addLayout(self._table())

    def _table(self) -> QGridLayout:
        """Lay out what both are now and on the average, and below it how they agree."""
        table = QGridLayout()
        table.setHorizontalSpacing(2)
        table.setVerticalSpacing(0)
        right = Qt.AlignmentFlag.AlignRight
        for column, width, heading in ((1, 2, self._when[0]), (3, 3, self._when[1])):
            table.addWidget(heading, 0, column, 1, width, right)
        for column, heading in enumerate(self._headings, start=1):
            table.addWidget(heading, 1, column, right)
            table.setColumnStretch(column, 1)
            table.setColumnMinimumWidth(column, _COLUMN_PX)
        for column, name in enumerate(_VALUES, start=1):
            for row in (0, 1):
                table.addWidget(self._numbers[name][row], 2 + row, column, right)
        for column, caption, name in zip((1, 2, 4), self._captions, _AGREEMENTS, strict=True):
            width = 1 if column == 1 else 2
            table.addWidget(caption, 4, column, 1, width, right)
            for row in (0, 1):
                table.addWidget(self._numbers[name][row], 5 + row, column, 1, width, right)
        for row, label in zip((2, 3, 5, 6), self._rows, strict=True):
            table.addWidget(label, row, 0)
        return table

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"ComparisonPanel {{ background: {colours.panel};"
            f" border-top: 1px solid {colours.line}; }}"
        )
        quiet = (self._status, *self._when, *self._headings, *self._captions, *self._rows)
        for label in (*quiet, *self._letters):
            label.setStyleSheet(f"color: {colours.dim};")
        firsts = (colours.valence, colours.arousal)
        seconds = (colours.second_valence, colours.second_arousal)
        for name, hues in zip(_VALUES, (seconds, None, firsts, seconds, None), strict=True):
            for label, colour in zip(self._numbers[name], hues or (colours.text,) * 2, strict=True):
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


def _label(text: str, tip: str = "") -> QLabel:
    label = QLabel(text)
    label.setFont(interface_font(8.5))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setToolTip(tip)
    return label


def _number(name: str) -> QLabel:
    label = QLabel(_UNKNOWN)
    label.setFont(interface_font(_NUMBER_PT))
    label.setAccessibleName(name)
    return label
