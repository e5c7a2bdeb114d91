"""Exporting: what the user keeps of a track, as a file where and as what the user says."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from emoviz import errors
from emoviz.export import formats
from emoviz.export.formats import Format
from emoviz.gui import dialogs
from emoviz.gui.session.listening_session import ListeningSession, proposed_place
from emoviz.gui.session.session import Session
from emoviz.gui.settings import Settings
from emoviz.tracks.track import Track

if TYPE_CHECKING:
    from emoviz.live.listening import Recorded


class Exporting(QObject):
    """Writes the track that is shown. Its public method without arguments is an action."""

    said = Signal(str)
    """A sentence about what went wrong"""
    written = Signal(str)
    """A sentence about what was written"""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        listening: ListeningSession,
        settings: Settings,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._listening = listening
        self._settings = settings
        listening.recorded.connect(self._on_recorded)

    def show_in(self, actions: Mapping[str, QAction]) -> None:
        """Offer what needs a whole track while there is one."""
        for name in ("export_track", "save_picture"):
            action = actions[name]
            self._session.opened.connect(partial(_enable, action, False))
            self._session.finished.connect(partial(_enable, action, True))

    def export_track(self) -> None:
        """Let the user choose where and as what the prediction that is shown is written."""
        if self._listening.is_on:
            if (heard := self._listening.trajectory) is not None:
                self._offer(heard, proposed_place(".csv"))
            return
        trajectory, song = self._session.trajectory, self._session.song
        if trajectory is not None and song is not None:
            place = self._settings.place_for(f"{song.path.stem}.csv")
            self._offer(trajectory, place, song.path)

    def write(
        self,
        trajectory: Track,
        path: Path,
        file_format: Format,
        original: Path | None = None,
    ) -> None:
        """Write a track in a format; no file takes the place of the `original` it was made of."""
        try:
            places = formats.write(trajectory, path, file_format, original)
        except errors.EmovizError as error:
            self.said.emit(str(error))
            return
        shown = [path] if path in places else places
        names = self.tr(" and ").join(map(str, shown))
        self.written.emit(self.tr("The prediction was written to {0}.").format(names))

    def _offer(self, trajectory: Track, proposed: Path, original: Path | None = None) -> None:
        def write(chosen: Path, file_format: Format) -> None:
            self._confirm(trajectory, chosen, file_format, original)

        dialogs.choose_export(self._window, proposed, write)

    def _confirm(
        self, trajectory: Track, path: Path, file_format: Format, original: Path | None
    ) -> None:
        """Write, and ask first where files are in the way that the file dialog did not know of."""
        try:
            places = file_format.files_of(trajectory, path)
        except errors.EmovizError as error:
            self.said.emit(str(error))
            return
        in_the_way = [place for place in places if path not in places and place.exists()]
        if not in_the_way:
            self.write(trajectory, path, file_format, original)
            return
        names = self.tr(" and ").join(place.name for place in in_the_way)
        dialogs.confirm(
            self._window,
            self.tr("Write over {0}?").format(names),
            lambda: self.write(trajectory, path, file_format, original),
        )

    def _on_recorded(self, recorded: "Recorded") -> None:
        self.written.emit(self.tr("The recording was written to {0}.").format(recorded.path))
        if len(recorded.trajectory):
            place = recorded.path.with_suffix(".csv")
            self._offer(recorded.trajectory, place, recorded.path)


def _enable(action: QAction, enabled: bool, *_: object) -> None:
    action.setEnabled(enabled)
