"""A second track beside the one that is shown: of another song, another model, or of labels."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from emoviz import errors
from emoviz.export.comparison_table import comparison_csv
from emoviz.export.formats import write_files
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui.look.theme import Theme
from emoviz.gui.panels.comparison_panel import ComparisonPanel
from emoviz.gui.session.analysis_worker import AnalysisWorker
from emoviz.gui.session.labels_reader import LabelsReader
from emoviz.gui.session.versions import Versions
from emoviz.gui.settings import Settings
from emoviz.hearing.alignment import Alignment
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models import estimator
from emoviz.models.estimator import ModelInfo
from emoviz.playing.route import Region
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.tracking.tracker import Update
from emoviz.tracks.agreement import agreements
from emoviz.tracks.aligned import aligned, region_means
from emoviz.tracks.labels import Labels
from emoviz.tracks.track import Track
from emoviz.tracks.trail import index_at
from emoviz.units import Values

_NOTHING: Values = np.zeros((0, 2))


class Comparison(QObject):
    """Finds a second track, when the first is found, and says how the two agree.

    It is told of the first track as the views are, by `set_song`, `set_track` and `seek`. Its
    public methods without arguments are actions; each is named after its row of the table.
    """

    track_changed = Signal(object)
    """The second track's `Values` on the time axis of the first, none where nothing is compared"""
    differences_shown = Signal(bool)
    """Whether the curves are to be those of the second less the first"""
    spectrogram_shown = Signal(object, object)
    """The `MelStore` of the second song and its `FrontEnd`, to be shown as well; or None, None"""
    spectrogram_grown = Signal()
    """The store has more in it than before."""
    said = Signal(str)
    """A sentence about what has gone wrong"""
    written = Signal(str)
    """A sentence about what was done: a file that was written, a table that was understood"""
    withdrawn = Signal(str)
    """A sentence that was said, and no longer holds: a comparison has succeeded since"""

    def __init__(
        self, window: QWidget, settings: Settings, theme: Theme, decoders: DecoderPool
    ) -> None:
        super().__init__(window)
        self.panel = ComparisonPanel(theme)
        self.versions = Versions(self)
        self.versions.alignment_changed.connect(self._on_alignment)
        self.versions.changed.connect(self._show_note)
        self.versions.said.connect(self._complain)
        self.versions.noticed.connect(self.written)
        self.versions.succeeded.connect(self._succeed)
        self._window = window
        self._settings = settings
        self._models_menu = QMenu(window)
        self._actions: dict[str, QAction] = {}
        self._song: Song | None = None
        self._model: ModelInfo | None = None
        self._first = self._second = self._seconds_own = _NOTHING
        self._first_found = self._on = self._held = False
        self._complaint = ""
        self._other_song: Song | None = None
        self._store = MelStore()
        self._front_end: FrontEnd | None = None
        self._region: Region | None = None
        self._time_s = 0.0
        self._shown_index: int | None = None
        self._other_model = self._understood = ""
        self._waiting: tuple[Path, str, int | None] | None = None
        self._request = self._labels_request = 0
        self._worker = AnalysisWorker(decoders)
        self._worker.opened.connect(self._on_opened)
        self._worker.updated.connect(self._on_updated)
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._worker.warned.connect(self._on_warned)
        self._reader = LabelsReader()
        self._reader.finished.connect(self._on_labels)
        self._reader.failed.connect(self._on_no_labels)
        self._reader.scale_asked.connect(self._on_scale_asked)

    # What the actions of the table do.

    def compare_song(self) -> None:
        """Let the user choose a song to compare with."""
        dialogs.choose_song(
            self._window,
            self._settings.get(remembered.FOLDER),
            self._begin_song,
            title=self.tr("Compare with a song"),
        )

    def compare_model(self) -> None:
        """Compare with what the other model finds in the song."""
        for name in self._other_models()[:1]:
            self._begin_model(name)

    def compare_labels(self) -> None:
        """Let the user choose labels to compare with."""
        dialogs.choose_labels(
            self._window, self._settings.get(remembered.FOLDER), self._begin_labels
        )

    def toggle_difference(self) -> None:
        """Show the second less the first as curves, or both."""
        self.differences_shown.emit(self._actions["toggle_difference"].isChecked())

    def toggle_second_spectrogram(self) -> None:
        """Show the second song's spectrogram below the first's, or the first's alone."""
        if self._actions["toggle_second_spectrogram"].isChecked():
            self.spectrogram_shown.emit(self._store, self._front_end)
        else:
            self.spectrogram_shown.emit(None, None)

    def export_comparison(self) -> None:
        """Let the user choose where both tracks and their differences are written."""
        if self._song is None or not len(self._seconds_own):
            return
        place = self._settings.place_for(f"{self._song.path.stem}.comparison.csv")
        dialogs.choose_table(self._window, place, self._write)

    def _write(self, path: Path) -> None:
        try:
            table = comparison_csv(self._first, self._seconds_own, self.versions.alignment)
            write_files({path: table}, [])
        except errors.EmovizError as error:
            self._complain(str(error))
            return
        self._succeed()
        self.written.emit(self.tr("The comparison was written to {0}.").format(path))

    def stop_comparing(self) -> None:
        """Show the first track alone."""
        self._on = False
        self._take_other(None)
        for name in ("toggle_difference", "toggle_second_spectrogram"):
            self._actions[name].setChecked(False)
        self.toggle_difference()
        self.toggle_second_spectrogram()
        self._store.clear()
        self._worker.cancel()
        self._request = self._labels_request = 0
        self._waiting = None
        self._other_model = self._understood = ""
        self.panel.hide()
        self._show_state()
        self._show_second(_NOTHING)

    # What the window tells.

    @property
    def running(self) -> bool:
        """Whether the second song is still being tracked, or waits for the first."""
        return bool(self._request or self._waiting)

    def take_actions(self, actions: dict[str, QAction]) -> None:
        """Take the window's actions, to enable those of this part."""
        self._actions = actions
        self.versions.take_actions(actions)
        self.panel.add_stop(actions["stop_comparing"])
        for name, text in (
            ("toggle_heard", self.tr("A | B")),
            ("match_levels", self.tr("Loudness")),
            ("align_songs", self.tr("Align")),
            ("toggle_difference", self.tr("B − A")),
            ("toggle_second_spectrogram", self.tr("Spectra")),
        ):
            self.panel.add_button(actions[name], text)

    def set_song(self, song: Song, model: ModelInfo) -> None:
        """Begin anew with another first song: only a model is compared on it as well."""
        if song is self._song and model is self._model:
            # It is shown again after something else.
            return
        self._song, self._model = song, model
        self._first_found = False
        other_model = self._other_model
        self.stop_comparing()
        self._offer_models()
        if other_model and other_model != model.name:
            self._begin_model(other_model)

    def set_track(self, values: Values) -> None:
        """Compare with `values`, the first track, as far as it is known."""
        self._first = values
        self._show_agreement()

    def first_found(self) -> None:
        """Take note that the first song is analysed: begin what has waited for it."""
        self._first_found = True
        if self._waiting is not None:
            self._request = self._worker.start(*self._waiting)
            self._waiting = None

    def set_region(self, region: Region | None) -> None:
        """Say of a region what both are in it, or of the whole song."""
        self._region = region
        self._show_means()

    def hold(self, held: bool) -> None:
        """Show nothing meanwhile, but forget nothing; or go on with what was compared."""
        self._held = held
        if held and self.versions.hears_other:
            self.versions.toggle_heard()
        self.versions.hold(held)
        self.panel.setVisible(self._on and not held)
        self._show_state()
        self._show_second(self._seconds_own)
        if not held:
            self.toggle_difference()
            self.toggle_second_spectrogram()
        else:
            self.differences_shown.emit(False)
            self.spectrogram_shown.emit(None, None)

    def seek(self, time_s: float) -> None:
        """Show the second's value of the half-second that sounds at `time_s`."""
        self._time_s = self._worker.playhead_s = time_s
        self.versions.seek(time_s)
        index = index_at(self._second, time_s)
        if index != self._shown_index:
            self._show_now(index)

    def close(self) -> None:
        """Cancel what is being done and wait for its end."""
        self._worker.close()
        self._reader.close()
        self.versions.close()
        if self._other_song is not None:
            self._other_song.close()
            self._other_song = None

    # The three kinds.

    def _begin_song(self, path: Path) -> None:
        if self._song is not None and self._model is not None:
            self._begin(self._song.title, path.stem)
            self._analyse(path, self._model.name)

    def _begin_model(self, name: str) -> None:
        if self._song is not None and self._model is not None:
            self._begin(self._model.name, name)
            self._other_model = name
            self._analyse(self._song.path, name, self._song.sound_track)

    def _begin_labels(self, path: Path, scale: str | None = None) -> None:
        self._labels_request = self._reader.start(path, scale)

    def _complain(self, sentence: str) -> None:
        self._complaint = sentence
        self.said.emit(sentence)

    def _succeed(self) -> None:
        """What went wrong before is of no interest any more."""
        self.withdrawn.emit(self._complaint)

    def _begin(self, first: str, second: str) -> None:
        self.stop_comparing()
        self._succeed()
        self._on = True
        self.panel.show_names(first, second)
        self.panel.setVisible(not self._held)
        self._show_state()

    def _take_other(self, song: Song | None) -> None:
        """Have a second song that can be heard in the place of the first, or none."""
        before, self._other_song = self._other_song, song
        self.versions.set_songs(self._song if song else None, song)
        if before is not None:
            before.close()

    def _analyse(self, path: Path, model: str, sound_track: int | None = None) -> None:
        """Track the second song when the first is done: both at once would hold up the first."""
        self._waiting = (path, model, sound_track)
        self.panel.show_status(self.tr("waits until the song itself is analysed"))
        if self._first_found:
            self.first_found()

    def _on_opened(self, request: int, song: Song, heard: FrontEnd, model: ModelInfo) -> None:
        if request == self._request and not self._other_model:
            self._front_end = heard
            self._take_other(song)
        else:
            song.close()
        self._show_state()
        if request == self._request and self._song is not None and self._model is not None:
            if self._other_model:
                self.panel.show_names(_named(self._model), _named(model))
            else:
                self.panel.show_names(self._song.title, song.title)
            self.panel.show_status(self.tr("analysing {0} %").format(0))

    def _on_updated(self, request: int, update: Update, frames: MelLevels | None) -> None:
        if request == self._request:
            if frames is not None and not self._other_model:
                self._store.add(frames)
                self.spectrogram_grown.emit()
            self._show_second(update.values)
            percent = 100 * update.windows_done // max(update.windows_total, 1)
            self.panel.show_status(self.tr("analysing {0} %").format(percent))

    def _on_finished(self, request: int, trajectory: Track) -> None:
        if request == self._request:
            self._request = 0
            self._show_agreement()

    def _on_failed(self, request: int, sentence: str) -> None:
        if request == self._request:
            self.stop_comparing()
            self._complain(sentence)

    def _on_warned(self, request: int, sentence: str) -> None:
        if request == self._request:
            self.said.emit(sentence)

    def _on_labels(self, request: int, found: Labels) -> None:
        if request != self._labels_request or self._song is None:
            return
        name = found.name_for(self._song.path)
        if name is not None:
            self._show_labels(found, name)
            return
        dialogs.choose_labelled_song(
            self._window,
            found,
            lambda chosen: self._on_labels_chosen(request, found, chosen),
        )

    def _on_scale_asked(self, request: int, path: Path, scales: list[str]) -> None:
        if request == self._labels_request:
            dialogs.choose_scale(
                self._window, path, scales, lambda scale: self._begin_labels(path, scale)
            )

    def _on_labels_chosen(self, request: int, found: Labels, name: str) -> None:
        # Another song may have been opened while the dialog was.
        if request == self._labels_request:
            self._show_labels(found, name)

    def _show_labels(self, found: Labels, name: str) -> None:
        try:
            values = found.of(name)
        except errors.LabelsSongError as error:
            self._complain(str(error))
            return
        if self._model is not None:
            file = found.path.name
            second = self.tr("{0}, song {1}").format(file, name) if name else file
            self._begin(_named(self._model), second)
            self._understood = found.understood or found.remark
            if self._understood:
                self.written.emit(self.tr("Read: {0}").format(self._understood))
            self._show_second(values)

    def _on_no_labels(self, request: int, sentence: str) -> None:
        if request == self._labels_request:
            self._complain(sentence)

    # What is shown.

    def _on_alignment(self, _: Alignment) -> None:
        self._show_second(self._seconds_own)

    def _show_second(self, values: Values) -> None:
        self._seconds_own = values
        values = aligned(values, self.versions.alignment)
        if len(values) and not self._other_model:
            # Beyond its end nothing is known of it, however long the first is.
            values = np.concatenate([values, np.full((1, values.shape[1]), np.nan)])
        self._second = values
        self.track_changed.emit(_NOTHING if self._held else values)
        self._show_now(index_at(values, self._time_s))
        self._show_agreement()

    def _show_now(self, index: int | None) -> None:
        self._shown_index = index
        unknown = np.full(2, np.nan)
        second = unknown if index is None else self._second[index, :2]
        known = index is not None and index < len(self._first)
        first = self._first[index, :2] if known else unknown
        self.panel.show_now(second.tolist(), (second - first).tolist())

    def _show_means(self) -> None:
        if not self._on:
            return
        region = self._region
        place = None if region is None else (region.start_s, region.end_s)
        self.panel.show_means(region_means(self._first, self._second, place), place)

    def _show_note(self) -> None:
        self.panel.show_heard(self.versions.hears_other)
        note = self.versions.note
        if self._understood:
            note = self.tr("read: {0}").format(self._understood)
        self.panel.show_note(note)

    def _show_agreement(self) -> None:
        if not self._on:
            return
        found = agreements(self._first, self._second)
        self.panel.show_agreement(found)
        self._show_means()
        self._show_note()
        if self.running:
            return
        count = max(part.half_seconds for part in found)
        if not count:
            self.panel.show_status(self.tr("They share no half-second."))
            return
        sentence = self.tr("{0} half-seconds compared").format(count)
        if any(part.half_seconds and part.pearson_r is None for part in found):
            sentence += self.tr("; no correlation where one stays on one value")
        self.panel.show_status(sentence)

    def _show_state(self) -> None:
        """Enable what can be done now."""
        for name in ("compare_song", "compare_labels"):
            self._actions[name].setEnabled(self._song is not None and not self._held)
        shown = self._on and not self._held
        for name in ("stop_comparing", "export_comparison", "toggle_difference"):
            self._actions[name].setEnabled(shown)
        self._actions["toggle_second_spectrogram"].setEnabled(
            shown and self._other_song is not None
        )
        self.versions.show_state()

    def _other_models(self) -> list[str]:
        shown = "" if self._model is None else self._model.name
        return [name for name in estimator.installed() if name != shown]

    def _offer_models(self) -> None:
        """Make the action one of the other model's, or a submenu where there are several."""
        action, names = self._actions["compare_model"], self._other_models()
        action.setEnabled(bool(names))
        if len(names) > 1:
            self._models_menu.clear()
            action.setMenu(self._models_menu)
            for name in names:
                entry = self._models_menu.addAction(name)
                entry.triggered.connect(lambda _checked=False, name=name: self._begin_model(name))


def _named(model: ModelInfo) -> str:
    return f"{model.title} {model.version}"
