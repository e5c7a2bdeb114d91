"""The window: wires the worker, the player and the views together."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from emoviz import errors
from emoviz.gui import dialogs, menus, sheets
from emoviz.gui import settings as remembered
from emoviz.gui.actions.making import fill_menus, make_actions
from emoviz.gui.actions.spec import FILE, MODEL, PLAYBACK
from emoviz.gui.films.export import FilmExport
from emoviz.gui.live_display import Borrowed, Lent, LiveDisplay
from emoviz.gui.look.first_fit import FirstFit
from emoviz.gui.look.theme import Theme
from emoviz.gui.map.library_map import LibraryMap
from emoviz.gui.panels.banner import Banner
from emoviz.gui.panels.folder_offer import FolderOffer
from emoviz.gui.panels.hints import HintsCard
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.panels.side_panel import SidePanel
from emoviz.gui.panels.splitting import Splitter
from emoviz.gui.panels.stage import Stage
from emoviz.gui.panels.transport import TransportBar
from emoviz.gui.pictures.sharing import Sharing
from emoviz.gui.plane.choices import PlaneChoices
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.session.comparison import Comparison
from emoviz.gui.session.exporting import Exporting
from emoviz.gui.session.full_band import FullBand
from emoviz.gui.session.lanes import Lanes
from emoviz.gui.session.listening_session import ListeningSession
from emoviz.gui.session.playback import Playback
from emoviz.gui.session.queue_sheet import QueueSheet
from emoviz.gui.session.section_editing import SectionEditing
from emoviz.gui.session.session import Session
from emoviz.gui.session.song_library import SongLibrary
from emoviz.gui.session.song_queue import SongQueue
from emoviz.gui.settings import Settings
from emoviz.gui.sheets import Help
from emoviz.gui.time_views.axis import TimeAxis
from emoviz.gui.time_views.lanes import FEW, LanesView
from emoviz.gui.time_views.loop import Loop
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.sections import SectionsView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.spectrogram_pair import SpectrogramPair
from emoviz.gui.time_views.timeline import LEAST_HEIGHT_PX, TimelineView
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelStore
from emoviz.models.estimator import ModelInfo
from emoviz.playing.player import Player
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.track import Track
from emoviz.units import COLUMN_S, Values

_SIZE = QSize(1280, 800)
_LEAST_SIZE = QSize(600, 360)

# A screen of 1280 x 800 with everything at 200 % leaves half of that.
_LOW_PX = 520
_NARROW_PX = 800
_TALL_PX = 700
"""Where there is room for every lane, and for curves beside them."""
_CURVES_PX = 90

# A header may be off by this much before the time axis is corrected to what was decoded.
_DURATION_TOLERANCE_S = 1.0


class MainWindow(QMainWindow):
    """Opens songs, plays them, and shows their track as it is found and as it sounds."""

    def __init__(self, theme: Theme, settings: Settings, decoders: DecoderPool) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._device_sentence = ""
        self._shown_s = -1.0
        self._axis = TimeAxis()
        self._store = MelStore()
        self.library = SongLibrary(self)
        self._decoders = decoders
        self._session = Session(settings, self._store, self.library, decoders)
        self.playback = Playback(settings)
        self.comparison = Comparison(self, settings, theme, decoders)
        self.versions = self.comparison.versions
        self.queue = SongQueue()
        self._queue_sheet: QueueSheet | None = None
        self.listening = ListeningSession(self, settings)
        self.exporting = Exporting(self, self._session, self.listening, settings)
        self.sharing = Sharing(self, self._session, self._store, settings, theme)
        self.loop = Loop(self._axis, lambda: self.playback.time_s)
        shown = (self._session, self._store, self.playback)
        self.film = FilmExport(self, *shown, settings, theme, self.loop)
        self.library_map = LibraryMap(self, self._session, self.library, settings, theme)
        self.help = Help(self)
        self._section_row = SectionsView(theme, self._axis)
        self.sections = SectionEditing(
            self, self.library, self._section_row, self.loop, lambda: self.playback.time_s
        )
        self.lanes = Lanes(settings)
        self._make_views()
        self._lay_out()
        self._make_menus()
        self._connect()
        self.setWindowTitle("emoviz")
        self.setAcceptDrops(True)
        self.setMinimumSize(_LEAST_SIZE)
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self._apply_settings()

    # What the actions of the table do; each is named after its row, or in it.

    def open_dialog(self) -> None:
        """Let the user choose a song."""
        dialogs.choose_song(self, self._settings.get(remembered.FOLDER), self.open_song)

    def open_folder(self) -> None:
        """Let the user choose a folder, and open its songs one after the other."""
        begin = self._settings.get(remembered.FOLDER)
        dialogs.choose_folder(self, begin, lambda folder: self.open_songs([folder]))

    def open_demo(self) -> None:
        """Open the song that comes with emoviz."""
        self.open_song(paths.demo_song())

    def reset_settings(self) -> None:
        """Put every setting back as it was at first, if the user means it."""
        dialogs.confirm(self, self.tr("Forget all settings and recent songs?"), self._reset)

    def show_all(self) -> None:
        """Show the whole song in the time views."""
        self._axis.set_duration(self._axis.duration_s)

    def show_queue(self) -> None:
        """Show the songs of the queue in their order."""
        if self._queue_sheet is None:
            self._queue_sheet = QueueSheet(self, self._theme, self.queue)
        self._queue_sheet.show()
        self._queue_sheet.raise_()

    def choose_theme(self, choice: str) -> None:
        """Be dark, light, or as the system is, and remember that."""
        self._settings.put(remembered.THEME, choice)
        self._theme.choose(choice)

    def toggle_stage(self) -> None:
        """Give the plane a whole screen, or put it back."""
        self._stage.toggle()

    def toggle_full_band(self) -> None:
        """Show the spectrogram to half the file's own rate, or as the model hears it."""
        self._full_band.toggle(self._actions["toggle_full_band"].isChecked())

    def toggle_bands(self) -> None:
        """Show the bands of the curves, or the lines alone."""
        shown = self._actions["toggle_bands"].isChecked()
        self._settings.put(remembered.BANDS, shown)
        self._timeline.set_bands(shown)

    def about_model(self) -> None:
        """Show the model's card."""
        if self._session.model is not None:
            try:
                sheets.show_card(self, self._session.model)
            except errors.EmovizError as error:
                self._banner.say(str(error))

    def leave(self) -> None:
        """Close without asking: whoever says so cannot be asked."""
        self.film.cancel()
        self.close()

    def stop_analysis(self) -> None:
        """Leave the track as far as it has grown."""
        self._session.stop()
        self._transport.show_notice(self.tr("The analysis was stopped."))

    # What else the window can be told.

    @property
    def duration_s(self) -> float:
        """Duration of the song that is open, in seconds."""
        return self._axis.duration_s

    @property
    def trajectory(self) -> Track | None:
        """The track of the song that is open, once it is whole."""
        return self._session.trajectory

    def set_player(self, player: Player, problem: errors.SoundDeviceError | None) -> None:
        """Take the player that songs are heard through, and say why if it is silent."""
        self.playback.set_player(player, problem)
        self.playback.begin()

    def say(self, sentence: str) -> None:
        """Show a sentence in the banner."""
        self._banner.say(sentence)

    def open_song(self, path: Path) -> None:
        """Begin to open, play and track a song; it takes the place of the one that is shown."""
        self.queue.put_single(path.absolute())
        self._open(path.absolute())

    def open_songs(self, given: Sequence[Path]) -> None:
        """Open the first of some files and folders; the others follow."""
        self.queue.put([path.absolute() for path in given])

    def seek(self, time_s: float) -> None:
        """Go to a place in the song; sound and views follow."""
        self.playback.seek(time_s)

    # Views and wiring.

    def _make_views(self) -> None:
        circumplex = Circumplex.music()
        self.plane_choices = PlaneChoices(self._settings)
        shared = (self._theme, self._axis, self.loop)
        self.spectrogram = SpectrogramView(*shared, self._store, self._settings)
        self._second_spectrogram = SpectrogramView(*shared, MelStore(), self._settings)
        both = (self.spectrogram, self._second_spectrogram)
        self._spectrograms = SpectrogramPair(self._theme, *both)
        self._actions = make_actions(self)
        self._plane = PlaneView(self._theme, circumplex)
        self._readout = ReadoutPanel(self._theme, circumplex, self._actions["about_model"])
        self._ruler = RulerView(*shared)
        self._timeline = TimelineView(*shared)
        self._lanes_view = LanesView(*shared)
        self.lanes.show_in(self._lanes_view, self._actions)
        self._overview = OverviewView(*shared, self._store)
        self._transport = TransportBar(self._theme, self._actions)
        for name, text in (
            ("fit_song", self.tr("Fit the song")),
            ("toggle_follow", self.tr("Follow")),
            ("plane_whole", self.tr("Whole plane")),
        ):
            self._plane.add_button(self._actions[name], text)
        self._full_band = FullBand(self._session, self._decoders, self.spectrogram, self._store)
        self.sharing.take(self._plane)
        self.comparison.take_actions(self._actions)
        self.plane_choices.take(self._plane, self._readout, self._actions)
        self.film.show_in(self._actions)
        self._stage = Stage(
            self, self._plane, self._theme, TransportBar(self._theme, self._actions)
        )
        self._transports = (self._transport, self._stage.controls)
        self._time_views = (
            self._ruler,
            self._timeline,
            self._lanes_view,
            *both,
            self._overview,
        )
        self._track_views = (
            self._plane,
            self._readout,
            self._timeline,
            self._overview,
            self.comparison,
        )
        self._views = (
            self._plane,
            self._readout,
            self._section_row,
            *self._time_views,
            self.comparison,
        )
        song = Lent(self._session, self._store, self.playback, self.comparison, self.loop)
        views = Borrowed(
            self._plane,
            self._readout,
            self._ruler,
            self._timeline,
            self.spectrogram,
            self._overview,
            self._transport,
        )
        LiveDisplay(self, self.listening, song, self._axis, views, self._actions)

    def _lay_out(self) -> None:
        self._banner = Banner(self._theme)
        self._side = SidePanel(self._theme, self._readout, self.comparison.panel)
        shared = (self._theme, self._settings)
        picture, over_time = QWidget(), QWidget()
        self._hints = HintsCard(self._theme, self._settings)
        self._offer = FolderOffer(self._theme)
        self._offer.taken.connect(self.library_map.show_and_fill)
        strips = (self._hints, self._offer, self.film.card)
        picture.setLayout(self._banner.above(*strips, self._plane))
        column = QVBoxLayout(over_time)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._ruler)
        column.addWidget(self._section_row)
        column.addWidget(self._timeline, 1)
        column.addWidget(self._lanes_view)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        beside = ((picture, 1), (self._side, 0))
        self._across = Splitter(*shared, remembered.ACROSS, across, beside)
        above = ((self._across, 15), (over_time, 5), (self._spectrograms, 4))
        self._down = Splitter(*shared, remembered.DOWN, down, above)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._down, 1)
        layout.addWidget(self._overview)
        layout.addWidget(self._transport)
        self.setCentralWidget(central)

    def _make_menus(self) -> None:
        filled = fill_menus(self, self._actions)
        recent = partial(menus.recent_entries, self._settings, self.open_song)
        devices = partial(menus.device_entries, self, self.playback)
        inputs = partial(menus.input_entries, self, self.listening)
        models = partial(menus.model_entries, self._session, self.say)
        actions, insert = self._actions, menus.insert_opening_menu
        before, title = actions["open_demo"], self.tr("Open &recent")
        self._recent_menu = insert(filled[FILE], before, title, recent)
        sounds = partial(menus.sound_track_entries, self._session, self._open)
        before, title = actions["look_for_devices"], self.tr("Sound track")
        self._sound_tracks_menu = insert(filled[PLAYBACK], before, title, sounds)
        self._sound_tracks_menu.setEnabled(False)
        insert(filled[PLAYBACK], before, self.tr("Sound &device"), devices)
        insert(filled[PLAYBACK], actions["toggle_listen"], self.tr("Listen &to"), inputs)
        insert(filled[MODEL], actions["about_model"], self.tr("&Judge by"), models)
        for name in ("go_previous", "go_next", "about_model", "stop_analysis"):
            self._actions[name].setEnabled(False)

    def _connect(self) -> None:
        session = self._session
        session.opened.connect(self._on_opened)
        session.track_changed.connect(self._show_track)
        session.progress_changed.connect(self._on_progress)
        session.damage_found.connect(self._overview.set_damaged)
        session.finished.connect(self._on_finished)
        self.queue.song_asked.connect(self._open)
        self.library_map.song_asked.connect(self.open_song)
        self.library_map.songs_asked.connect(self.open_songs)
        self.queue.show_in(self._actions)
        self.queue.changed.connect(
            lambda: self._readout.set_place(*self.queue.place, self.queue.next_name)
        )
        self.exporting.show_in(self._actions)
        self.sections.show_in(self._actions)
        self.sections.seek_requested.connect(self.playback.seek)
        self.sections.changed.connect(self._plane.set_sections)
        self.sections.changed.connect(self._ruler.set_sections)
        self.sections.track_changed.connect(session.take_edited)
        self.sections.track_changed.connect(self._readout.set_reasons)
        self.listening.changed.connect(self._on_listening)
        self.queue.nothing_found.connect(lambda path: self.say(str(errors.NoSongsError([path]))))
        self._readout.summary.seek_requested.connect(self.playback.seek)
        self._stage.changed.connect(self._actions["toggle_stage"].setChecked)
        self._stage.rested.connect(self._plane.set_bare)
        for view in (self._plane, *self._time_views):
            view.seek_requested.connect(self._go)
        self.playback.ticked.connect(self._on_tick)
        self.playback.sought.connect(lambda: self._axis.bring_into_view(self._shown_s))
        self.playback.device_changed.connect(self._on_device)
        for bar in self._transports:
            self.playback.volume_changed.connect(bar.set_volume)
            self.playback.speed_changed.connect(bar.show_speed)
            bar.volume_changed.connect(self.playback.set_volume)
        self.playback.ended.connect(self.queue.go_next)
        self.comparison.track_changed.connect(self._plane.set_second_track)
        self.comparison.track_changed.connect(self._timeline.set_second_track)
        parts = (session, self.library, self.comparison, self.queue, self.listening, self.help)
        for part in (*parts, self.lanes, self._full_band):
            part.said.connect(self._banner.say)
        self.lanes.changed.connect(self._make_room)
        self.comparison.withdrawn.connect(self._banner.withdraw)
        self.comparison.written.connect(self._transport.show_notice)
        self.versions.heard_changed.connect(self.playback.hear)
        self.versions.alignment_changed.connect(self._second_spectrogram.set_alignment)
        self.comparison.differences_shown.connect(self._timeline.show_differences)
        self.comparison.spectrogram_shown.connect(self._spectrograms.show_second)
        self.comparison.spectrogram_grown.connect(self._second_spectrogram.refresh)
        self.loop.changed.connect(lambda: self.comparison.set_region(self.loop.region))
        for keeper in (self.exporting, self.sharing, self.film):
            keeper.said.connect(self._banner.say)
            keeper.written.connect(self._transport.show_notice)
        self.playback.muted_changed.connect(self._actions["toggle_mute"].setChecked)
        self.loop.settled.connect(lambda: self.playback.set_loop(self.loop.played))
        self.loop.show_in(self._actions)

    def _open(self, path: Path, sound_track: int | None = None) -> None:
        self._banner.dismiss()
        self.listening.stop()
        if path != paths.demo_song():
            self._settings.put(remembered.FOLDER, str(path.parent))
        self._session.open(path, sound_track)

    def _on_opened(
        self, song: Song, front_end: FrontEnd, model: ModelInfo, same_song: bool
    ) -> None:
        if not same_song:
            self._axis.set_duration(song.duration_s)
            self.loop.forget()
            # Before all that is not heard.
            self.playback.play(song)
            self._settings.add_recent(song.path)
            self._recent_menu.setEnabled(True)
            self._sound_tracks_menu.setEnabled(len(song.sound_tracks.names) > 1)
            self.setWindowTitle(f"{song.title} - emoviz")
        self._actions["about_model"].setEnabled(True)
        self.spectrogram.set_front_end(front_end)
        self._full_band.show_song()
        self._readout.set_song(song)
        self._stage.set_song(song.title, song.artist)
        self._readout.set_model(model)
        self.comparison.set_song(song, model)
        self.sections.set_track(song, None)
        self._readout.set_reasons(None)
        self.lanes.set_song(None)

    def _on_listening(self) -> None:
        self._transport.show_listening(self.listening.is_on)
        if self.listening.is_on:
            self.sections.set_track(None, None)
            self._readout.set_reasons(None)
            self.lanes.set_song(None)
            # What is listened to has a speed of its own.
            self.playback.normal_speed()
        self._make_room()

    def _on_progress(self, done: int, total: int) -> None:
        self._actions["stop_analysis"].setEnabled(self._session.running)
        self._transport.show_progress(done, total)
        if not self._session.running:
            self.comparison.first_found()

    def _on_finished(self, trajectory: Track) -> None:
        self._plane.fit_anew()
        self.sections.set_track(self._session.song, trajectory)
        self._readout.set_reasons(trajectory)
        # Not before: the trail comes first.
        self.lanes.set_song(self._session.song)
        decoded_s = len(trajectory) * COLUMN_S
        if abs(decoded_s - self._axis.duration_s) > _DURATION_TOLERANCE_S:
            self._axis.correct_duration(decoded_s)

    def _show_track(self, values: Values) -> None:
        self.spectrogram.refresh()
        self._readout.set_silence(self._session.silent)
        for view in self._track_views:
            view.set_track(values)
        self._show_time(self._shown_s)

    def _on_device(self, name: str, problem: errors.SoundDeviceError | None) -> None:
        for bar in self._transports:
            bar.show_device(name)
        self._banner.withdraw(self._device_sentence)
        self._device_sentence = str(problem or "")
        if problem is not None:
            self._banner.say(self._device_sentence)

    def _on_tick(self) -> None:
        """Bring the views to where the player is."""
        time_s, playing = self.playback.time_s, self.playback.is_playing
        if time_s != self._shown_s:
            if playing:
                self._axis.follow(self._shown_s, time_s)
            self._show_time(time_s)
        for bar in self._transports:
            bar.show_time(time_s, self._axis.duration_s)
            bar.show_playing(playing)
        if self._stage.is_on:
            now = self._plane.now
            share = time_s / max(self._axis.duration_s, COLUMN_S)
            self._stage.show_moment("" if now is None else now.said, min(share, 1.0))
        self._session.seek(time_s)
        self._banner.say_while(self.playback.problem)

    def _go(self, time_s: float) -> None:
        """Go where a view was clicked; at a turn, say why it turned."""
        self.playback.seek(time_s)
        self._readout.choose_turn(time_s, max(COLUMN_S, self._axis.reach_s(self._ruler.width())))

    def _show_time(self, time_s: float) -> None:
        self._shown_s = time_s
        for view in self._views:
            view.seek(time_s)

    def _apply_settings(self) -> None:
        """Be as the settings say."""
        get = self._settings.get
        if not self.restoreGeometry(get(remembered.GEOMETRY)):
            FirstFit(self)
        self._recent_menu.setEnabled(bool(get(remembered.RECENT)))
        self._theme.choose(get(remembered.THEME))
        self._actions[f"theme_{self._theme.choice}"].setChecked(True)
        for view in (self.spectrogram, self._second_spectrogram):
            view.take_colour_map()
        self._actions[f"colour_map_{self.spectrogram.colour_map}"].setChecked(True)
        for bar in self._transports:
            bar.set_volume(get(remembered.VOLUME))
        self._actions["toggle_bands"].setChecked(get(remembered.BANDS))
        self._timeline.set_bands(get(remembered.BANDS))
        self._across.restore()
        self._down.restore()
        self.lanes.restore()
        self.plane_choices.restore()
        self._hints.show_once()

    def _reset(self) -> None:
        self._settings.reset()
        self.resize(_SIZE.boundedTo(self.screen().availableSize()))
        self._apply_settings()
        self.playback.set_volume(self._settings.get(remembered.VOLUME))

    # Qt's own events.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave out, in a low window, what the curves can stand for."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        low, narrow = self.height() < _LOW_PX, self.width() < _NARROW_PX
        tall = self.height() >= _TALL_PX
        lanes = 0 if low or self.listening.is_on else self.lanes.count
        self._lanes_view.show_lanes(lanes if tall else min(lanes, FEW))
        # The plane makes room for lanes, not the curves that they explain.
        self._timeline.setMinimumHeight(_CURVES_PX if tall and lanes else LEAST_HEIGHT_PX)
        for view in (self._spectrograms, self._overview):
            view.setVisible(not low)
        self._hints.set_low(low)
        self._side.set_narrow(narrow)
        self._across.fit()
        self._transport.set_narrow(narrow)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take what is dragged in, if it has addresses: those that are no files are told of."""
        if event.source() is None and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the files and folders that were dropped, or say why there is nothing to open."""
        urls = event.mimeData().urls()
        files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if files:
            self.open_songs(files)
            self._offer.make([path for path in files if path.is_dir()])
        elif urls:
            self.say(str(errors.NotAFileError(urls[0].toDisplayString())))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop the clock, the analysis and the sound, in this order, and remember the window."""
        if self.film.is_making:
            event.ignore()
            question = self.tr("A film is being made. Leave it, and quit?")
            dialogs.confirm(self, question, self.leave)
            return
        self._settings.put(remembered.GEOMETRY, self.saveGeometry())
        self._stage.close()
        if self._queue_sheet is not None:
            self._queue_sheet.end()
        self.playback.stop_clock()
        self._full_band.stop()
        beside = (self.listening, self.film, self.library_map)
        # The session closes what decodes: lanes do not wait for a decoder that hangs.
        after = (self._session, self.lanes, self._full_band, self.comparison, self.playback)
        for part in (*beside, *after):
            part.close()
        event.accept()
