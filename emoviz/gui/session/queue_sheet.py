"""The queue as a list: what is played, what comes next, in an order that can be changed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QKeySequence, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.session.song_queue import SongQueue
from emoviz.songs.tags import Tags, read_tags

_SIZE = QSize(420, 520)
_COVER_PX = 36
_PATH = Qt.ItemDataRole.UserRole


class QueueSheet(QDialog):
    """Lists the songs of a queue with their covers, the one that plays in bold.

    A double click, or Enter, plays a song; dragging, or Ctrl with the arrows, moves it. Names and
    covers are read from the songs that are seen, in a thread.
    """

    _read = Signal(object, object)
    """`Path` of a song, and its `Tags`"""

    def __init__(self, parent: QWidget, theme: Theme, queue: SongQueue) -> None:
        super().__init__(parent)
        self._theme = theme
        self._queue = queue
        self._known: dict[Path, Tags | None] = {}
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="queue tags")
        self.setWindowTitle(self.tr("Queue"))
        self.resize(_SIZE)
        self._head = QLabel()
        self._head.setFont(interface_font(10))
        self._list = QListWidget()
        self._list.setIconSize(QSize(_COVER_PX, _COVER_PX))
        self._list.setUniformItemSizes(True)
        self._list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self.tr("Songs of the queue"))
        self._list.setToolTip(self.tr("Double click plays a song; drag, or Ctrl+Up/Down, moves it"))
        self._list.itemActivated.connect(lambda item: queue.go_to(self._list.row(item)))
        self._list.model().rowsMoved.connect(self._on_moved)
        self._list.verticalScrollBar().valueChanged.connect(self._read_seen)
        for key, step in (("Ctrl+Up", -1), ("Ctrl+Down", 1)):
            move = QAction(self)
            move.setShortcut(QKeySequence(key))
            move.triggered.connect(lambda _=False, step=step: self._move_chosen(step))
            self.addAction(move)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.addWidget(self._head)
        layout.addWidget(self._list, 1)
        self._read.connect(self._take)
        queue.changed.connect(self._fill)
        theme.changed.connect(self._take_colours)
        self._take_colours()
        self._fill()

    def end(self) -> None:
        """Read no more."""
        self._reading.shutdown(wait=True, cancel_futures=True)
        self.close()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Read what is seen now."""
        super().showEvent(event)
        self._read_seen()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Read what is seen now."""
        super().resizeEvent(event)
        self._read_seen()

    def _fill(self) -> None:
        place, count = self._queue.place
        self._head.setText(self.tr("{0} of {1}").format(place, count) if count else "")
        chosen = self._list.currentRow()
        if self._paths() != list(self._queue.songs):
            self._list.clear()
            for path in self._queue.songs:
                item = QListWidgetItem(path.stem)
                item.setData(_PATH, path)
                item.setIcon(self._cover(None))
                self._list.addItem(item)
                if (tags := self._known.get(path)) is not None:
                    self._take(path, tags)
            self._list.setCurrentRow(chosen if chosen >= 0 else place - 1)
        for row in range(self._list.count()):
            item = self._list.item(row)
            item.setFont(interface_font(10, bold=row == place - 1))
        self._read_seen()

    def _paths(self) -> list[Path]:
        return [self._list.item(row).data(_PATH) for row in range(self._list.count())]

    def _read_seen(self) -> None:
        """Have the tags of the songs that are seen read."""
        if not self.isVisible():
            return
        rect = self._list.viewport().rect()
        first = max(self._list.indexAt(rect.topLeft()).row(), 0)
        last = self._list.indexAt(rect.bottomLeft()).row()
        for row in range(first, (self._list.count() if last < 0 else last + 1)):
            path = self._list.item(row).data(_PATH)
            if path not in self._known:
                self._known[path] = None
                self._reading.submit(self._read_tags, path)

    def _read_tags(self, path: Path) -> None:
        self._read.emit(path, read_tags(path))

    def _take(self, path: Path, tags: Tags) -> None:
        self._known[path] = tags
        for row, song in enumerate(self._paths()):
            if song == path:
                item = self._list.item(row)
                item.setText(" · ".join(filter(None, (tags.title or path.stem, tags.artist))))
                item.setIcon(self._cover(tags.cover))

    def _cover(self, cover: bytes | None) -> QIcon:
        """Give a song's cover, or a plain square of its size."""
        image = QImage.fromData(cover) if cover else QImage()
        side = round(_COVER_PX * self.devicePixelRatioF())
        if image.isNull():
            pixmap = QPixmap(side, side)
            pixmap.fill(self._theme.colours.line)
        else:
            grown = Qt.AspectRatioMode.KeepAspectRatioByExpanding
            smooth = Qt.TransformationMode.SmoothTransformation
            pixmap = QPixmap.fromImage(image.scaled(side, side, grown, smooth))
            left, top = (pixmap.width() - side) // 2, (pixmap.height() - side) // 2
            pixmap = pixmap.copy(left, top, side, side)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        icon = QIcon(pixmap)
        # One that is chosen would be drawn in the colour of what is chosen.
        icon.addPixmap(pixmap, QIcon.Mode.Selected)
        return icon

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self._list.setStyleSheet(
            f"QListWidget::item:selected {{ background: {colours.line}; color: {colours.text}; }}"
        )

    def _move_chosen(self, step: int) -> None:
        row = self._list.currentRow()
        if row >= 0 and 0 <= row + step < self._list.count():
            self._queue.move(row, row + step)
            self._list.setCurrentRow(row + step)

    def _on_moved(
        self, _parent: QModelIndex, first: int, _last: int, _to: QModelIndex, row: int
    ) -> None:
        """Move the song that was dragged; Qt counts the place that it leaves."""
        self._queue.move(first, row - 1 if row > first else row)
