"""The line below the map: how many songs there are and were found, and a folder that is added."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from emoviz.gui.look.theme import Theme, interface_font, progress_style
from emoviz.gui.map.songs import MapSongs

_BAR_PX = 120


class MapStatus(QWidget):
    """Says what is on the map, and how far the adding of a folder is."""

    folder_asked = Signal()
    stop_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._songs, self._found = self.tr("Reading the library…"), ""
        self._text = QLabel()
        self._progress_text = QLabel()
        for label in (self._text, self._progress_text):
            label.setFont(interface_font(9))
        self._bar = QProgressBar()
        self._bar.setFixedSize(_BAR_PX, 6)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Songs of the folder that are done"))
        self.button = QPushButton()
        self.button.setFont(interface_font(9))
        self.button.clicked.connect(self._on_clicked)
        keeping_room = self.button.sizePolicy()
        keeping_room.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(keeping_room)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 10, 5)
        layout.setSpacing(10)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._progress_text)
        layout.addWidget(self._bar)
        layout.addWidget(self.button)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._is_adding = False
        self.show_rest()
        self._show()
        theme.changed.connect(self._take_colours)
        self._take_colours()

    @property
    def text(self) -> str:
        """What it says of the songs."""
        return self._text.text()

    def show_count(self, songs: MapSongs | None) -> None:
        """Say how many songs are on the map, and who has placed them."""
        self._songs = ""
        # An empty map has a button for it in its middle.
        self.button.setVisible(songs is not None or self._is_adding)
        if songs is not None:
            text = self.tr("{0} songs, placed by {1}")
            self._songs = text.format(f"{len(songs):,}", songs.model)
        self._show()

    def show_found(self, count: int | None) -> None:
        """Say how many songs were found; None where nothing is searched for."""
        self._found = "" if count is None else self.tr("{0} found").format(f"{count:,}")
        self._show()

    def show_progress(self, done: int, total: int) -> None:
        """Say how many songs of a folder are done, of how many; 0 while they are counted."""
        self._is_adding = True
        text = self.tr("Looking for songs…")
        if total:
            text = self.tr("{0} of {1} songs").format(f"{done:,}", f"{total:,}")
        self._progress_text.setText(text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.button.setText(self.tr("Stop"))
        for widget in (self.button, self._bar, self._progress_text):
            widget.show()

    def show_rest(self) -> None:
        """Offer to add a folder."""
        self._is_adding = False
        self.button.setText(self.tr("Add a folder…"))
        self._bar.hide()
        self._progress_text.hide()

    def _show(self) -> None:
        self._text.setText("; ".join(filter(None, (self._songs, self._found))))

    def _on_clicked(self) -> None:
        if self._is_adding:
            self.stop_asked.emit()
        else:
            self.folder_asked.emit()

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"MapStatus {{ background: {colours.panel}; border-top: 1px solid {colours.line}; }}"
            + progress_style(colours)
        )
        for label in (self._text, self._progress_text):
            label.setStyleSheet(f"color: {colours.dim};")
