"""Session: the song that is shown, the model that judges it, and its track as it grows."""

import logging
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from emoviz.gui import settings as remembered
from emoviz.gui.session.analysis_worker import AnalysisWorker
from emoviz.gui.session.song_library import SongLibrary
from emoviz.gui.settings import Settings
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models import estimator
from emoviz.models.estimator import DEFAULT_MODEL, ModelInfo
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.tracking.tracker import Update
from emoviz.tracks.track import Track
from emoviz.units import Mask, Place, Values

_LOG = logging.getLogger(__name__)


class Session(QObject):
    """Asks the worker for tracks and keeps the answers to the latest question."""

    opened = Signal(object, object, object, bool)
    """`Song`, `FrontEnd`, `ModelInfo`, and whether the song is the one that was shown already"""
    track_changed = Signal(object)
    """`Values`; the frames that came with them are in the store, and `silent` says where there is
    nothing that a value could be of."""
    progress_changed = Signal(int, int)
    """Windows done and windows in all; equal when nothing is being done"""
    finished = Signal(object)
    """`Track`"""
    damage_found = Signal(object)
    """Where the song's file is damaged, as far as that is known: a sequence of `tracker.Place`"""
    said = Signal(str)
    """A sentence for the user"""

    def __init__(
        self, settings: Settings, store: MelStore, library: SongLibrary, decoders: DecoderPool
    ) -> None:
        super().__init__()
        self._settings = settings
        self._store = store
        self._decoders = decoders
        self._worker = AnalysisWorker(decoders, library)
        self._asked = 0
        self._shown = 0
        self._heard_anew = 0
        self.song: Song | None = None
        self._playable: Song | None = None
        self.model: ModelInfo | None = None
        self.front_end: FrontEnd | None = None
        self.trajectory: Track | None = None
        self.values: Values = np.zeros((0, 2))
        self.silent: Mask = np.zeros(0, bool)
        self.running = False
        self._damaged: tuple[Place, ...] = ()
        self._held = self._opened_while_held = False
        self._worker.opened.connect(self._on_opened)
        self._worker.updated.connect(self._on_updated)
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._worker.warned.connect(self._on_warned)

    def open(self, path: Path, sound_track: int | None = None) -> None:
        """Begin to open and track a song; it takes the place of the one that is shown.

        Of several sound tracks `sound_track` is the number of the one to hear, None for the usual.
        """
        self._asked = self._worker.start(path, self.model_name, sound_track)

    def choose_model(self, name: str) -> None:
        """Judge the song that is shown, and those that come, by another model."""
        self._settings.put(remembered.MODEL, name)
        if self.song is not None:
            self._asked = self._heard_anew = self._worker.start(
                self.song.path, name, self.song.sound_track
            )

    @property
    def model_name(self) -> str:
        """The name of the model in force: the one that is remembered, if it is installed."""
        name: str = self._settings.get(remembered.MODEL)
        return name if name in estimator.installed() else DEFAULT_MODEL

    def stop(self) -> None:
        """Leave the track as far as it has grown."""
        self._worker.stop()
        self._end()

    def seek(self, time_s: float) -> None:
        """Say where the playhead is: what is nearest to it is tracked first."""
        self._worker.playhead_s = time_s

    def hold(self, held: bool) -> None:
        """Show nothing while something else is shown, and all that counts again afterwards.

        What has gone wrong is said all the same.
        """
        self._held = held
        if held:
            self._opened_while_held = False
            return
        if self.song is not None:
            same = not self._opened_while_held
            self.opened.emit(self.song, self.front_end, self.model, same)
        self.damage_found.emit(self._damaged)
        self.track_changed.emit(self.values)
        if not self.running:
            self.progress_changed.emit(1, 1)
        if self.trajectory is not None:
            self.finished.emit(self.trajectory)

    def take_edited(self, track: Track) -> None:
        """Take the track of the song that is shown with sections that the user has changed."""
        if self.trajectory is not None:
            self.trajectory = track

    def close(self) -> None:
        """Cancel what is being done and wait for the threads to end; nothing decodes any more."""
        self._worker.cancel()
        # Before the threads are waited for: a decoder may hang.
        self._decoders.close()
        self._worker.close()

    def _on_opened(self, request: int, song: Song, front_end: FrontEnd, model: ModelInfo) -> None:
        if request < self._shown:
            song.close()
            return
        same = request == self._heard_anew
        self._keep_open(song, same)
        self._shown = request
        self.song, self.model, self.trajectory = song, model, None
        self.front_end = front_end
        self._store.clear()
        self.running = True
        if not same:
            self._worker.playhead_s = 0.0
        self._damaged = ()
        self._opened_while_held |= not same
        if not self._held:
            self.damage_found.emit(())
            self.opened.emit(song, front_end, model, same)
        self._show(np.zeros((0, len(model.outputs))), np.zeros(0, bool))

    def _keep_open(self, song: Song, same: bool) -> None:
        """Close the song that is played no longer, or a second of what is played already."""
        if same:
            song.close()
            return
        if self._playable is not None:
            self._playable.close()
        self._playable = song

    def _on_updated(self, request: int, update: Update, frames: MelLevels | None) -> None:
        was_known = self.trajectory is not None
        if request != self._shown or not (self.running or was_known):
            return
        if frames is not None:
            self._store.add(frames)
        if update.damaged != self._damaged:
            self._damaged = update.damaged
            if not self._held:
                self.damage_found.emit(update.damaged)
        if was_known:
            # Only the picture was still to come.
            self._show(self.values, self.silent)
            return
        self._show(update.values, update.silent)
        self._show_progress(update.windows_done, update.windows_total)

    def _on_finished(self, request: int, trajectory: Track) -> None:
        if request != self._shown or not self.running:
            return
        self.trajectory = trajectory
        if len(self.values) < len(trajectory):
            # In a finished track nothing else is missing.
            self._show(trajectory.values, np.isnan(trajectory.valence))
        self._end()
        if not self._held:
            self.finished.emit(trajectory)
        if self.song is not None:
            _LOG.info("tracked %s: %d half-seconds", self.song.path, len(trajectory))

    def _on_failed(self, request: int, sentence: str) -> None:
        if request == self._shown:
            self._end()
        if request in (self._asked, self._shown):
            self.said.emit(sentence)

    def _on_warned(self, request: int, sentence: str) -> None:
        if request == self._shown:
            self.said.emit(sentence)

    def _show(self, values: Values, silent: Mask) -> None:
        self.values, self.silent = values, silent
        if not self._held:
            self.track_changed.emit(values)

    def _show_progress(self, done: int, total: int) -> None:
        if not self._held:
            self.progress_changed.emit(done, total)

    def _end(self) -> None:
        self.running = False
        self._show_progress(1, 1)
