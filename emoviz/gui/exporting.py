"""Exporting: what the user keeps of a track, as a file where the user says."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from emoviz import errors, files
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.session import Session
from emoviz.gui.settings import Settings
from emoviz.song import Song
from emoviz.trajectory import Trajectory


class Exporting(QObject):
    """Writes the session's track. Its public method without arguments is an action."""

    said = Signal(str)
    """A sentence about what went wrong"""
    written = Signal(str)
    """A sentence about what was written"""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings

    def export_csv(self) -> None:
        """Let the user choose where the prediction is written."""
        trajectory, song = self._session.trajectory, self._session.song
        if trajectory is None or song is None:
            return
        folder = Path(self._settings.get(remembered.FOLDER) or Path.home())
        dialogs.choose_export(
            self._window,
            folder / f"{song.path.stem}.csv",
            lambda chosen: self.write_csv(trajectory, song, chosen),
        )

    def write_csv(self, trajectory: Trajectory, song: Song, path: Path) -> None:
        """Write a song's track to `path`, which must not be the song itself."""
        try:
            if files.is_same(path, song.path):
                raise errors.OutputIsSongError(path)
            trajectory.save_csv(path)
        except errors.EmovizError as error:
            self.said.emit(str(error))
            return
        self.written.emit(self.tr("The prediction was written to {0}.").format(path))
