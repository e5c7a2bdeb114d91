"""The sections of the song that is shown: looped, changed, undone, and kept in the library."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from emoviz.gui.dialogs import open_calmly
from emoviz.gui.session.song_library import SongLibrary
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.sections import SectionsView
from emoviz.songs.song import Song
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.section_edits import SectionEditor, Sections
from emoviz.tracks.sections import index_of_section
from emoviz.tracks.track import Track

_MENU = ("loop_section", "split_section", "merge_section", "rename_section", "note_section")
_ALL = (*_MENU, "undo_sections", "reset_sections")


class SectionEditing(QObject):
    """Shows the sections in their row and does what is asked for there, or by the menu.

    Its public methods without arguments are actions; each is named after its row of the table.
    They mean the section at the playhead, or the one that the row's own menu was asked for.
    """

    changed = Signal(object)
    """The sections, a tuple"""
    track_changed = Signal(object)
    """The `Track`, with the sections as they are now"""
    seek_requested = Signal(float)

    def __init__(
        self,
        window: QWidget,
        library: SongLibrary,
        view: SectionsView,
        loop: Loop,
        playhead_s: Callable[[], float],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._library = library
        self._view = view
        self._loop = loop
        self._playhead_s = playhead_s
        self._asked_s: float | None = None
        self._song: Song | None = None
        self._track: Track | None = None
        self._sections: Sections = ()
        self._before: list[Sections] = []
        self._dragged_from: Sections | None = None
        self._actions: Mapping[str, QAction] = {}
        view.section_chosen.connect(self._loop_one)
        view.border_moved.connect(self._drag)
        view.border_settled.connect(self._drop)
        view.menu_asked.connect(self._show_menu)

    def show_in(self, actions: Mapping[str, QAction]) -> None:
        """Keep the actions of the table of use or not."""
        self._actions = actions
        self._tell()

    def set_track(self, song: Song | None, track: Track | None) -> None:
        """Show the sections of a track that is whole, or none."""
        self._song, self._track = song, track
        self._sections = () if track is None else tuple(track.sections())
        self._before.clear()
        self._dragged_from = None
        self._tell()

    def loop_section(self) -> None:
        """Play the section again and again."""
        if (index := self._index()) is not None:
            self._loop_one(index)

    def split_section(self) -> None:
        """Divide the section in two."""
        time_s = self._time_s()
        self._change(lambda editor: editor.split(self._sections, time_s))

    def merge_section(self) -> None:
        """Make one of the section and the one after it."""
        index = self._index()
        if index is not None and index + 1 < len(self._sections):
            self._change(lambda editor: editor.merged(self._sections, index))

    def rename_section(self) -> None:
        """Let the user give the section a name."""
        index = self._index()
        if index is None:
            return
        self._ask(
            self.tr("Name of the section; nothing for what may be said of it:"),
            self._sections[index].name,
            lambda text: self._change(lambda editor: editor.renamed(self._sections, index, text)),
        )

    def note_section(self) -> None:
        """Let the user write a note to the section."""
        index = self._index()
        if index is None:
            return
        self._ask(
            self.tr("Note:"),
            self._sections[index].note,
            lambda text: self._change(lambda editor: editor.annotated(self._sections, index, text)),
        )

    def undo_sections(self) -> None:
        """Take the last change of the sections back."""
        if self._before:
            self._take(self._before.pop())

    def reset_sections(self) -> None:
        """Have the sections that were found."""
        if self._track is not None:
            found = tuple(replace(self._track, edited_sections=None).sections())
            self._change(lambda _: found)

    def _loop_one(self, index: int) -> None:
        section = self._sections[index]
        self._loop.mark(section.start_s, section.end_s)
        self._loop.settle()
        if not section.start_s <= self._playhead_s() < section.end_s:
            self.seek_requested.emit(section.start_s)

    def _drag(self, index: int, time_s: float) -> None:
        if self._track is None:
            return
        if self._dragged_from is None:
            self._dragged_from = self._sections
        editor = SectionEditor(self._track.values, Circumplex.music())
        self._sections = editor.moved(self._dragged_from, index, time_s)
        self._view.set_sections(self._sections)

    def _drop(self) -> None:
        before, self._dragged_from = self._dragged_from, None
        if before is not None and before != self._sections:
            self._before.append(before)
            self._take(self._sections)

    def _change(self, change: Callable[[SectionEditor], Sections]) -> None:
        if self._track is None:
            return
        changed = change(SectionEditor(self._track.values, Circumplex.music()))
        if changed != self._sections:
            self._before.append(self._sections)
            self._take(changed)

    def _take(self, sections: Sections) -> None:
        """Show sections that were changed, and keep them."""
        if self._track is None or self._song is None:
            return
        found = tuple(replace(self._track, edited_sections=None).sections())
        edited = None if sections == found else sections
        self._sections = sections
        self._track = replace(self._track, edited_sections=edited)
        self._library.keep_sections(self._song, self._track)
        self.track_changed.emit(self._track)
        self._tell()

    def _tell(self) -> None:
        self._view.set_sections(self._sections)
        for name in _ALL:
            if name in self._actions:
                self._actions[name].setEnabled(bool(self._sections))
        if "undo_sections" in self._actions:
            self._actions["undo_sections"].setEnabled(bool(self._before))
        self.changed.emit(self._sections)

    def _show_menu(self, place: QPoint, time_s: float) -> None:
        if index_of_section(self._sections, time_s) is None:
            return
        menu = QMenu(self._window)
        menu.addActions([self._actions[name] for name in _MENU])
        menu.addSeparator()
        menu.addAction(self._actions["undo_sections"])
        self._asked_s = time_s
        menu.exec(place)
        self._asked_s = None
        menu.deleteLater()

    def _time_s(self) -> float:
        return self._playhead_s() if self._asked_s is None else self._asked_s

    def _index(self) -> int | None:
        return index_of_section(self._sections, self._time_s())

    def _ask(self, question: str, text: str, then: Callable[[str], object]) -> None:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(self.tr("Section"))
        dialog.setLabelText(question)
        dialog.setTextValue(text)
        dialog.textValueSelected.connect(then)
        open_calmly(dialog)
