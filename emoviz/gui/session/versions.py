"""Two songs as versions of one piece: which is heard, as loud as the other, and aligned with it."""

import threading

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from emoviz import errors
from emoviz.gui.look.texts import format_time
from emoviz.gui.session.playback import Heard
from emoviz.gui.session.version_matching import VersionMatching
from emoviz.hearing.alignment import NONE, Alignment
from emoviz.songs.song import Song

LENGTHS_DIFFER_S = 0.5
_ACTIONS = ("toggle_heard", "match_levels", "align_songs")
_MOST_STRETCH_SHOWN = 0.0005


class Versions(QObject):
    """Switches between the two songs of a comparison, and matches them on request.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    heard_changed = Signal(object)
    """What is `Heard`"""
    alignment_changed = Signal(object)
    """The `Alignment` by which the two are compared"""
    changed = Signal()
    """`note` and `hears_other` are other ones."""
    noticed = Signal(str)
    """A sentence about what can be done"""
    said = Signal(str)
    """A sentence about what has gone wrong"""
    succeeded = Signal()
    """What went wrong before has gone well now."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._first: Song | None = None
        self._other: Song | None = None
        self._time_s = 0.0
        self._held = False
        self._levels: tuple[float, float] | None = None
        self._told = Heard()
        self.alignment = NONE
        self.hears_other = False
        self._matching = VersionMatching()
        self._matching.levelled.connect(self._on_levelled)
        self._matching.aligned.connect(self._on_aligned)
        self._matching.failed.connect(self._on_failed)

    # What the actions of the table do.

    def toggle_heard(self) -> None:
        """Hear the other of the two songs, in the same place."""
        self.hears_other = self._other is not None and not self.hears_other
        self._tell()

    def match_levels(self) -> None:
        """Hear both as loud as the softer of the two, or each as loud as it is."""
        unknown = self._levels is None and self._wants("match_levels")
        if unknown and self._first is not None and self._other is not None:
            self._matching.measure_levels(self._first, self._other)
        self._tell()

    def align_songs(self) -> None:
        """Find where the moments of the one song are in the other, or compare by the clock."""
        if self._wants("align_songs") and self._first is not None and self._other is not None:
            self._matching.align(self._first, self._other)
            self.changed.emit()
        else:
            self._align(NONE)

    # What the comparison tells.

    def take_actions(self, actions: dict[str, QAction]) -> None:
        """Take the window's actions, to enable those of this part."""
        self._actions = actions

    def set_songs(self, first: Song | None, other: Song | None) -> None:
        """Begin anew with two songs, or without."""
        self._matching.cancel()
        self._first, self._other = first, other
        self.hears_other, self._levels = False, None
        for name in _ACTIONS:
            self._actions[name].setChecked(False)
        self._align(NONE)
        self.show_state()

    def hold(self, held: bool) -> None:
        """Be of no use while something else is shown."""
        self._held = held
        self.show_state()

    def seek(self, time_s: float) -> None:
        """Take note of the moment of the first song that is heard."""
        self._time_s = time_s

    def close(self) -> None:
        """Cancel what is being done and wait for its end."""
        self._matching.close()

    def show_state(self) -> None:
        """Enable what can be done now."""
        for name in _ACTIONS:
            self._actions[name].setEnabled(self._other is not None and not self._held)

    @property
    def note(self) -> str:
        """What has to be known of the two: how they are aligned, how long and how loud they are."""
        if self._first is None or self._other is None:
            return ""
        parts = [self._alignment_note(self._first, self._other)]
        if self._wants("match_levels"):
            parts.append(self._level_note())
        return "; ".join(part for part in parts if part)

    def _alignment_note(self, first: Song, other: Song) -> str:
        if self.alignment != NONE:
            offset_s, faster = self.alignment.offset_s, 1.0 - self.alignment.stretch
            later = self.tr("later") if offset_s >= 0.0 else self.tr("earlier")
            text = self.tr("aligned: B is {0:.2f} s {1}").format(abs(offset_s), later)
            if abs(faster) > _MOST_STRETCH_SHOWN:
                tempo = self.tr("longer") if faster < 0.0 else self.tr("shorter")
                text += self.tr(" and {0:.1f} % {1}").format(100 * abs(faster), tempo)
            return text
        if self._wants("align_songs"):
            return self.tr("looking for where they match…")
        if abs(first.duration_s - other.duration_s) > LENGTHS_DIFFER_S:
            lengths = (format_time(song.duration_s) for song in (first, other))
            return self.tr("not equally long ({0}, {1}) and compared by the clock").format(*lengths)
        return ""

    def _level_note(self) -> str:
        if self._levels is None:
            return self.tr("measuring how loud they are…")
        one, other = self._levels
        louder, by_db = ("A", one - other) if one > other else ("B", other - one)
        of = f"{one:.1f}, {other:.1f} LUFS"
        text = self.tr("equally loud: {0} {1:.1f} dB ({2})").format(louder, -by_db, of)
        return text.replace("-", "−")

    def _wants(self, name: str) -> bool:
        return self._actions[name].isChecked()

    def _on_levelled(
        self, event: threading.Event, levels: tuple[float | None, float | None]
    ) -> None:
        if not self._matching.is_of_now(event):
            return
        one, other = levels
        if one is None or other is None:
            self._actions["match_levels"].setChecked(False)
            self.noticed.emit(self.tr("One of the two is silent."))
        else:
            self._levels = (one, other)
            self.succeeded.emit()
        self._tell()

    def _on_aligned(self, event: threading.Event, found: Alignment | None) -> None:
        if not self._matching.is_of_now(event) or not self._wants("align_songs"):
            return
        if found is None and self._first is not None and self._other is not None:
            self._actions["align_songs"].setChecked(False)
            self.said.emit(str(errors.SongsNotAlikeError(self._first.path, self._other.path)))
            self.changed.emit()
        elif found is not None:
            self.succeeded.emit()
            self._align(found)

    def _on_failed(self, event: threading.Event, sentence: str) -> None:
        if self._matching.is_of_now(event):
            for name in ("match_levels", "align_songs"):
                self._actions[name].setChecked(False)
            self.said.emit(sentence)
            self._tell()

    def _align(self, alignment: Alignment) -> None:
        moved = alignment != self.alignment
        self.alignment = alignment
        if moved:
            self.alignment_changed.emit(alignment)
        self._tell()

    def _tell(self) -> None:
        """Have what is heard be heard as it is now."""
        if self.hears_other and not self._is_there():
            self.hears_other = False
            self.noticed.emit(self.tr("The other song has no such place."))
        self._actions["toggle_heard"].setChecked(self.hears_other)
        alignment = self.alignment if self.hears_other else NONE
        heard = Heard(self._other if self.hears_other else None, alignment, self._gain())
        if heard != self._told:
            self._told = heard
            self.heard_changed.emit(heard)
        self.changed.emit()

    def _is_there(self) -> bool:
        """Tell whether the other song has the moment that is heard."""
        there_s = self.alignment.there(self._time_s)
        return self._other is not None and 0.0 <= there_s <= self._other.duration_s

    def _gain(self) -> float:
        """Give by what the song that is heard is multiplied: the softer one stays as it is."""
        if self._levels is None or not self._wants("match_levels"):
            return 1.0
        one, other = self._levels
        louder_by_db = other - one if self.hears_other else one - other
        return float(10.0 ** (-max(0.0, louder_by_db) / 20.0))
