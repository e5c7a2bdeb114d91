"""Microphone: what an input device hears, or what the computer plays, as it sounds."""

import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from emoviz import errors
from emoviz.decoder import Samples

WHAT_PLAYS = "What the computer plays"
"""The name of the monitor of the default output, where PulseAudio (or PipeWire for it) is."""

_LATENCY_S = 0.1
_KEPT_S = 10.0
"""How long whoever reads may be away without missing anything."""
_STALL_S = 3.0
_PULSE = "pulse"
"""PortAudio, which knows no monitors, lists PulseAudio as one ALSA device of this name."""


class CaptureRing:
    """Float32 frames of shape (frames, channels) on their way from the sound device.

    Two parties use it without a lock: one callback writes, one thread reads. Indices count frames
    since the beginning and never wrap; each has one writer.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self._frames = np.zeros((frames, channels), np.float32)
        self._written = self._read = 0
        self.lost = 0
        """Frames that were overwritten before they were read"""

    def put(self, block: Samples) -> None:
        """Append what has been heard. Runs in the audio callback: it copies and counts."""
        size = len(self._frames)
        at = self._written % size
        first = min(len(block), size - at)
        self._frames[at : at + first] = block[:first]
        self._frames[: len(block) - first] = block[first:]
        self._written += len(block)

    def take(self) -> Samples:
        """Give what has come since the last time; what was missed is silence, so time is kept."""
        size = len(self._frames)
        begin, end = self._read, self._written
        taken = self._frames[np.arange(max(begin, end - size), end) % size]
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
        sounddevice = _import_sounddevice()
        try:
            with _source_of(name):
                found = sounddevice.query_devices(_device(sounddevice, name), "input")
                self.rate_hz: int = round(found["default_samplerate"])
                self.channels: int = min(2, found["max_input_channels"])
                self._ring = CaptureRing(round(_KEPT_S * self.rate_hz), self.channels)
                self._called_s = time.monotonic()
                self._stream = sounddevice.InputStream(
                    samplerate=self.rate_hz,
                    device=found["index"],
                    channels=self.channels,
                    dtype="float32",
                    latency=_LATENCY_S,
                    callback=self._hear,
                )
                self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise errors.InputDeviceError(_reason(error)) from error
        self.name = name or str(found["name"])

    def read(self) -> Samples:
        """Give, (frames, channels), what has been heard since the last time.

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
        """Give the device back."""
        # Stopping would wait for a device that hangs.
        self._stream.abort()
        self._stream.close()

    def _hear(self, heard: Samples, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
        """Answer PortAudio, in its thread."""
        self._ring.put(heard)
        self._called_s = time.monotonic()


def input_names() -> list[str]:
    """List what can be listened to by name; empty where there is none, or no PortAudio."""
    try:
        found = _import_sounddevice().query_devices()
    except errors.InputDeviceError:
        return []
    names = [str(device["name"]) for device in found if device["max_input_channels"] > 0]
    return list(dict.fromkeys([*names, *([WHAT_PLAYS] if _PULSE in names else [])]))


def _device(sounddevice: ModuleType, name: str) -> int | str | None:
    if not name:
        return None
    if name not in (known := input_names()):
        raise errors.InputNotFoundError(name, known)
    wanted = _PULSE if name == WHAT_PLAYS else name
    return next(
        int(device["index"])
        for device in sounddevice.query_devices()
        if device["name"] == wanted and device["max_input_channels"] > 0
    )


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


def _import_sounddevice() -> ModuleType:
    # Imported when needed: it initialises PortAudio, and raises OSError where that is missing.
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise errors.InputDeviceError("the PortAudio library is missing") from error


def _reason(error: Exception) -> str:
    """Give PortAudio's message in words a user can use."""
    message = str(error.args[0] if error.args else error).rstrip(".")
    if message.startswith("Error querying device"):
        return "there is none"
    return message.replace("Error opening InputStream: ", "")
