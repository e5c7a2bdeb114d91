"""Runs before the frozen program on Linux: sounddevice looks for PortAudio in the system only."""

import ctypes.util
import sys
from pathlib import Path

_find_in_system = ctypes.util.find_library


def _find(name: str) -> str | None:
    if name == "portaudio":
        bundled = Path(sys._MEIPASS) / "libportaudio.so.2"
        if bundled.is_file():
            return str(bundled)
    return _find_in_system(name)


ctypes.util.find_library = _find
