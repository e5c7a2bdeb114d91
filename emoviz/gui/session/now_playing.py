"""NowPlaying: the song on the Linux desktop's panel, and play and pause from there and from keys.

The interface is MPRIS 2.2 (specifications.freedesktop.org/mpris-spec), spoken over D-Bus.
"""

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import ClassInfo, Property, QMetaType, QObject, QUrl, Signal, Slot
from PySide6.QtDBus import (
    QDBusAbstractAdaptor,
    QDBusArgument,
    QDBusConnection,
    QDBusMessage,
    QDBusObjectPath,
)
from PySide6.QtWidgets import QWidget

from emoviz.gui.session.playback import Playback
from emoviz.gui.session.song_queue import SongQueue
from emoviz.playing.pace import FASTEST, SLOWEST
from emoviz.songs.song import Song

SERVICE = "org.mpris.MediaPlayer2.emoviz"
PATH = "/org/mpris/MediaPlayer2"
_ROOT, _PLAYER = "org.mpris.MediaPlayer2", "org.mpris.MediaPlayer2.Player"
_US = 1_000_000
# Names of Qt's types, for those that Python has no type for.
_INT64: Any = "qlonglong"
_MAP: Any = "QVariantMap"
_TEXTS: Any = "QStringList"


def session_bus() -> str | None:
    """Give the address of the desktop's bus, None where there is none."""
    if address := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    socket = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / "bus"
    return f"unix:path={socket}" if socket.exists() else None


class NowPlaying(QObject):
    """Tells a bus what plays, and does what it asks for, as long as it lives."""

    def __init__(self, window: QWidget, playback: Playback, queue: SongQueue, address: str) -> None:
        super().__init__(window)
        self._connection = f"emoviz {id(self)}"
        self._bus = QDBusConnection.connectToBus(address, self._connection)
        self._playback = playback
        self._queue = queue
        self._was_playing = False
        _RootInterface(self, window)
        self._player = _PlayerInterface(self, playback, queue)
        self._bus.registerObject(PATH, self)
        # A second window has a name of its own, as the specification has it.
        if not self._bus.registerService(SERVICE):
            self._bus.registerService(f"{SERVICE}.instance{os.getpid()}")
        # Whatever of an interface is connected itself is offered on the bus as its method.
        playback.song_changed.connect(self._on_song)
        playback.ticked.connect(self._on_tick)
        playback.sought.connect(lambda: self._player.tell_seeked())
        playback.volume_changed.connect(lambda _volume: self._tell("Volume"))
        playback.speed_changed.connect(lambda _speed: self._tell("Rate"))
        queue.changed.connect(lambda: self._tell("CanGoNext", "CanGoPrevious"))

    def close(self) -> None:
        """Leave the bus."""
        QDBusConnection.disconnectFromBus(self._connection)

    def _on_song(self, song: Song) -> None:
        self._player.take(song)
        self._tell("Metadata", "PlaybackStatus")

    def _on_tick(self) -> None:
        if self._playback.is_playing != self._was_playing:
            self._was_playing = self._playback.is_playing
            self._tell("PlaybackStatus")

    def _tell(self, *names: str) -> None:
        changed = {name: self._player.property(name) for name in names}
        # An empty list of Python's would go out as one of variants, which listeners refuse.
        invalidated = QDBusArgument()
        invalidated.beginArray(QMetaType(QMetaType.Type.QString.value))
        invalidated.endArray()
        message = QDBusMessage.createSignal(
            PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged"
        )
        message.setArguments([_PLAYER, changed, invalidated])
        self._bus.send(message)


# The members of both interfaces are named by the specification.


@ClassInfo({"D-Bus Interface": _ROOT})  # type: ignore[call-arg]
class _RootInterface(QDBusAbstractAdaptor):  # type: ignore[operator]
    def __init__(self, parent: QObject, window: QWidget) -> None:
        super().__init__(parent)
        self._window = window

    @Slot()
    def Raise(self) -> None:  # noqa: N802
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def Quit(self) -> None:  # noqa: N802
        self._window.close()

    CanQuit = Property(bool, lambda _self: True)
    CanRaise = Property(bool, lambda _self: True)
    HasTrackList = Property(bool, lambda _self: False)
    Identity = Property(str, lambda _self: "emoviz")
    DesktopEntry = Property(str, lambda _self: "emoviz")
    SupportedUriSchemes = Property(_TEXTS, lambda _self: ["file"])
    SupportedMimeTypes = Property(_TEXTS, lambda _self: ["audio/*"])


@ClassInfo({"D-Bus Interface": _PLAYER})  # type: ignore[call-arg]
class _PlayerInterface(QDBusAbstractAdaptor):  # type: ignore[operator]
    Seeked = Signal(_INT64)

    def __init__(self, parent: QObject, playback: Playback, queue: SongQueue) -> None:
        super().__init__(parent)
        self._playback = playback
        self._queue = queue
        self._songs = 0
        self._song: Song | None = playback.song

    def tell_seeked(self) -> None:
        """Say that the position has not just run on."""
        self.Seeked.emit(round(self._playback.time_s * _US))

    def take(self, song: Song) -> None:
        """Be about this song from now on."""
        self._songs += 1
        self._song = song

    @Slot()
    def PlayPause(self) -> None:  # noqa: N802
        self._playback.toggle_play()

    @Slot()
    def Play(self) -> None:  # noqa: N802
        if not self._playback.is_playing:
            self._playback.toggle_play()

    @Slot()
    def Pause(self) -> None:  # noqa: N802
        if self._playback.is_playing:
            self._playback.toggle_play()

    @Slot()
    def Stop(self) -> None:  # noqa: N802
        self.Pause()
        self._playback.to_start()

    @Slot()
    def Next(self) -> None:  # noqa: N802
        self._queue.go_next()

    @Slot()
    def Previous(self) -> None:  # noqa: N802
        self._queue.go_previous()

    @Slot(_INT64)
    def Seek(self, offset_us: int) -> None:  # noqa: N802
        self._playback.seek(self._playback.time_s + offset_us / _US)

    @Slot(QDBusObjectPath, _INT64)
    def SetPosition(self, track: QDBusObjectPath, position_us: int) -> None:  # noqa: N802
        # Of a song that is no longer there, or outside the song: to be ignored.
        if track.path() == self._track() and 0 <= position_us <= self._length_us():
            self._playback.seek(position_us / _US)

    @Slot(str)
    def OpenUri(self, uri: str) -> None:  # noqa: N802
        path = QUrl(uri).toLocalFile()
        if path:
            self._queue.put([Path(path)])

    def _status(self) -> str:
        if self._song is None:
            return "Stopped"
        return "Playing" if self._playback.is_playing else "Paused"

    def _metadata(self) -> dict[str, object]:
        song = self._song
        if song is None:
            return {"mpris:trackid": QDBusObjectPath(f"{PATH}/TrackList/NoTrack")}
        metadata: dict[str, object] = {
            "mpris:trackid": QDBusObjectPath(self._track()),
            "mpris:length": self._length_us(),
            "xesam:title": song.title,
            "xesam:url": QUrl.fromLocalFile(str(song.path)).toString(),
        }
        if song.artist:
            metadata["xesam:artist"] = [song.artist]
        return metadata

    def _track(self) -> str:
        return f"/emoviz/song/{self._songs}"

    def _length_us(self) -> int:
        return round(self._song.duration_s * _US) if self._song else 0

    PlaybackStatus = Property(str, _status)
    Metadata = Property(_MAP, _metadata)
    Position = Property(_INT64, lambda self: round(self._playback.time_s * _US))
    Rate = Property(
        float, lambda self: self._playback.speed, lambda self, x: self._playback.set_speed(x)
    )
    MinimumRate = Property(float, lambda _self: SLOWEST)
    MaximumRate = Property(float, lambda _self: FASTEST)
    Volume = Property(
        float, lambda self: self._playback.volume, lambda self, x: self._playback.set_volume(x)
    )
    CanGoNext = Property(bool, lambda self: self._queue.has_next)
    CanGoPrevious = Property(bool, lambda self: self._queue.has_previous)
    CanPlay = Property(bool, lambda self: self._song is not None)
    CanPause = Property(bool, lambda self: self._song is not None)
    CanSeek = Property(bool, lambda self: self._song is not None)
    CanControl = Property(bool, lambda _self: True)
