"""The songs that were chosen on the map, as a table: those that are seen are looked up."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.map.reader import MapReader
from emoviz.library.records import LibrarySong

_AT_ONCE = 100
_MOST_KEPT = 5_000
_SIDE_PX, _BETWEEN_PX = 4, 5
_TITLE_PT, _ARTIST_PT = 9.5, 8.5

Ids = npt.NDArray[np.int64]
AnyIndex = QModelIndex | QPersistentModelIndex


class ChosenSongs(QAbstractTableModel):
    """A table of songs by their ids, of which those are looked up that are seen."""

    SONG, LENGTH = range(2)
    ARTIST_ROLE = Qt.ItemDataRole.UserRole

    def __init__(self, reader: MapReader) -> None:
        super().__init__()
        self._reader = reader
        self._ids: Ids = np.zeros(0, np.int64)
        self._known: dict[int, LibrarySong] = {}

    @property
    def ids(self) -> Ids:
        """The ids of the songs, in their order."""
        return self._ids

    def put(self, ids: Ids) -> None:
        """Hold these songs."""
        self.beginResetModel()
        self._ids = ids
        self._known.clear()
        self.endResetModel()

    def song(self, row: int) -> LibrarySong | None:
        """Give the song of a row, if it is still in the library."""
        song_id = int(self._ids[row])
        if song_id not in self._known:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            first = row // _AT_ONCE * _AT_ONCE
            songs = self._reader.songs(self._ids[first : first + _AT_ONCE].tolist())
            self._known.update({song.id: song for song in songs})
        return self._known.get(song_id)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Give how many songs there are."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Give how many columns there are."""
        return 0 if parent.isValid() else 2

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell's text, alignment or tip."""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == self.LENGTH:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        texts = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
            self.ARTIST_ROLE,
        )
        if role not in texts:
            return None
        song = self.song(index.row())
        if song is None:
            return "–"
        if role == self.ARTIST_ROLE:
            return song.artist
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (song.title, song.artist, song.album, str(song.path))))
        if index.column() == self.LENGTH:
            return format_time(song.duration_s)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (song.title, song.artist)))
        return song.title

    def headerData(  # noqa: N802
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Name the columns, and number the rows."""
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            side = Qt.AlignmentFlag.AlignLeft
            if section == self.LENGTH:
                side = Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1
        return (self.tr("Title and artist"), self.tr("Length"))[section]


class SongDelegate(QStyledItemDelegate):
    """Writes a song's artist below its title: side by side neither would have room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fonts = (interface_font(_TITLE_PT), interface_font(_ARTIST_PT))

    @property
    def row_px(self) -> int:
        """Height of a row."""
        return sum(QFontMetrics(font).height() for font in self._fonts) + 2 * _BETWEEN_PX

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint a cell."""
        colours, rect = self._theme.colours, option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.line))
        box = rect.adjusted(_SIDE_PX, _BETWEEN_PX, -_SIDE_PX, -_BETWEEN_PX)
        artist = index.data(ChosenSongs.ARTIST_ROLE)
        is_song = index.column() == ChosenSongs.SONG
        lines = (index.data(), artist if is_song else "")
        if not artist:
            # Beside its number.
            box.adjust(0, QFontMetrics(self._fonts[1]).height() // 2, 0, 0)
        side = Qt.AlignmentFlag.AlignLeft if is_song else Qt.AlignmentFlag.AlignRight
        for font, colour, text in zip(self._fonts, (colours.text, colours.dim), lines, strict=True):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(colour if is_song else colours.dim))
            line = QRect(box.left(), box.top(), box.width(), metrics.height())
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, elided)
            box.setTop(box.top() + metrics.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802
        """Ask for two lines."""
        return QSize(80, self.row_px)
