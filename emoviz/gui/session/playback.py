"""Playback: the player behind the window, and the clock that its views are moved by."""

import logging
import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from emoviz import errors
from emoviz.devices import portaudio
from emoviz.gui import settings as remembered
from emoviz.gui.settings import Settings
from emoviz.hearing.alignment import NONE, Alignment
from emoviz.playing.pace import FASTEST, SLOWEST
from emoviz.playing.player import Player, SilentPlayer, open_player
from emoviz.playing.route import SHORTEST_REGION_S, Region
from emoviz.songs.song import Song

_LOG = logging.getLogger(__name__)

_REFRESH_MS = 16
_IDLE_MS = 200
_STEP_S = 5.0
_NUDGE_S = 0.5
_VOLUME_STEP = 0.05
_SPEEDS = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)


@dataclass(frozen=True)
class Heard:
    """What is heard: another song in place of the one that is shown, or None; and how loud.

    `alignment` says where the moments of the song that is shown are in the other.
    """

    other: Song | None = None
    alignment: Alignment = NONE
    gain: float = 1.0


class Playback(QObject):
    """Plays the song that is shown and says, at each refresh of the screen, where it is.

    The player is the clock. All times are those of the song that is shown, also while another is
    heard in its place.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    ticked = Signal()
    """`time_s`, `is_playing` and `problem` are those of now."""
    sought = Signal()
    """The user has gone to another place; emitted after `ticked`."""
    device_changed = Signal(str, object)
    """The device's name, and `SoundDeviceError` or None"""
    volume_changed = Signal(float)
    ended = Signal()
    """The song has played to its end."""
    muted_changed = Signal(bool)
    speed_changed = Signal(float)
    song_changed = Signal(object)
    """`Song`"""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._player: Player | None = None
        self._song: Song | None = None
        self._heard = Heard()
        self._loop: Region | None = None
        self._muted = False
        self._speed = 1.0
        self.time_s = 0.0
        self.is_playing = False
        self.problem: errors.EmovizError | None = None
        self._held = False
        self._clock = QTimer(self, interval=_IDLE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        self._clock.start()

    @property
    def song(self) -> Song | None:
        """The song that is played."""
        return self._song

    @property
    def speed(self) -> float:
        """How many times as fast as it is the song is played."""
        return self._speed

    @property
    def volume(self) -> float:
        """The volume that is remembered, 0 to 1."""
        volume: float = self._settings.get(remembered.VOLUME)
        return volume

    def toggle_play(self) -> None:
        """Play or pause; where the sound device has gone, go on with what is there now.

        That is the device that was chosen, if it is there again, or else the default one.
        """
        if self._player is None or self._held:
            return
        if self._is_cut_off:
            self._change_player(play=True)
        elif self._player.is_playing:
            self._player.pause()
        else:
            self._player.play()
        self._tick()

    def step_back(self) -> None:
        """Go five seconds back."""
        self._seek_by(-_STEP_S)

    def step_forward(self) -> None:
        """Go five seconds on."""
        self._seek_by(_STEP_S)

    def nudge_back(self) -> None:
        """Go one value back."""
        self._seek_by(-_NUDGE_S)

    def nudge_forward(self) -> None:
        """Go one value on."""
        self._seek_by(_NUDGE_S)

    def to_start(self) -> None:
        """Go to the start of the song."""
        self.seek(0.0)

    def to_end(self) -> None:
        """Go to the end of the song."""
        if self._player is not None:
            self.seek(self._here(self._player.duration_s))

    def slower(self) -> None:
        """Play at the next lower speed."""
        self.set_speed(max((x for x in _SPEEDS if x < self._speed), default=_SPEEDS[0]))

    def faster(self) -> None:
        """Play at the next higher speed."""
        self.set_speed(min((x for x in _SPEEDS if x > self._speed), default=_SPEEDS[-1]))

    def normal_speed(self) -> None:
        """Play as fast as the song is."""
        self.set_speed(1.0)

    def louder(self) -> None:
        """Raise the volume."""
        self.set_volume(self.volume + _VOLUME_STEP)

    def softer(self) -> None:
        """Lower the volume."""
        self.set_volume(self.volume - _VOLUME_STEP)

    def toggle_mute(self) -> None:
        """Fall silent while the song runs on, or be heard again as loud as before."""
        self._set_muted(not self._muted)

    def set_volume(self, volume: float) -> None:
        """Set and remember the volume, held between 0 and 1; who sets it wants to hear it."""
        volume = min(max(volume, 0.0), 1.0)
        if volume == self.volume:
            return
        self._settings.put(remembered.VOLUME, volume)
        self._set_muted(False)
        self.volume_changed.emit(volume)

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast as the song is, held between half and twice."""
        self._speed = min(max(speed, SLOWEST), FASTEST)
        if self._player is not None and not self._is_cut_off:
            self._player.speed = self._speed
        self.speed_changed.emit(self._speed)

    def set_loop(self, region: Region | None) -> None:
        """Loop in `region`, None to end that; the playhead goes to it if it is elsewhere."""
        self._loop = region
        if self._player is None or self._song is None or self._is_cut_off:
            return
        self._player.loop = self._loop_there()
        if region is not None and self._here(self._player.position_s) not in region:
            self.seek(region.start_s)

    def seek(self, time_s: float) -> None:
        """Go to a place in the song; sound and views follow."""
        if self._player is None or self._song is None or self._held:
            return
        if self._is_cut_off:
            self._change_player(play=False)
        self._player.seek(self._there(time_s))
        self._tick()
        self.sought.emit()

    def play(self, song: Song) -> None:
        """Play a song from its start; it is kept for the player if there is none yet."""
        self._song, self._heard = song, Heard()
        self.song_changed.emit(song)
        if self._is_cut_off:
            self._replace_player()
        self._start()

    def hear(self, heard: Heard) -> None:
        """Play another song instead, or the song itself again, from the same moment on."""
        if self._player is None or self._song is None:
            self._heard = heard
            return
        now_s = self._here(self._player.position_s)
        self._heard = heard
        if not self._is_cut_off:
            song = heard.other or self._song
            self._player.exchange(song, self._there(now_s), heard.gain, self._loop_there())
            self._tick()

    @property
    def chosen_device(self) -> str:
        """The device that is remembered; "" is the system's default."""
        name: str = self._settings.get(remembered.DEVICE)
        return name

    def choose_device(self, name: str) -> None:
        """Go on, at the same place, on the device of this name; "" is the default device."""
        self._settings.put(remembered.DEVICE, name)
        self.look_for_devices()

    def look_for_devices(self) -> None:
        """Look which devices there are now; what plays stops for a moment and goes on."""
        if self._player is not None:
            self._change_player(play=self._player.is_playing or self._is_cut_off)

    def refresh_devices(self) -> None:
        """Look which devices there are now, unless that would be heard."""
        if self._is_cut_off and self._player is not None:
            self._player.close()
            portaudio.rescan()
        elif isinstance(self._player, SilentPlayer):
            portaudio.rescan()
        elif self._player is not None and not self._player.is_playing:
            self._change_player(play=False)

    def open_player(self) -> None:
        """Play on the device that is remembered, or on the default one."""
        self.set_player(*open_player(self._settings.get(remembered.DEVICE)))

    def set_player(self, player: Player, problem: errors.SoundDeviceError | None) -> None:
        """Take the player that songs are heard through, and what is wrong with its device."""
        self._player = player
        self._player.speed = self._speed
        self._set_gain()
        _LOG.info("heard on: %s", player.device_name)
        self.device_changed.emit(player.device_name, problem)

    def begin(self) -> None:
        """Play the song that was opened before there was a player."""
        self._start()

    def hold(self, held: bool) -> None:
        """Pause and stay so, whatever is asked for, while something else is shown."""
        if held and self._player is not None:
            self._player.pause()
            self._tick()
        self._held = held
        self._tick()

    def stop_clock(self) -> None:
        """Emit nothing more."""
        self._clock.stop()

    def close(self) -> None:
        """Stop the sound and give the device back."""
        self.stop_clock()
        if self._player is not None:
            self._player.close()
            # A song that has been opened meanwhile comes too late.
            self._player = None

    @property
    def _is_cut_off(self) -> bool:
        problem = self._player and self._player.problem
        return isinstance(problem, errors.SoundDeviceLostError)

    def _there(self, time_s: float) -> float:
        """Give the time of what is heard at a moment of the song that is shown."""
        return time_s if self._heard.other is None else self._heard.alignment.there(time_s)

    def _here(self, time_s: float) -> float:
        return time_s if self._heard.other is None else self._heard.alignment.here(time_s)

    def _loop_there(self) -> Region | None:
        """Give the loop in what is heard; none where too little of it is there."""
        region = self._loop
        if region is None or region.end_s == math.inf:
            return region
        start_s, end_s = max(0.0, self._there(region.start_s)), self._there(region.end_s)
        return Region(start_s, end_s) if end_s - start_s > SHORTEST_REGION_S else None

    def _start(self, *, from_s: float = 0.0, play: bool = True) -> None:
        if self._player is not None and self._song is not None:
            self._player.load(self._heard.other or self._song, self._heard.gain)
            self._player.loop = self._loop_there()
            self._player.seek(self._there(from_s))
            if play:
                self._player.play()
            self._tick()

    def _change_player(self, *, play: bool) -> None:
        assert self._player is not None
        time_s = self._here(self._player.position_s)
        self._replace_player()
        self._start(from_s=time_s, play=play)

    def _replace_player(self) -> None:
        assert self._player is not None
        self._player.close()
        portaudio.rescan()
        self.open_player()

    def _set_muted(self, muted: bool) -> None:
        self._muted = muted
        self._set_gain()
        self.muted_changed.emit(muted)

    def _set_gain(self) -> None:
        if self._player is not None:
            self._player.volume = 0.0 if self._muted else self.volume

    def _seek_by(self, step_s: float) -> None:
        if self._player is not None:
            self.seek(self._here(self._player.position_s) + step_s)

    def _tick(self) -> None:
        if self._player is None or self._song is None or self._held:
            return
        was_playing, self.is_playing = self.is_playing, self._player.is_playing
        self.time_s = self._here(self._player.position_s)
        self.problem = self._player.problem
        # It may have come up since the line above, and what has one does not play.
        self.is_playing = self.is_playing and self.problem is None
        self.ticked.emit()
        interval_ms = _REFRESH_MS if self.is_playing else _IDLE_MS
        # Setting it, even to what it is, starts the interval anew: the refresh would come late.
        if self._clock.interval() != interval_ms:
            self._clock.setInterval(interval_ms)
        at_end = self._player.position_s >= self._player.duration_s and self.problem is None
        if was_playing and not self.is_playing and at_end:
            self.ended.emit()
