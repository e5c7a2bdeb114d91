"""Exporting: what the user keeps of a track, as a file where the user says."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from emoviz import errors, files
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.listening_session import ListeningSession, proposed_place
from emoviz.gui.session import Session
from emoviz.gui.settings import Settings
from emoviz.live_input import Recorded
from emoviz.trajectory import Trajectory


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

    def export_csv(self) -> None:
        """Let the user choose where the prediction that is shown is written."""
        if self._listening.is_on:
            if (heard := self._listening.trajectory) is not None:
                self._offer(heard, proposed_place(".csv"))
            return
        trajectory, song = self._session.trajectory, self._session.song
        if trajectory is not None and song is not None:
            folder = Path(self._settings.get(remembered.FOLDER) or Path.home())
            self._offer(trajectory, folder / f"{song.path.stem}.csv", song.path)

    def write_csv(self, trajectory: Trajectory, path: Path, original: Path | None = None) -> None:
        """Write a track to `path`, which must not be the `original` it was made of."""
        try:
            if original is not None and files.is_same(path, original):
                raise errors.OutputIsSongError(path)
            trajectory.save_csv(path)
        except errors.EmovizError as error:
            self.said.emit(str(error))
            return
        self.written.emit(self.tr("The prediction was written to {0}.").format(path))

    def _offer(self, trajectory: Trajectory, proposed: Path, original: Path | None = None) -> None:
        dialogs.choose_export(
            self._window,
            proposed,
            lambda chosen: self.write_csv(trajectory, chosen, original),
        )

    def _on_recorded(self, recorded: Recorded) -> None:
        self.written.emit(self.tr("The recording was written to {0}.").format(recorded.path))
        if len(recorded.trajectory):
            place = recorded.path.with_suffix(".csv")
            self._offer(recorded.trajectory, place, recorded.path)
