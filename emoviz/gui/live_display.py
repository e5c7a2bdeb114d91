"""LiveDisplay: the window's views lent to what is listened to, and given back to the song."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.panels.transport import TransportBar
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.session.comparison import Comparison
from emoviz.gui.session.listening_session import ListeningSession
from emoviz.gui.session.playback import Playback
from emoviz.gui.session.session import Session
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models.estimator import ModelInfo
from emoviz.units import COLUMN_S, Values

if TYPE_CHECKING:
    from emoviz.live.tracker import LiveUpdate

VIEW_S = 120.0
"""How much of the latest past the time views show, unless they are zoomed."""

_REFRESH_MS = 16
_GREYED = (
    "toggle_play",
    "step_back",
    "step_forward",
    "nudge_back",
    "nudge_forward",
    "to_start",
    "to_end",
    "toggle_loop",
    "region_from_here",
    "region_to_here",
    "save_picture",
    "toggle_full_band",
    "compare_song",
    "compare_model",
    "compare_labels",
    "stop_comparing",
)
"""What can be done with a song only"""


@dataclass(frozen=True)
class Lent:
    """What makes a song be shown, and is held meanwhile."""

    session: Session
    store: MelStore
    playback: Playback
    comparison: Comparison
    loop: Loop


@dataclass(frozen=True)
class Borrowed:
    """The views that show the live track meanwhile."""

    plane: PlaneView
    readout: ReadoutPanel
    ruler: RulerView
    timeline: TimelineView
    spectrogram: SpectrogramView
    overview: OverviewView
    transport: TransportBar


class LiveDisplay(QObject):
    """Shows the live track while there is one.

    Between two values the head glides from one to the other, so it is up to half a second behind
    the newest one, which the readout shows at once.
    """

    def __init__(
        self,
        window: QWidget,
        session: ListeningSession,
        song: Lent,
        axis: TimeAxis,
        views: Borrowed,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._song = song
        self._axis = axis
        self._views = views
        self._actions = actions
        self._store = MelStore()
        self._on = False
        self._known_s = self._shown_s = self._full_s = 0.0
        self._axis_before = (0.0, 0.0, 1.0)
        self._loop_before = (song.loop.region, song.loop.looping)
        self._enabled_before: dict[str, bool] = {}
        self._device_before = self._title_before = ""
        self._input = ""
        self._clock = QTimer(self, interval=_REFRESH_MS, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._glide)
        self._since_glide = QElapsedTimer()
        session.changed.connect(self._on_changed)
        session.began.connect(self._on_began)
        session.updated.connect(self._on_updated)

    def _on_changed(self) -> None:
        session = self._session
        self._actions["toggle_listen"].setChecked(session.is_on)
        self._actions["toggle_record"].setChecked(session.is_recording)
        if session.is_on != self._on:
            self._on = session.is_on
            if self._on:
                self._take()
            else:
                self._give_back()
        if self._on:
            self._say_what_is_heard()

    def _take(self) -> None:
        """Have the song pause, and show nothing yet."""
        song, axis, views = self._song, self._axis, self._views
        song.playback.hold(True)
        song.session.hold(True)
        song.comparison.hold(True)
        kept = (*_GREYED, "export_track")
        self._enabled_before = {name: self._actions[name].isEnabled() for name in kept}
        for name in _GREYED:
            self._actions[name].setEnabled(False)
        self._axis_before = (axis.duration_s, axis.start_s, axis.end_s)
        self._loop_before = (song.loop.region, song.loop.looping)
        self._device_before = views.transport.device
        self._title_before = self._window.windowTitle()
        song.loop.forget()
        views.overview.set_damaged(())
        views.transport.show_playing(False)
        views.transport.show_progress(1, 1)
        self._window.setWindowTitle(self.tr("Listening - emoviz"))
        self._show_store(self._store)
        self._begin_anew(self._session.input_name)

    def _give_back(self) -> None:
        """Show the song again, where it was."""
        song = self._song
        self._clock.stop()
        self._store.clear()
        self._show_store(song.store)
        self._axis.restore(*self._axis_before)
        song.loop.restore(*self._loop_before)
        self._views.transport.show_device(self._device_before)
        self._window.setWindowTitle(self._title_before)
        for name, enabled in self._enabled_before.items():
            self._actions[name].setEnabled(enabled)
        self._views.readout.forget_song()
        song.session.hold(False)
        song.playback.hold(False)
        song.comparison.hold(False)

    def _show_store(self, store: MelStore) -> None:
        self._views.spectrogram.show_store(store)
        self._views.overview.show_store(store)

    def _begin_anew(self, input_name: str) -> None:
        self._input = input_name
        self._store.clear()
        self._known_s = self._shown_s = 0.0
        self._actions["export_track"].setEnabled(False)
        self._axis.set_duration(VIEW_S)
        self._views.readout.set_input(input_name)
        self._show_values(np.zeros((0, 2)))

    def _on_began(self, front_end: FrontEnd, model: ModelInfo, name: str, full_s: float) -> None:
        self._begin_anew(name)
        self._full_s = full_s
        self._views.spectrogram.set_front_end(front_end)
        self._views.readout.set_model(model)
        self._views.readout.explain_deviation(full_s)
        self._say_what_is_heard()
        self._since_glide.start()
        self._clock.start()

    def _on_updated(self, update: "LiveUpdate") -> None:
        self._store.add(MelLevels.of(update.new_frames_db))
        self._known_s = len(update.values) * COLUMN_S
        if self._known_s > self._axis.duration_s:
            self._axis.extend(self._known_s)
        self._views.readout.explain_deviation(None if update.window_full else self._full_s)
        self._actions["export_track"].setEnabled(True)
        self._show_values(update.values)

    def _show_values(self, values: Values) -> None:
        views = self._views
        views.spectrogram.refresh()
        # Of what is heard live everything is known.
        views.readout.set_silence(np.isnan(values[:, 0]))
        for view in (views.plane, views.readout, views.timeline, views.overview):
            view.set_track(values)
        self._glide()

    def _glide(self) -> None:
        """Go on as time does, up to the newest value, and never far behind it."""
        passed_s = self._since_glide.restart() / 1000 if self._clock.isActive() else 0.0
        time_s = min(self._known_s, max(self._shown_s + passed_s, self._known_s - COLUMN_S))
        if time_s != self._shown_s:
            self._axis.follow(self._shown_s, time_s)
        self._shown_s = time_s
        views = self._views
        for view in (
            views.plane,
            views.readout,
            views.ruler,
            views.timeline,
            views.spectrogram,
            views.overview,
        ):
            view.seek(time_s)
        views.transport.show_time(time_s, self._known_s)

    def _say_what_is_heard(self) -> None:
        if self._session.is_recording:
            text = self.tr("recording: {0}").format(self._input)
        else:
            text = self.tr("listening: {0}").format(self._input)
        self._views.transport.show_device(text)
