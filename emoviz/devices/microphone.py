"""Microphone: what an input device hears, or what the computer plays, as it sounds."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from emoviz import errors
from emoviz.devices import portaudio
from emoviz.units import Samples

WHAT_PLAYS = "What the computer plays"
"""The name of the monitor of the default output, where PulseAudio (or PipeWire for it) is."""

_LATENCY_S = 0.1
_KEPT_S = 10.0
"""How long whoever reads may be away without missing anything."""
_STALL_S = 3.0
_PULSE = "pulse"
"""PortAudio, which knows no monitors, lists PulseAudio as one ALSA device of this name."""


class CaptureRing:
    """Float32 samples of shape (samples, channels) on their way from the sound device.

    Two parties use it without a lock: one callback writes, one thread reads. Indices count samples
    since the beginning and never wrap; each has one writer.
    """

    def __init__(self, size: int, channels: int) -> None:
        self._samples = np.zeros((size, channels), np.float32)
        self._written = self._read = 0
        self.lost = 0
        """Samples that were overwritten before they were read"""

    def put(self, block: Samples) -> None:
        """Append what has been heard, (samples, channels).

        Runs in the audio callback: it copies and counts.
        """
        size = len(self._samples)
        at = self._written % size
        first = min(len(block), size - at)
        self._samples[at : at + first] = block[:first]
        self._samples[: len(block) - first] = block[first:]
        self._written += len(block)

    def take(self) -> Samples:
        """Give what has come since the last time, (samples, channels).

        What was missed is silence, so time is kept.
        """
        size = len(self._samples)
        begin, end = self._read, self._written
        taken = self._samples[np.arange(max(begin, end - size), end) % size]
        # What the callback has written meanwhile has run over the oldest.
        missed = min(max(0, self._written - size - begin), end - begin)
        self._read = end
        self.lost += missed
        kept = taken[len(taken) - (end - begin - missed) :]
        return np.concatenate([np.zeros((missed, taken.shape[1]), np.float32), kept])


class Microphone:
    """Listens to one input device, from the moment it is made until `close`."""

    def __init__(self, name: str = "") -> None:
        """Open the input of this name, one of `input_names`; "" is the system's default.

        Raises `errors.InputNotFoundError` or `errors.InputDeviceError`.
        """
        try:
            with portaudio.alone() as sounddevice, _source_of(name):
                found = sounddevice.query_devices(_device(name), "input")
                self.rate_hz: int = round(found["default_samplerate"])
                self.channels: int = min(2, found["max_input_channels"])
                self._ring = CaptureRing(round(_KEPT_S * self.rate_hz), self.channels)
                self._called_s = time.monotonic()
                self._stream = portaudio.open_stream(
                    "InputStream",
                    self._hear,
                    samplerate=self.rate_hz,
                    device=found["index"],
                    channels=self.channels,
                    latency=_LATENCY_S,
                )
        except errors.SoundDeviceError as error:
            raise errors.InputDeviceError(error.reason) from error
        self.name = name or str(found["name"])

    def read(self) -> Samples:
        """Give, (samples, channels), what has been heard since the last time.

        Raises `errors.InputDeviceLostError` where the device has gone or stopped.
        """
        if not self._stream.active or time.monotonic() - self._called_s > _STALL_S:
            raise errors.InputDeviceLostError(self.name)
        return self._ring.take()

    @property
    def lost_s(self) -> float:
        """How much has been missed because nobody read in time, in seconds."""
        return self._ring.lost / self.rate_hz

    def close(self) -> None:
        """Give the device back. Raises `errors.SoundDeviceStuckError` if that does not end."""
        portaudio.close_stream(self._stream)

    def _hear(self, heard: Samples, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
        """Answer PortAudio, in its thread."""
        self._ring.put(heard)
        self._called_s = time.monotonic()


def input_names() -> list[str]:
    """List what can be listened to by name; empty where there is none, or no PortAudio."""
    names = list(_inputs())
    return [*names, *([WHAT_PLAYS] if _PULSE in names else [])]


def _inputs() -> dict[str, int]:
    """Give the number of every input device; of two with one name, the first."""
    try:
        with portaudio.alone() as sounddevice:
            found = sounddevice.query_devices()
    except errors.SoundDeviceError:
        return {}
    inputs: dict[str, int] = {}
    for device in found:
        if device["max_input_channels"] > 0:
            inputs.setdefault(str(device["name"]), int(device["index"]))
    return inputs


def _device(name: str) -> int | None:
    if not name:
        return None
    if name not in (known := input_names()):
        raise errors.InputNotFoundError(name, known)
    return _inputs()[_PULSE if name == WHAT_PLAYS else name]


@contextmanager
def _source_of(name: str) -> Iterator[None]:
    """Have PulseAudio record, for a stream that is opened meanwhile, what an input stands for."""
    if name != WHAT_PLAYS:
        yield
        return
    before = os.environ.get("PULSE_SOURCE")
    os.environ["PULSE_SOURCE"] = "@DEFAULT_MONITOR@"
    try:
        yield
    finally:
        del os.environ["PULSE_SOURCE"]
        if before is not None:
            os.environ["PULSE_SOURCE"] = before
