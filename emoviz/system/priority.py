"""Who goes first when the cores are busy: what is seen and heard, before what is worked out."""

import os
import sys
import threading

_BEHIND = 5


def step_back() -> None:
    """Let this thread, and those it starts, wait for the others where they want the same core.

    Linux alone has a niceness for each thread; elsewhere nothing changes. There is no way back.
    """
    # Who was started to be as patient or more must not ask for less.
    if sys.platform == "linux" and not has_stepped_back():
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)


def has_stepped_back() -> bool:
    """Tell whether this thread, or the one that started it, has."""
    if sys.platform != "linux":
        return False
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) >= _BEHIND
