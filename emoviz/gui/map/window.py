"""The window of the map: a library's songs on the plane, a search, and what is chosen of them."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from emoviz import errors
from emoviz.gui.actions.making import make_actions
from emoviz.gui.actions.map_rows import MAP_ACTIONS
from emoviz.gui.look.texts import signed
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.map.bar import MapBar
from emoviz.gui.map.chosen_list import ChosenList
from emoviz.gui.map.legend import MapLegend
from emoviz.gui.map.notice import MapNotice
from emoviz.gui.map.reader import Durations, Ids, MapReader
from emoviz.gui.map.songs import GroupBy, Indices, MapSongs
from emoviz.gui.map.status import MapStatus
from emoviz.gui.map.view import MapView
from emoviz.gui.panels.banner import Banner
from emoviz.library import travel
from emoviz.library.records import LibrarySong
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import said_of_each

_SIDE_SHARE, _LEAST_SIDE_PX, _MOST_SIDE_PX = 0.28, 264, 420
_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX = 720, 480


class MapWindow(QWidget):
    """Shows a library, and says what is wanted of it; the songs are opened elsewhere."""

    song_asked = Signal(object)
    """`LibrarySong` to play"""
    songs_asked = Signal(object)
    """`LibrarySong`s to play one after the other"""
    save_asked = Signal(object)
    """`LibrarySong`s that a playlist is to hold"""
    anew_asked = Signal(object)
    """`Path` of a damaged library that is to be kept aside"""
    closed = Signal()

    def __init__(self, theme: Theme, reader: MapReader, circumplex: Circumplex) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._theme = theme
        self._reader = reader
        self._circumplex = circumplex
        self._group_by = GroupBy.ARTIST
        self._durations_s: Durations | None = None
        self._found: Ids | None = None
        self._asked_for_found = False
        self._playing: Path | None = None
        self.view = MapView(theme, circumplex)
        self.status = MapStatus(theme)
        self.bar = MapBar()
        self._grouping = QComboBox()
        self._legend = MapLegend(theme)
        self._list = ChosenList(theme, reader)
        actions = make_actions(self, MAP_ACTIONS)
        self.bar.add_tools(actions[name] for name in ("take_lasso", "take_path", "take_hand"))
        self._banner = Banner(theme)
        self._lay_out()
        self.notice = MapNotice(theme, self.view)
        self._connect()
        self.setWindowTitle(self.tr("Library map"))
        self.setMinimumSize(_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.changed.connect(self._take_colours)
        self._take_colours()
        self.view.setFocus()

    def say(self, sentence: str) -> None:
        """Show in the banner what is wrong."""
        self._banner.say(sentence)

    def tell(self, sentence: str) -> None:
        """Show in the banner what is not."""
        self._banner.tell(sentence)

    def set_words(self, circumplex: Circumplex) -> None:
        """Name places of the plane by these words."""
        self._circumplex = circumplex
        self.view.set_words(circumplex)

    def set_playing(self, song: Path | None) -> None:
        """Ring the song in this file, if it is on the map."""
        self._playing = song
        self.view.shown.playing = self._index_of(song)
        self.view.update()

    # What the reader has found.

    def show_songs(self, songs: MapSongs | None) -> None:
        """Show a library as it was read; None is one that does not exist yet."""
        shown, chosen = self.view.shown, self._list.songs.ids
        shown.songs = songs if songs is not None and len(songs) else None
        self._durations_s = None
        if shown.songs is None:
            self._choose(np.zeros(0, np.intp))
            shown.groups = shown.matches = shown.playing = None
            self.notice.show_empty()
        else:
            self.notice.hide()
            shown.playing = self._index_of(self._playing)
            self._take_matches()
            self._choose(shown.songs.indices_of(chosen), shown.path)
        self._regroup()
        self.view.keep_fitting()
        self._beside.setVisible(shown.songs is not None)
        self.status.show_count(shown.songs)
        self.view.setAccessibleDescription(self.status.text)

    def take_durations(self, songs: MapSongs, durations_s: Durations) -> None:
        """Know from now on how long the songs are."""
        if songs is self.view.shown.songs:
            self._durations_s = durations_s
            self._show_total()

    def take_found(self, text: str, ids: Ids) -> None:
        """Let the songs stand out that were found, if they are those that are looked for."""
        if text != self.bar.text:
            return
        self._found = ids if text else None
        self._take_matches()
        self.view.show_anew()
        if self._asked_for_found:
            self._open_found()

    def show_problem(self, error: errors.LibraryError) -> None:
        """Say why the library cannot be read: on the map, or beside what is on it already."""
        if self.view.shown.songs is None:
            self.notice.show_problem(error)
            self.status.show_count(None)
        else:
            self.say(str(error))

    # What the actions of the table do; each is named after its row.

    def choose_all(self) -> None:
        """Choose all songs, or all that were found."""
        shown = self.view.shown
        if shown.songs is not None:
            matches = shown.matches
            everything = np.arange(len(shown.songs))
            self._choose(everything if matches is None else np.flatnonzero(matches))

    def save_chosen(self) -> None:
        """Ask for a playlist of the chosen songs, if there are any."""
        if len(self._list.songs.ids):
            self._reader.gather(self._list.songs.ids, self.save_asked.emit)

    def take_back(self) -> None:
        """Take the last thing back: what is being drawn, the message, what is sought or chosen."""
        if self.view.drop_stroke():
            return
        if self.bar.text:
            self.bar.clear()
        elif len(self.view.shown.chosen):
            self._choose(np.zeros(0, np.intp))
        else:
            self._banner.dismiss()

    # What else the user wants.

    def _search_for(self, text: str) -> None:
        self._asked_for_found = False
        self._found = None
        if not text:
            self._take_matches()
            self.view.show_anew()
        self._reader.search(text)

    def _open_found(self) -> None:
        """Open the one song that was found, or choose them all; wait if they are not found yet."""
        text, songs = self.bar.text, self.view.shown.songs
        if not text or songs is None:
            return
        self._asked_for_found = self._found is None
        if self._found is None:
            return
        found = songs.indices_of(self._found)
        if len(found) == 1:
            self._open(int(found[0]))
        else:
            self._choose(found)

    def _open(self, index: int) -> None:
        songs = self.view.shown.songs
        assert songs is not None
        for song in self._reader.songs([int(songs.points.song_ids[index])]):
            self.song_asked.emit(song)

    def _choose(self, indices: Indices, path: travel.Route | None = None) -> None:
        shown = self.view.shown
        shown.chosen = indices
        shown.path = path if len(indices) else None
        ids = shown.songs.points.song_ids[indices] if shown.songs is not None else indices
        self._list.show_songs(ids, None if shown.path is None else len(indices))
        self._show_total()
        self.view.show_anew()

    def _travel(self, path: travel.Route) -> None:
        self._travel_with(path, travel.count_for(path, self.view.camera.reach))

    def _travel_with(self, path: travel.Route, count: int) -> None:
        shown = self.view.shown
        if shown.songs is None:
            return
        points, among = shown.songs.points, np.arange(len(shown.songs))
        if shown.matches is not None:
            among = np.flatnonzero(shown.matches)
        farthest = travel.NEAR * self.view.camera.reach
        places = (points.valence[among], points.arousal[among])
        chosen = among[travel.along(path, *places, count, farthest)]
        self._choose(chosen, path)
        if not len(chosen):
            self.tell(self.tr("No song lies near the path that was drawn."))

    def _take_count(self, count: int) -> None:
        if self.view.shown.path is not None:
            self._travel_with(self.view.shown.path, count)

    def _point_at(self, index: int | None) -> None:
        songs = self.view.shown.songs
        if index is None or songs is None:
            return
        found = self._reader.songs([int(songs.points.song_ids[index])])
        if found:
            self.view.show_tip(self._lines(found[0], index, songs))

    def _name(self, indices: Indices) -> None:
        songs = self.view.shown.songs
        if songs is None:
            return
        ids = songs.points.song_ids[indices].tolist()
        titles = {song.id: song.title for song in self._reader.songs(ids)}
        self.view.show_names(
            {
                int(index): titles[song]
                for index, song in zip(indices, ids, strict=True)
                if song in titles
            }
        )

    def _lines(self, song: LibrarySong, index: int, songs: MapSongs) -> list[str]:
        valence, arousal = float(songs.points.valence[index]), float(songs.points.arousal[index])
        place = self.tr("valence {0}, arousal {1}").format(signed(valence), signed(arousal))
        moments = self._reader.moments(song.id, songs.model)
        if moments is not None:
            place = f"{said_of_each(moments, self._circumplex)[0]}, {place}"
        return [*filter(None, (song.title, song.artist, song.album)), place]

    def _regroup(self) -> None:
        shown = self.view.shown
        if shown.songs is not None:
            shown.groups = shown.songs.groups(self._group_by, shown.groups)
            self._legend.show_groups(shown.groups, self._group_by)
        self.view.show_anew()

    def _take_grouping(self) -> None:
        self._group_by = self._grouping.currentData()
        self._regroup()

    def _take_matches(self) -> None:
        shown = self.view.shown
        shown.matches = None
        count = None
        if self._found is not None and shown.songs is not None:
            shown.matches = np.zeros(len(shown.songs), bool)
            found = shown.songs.indices_of(self._found)
            shown.matches[found] = True
            count = len(found)
        self.status.show_found(count)

    def _show_total(self) -> None:
        chosen = self.view.shown.chosen
        if self._durations_s is not None and len(chosen):
            self._list.show_total(float(self._durations_s[chosen].sum()))

    def _index_of(self, song: Path | None) -> int | None:
        songs = self.view.shown.songs
        song_id = self._reader.id_of(song) if song is not None and songs is not None else None
        if song_id is None or songs is None:
            return None
        found = songs.indices_of(np.array([song_id]))
        return int(found[0]) if len(found) else None

    # Making it.

    def _lay_out(self) -> None:
        self._side, self._beside = QWidget(), QWidget()
        self._side.setObjectName("side")
        around = QVBoxLayout(self._side)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._beside)
        # Empty until there is something to choose from.
        self._beside.hide()
        side = QVBoxLayout(self._beside)
        side.setContentsMargins(16, 12, 16, 12)
        side.setSpacing(8)
        colour_by = QLabel(self.tr("Colour by"))
        colour_by.setFont(interface_font(10, bold=True))
        colour_by.setBuddy(self._grouping)
        self._grouping.addItem(self.tr("artist"), GroupBy.ARTIST)
        self._grouping.addItem(self.tr("album"), GroupBy.ALBUM)
        self._grouping.setAccessibleName(colour_by.text())
        head = QHBoxLayout()
        head.addWidget(colour_by)
        head.addWidget(self._grouping, 1)
        side.addLayout(head)
        side.addWidget(self._legend)
        side.addSpacing(8)
        side.addWidget(self._list, 1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.bar)
        left.addLayout(self._banner.above(self.view), 1)
        left.addWidget(self.status)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(left, 1)
        layout.addWidget(self._side)
        # By the places in the window, whatever was made first.
        middle = (self.view, self.status.button, self._grouping)
        for before, after in pairwise((*self.bar.controls, *middle, *self._list.controls)):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        reader, view = self._reader, self.view
        reader.read.connect(self.show_songs)
        reader.durations_read.connect(self.take_durations)
        reader.found.connect(self.take_found)
        reader.failed.connect(self.show_problem)
        view.song_pointed_at.connect(self._point_at)
        view.song_clicked.connect(self._open)
        view.names_asked.connect(self._name)
        view.lasso_drawn.connect(self._choose)
        view.path_drawn.connect(self._travel)
        self.bar.text_changed.connect(self._search_for)
        self.bar.entered.connect(self._open_found)
        self._grouping.currentIndexChanged.connect(self._take_grouping)
        self._list.song_asked.connect(self.song_asked)
        self._list.play_asked.connect(self._play)
        self._list.save_asked.connect(self.save_chosen)
        self._list.count_asked.connect(self._take_count)
        self.notice.anew_asked.connect(self.anew_asked)

    def _play(self) -> None:
        self._reader.gather(self._list.songs.ids, self.songs_asked.emit)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"MapWindow {{ background: {colours.window}; }}"
            f"QWidget#side {{ background: {colours.panel};"
            f" border-left: 1px solid {colours.line}; }}"
            f"MapBar {{ background: {colours.panel}; border-bottom: 1px solid {colours.line}; }}"
        )

    # Qt's own events.

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Read the library, and again when it changes."""
        super().showEvent(event)
        self._reader.look(True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave the map the room where there is little."""
        super().resizeEvent(event)
        wanted = round(_SIDE_SHARE * self.width())
        self._side.setFixedWidth(min(max(wanted, _LEAST_SIDE_PX), _MOST_SIDE_PX))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Rest until it is shown again."""
        self._reader.look(False)
        self.closed.emit()
        event.accept()
