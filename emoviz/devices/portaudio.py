"""PortAudio: the one sound library of the process, whose calls must not meet each other."""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from emoviz import errors

# PortAudio keeps its devices and streams once in a process, for every thread that uses it, and
# guards neither. What keeps its callers apart must be one as well.
_ALONE = threading.RLock()
_OPEN: list[Any] = []

# PortAudio's numbers; what it says of them is made for programmers.
_REASONS = {
    -9985: "another program holds it",
    -9993: "it cannot be opened",
    -9994: "it takes no sample format that emoviz can give",
    -9997: "it takes no sample rate that emoviz can give",
    -9998: "it takes neither one channel nor two",
}
_REFUSES_THE_FORMAT = (-9994, -9997, -9998)
_QUERYING_FAILED = "Error querying device"


@contextmanager
def alone() -> Iterator[ModuleType]:
    """Give sounddevice's module while no other thread uses PortAudio through this module.

    Raises `errors.SoundDeviceError` where PortAudio is missing, and where it refuses what is
    asked of it meanwhile; `errors.SoundDeviceFormatError` if another rate or other channels may
    do.
    """
    with _ALONE:
        # Imported when needed: it initialises PortAudio, and raises OSError where that is missing.
        try:
            sounddevice = importlib.import_module("sounddevice")
        except OSError as error:
            raise errors.SoundDeviceError("the PortAudio library is missing") from error
        try:
            yield sounddevice
        except (sounddevice.PortAudioError, ValueError) as error:
            refuses_format = _number(error) in _REFUSES_THE_FORMAT
            kind = errors.SoundDeviceFormatError if refuses_format else errors.SoundDeviceError
            raise kind(_reason(error)) from error


def open_stream(kind: str, callback: Callable[..., None], **settings: Any) -> Any:  # noqa: ANN401
    """Open and start sounddevice's stream of this kind, of float32; `close_stream` ends it.

    Raises `errors.SoundDeviceError` as `alone` does.
    """
    with alone() as sounddevice:
        stream = getattr(sounddevice, kind)(dtype="float32", callback=callback, **settings)
        try:
            stream.start()
        except sounddevice.PortAudioError:
            stream.close()
            raise
        _OPEN.append(stream)
        return stream


def close_stream(stream: Any) -> None:  # noqa: ANN401
    """Cut a stream off and give its device back."""
    with _ALONE:
        # Stopping would wait for the device, and one that hangs would hang the program.
        stream.abort()
        stream.close()
        _OPEN.remove(stream)


def rescan() -> None:
    """Look which devices there are now, unless a stream is open.

    PortAudio looks only when it is initialised, and ending it would pull open streams away.
    """
    with _ALONE:
        if _OPEN:
            return
        try:
            with alone() as sounddevice:
                while sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
        except errors.SoundDeviceError:
            return  # there is no sound system any more: the list is empty, and says so


def _number(error: Exception) -> int | None:
    return error.args[1] if len(error.args) > 1 else None


def _reason(error: Exception) -> str:
    """Give PortAudio's message in words a user can use."""
    if (number := _number(error)) in _REASONS:
        return _REASONS[number]
    if len(error.args) > 2:  # what the system itself says
        return str(error.args[2][-1]).lower()
    message = str(error.args[0] if error.args else error).rstrip(".")
    return "there is none" if message.startswith(_QUERYING_FAILED) else message
