"""A screen that exists only in memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patience import DEADLINE_S


@contextmanager
def private_screen(folder: Path, size_px: str = "1400x1000") -> Iterator[tuple[str, Path]]:
    """Give the DISPLAY of an X server that ends afterwards, and the file of what it shows."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            *("-displayfd", str(writing)),
            *("-screen", "0", f"{size_px}x24"),
            *("-fbdir", str(folder)),
            *("-nolisten", "tcp"),
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb does not start: apt install xvfb"
        yield f":{number}", folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait(DEADLINE_S)
