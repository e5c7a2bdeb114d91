"""What the window and its decoding processes say to each other: messages, and samples behind them.

A message is JSON: nothing that a process says which has read a crafted file is ever run.
"""

import json
import struct
from io import RawIOBase
from typing import Any, TypeAlias

import numpy as np

from emoviz.units import Samples

Message: TypeAlias = dict[str, Any]

_LENGTH = struct.Struct("<I")
_LONGEST = 1 << 22
_MOST_VALUES = 1 << 28


def send(stream: RawIOBase, message: Message, samples: Samples | None = None) -> None:
    """Send a message with or without samples of shape (samples, channels). Raises `OSError`."""
    if samples is not None:
        message = message | {"shape": samples.shape}
    text = json.dumps(message).encode()
    _write(stream, memoryview(_LENGTH.pack(len(text)) + text))
    if samples is not None and samples.size:
        _write(stream, np.ascontiguousarray(samples, np.float32).data.cast("B"))


def receive(stream: RawIOBase) -> tuple[Message, Samples | None]:
    """Wait for a message, and take the samples, (samples, channels), if any come with it.

    Raises `EOFError` where there is nobody to send one, `OSError`, and `ValueError` for nonsense.
    """
    (length,) = _LENGTH.unpack(_read(stream, bytearray(_LENGTH.size)))
    if length > _LONGEST:
        raise ValueError(f"a message of {length} bytes")
    message = json.loads(bytes(_read(stream, bytearray(length))))
    if not isinstance(message, dict):
        raise ValueError("a message that is none")
    if "shape" not in message:
        return message, None
    length, channels = message["shape"]
    if not 0 <= length * channels <= _MOST_VALUES:
        raise ValueError(f"{length} samples of {channels} channels")
    samples = np.empty((length, channels), np.float32)
    if samples.size:
        _read(stream, samples.data.cast("B"))
    return message, samples


def _write(stream: RawIOBase, data: memoryview) -> None:
    while len(data):
        data = data[stream.write(data) or 0 :]


def _read(stream: RawIOBase, into: bytearray | memoryview) -> bytearray | memoryview:
    left = memoryview(into)
    while len(left):
        count = stream.readinto(left)
        if not count:
            raise EOFError
        left = left[count:]
    return into
