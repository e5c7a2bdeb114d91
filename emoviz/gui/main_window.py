"""The window: wires the worker, the player and the views together."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from emoviz import errors, files, paths
from emoviz.circumplex import Circumplex
from emoviz.estimator import DEFAULT_MODEL, ModelInfo
from emoviz.gui import actions as action_table
from emoviz.gui import dialogs
from emoviz.gui import settings as remembered
from emoviz.gui import theme as themes
from emoviz.gui.analysis_worker import AnalysisWorker
from emoviz.gui.banner import Banner
from emoviz.gui.comparison import Comparison
from emoviz.gui.mel_store import MelStore
from emoviz.gui.overview import OverviewView
from emoviz.gui.plane import PlaneView
from emoviz.gui.playback import Playback
from emoviz.gui.readout import WIDTH_PX as READOUT_WIDTH_PX
from emoviz.gui.readout import ReadoutPanel
from emoviz.gui.settings import Settings
from emoviz.gui.spectrogram import SpectrogramView
from emoviz.gui.theme import Theme
from emoviz.gui.time_axis import TimeAxis
from emoviz.gui.timeline import TimelineView
from emoviz.gui.transport import TransportBar
from emoviz.melspectrogram import COLUMN_S, FrontEnd
from emoviz.player import Player
from emoviz.song import Song
from emoviz.tracker import Update
from emoviz.trail import Values
from emoviz.trajectory import Trajectory

_SIZE = QSize(1280, 800)

# A header may be off by this much before the time axis is corrected to what was decoded.
_DURATION_TOLERANCE_S = 1.0


class MainWindow(QMainWindow):
    """Opens songs, plays them, and shows their track as it is found and as it sounds."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._song: Song | None = None
        self._trajectory: Trajectory | None = None
        self._problem: errors.EmovizError | None = None
        self._asked = 0
        self._shown = 0
        self._shown_s = -1.0
        self._axis = TimeAxis()
        self._store = MelStore()
        self._worker = AnalysisWorker()
        self.playback = Playback(settings)
        self.comparison = Comparison(self, settings, theme)
        self._make_views()
        self._lay_out()
        self._connect()
        self.setWindowTitle("emoviz")
        self.setAcceptDrops(True)
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self.restoreGeometry(settings.get(remembered.GEOMETRY))

    # What the actions of the table do; each is named after its row.

    def open_dialog(self) -> None:
        """Let the user choose a song."""
        dialogs.choose_song(self, self._settings.get(remembered.FOLDER), self.open_song)

    def open_demo(self) -> None:
        """Open the song that comes with emoviz."""
        self.open_song(paths.demo_song())

    def export_csv(self) -> None:
        """Let the user choose where the prediction is written."""
        if self._trajectory is None or self._song is None:
            return
        folder = Path(self._settings.get(remembered.FOLDER) or Path.home())
        trajectory = self._trajectory
        dialogs.choose_export(
            self,
            folder / f"{self._song.path.stem}.csv",
            lambda chosen: self._export(trajectory, chosen),
        )

    def show_all(self) -> None:
        """Show the whole song in the time views."""
        self._axis.set_duration(self._axis.duration_s)

    def toggle_follow(self) -> None:
        """Zoom to the trail and go with it, or show the whole plane."""
        following = self._actions["toggle_follow"].isChecked()
        self._settings.put(remembered.FOLLOW, following)
        self._plane.set_following(following)

    def theme_system(self) -> None:
        """Follow the system's dark or light."""
        self._choose_theme(themes.SYSTEM)

    def theme_light(self) -> None:
        """Show everything dark on light."""
        self._choose_theme(themes.LIGHT)

    def theme_dark(self) -> None:
        """Show everything light on dark."""
        self._choose_theme(themes.DARK)

    # What else the window can be told.

    @property
    def duration_s(self) -> float:
        """Duration of the song that is open, in seconds."""
        return self._axis.duration_s

    def set_player(self, player: Player, problem: errors.SoundDeviceError | None) -> None:
        """Take the player that songs are heard through, and say why if it is silent."""
        self.playback.set_player(player, problem)
        self.playback.begin()

    def say(self, sentence: str) -> None:
        """Show a sentence in the banner."""
        self._banner.say(sentence)

    def open_song(self, path: Path) -> None:
        """Begin to open, play and track a song; it takes the place of the one that is shown."""
        path = path.absolute()
        self._banner.hide()
        if path != paths.demo_song():
            self._settings.put(remembered.FOLDER, str(path.parent))
        self._asked = self._worker.start(path, DEFAULT_MODEL)

    def seek(self, time_s: float) -> None:
        """Go to a place in the song; sound and views follow."""
        self.playback.seek(time_s)

    # Views and wiring.

    def _make_views(self) -> None:
        circumplex = Circumplex.russell()
        self._banner = Banner(self._theme)
        self._plane = PlaneView(self._theme, circumplex)
        self._readout = ReadoutPanel(self._theme, circumplex)
        self._timeline = TimelineView(self._theme, self._axis)
        self._spectrogram = SpectrogramView(self._theme, self._axis, self._store)
        self._overview = OverviewView(self._theme, self._axis, self._store)
        self._actions = action_table.make_actions(self)
        menus = action_table.fill_menus(self, self._actions)
        self._recent_menu = QMenu(self.tr("Open &recent"), self)
        menus[action_table.FILE].insertMenu(self._actions["export_csv"], self._recent_menu)
        self._recent_menu.setEnabled(bool(self._settings.get(remembered.RECENT)))
        self._recent_menu.aboutToShow.connect(self._fill_recent_menu)
        themes_to_choose = QActionGroup(self)
        for choice in themes.CHOICES:
            themes_to_choose.addAction(self._actions[f"theme_{choice}"])
        self._actions[f"theme_{self._theme.choice}"].setChecked(True)
        self._transport = TransportBar(
            self._theme,
            self._actions["step_back"],
            self._actions["toggle_play"],
            self._actions["step_forward"],
        )
        self._transport.set_volume(self._settings.get(remembered.VOLUME))
        self._plane.add_button(self._actions["toggle_follow"])
        self._actions["toggle_follow"].setChecked(self._settings.get(remembered.FOLLOW))
        self._plane.set_following(self._settings.get(remembered.FOLLOW))
        self.comparison.take_actions(self._actions)
        self._time_views = (self._timeline, self._spectrogram, self._overview)
        self._track_views = (
            self._plane,
            self._readout,
            self._timeline,
            self._overview,
            self.comparison,
        )
        self._views = (self._plane, self._readout, *self._time_views, self.comparison)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(1)
        top.addWidget(self._plane, 1)
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self._scrolled_readout(), 1)
        beside.addWidget(self.comparison.panel)
        top.addLayout(beside)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._banner)
        layout.addLayout(top, 14)
        layout.addWidget(self._timeline, 3)
        layout.addWidget(self._spectrogram, 4)
        layout.addWidget(self._overview)
        layout.addWidget(self._transport)
        self.setCentralWidget(central)

    def _scrolled_readout(self) -> QScrollArea:
        """Give the readout a frame in which it can be scrolled where the window is low."""
        area = QScrollArea()
        area.setWidget(self._readout)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(READOUT_WIDTH_PX)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _connect(self) -> None:
        self._worker.opened.connect(self._on_opened)
        self._worker.updated.connect(self._on_updated)
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._worker.warned.connect(self._on_warned)
        for view in self._time_views:
            view.seek_requested.connect(self.playback.seek)
        self.playback.ticked.connect(self._on_tick)
        self.playback.sought.connect(lambda: self._axis.bring_into_view(self._shown_s))
        self.playback.device_changed.connect(self._on_device)
        self.playback.volume_changed.connect(self._transport.set_volume)
        self._transport.volume_changed.connect(self.playback.set_volume)
        self.comparison.track_changed.connect(self._plane.set_second_track)
        self.comparison.track_changed.connect(self._timeline.set_second_track)
        self.comparison.said.connect(self._banner.say)

    def _on_opened(self, request: int, song: Song, front_end: FrontEnd, model: ModelInfo) -> None:
        if request < self._shown:
            return
        self._shown = request
        self._song = song
        self._worker.playhead_s = 0.0
        self._settings.add_recent(song.path)
        self._recent_menu.setEnabled(True)
        self._trajectory = None
        self._actions["export_csv"].setEnabled(False)
        self._store.clear()
        self._spectrogram.set_front_end(front_end)
        self._readout.set_song(song)
        self._readout.set_model(model)
        self.comparison.set_song(song, model)
        self._show_track(np.zeros((0, len(model.outputs))))
        self._axis.set_duration(song.duration_s)
        self.setWindowTitle(f"{song.title} - emoviz")
        self.playback.play(song)

    def _on_updated(self, request: int, update: Update) -> None:
        if request != self._shown:
            return
        if len(update.new_frames_db):
            self._store.add(update.new_frames_db)
            self._spectrogram.refresh()
        self._show_track(update.values)
        self._transport.show_progress(update.windows_done, update.windows_total)

    def _on_finished(self, request: int, trajectory: Trajectory) -> None:
        if request != self._shown:
            return
        self._trajectory = trajectory
        self._actions["export_csv"].setEnabled(True)
        decoded_s = len(trajectory) * COLUMN_S
        if abs(decoded_s - self._axis.duration_s) > _DURATION_TOLERANCE_S:
            self._axis.correct_duration(decoded_s)
        self.comparison.first_found()

    def _on_failed(self, request: int, sentence: str) -> None:
        if request == self._shown:
            self._transport.show_progress(1, 1)
            self.comparison.first_found()
        if request in (self._asked, self._shown):
            self._banner.say(sentence)

    def _on_warned(self, request: int, sentence: str) -> None:
        if request == self._shown:
            self._banner.say(sentence)

    def _show_track(self, values: Values) -> None:
        for view in self._track_views:
            view.set_track(values)
        self._show_time(self._shown_s)

    def _on_device(self, name: str, problem: errors.SoundDeviceError | None) -> None:
        self._transport.show_device(name)
        self._banner.hide()
        if problem is not None:
            self._banner.say(str(problem))

    def _on_tick(self) -> None:
        """Bring the views to where the player is."""
        time_s, playing = self.playback.time_s, self.playback.is_playing
        if time_s != self._shown_s:
            if playing:
                self._axis.follow(self._shown_s, time_s)
            self._show_time(time_s)
        self._transport.show_time(time_s, self._axis.duration_s)
        self._transport.show_playing(playing)
        self._worker.playhead_s = time_s
        self._say_problem(self.playback.problem)

    def _say_problem(self, problem: errors.EmovizError | None) -> None:
        """Say once what stopped the song, and no longer than it does."""
        if problem is self._problem:
            return
        if problem is not None:
            self._banner.say(str(problem))
        elif self._banner.sentence == str(self._problem):
            self._banner.hide()
        self._problem = problem

    def _show_time(self, time_s: float) -> None:
        self._shown_s = time_s
        for view in self._views:
            view.seek(time_s)

    def _choose_theme(self, choice: str) -> None:
        self._settings.put(remembered.THEME, choice)
        self._theme.choose(choice)

    def _export(self, trajectory: Trajectory, path: Path) -> None:
        try:
            if self._song is not None and files.is_same(path, self._song.path):
                raise errors.OutputIsSongError(path)
            trajectory.save_csv(path)
        except errors.EmovizError as error:
            self._banner.say(str(error))
            return
        self._transport.show_notice(self.tr("The prediction was written to {0}.").format(path))

    def _fill_recent_menu(self) -> None:
        self._recent_menu.clear()
        for recent in self._settings.get(remembered.RECENT):
            # One ampersand would underline the letter that follows it.
            action = self._recent_menu.addAction(recent.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, song=recent: self.open_song(Path(song)))

    # Qt's own events.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files that are dragged in."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the first file that was dropped."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.open_song(Path(url.toLocalFile()))
                return

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop the clock, the analysis and the sound, in this order, and remember the window."""
        self._settings.put(remembered.GEOMETRY, self.saveGeometry())
        self.playback.stop_clock()
        self._worker.close()
        self.comparison.close()
        self.playback.close()
        event.accept()
