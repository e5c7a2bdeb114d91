"""Where resources, models, cache and log live: in a checkout, a wheel or a frozen program."""

import os
import sys
import tempfile
from pathlib import Path

import platformdirs

_APPLICATION = "emoviz"


def data_root() -> Path:
    """Give the folder that holds `resources/` and `model/`."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen)
    package = Path(__file__).resolve().parents[1]
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent


def resources() -> Path:
    """Give the folder of icons, emotion words and the demo song."""
    return data_root() / "resources"


def models() -> Path:
    """Give the folder that holds one folder per model."""
    return data_root() / "model"


def demo_song() -> Path:
    """Give the bundled demo song."""
    return resources() / "demo" / "demo.ogg"


def icon(size_px: int) -> Path:
    """Give the picture of the program's icon in one of the sizes it is drawn in."""
    return resources() / "icons" / f"emoviz-{size_px}.png"


def settings_file() -> Path:
    """Give the file of the user's settings."""
    return Path(platformdirs.user_config_path(_APPLICATION, appauthor=False)) / "emoviz.ini"


def library_file() -> Path:
    """Give the database of songs that have been tracked."""
    return Path(platformdirs.user_data_path(_APPLICATION, appauthor=False)) / "library.db"


def spool_folder(lasting: Path = Path("/var/tmp")) -> Path:
    """Give the folder for temporary files that are too large for memory.

    Where the system's temporary folder may be memory, `lasting` is not; it is taken if it can be
    written to.
    """
    if lasting.is_dir() and os.access(lasting, os.W_OK | os.X_OK):
        return lasting
    return Path(tempfile.gettempdir())


def log_file() -> Path:
    """Give the file tracebacks go to."""
    return Path(platformdirs.user_log_path(_APPLICATION, appauthor=False)) / "emoviz.log"


def crash_file() -> Path:
    """Give the file that a crash of the whole program is written to."""
    return log_file().with_name("crash.log")
