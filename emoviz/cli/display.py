"""Whether there is a screen to open a window on, found out without Qt.

Qt ends the process when it cannot reach the display, so it is asked beforehand.
"""

import ctypes
import ctypes.util
import os
import sys
from pathlib import Path


def has_display() -> bool:
    """Tell whether a window can be opened."""
    if not sys.platform.startswith("linux"):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return True
    if (name := os.environ.get("WAYLAND_DISPLAY")) and _compositor_answers(name):
        return True
    return bool(os.environ.get("DISPLAY")) and _x_server_answers()


def _compositor_answers(name: str) -> bool:
    # Imported here: under X there is no use for it.
    import socket

    # A name may be a whole path, and then it is not below the folder.
    place = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / name
    with socket.socket(socket.AF_UNIX) as asked:
        try:
            asked.connect(str(place))
        except OSError:
            # What a terminal remembers of a session that has ended.
            return False
    return True


def _x_server_answers() -> bool:
    name = ctypes.util.find_library("xcb") or "libxcb.so.1"
    try:
        xcb = ctypes.CDLL(name)
    except OSError:
        # Qt's own plug-in needs the library as well: without it there is no window either.
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers
