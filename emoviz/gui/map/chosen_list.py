"""The list beside the map: the chosen songs, how long they are, and what is done with them."""

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Theme, interface_font, scroll_bar_style
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.map.chosen_songs import ChosenSongs, Ids, SongDelegate
from emoviz.gui.map.reader import MapReader
from emoviz.library import travel

_HINT_LINES = 5


class ChosenList(QWidget):
    """Shows the chosen songs, how long they are together, and plays or keeps them."""

    song_asked = Signal(object)
    """`LibrarySong` to play by itself"""
    play_asked = Signal()
    save_asked = Signal()
    count_asked = Signal(int)
    """How many songs are to lie along the path"""

    def __init__(self, theme: Theme, reader: MapReader) -> None:
        super().__init__()
        self._theme = theme
        self.songs = ChosenSongs(reader)
        self._delegate = SongDelegate(theme)
        self._title = QLabel(self.tr("Chosen songs"))
        self._title.setFont(interface_font(10, bold=True))
        self._hint = WrappedLabel(_HINT_LINES)
        self._hint.setFont(interface_font(9.5))
        self._hint.setText(
            self.tr(
                "Drag around dots to choose their songs, or draw a path for a playlist that "
                "travels along it. A click on a dot plays it."
            )
        )
        self._table = self._make_table()
        self._total = QLabel()
        self._total.setFont(interface_font(9))
        self._total.setAccessibleName(self.tr("Length of the chosen songs"))
        self._count_label = QLabel(self.tr("Songs along the path"))
        self._count = QSpinBox()
        self._count.setRange(travel.FEWEST, travel.MOST)
        self._count.setKeyboardTracking(False)
        self._count.setAccessibleName(self._count_label.text())
        self._count_label.setBuddy(self._count)
        self._play = QPushButton(self.tr("&Play all"))
        self._save = QPushButton(self.tr("&Save playlist…"))
        self._play.clicked.connect(self.play_asked)
        self._save.clicked.connect(self.save_asked)
        self._count.valueChanged.connect(self.count_asked)
        self.controls: list[QWidget] = [self._count, self._table, self._play, self._save]
        """In the order in which they are reached by Tab"""
        self._lay_out()
        self.show_songs(np.zeros(0, np.int64), None)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def show_songs(self, ids: Ids, along_path: int | None) -> None:
        """Show these songs; those along a path are numbered, and their number can be changed."""
        # A map that is read again leaves the list where it is scrolled to.
        if not np.array_equal(ids, self.songs.ids):
            self.songs.put(ids)
        has_songs = bool(len(ids))
        for widget in (self._table, self._total, self._play, self._save):
            widget.setVisible(has_songs)
        self._hint.setVisible(not has_songs)
        self._table.verticalHeader().setVisible(along_path is not None)
        for part in (self._count_label, self._count):
            part.setVisible(along_path is not None)
        if along_path is not None:
            self._count.blockSignals(True)
            self._count.setValue(along_path)
            self._count.blockSignals(False)
        self.show_total(None)

    def show_total(self, duration_s: float | None) -> None:
        """Say how many songs there are and, once it is known, how long they are together."""
        count = len(self.songs.ids)
        text = self.tr("1 song") if count == 1 else self.tr("{0} songs").format(f"{count:,}")
        self._total.setText(text if duration_s is None else f"{text}, {format_time(duration_s)}")

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.songs)
        table.setItemDelegate(self._delegate)
        table.setFont(interface_font(9.5))
        table.setAccessibleName(self.tr("Chosen songs"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A height for all rows: Qt would ask a million of them how high they are.
        rows = table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._delegate.row_px)
        rows.setFont(interface_font(8.5))
        header = table.horizontalHeader()
        header.setFont(interface_font(8.5))
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        header.setSectionResizeMode(ChosenSongs.SONG, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(ChosenSongs.LENGTH, QHeaderView.ResizeMode.Fixed)
        widest = table.fontMetrics().horizontalAdvance("0:00:00") + 8
        header.resizeSection(ChosenSongs.LENGTH, widest)
        table.activated.connect(self._ask_for)
        return table

    def _lay_out(self) -> None:
        count = QHBoxLayout()
        count.addWidget(self._count_label, 1)
        count.addWidget(self._count)
        buttons = QHBoxLayout()
        buttons.addWidget(self._play, 1)
        buttons.addWidget(self._save, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._hint)
        layout.addLayout(count)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._total)
        layout.addLayout(buttons)
        layout.addStretch(0)

    def _ask_for(self, index: QModelIndex) -> None:
        song = self.songs.song(index.row())
        if song is not None:
            self.song_asked.emit(song)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        for label in (self._hint, self._total, self._count_label):
            label.setStyleSheet(f"color: {colours.dim};")
        self._table.verticalScrollBar().setStyleSheet(scroll_bar_style(colours))
        self._table.setStyleSheet(
            f"QTableView {{ background: {colours.panel}; color: {colours.text}; }}"
            f"QHeaderView {{ background: {colours.panel}; }}"
            f"QHeaderView::section {{ background: {colours.panel}; color: {colours.dim};"
            f" border: none; padding: 2px 3px; }}"
            f"QTableView {{ selection-background-color: {colours.line};"
            f" selection-color: {colours.text}; }}"
            f"QTableView QTableCornerButton::section {{ background: {colours.panel};"
            " border: none; }"
        )
