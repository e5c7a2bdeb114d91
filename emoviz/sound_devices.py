"""Sound devices: which there are, and a stream on one of them, or why there can be none."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from emoviz import errors

_USUAL_RATES_HZ = (48000, 44100)

_NOTHING_FOUND = "there is none"

# PortAudio's numbers; what it says of them is made for programmers.
_REASONS = {
    -9985: "another program holds it",
    -9993: "it cannot be opened",
    -9994: "it takes no sample format that emoviz can give",
    -9997: "it takes no sample rate that emoviz can give",
    -9998: "it takes neither one channel nor two",
}
_REFUSES_THE_FORMAT = (-9994, -9997, -9998)


@dataclass(frozen=True)
class Device:
    """A place where sound can go."""

    index: int
    name: str
    host_api: str
    channels: int
    rate_hz: int
    is_default: bool


def devices() -> list[Device]:
    """List the output devices; empty where there is none, or no PortAudio."""
    try:
        sounddevice = import_sounddevice()
    except errors.SoundDeviceError:
        return []
    try:
        found, apis = sounddevice.query_devices(), sounddevice.query_hostapis()
    except sounddevice.PortAudioError:
        return []  # after a rescan that found no sound system
    default = sounddevice.default.device["output"]
    return [
        Device(
            index=device["index"],
            name=device["name"],
            host_api=apis[device["hostapi"]]["name"],
            channels=device["max_output_channels"],
            rate_hz=round(device["default_samplerate"]),
            is_default=device["index"] == default,
        )
        for device in found
        if device["max_output_channels"] > 0
    ]


def rescan() -> None:
    """Have PortAudio look which devices there are now; no stream may be open.

    It does so only when it is initialised, and ending it would pull open streams away.
    """
    try:
        sounddevice = import_sounddevice()
    except errors.SoundDeviceError:
        return
    try:
        while sounddevice._initialized:
            sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError:
        return  # there is no sound system any more: the list is empty, and says so


def find(name: str | None) -> Device:
    """Give the output device of this name, or the default one for None.

    Raises `errors.SoundDeviceError`.
    """
    import_sounddevice()
    for device in devices():
        if device.is_default if name is None else device.name == name:
            return device
    raise errors.SoundDeviceError(_NOTHING_FOUND if name is None else "it is not there")


def formats(device: Device, rate_hz: int | None = None) -> Iterator[tuple[int, int]]:
    """Give the rates and channels to try on `device`, the best first; only `rate_hz` if given."""
    rates_hz = dict.fromkeys((device.rate_hz, *_USUAL_RATES_HZ) if rate_hz is None else (rate_hz,))
    for channels in dict.fromkeys((min(2, device.channels), 1)):
        for rate in rates_hz:
            yield rate, channels


def open_stream(
    device: Device,
    rate_hz: int,
    channels: int,
    latency_s: float,
    callback: Callable[..., None],
) -> Any:  # noqa: ANN401
    """Open and start a stream of float32 to `device`.

    Raises `errors.SoundDeviceFormatError` where the device may take another rate or other
    channels, and `errors.SoundDeviceError` where it takes nothing.
    """
    sounddevice = import_sounddevice()
    stream = None
    try:
        stream = sounddevice.OutputStream(
            samplerate=rate_hz,
            device=device.index,
            channels=channels,
            dtype="float32",
            latency=latency_s,
            callback=callback,
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        if stream is not None:
            stream.close()
        refuses_format = _number(error) in _REFUSES_THE_FORMAT
        kind = errors.SoundDeviceFormatError if refuses_format else errors.SoundDeviceError
        raise kind(_reason(error)) from error
    return stream


def import_sounddevice() -> ModuleType:
    """Give sounddevice's module, or raise `errors.SoundDeviceError` where PortAudio is missing."""
    # Imported when needed: it initialises PortAudio, and raises OSError where that is missing.
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise errors.SoundDeviceError("the PortAudio library is missing") from error


def _number(error: Exception) -> int | None:
    return error.args[1] if len(error.args) > 1 else None


def _reason(error: Exception) -> str:
    """Give PortAudio's message in words a user can use."""
    if (number := _number(error)) in _REASONS:
        return _REASONS[number]
    if len(error.args) > 2:  # what the system itself says
        return str(error.args[2][-1]).lower()
    return str(error.args[0] if error.args else error).rstrip(".")
