"""The legend of the map: which colour is whose, and how many songs are theirs."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.map.songs import NAMED_GROUPS, GroupBy, Groups

_PT = 9.5
_LINE = 1.25
_DOT_PX = 4.5
_TEXT_LEFT_PX = 18.0


class MapLegend(QWidget):
    """Lists the artists or albums that have a colour, and the others."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[str, int]] = []
        self._colours: list[int] = []
        self.setFont(interface_font(_PT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Legend"))
        theme.changed.connect(self.update)

    def show_groups(self, groups: Groups, by: GroupBy) -> None:
        """List these groups."""
        self._rows = [(group.name, group.songs) for group in groups.named]
        self._colours = [group.colour for group in groups.named]
        if groups.other_songs:
            others = {
                GroupBy.ARTIST: self.tr("other artists, or none named"),
                GroupBy.ALBUM: self.tr("other albums, or none named"),
            }
            self._rows.append((others[by], groups.other_songs))
        lines = [f"{name}: {songs:,}" for name, songs in self._rows]
        self.setAccessibleDescription("; ".join(lines))
        self.setToolTip("\n".join(lines))
        self._has_others = bool(groups.other_songs)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give room for all groups and the others: nothing moves as they change."""
        return QSize(200, round((NAMED_GROUPS + 1) * self._line_px))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for all of the height."""
        return QSize(120, self.sizeHint().height())

    @property
    def _line_px(self) -> float:
        return QFontMetricsF(self.font()).height() * _LINE

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint a line for each."""
        colours, metrics = self._theme.colours, QFontMetricsF(self.font())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, (name, songs) in enumerate(self._rows):
            is_others = self._has_others and row == len(self._rows) - 1
            top, middle = row * self._line_px, (row + 0.5) * self._line_px
            painter.setPen(Qt.PenStyle.NoPen)
            dot = colours.ungrouped if is_others else colours.groups[self._colours[row]]
            painter.setBrush(QColor(dot))
            painter.drawEllipse(QPointF(_DOT_PX + 1, middle), _DOT_PX, _DOT_PX)
            count = f"{songs:,}"
            right = self.width() - metrics.horizontalAdvance(count) - 1
            box = QRectF(_TEXT_LEFT_PX, top, right - _TEXT_LEFT_PX - 8, self._line_px)
            painter.setPen(QColor(colours.dim if is_others else colours.text))
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, box.width())
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, flags, elided)
            painter.setPen(QColor(colours.dim))
            box = QRectF(right, top, self.width() - right, self._line_px)
            painter.drawText(box, flags, count)
        painter.end()
