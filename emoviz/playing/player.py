"""Player: what is heard and when, on a sound device or, without one, on a silent clock."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emoviz import errors
from emoviz.devices import portaudio, sound_devices
from emoviz.devices.sound_devices import Device
from emoviz.playing.device_clock import DeviceClock
from emoviz.playing.feeder import PlaybackFeeder
from emoviz.playing.pace import FASTEST, SLOWEST
from emoviz.playing.passage import Cue
from emoviz.playing.ring import PlaybackRing
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from emoviz.units import Samples

LATENCY_S = 0.06
"""Long enough to live through a busy interpreter, short enough for a seek to feel immediate."""

_STALL_S = 3.0
_DURATION_TOLERANCE_S = 0.05


class Player(ABC):
    """Plays one song at a time and is the only clock of the program.

    All members belong to one thread, the window's; none of them waits for the disk or decodes, and
    nothing is called back: whoever needs to know reads `position_s`, `is_playing` and `problem` on
    a timer. At its end the song stops; `play` then starts it from the beginning.
    """

    device_name = ""
    """What the song is heard on."""

    def __init__(self) -> None:
        self._song: Song | None = None
        self._song_gain = 1.0
        self._playing = False
        self._place_s = 0.0
        self._lap: int | None = None
        self._loop: Region | None = None
        self._duration_s = 0.0
        self._volume = 1.0
        self._speed = 1.0
        self._problem: errors.EmovizError | None = None

    def load(self, song: Song, gain: float = 1.0) -> None:
        """Stop what plays and make `song`, multiplied by `gain`, ready at its beginning."""
        self.pause()
        self._song, self._song_gain = song, gain
        self._duration_s = song.duration_s
        self._place_s = 0.0
        self._problem = None
        self._loop = None
        self._set_loop()
        self._move(song, sounding=False)

    def play(self) -> None:
        """Sound from `position_s` on, or from the beginning if that is the end.

        Does nothing while no song is loaded.
        """
        self._follow()
        if self._song is None or self._playing:
            return
        if self._place_s >= self._duration_s:
            self._place_s = 0.0
        self._problem = None
        self._playing = True
        self._move(self._song, sounding=True)

    def pause(self) -> None:
        """Fall silent; `position_s` stays where it is and is where `play` goes on."""
        self._follow()
        if self._playing:
            self._playing = False
            self._halt()

    def seek(self, t_s: float) -> None:
        """Go to `t_s` seconds, or to the nearest end; `position_s` is there at once."""
        self._follow()
        if self._song is None:
            return
        self._problem = None
        self._place_s = min(max(0.0, t_s), self._duration_s)
        self._move(self._song, sounding=self._playing)

    def exchange(
        self, song: Song, t_s: float, gain: float = 1.0, loop: Region | None = None
    ) -> None:
        """Be at `t_s` of another song, or of the same with another gain, and go on from there.

        What plays is heard until the other is decoded and then fades into it; as much of the other
        is passed over meanwhile, so that both keep their time.
        """
        self._follow()
        before_s = self._place_s
        self._song, self._song_gain, self._loop = song, gain, loop
        self._duration_s = song.duration_s
        self._problem = None
        self._place_s = min(max(0.0, t_s), self._duration_s)
        self._lap = None
        self._change_song(song, before_s)

    def close(self) -> None:
        """Stop, and give the device and the thread back; the player cannot be used again."""
        self.pause()
        self._song = None

    @property
    def position_s(self) -> float:
        """The place in the song that is heard now, in seconds; 0 to `duration_s`.

        Never runs back while playing, but for the turn of a loop, and stands still from a seek
        until its sound is heard.
        """
        self._follow()
        return self._place_s

    @property
    def is_playing(self) -> bool:
        """Whether the song is running; turns False by itself at the end and on a problem."""
        self._follow()
        return self._playing

    @property
    def duration_s(self) -> float:
        """Length of the song in seconds: the header's claim until decoding has met the true end."""
        self._follow()
        return self._duration_s

    @property
    def problem(self) -> errors.EmovizError | None:
        """What stopped the song, until the next `load`, `play` or `seek`."""
        self._follow()
        return self._problem

    @property
    def loop(self) -> Region | None:
        """The region that is played again and again once the song has come into it.

        A place behind it is played on from to the end of the song. None after `load`.
        """
        return self._loop

    @loop.setter
    def loop(self, region: Region | None) -> None:
        self._follow()
        self._loop = region
        self._set_loop()

    @property
    def speed(self) -> float:
        """How many seconds of the song are heard in a second, 0.5 to 2; the pitch stays."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._follow()
        self._speed = min(max(SLOWEST, speed), FASTEST)
        self._set_speed()

    @property
    def volume(self) -> float:
        """Loudness as the ear counts it, 0 (silence) to 1 (the song as it is)."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(max(0.0, volume), 1.0)
        # The cube spreads 60 dB over the way of the slider about as evenly as it is heard.
        self._set_gain(self._volume**3)

    def _follow(self) -> None:
        """Bring the fields up to what is heard now."""
        if self._song is None or self._problem is not None:
            return
        self._duration_s = self._measured_duration_s(self._duration_s)
        over = False
        if self._playing:
            heard = self._heard()
            over = self._is_over()
            if heard is not None:
                self._come_to(*heard)
        self._problem = self._failure()
        if self._playing and (over or self._problem is not None):
            self._playing = False
            self._halt()
            if self._problem is None:
                self._place_s = self._duration_s

    def _move(self, song: Song, sounding: bool) -> None:
        self._lap = None
        self._go(song, self._place_s, sounding)

    def _come_to(self, lap: int, heard_s: float) -> None:
        """Take note of what is heard; clocks that tremble do not turn the song back."""
        if self._lap is not None and lap < self._lap:
            return
        turned = self._lap is not None and lap > self._lap
        self._lap = lap
        self._place_s = min(heard_s if turned else max(self._place_s, heard_s), self._duration_s)

    @abstractmethod
    def _go(self, song: Song, t_s: float, sounding: bool) -> None:
        """Be at `t_s` of `song`, sounding or ready to."""

    @abstractmethod
    def _halt(self) -> None:
        """Fall silent."""

    @abstractmethod
    def _heard(self) -> tuple[int, float] | None:
        """Give what is heard now: a number that grows whenever the loop turns, and the place.

        None while the last `_go` is not heard yet.
        """

    @abstractmethod
    def _is_over(self) -> bool:
        """Tell whether the end of the song has been heard."""

    def _change_song(self, song: Song, before_s: float) -> None:
        """Be at `position_s` of `song`, where `before_s` of another is heard."""
        self._go(song, self._place_s, self._playing)

    def _failure(self) -> errors.EmovizError | None:
        """Give what makes going on impossible."""
        return None

    def _measured_duration_s(self, claimed_s: float) -> float:
        """Give the duration as far as it is known better than `claimed_s`."""
        return claimed_s

    @abstractmethod
    def _set_loop(self) -> None:
        """Play by `loop` from what is heard on."""

    @abstractmethod
    def _set_speed(self) -> None:
        """Play at `speed` from what is heard on."""

    def _set_gain(self, gain: float) -> None:
        """Multiply the sound by `gain`."""
        return


class SilentPlayer(Player):
    """A clock that keeps the song's time where there is no sound device."""

    device_name = "no sound device"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._started_s = self._from_s = 0.0

    def _go(self, song: Song, t_s: float, sounding: bool) -> None:
        self._started_s = self._clock()
        self._from_s = t_s

    def _halt(self) -> None:
        return

    def _heard(self) -> tuple[int, float]:
        heard_s = self._from_s + (self._clock() - self._started_s) * self._speed
        if self._loop is None:
            return 0, heard_s
        end_s = min(self._loop.end_s, self._duration_s)
        length_s = end_s - self._loop.start_s
        if length_s <= 0.0 or not self._from_s < end_s <= heard_s:
            return 0, heard_s
        laps, past_start_s = divmod(heard_s - self._loop.start_s, length_s)
        return int(laps), self._loop.start_s + past_start_s

    def _is_over(self) -> bool:
        return self._heard()[1] >= self._duration_s

    def _set_loop(self) -> None:
        self._lap = None
        self._started_s, self._from_s = self._clock(), self._place_s

    def _set_speed(self) -> None:
        # What has passed was at another speed, by which the place that is kept was found.
        self._set_loop()


class SoundDevicePlayer(Player):
    """Plays on a sound device at the device's own rate; the song is resampled to it.

    The device stays open, and silent while paused, so that playing starts without delay.
    """

    def __init__(self, name: str | None = None, rate_hz: int | None = None) -> None:
        """Open the device of this name (None: the default) at `rate_hz` (None: as it likes it).

        Raises `errors.SoundDeviceError`.
        """
        super().__init__()
        device = sound_devices.find(name)
        self._stream = self._open(device, rate_hz)
        self._ring.last_call_s = self._stream.time
        self.device_name = device.name
        self._feeder = PlaybackFeeder(self._ring)
        self._closed = False

    @property
    def underflows(self) -> int:
        """How often the device ran dry because the callback or the decoding came late."""
        return self._ring.starvations + self._ring.underflows

    def close(self) -> None:
        """Stop, and give the device and the thread back; the player cannot be used again."""
        sounding = self.is_playing
        super().close()
        if not self._closed:
            self._closed = True
            if sounding:
                # What was handed over is cut off, so the fade gets the time to be heard.
                time.sleep(LATENCY_S)
            # What hangs is in the log, and whoever asks for a device next is told.
            with suppress(errors.SoundDeviceStuckError):
                portaudio.close_stream(self._stream)
            self._feeder.close()

    def _open(self, device: Device, rate_hz: int | None) -> Any:  # noqa: ANN401
        refusal = errors.SoundDeviceError("")
        for rate, channels in sound_devices.formats(device, rate_hz):
            self._ring = PlaybackRing(rate, channels)
            self._clock = DeviceClock(rate)
            try:
                return sound_devices.open_stream(device, rate, channels, LATENCY_S, self._fill)
            except errors.SoundDeviceFormatError as error:
                refusal = error
        raise refusal

    def _fill(self, out: Samples, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
        """Answer PortAudio, in its thread: see `PlaybackRing.fill`."""
        if status.output_underflow:
            self._ring.underflows += 1
        sounds_s = self._clock.sounds_s(
            times.outputBufferDacTime, times.currentTime, frames, status.output_underflow
        )
        self._ring.fill(out, sounds_s)

    def _go(self, song: Song, t_s: float, sounding: bool) -> None:
        self._feeder.cue(song, t_s, sounding, self._song_gain)

    def _change_song(self, song: Song, before_s: float) -> None:
        self._feeder.exchange(Cue(song, self._place_s, self._song_gain), before_s, self._loop)

    def _halt(self) -> None:
        self._feeder.halt()

    def _heard(self) -> tuple[int, float] | None:
        return self._feeder.heard(self._stream.time)

    def _is_over(self) -> bool:
        return self._feeder.is_over(self._stream.time)

    def _failure(self) -> errors.EmovizError | None:
        now_s = self._stream.time
        if not self._stream.active or self._ring.last_call_s < now_s - _STALL_S:
            return errors.SoundDeviceLostError(self.device_name)
        return self._feeder.failure(now_s)

    def _measured_duration_s(self, claimed_s: float) -> float:
        decoded_s, ended = self._feeder.decoded_s()
        wrong_by_s = decoded_s - claimed_s
        # Rounding to samples is no news; a wrong header is.
        if wrong_by_s > _DURATION_TOLERANCE_S or (ended and wrong_by_s < -_DURATION_TOLERANCE_S):
            return decoded_s
        return claimed_s

    def _set_loop(self) -> None:
        self._feeder.loop(self._loop, self._stream.time, self._place_s)

    def _set_speed(self) -> None:
        self._feeder.pace(self._speed, self._stream.time, self._place_s)

    def _set_gain(self, gain: float) -> None:
        self._ring.gain = gain


def open_player(name: str = "") -> tuple[Player, errors.SoundDeviceError | None]:
    """Give a player on the device of this name, or else on the default device, and say why.

    Where there is no sound: the silent clock, and why.
    """
    refusal = ""
    if name:
        try:
            return SoundDevicePlayer(name), None
        except errors.SoundDeviceError as error:
            refusal = error.reason
    try:
        player = SoundDevicePlayer()
    except errors.SoundDeviceError as error:
        return SilentPlayer(), errors.SoundDeviceError(refusal or error.reason)
    if not refusal:
        return player, None
    return player, errors.SoundDeviceReplacedError(name, refusal, player.device_name)
