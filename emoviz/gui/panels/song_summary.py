"""What the panel says of the whole song: quadrants, mean, range, and its highest moments."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import Theme, interface_font, link_style
from emoviz.tracks.circumplex import QUADRANTS
from emoviz.tracks.saying import UNDECIDED, quadrant_shares
from emoviz.units import COLUMN_S, Values

_UNKNOWN = "–"
_VALENCE, _AROUSAL = 0, 1

_BAR_PX, _BAR_GAP_PX = 10, 5
_IN_A_ROW = 2
_COLUMN_GAP_PX = 10


class SongSummary(QWidget):
    """The song in a few numbers; a click on a moment asks to go there."""

    seek_requested = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shares = QuadrantShares(theme)
        self._captions = [
            _label(text, dim=True)
            for text in (
                self.tr("valence"),
                self.tr("arousal"),
                self.tr("mean"),
                self.tr("range"),
                self.tr("highest"),
            )
        ]
        self._means = [_label(_UNKNOWN), _label(_UNKNOWN)]
        self._ranges = [_label(_UNKNOWN), _label(_UNKNOWN)]
        self._moments_s = [0.0, 0.0]
        self._moments = [self._moment_button(dimension) for dimension in (_VALENCE, _AROUSAL)]
        self._lay_out()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def set_narrow(self, narrow: bool) -> None:
        """Make do with less width."""
        self._grid.setHorizontalSpacing(6 if narrow else 14)
        for label in self._ranges:
            label.setFont(interface_font(8.5 if narrow else 9.5))

    def set_terse(self, terse: bool) -> None:
        """Leave out mean, range and moments, where there is no room for them."""
        for part in (*self._captions, *self._means, *self._ranges, *self._moments):
            part.setVisible(not terse)

    @property
    def left_out_px(self) -> int:
        """The height that what is left out would need."""
        if not self._means[0].isHidden():
            return 0
        rows = (self._captions[0], self._means[0], self._ranges[0], self._moments[0])
        heights = [part.sizeHint().height() for part in rows]
        return sum(heights) + len(rows) * self._grid.verticalSpacing()

    def set_track(self, values: Values, said: list[str]) -> None:
        """Sum up `values`, NaN where nothing is known yet, and what is `said` of each of them."""
        is_known = ~np.isnan(values[:, 0])
        known = values[is_known]
        decided = is_known & np.array([text != UNDECIDED for text in said], bool)
        self._shares.set_shares(_mean_shares(values[decided], len(known)))
        for dimension in (_VALENCE, _AROUSAL):
            self._show_dimension(dimension, values[:, dimension], known[:, dimension])

    def _show_dimension(self, dimension: int, track: Values, known: Values) -> None:
        mean, spread, moment = (
            self._means[dimension],
            self._ranges[dimension],
            self._moments[dimension],
        )
        moment.setEnabled(bool(len(known)))
        if not len(known):
            for shown in (mean, spread, moment):
                shown.setText(_UNKNOWN)
            return
        mean.setText(signed(float(known.mean())))
        spread.setText(f"{signed(float(known.min()))} … {signed(float(known.max()))}")
        # Values stand at the end of their half-second: its start is where to listen from.
        self._moments_s[dimension] = int(np.nanargmax(track)) * COLUMN_S
        time = format_time(self._moments_s[dimension])
        moment.setText(self.tr("at {0}").format(time))
        what = (self.tr("Most positive moment"), self.tr("Most excited moment"))[dimension]
        moment.setAccessibleName(f"{what}, {time}")
        moment.setToolTip(self.tr("{0}: go there").format(what))

    def _moment_button(self, dimension: int) -> QPushButton:
        button = QPushButton()
        button.setText(_UNKNOWN)
        button.setFont(interface_font(9.5))
        button.setEnabled(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.seek_requested.emit(self._moments_s[dimension]))
        return button

    def _lay_out(self) -> None:
        valence, arousal, *rows = self._captions
        grid = self._grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(1)
        for column, caption in enumerate((valence, arousal), start=1):
            grid.addWidget(caption, 0, column)
            grid.setColumnStretch(column, 1)
        cells: tuple[Sequence[QWidget], ...] = (self._means, self._ranges, self._moments)
        for row, (caption, pair) in enumerate(zip(rows, cells, strict=True), start=1):
            grid.addWidget(caption, row, 0)
            for column, cell in enumerate(pair, start=1):
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._shares)
        layout.addLayout(grid)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        for caption in self._captions:
            caption.setStyleSheet(f"color: {colours.dim};")
        for button in self._moments:
            button.setStyleSheet(link_style(colours))


class QuadrantShares(QWidget):
    """One bar, divided as the song is likely to be in the quadrants, and what is undecided."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        names = (*QUADRANTS, UNDECIDED)
        self._shares = [0.0] * len(names)
        self._names = [QCoreApplication.translate("Quadrants", name) for name in names]
        self._font = interface_font(8.5)
        self._row_px = int(QFontMetricsF(self._font).height()) + 2
        self._rows = -(-len(names) // _IN_A_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleName(self.tr("Share of each quadrant"))
        theme.changed.connect(self.update)

    def set_shares(self, shares: list[float]) -> None:
        """Show the shares, which add up to 1, or are all 0 while nothing is known."""
        self._shares = shares
        self.setAccessibleDescription(
            ", ".join(
                f"{name} {share:.0%}" for name, share in zip(self._names, shares, strict=True)
            )
        )
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the height of the bar and of the names below it."""
        return QSize(200, _BAR_PX + _BAR_GAP_PX + self._rows * self._row_px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bar, and below it what each part of it stands for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        colours = self._theme.colours
        hues = (*colours.quadrants, colours.ghost)
        painter.fillRect(QRectF(0, 0, self.width(), _BAR_PX), QColor(colours.line))
        left, column = 0.0, self.width() / _IN_A_ROW
        for index, (name, share, hue) in enumerate(
            zip(self._names, self._shares, hues, strict=True)
        ):
            width = share * self.width()
            # A line of the ground tells neighbours apart whose hues somebody may not.
            part = QRectF(left, 0, max(width - 1.0, 0.0), _BAR_PX)
            painter.fillRect(part, QColor(hue))
            left += width
            row, place = divmod(index, _IN_A_ROW)
            top = _BAR_PX + _BAR_GAP_PX + row * self._row_px
            box = QRectF(place * column, top, column - _COLUMN_GAP_PX, self._row_px)
            self._draw_name(painter, box, f"{share:.0%}", name, QColor(hue))
        painter.end()

    def _draw_name(
        self, painter: QPainter, box: QRectF, share: str, name: str, hue: QColor
    ) -> None:
        side = Qt.AlignmentFlag.AlignVCenter
        swatch = QRectF(box.left(), box.center().y() - 3.5, 7.0, 7.0)
        painter.fillRect(swatch, hue)
        painter.setPen(QColor(self._theme.colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | side, share)
        metrics = QFontMetricsF(self._font)
        room = box.adjusted(12.0, 0, -metrics.horizontalAdvance("100%") - 4.0, 0)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | side, shown)


def _mean_shares(decided: Values, count: int) -> list[float]:
    """Give how likely each quadrant is on the average, and the share of what is undecided.

    `decided` are those of `count` values of which something can be said; all shares add up to 1.
    """
    if not count:
        return [0.0] * (len(QUADRANTS) + 1)
    shares = quadrant_shares(decided).sum(axis=0) / count
    return [*shares.tolist(), 1.0 - len(decided) / count]


def _label(text: str, *, dim: bool = False) -> QLabel:
    label = QLabel(text)
    label.setFont(interface_font(8.5 if dim else 9.5))
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
