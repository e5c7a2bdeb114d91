"""Sound devices: which there are, and a stream on one of them, or why there can be none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from emoviz import errors
from emoviz.devices import portaudio

_USUAL_RATES_HZ = (48000, 44100)

_NOTHING_FOUND = "there is none"


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
        with portaudio.alone() as sounddevice:
            found, apis = sounddevice.query_devices(), sounddevice.query_hostapis()
            default = sounddevice.default.device["output"]
    except errors.SoundDeviceError:
        return []
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


def find(name: str | None) -> Device:
    """Give the output device of this name, or the default one for None.

    Raises `errors.SoundDeviceError`.
    """
    with portaudio.alone():
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
    return portaudio.open_stream(
        "OutputStream",
        callback,
        samplerate=rate_hz,
        device=device.index,
        channels=channels,
        latency=latency_s,
    )
