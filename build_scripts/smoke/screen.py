"""A screen that exists only in memory: what it shows, and keys that are pressed in front of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from tests.support.screen import private_screen

_SIZE_PX = "1280x800"
_DEADLINE_S = 60.0
_KEY_PAUSE_MS = 40


class Screen:
    """An X server without a screen, and the person in front of it."""

    def __init__(self, display: str, framebuffer: Path) -> None:
        self.display = display
        self._framebuffer = framebuffer

    def windows(self, process_id: int, title: str) -> list[str]:
        """Give the ids of the windows of a process whose titles hold `title`."""
        command = ("search", "--all", "--onlyvisible", "--pid", str(process_id), "--name", title)
        return self._do(*command, may_fail=True).split()

    def focus(self, window: str) -> None:
        """Have the keyboard speak to a window."""
        self._do("windowfocus", "--sync", window)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, named as X does: ctrl+e, Return."""
        self._do("key", "--delay", str(_KEY_PAUSE_MS), *keys)

    def type(self, text: str) -> None:
        """Type a text of the keyboard's own letters."""
        self._do("type", "--delay", str(_KEY_PAUSE_MS), text)

    def pixels(self) -> npt.NDArray[np.uint32]:
        """Give what is shown, (height, width), of an XWD file that the server keeps."""
        data = self._framebuffer.read_bytes()
        header = np.frombuffer(data, ">u4", 25)
        height, bytes_per_line = int(header[5]), int(header[12])
        begin = int(header[0]) + 12 * int(header[19])
        return np.frombuffer(data, np.uint32, height * bytes_per_line // 4, begin).reshape(
            height, -1
        )

    def save(self, path: Path) -> None:
        """Write what is shown as a picture."""
        shown = np.ascontiguousarray(self.pixels())
        height, width = shown.shape
        image = QImage(shown.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        if not image.save(str(path)):
            raise SystemExit(f"{path}: cannot be written; choose another place.")

    def _do(self, *command: str, may_fail: bool = False) -> str:
        done = subprocess.run(
            ["xdotool", *command],
            env=os.environ | {"DISPLAY": self.display},
            capture_output=True,
            encoding="utf-8",
            timeout=_DEADLINE_S,
            check=False,
        )
        if done.returncode and not may_fail:
            raise RuntimeError(f"xdotool {' '.join(command)}: {done.stderr.strip()}")
        return done.stdout


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """Give a screen for the while; what it shows is kept in `folder`."""
    with private_screen(folder, _SIZE_PX) as (display, framebuffer):
        yield Screen(display, framebuffer)
