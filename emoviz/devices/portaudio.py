"""PortAudio: the one sound library of the process, whose calls must not meet each other."""

import atexit
import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from emoviz import errors

_LOG = logging.getLogger(__name__)

CLOSING_S = 5.0
"""How long a stream may take to end; it takes milliseconds, or for ever."""

# PortAudio keeps its devices and streams once in a process, for every thread that uses it, and
# guards neither. What keeps its callers apart must be one as well.
_ALONE = threading.RLock()
_OPEN: list[Any] = []
_GIVEN_UP: list[Any] = []

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

    Raises `errors.SoundDeviceError` as `alone` does, and `errors.SoundDeviceStuckError` while a
    stream that was given up has not ended: what hangs there would hang here.
    """
    with alone() as sounddevice:
        if not answers():
            raise errors.SoundDeviceStuckError
        stream = getattr(sounddevice, kind)(dtype="float32", callback=callback, **settings)
        _OPEN.append(stream)
        try:
            stream.start()
        except sounddevice.PortAudioError:
            close_stream(stream)
            raise
        return stream


def close_stream(stream: Any) -> None:  # noqa: ANN401
    """Cut a stream off and give its device back.

    A sound system that hangs, or was ended, may keep whoever asks it for that: after `CLOSING_S`
    the stream is given up. Raises `errors.SoundDeviceStuckError` then.
    """
    with _ALONE:
        _OPEN.remove(stream)
        ending = threading.Thread(target=_end, args=(stream,), name="end of sound", daemon=True)
        ending.start()
        ending.join(CLOSING_S)
        if not ending.is_alive():
            return
        _LOG.error("a stream has not ended in %.0f s and is given up", CLOSING_S)
        # It must not be collected while PortAudio uses it.
        _GIVEN_UP.append(stream)
        # At the end of the program sounddevice would have PortAudio end what does not end.
        atexit.unregister(importlib.import_module("sounddevice")._exit_handler)
        raise errors.SoundDeviceStuckError


def answers() -> bool:
    """Tell whether every stream that was to end has ended, those that were given up too."""
    with _ALONE:
        _GIVEN_UP[:] = [stream for stream in _GIVEN_UP if not stream.closed]
        return not _GIVEN_UP


def rescan() -> None:
    """Look which devices there are now, unless a stream is open or does not end.

    PortAudio looks only when it is initialised, and ending it would pull open streams away.
    """
    with _ALONE:
        if _OPEN or not answers():
            return
        try:
            with alone() as sounddevice:
                while sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
        except errors.SoundDeviceError:
            return  # there is no sound system any more: the list is empty, and says so


def _end(stream: Any) -> None:  # noqa: ANN401
    # Stopping would wait for all that was handed over to be heard.
    stream.abort()
    stream.close()


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
