"""Who goes first when the cores are busy: what is seen and heard, before what is worked out."""

import os
import sys
import threading

_BEHIND = 5


def step_back() -> None:
    """Let this thread, and those it starts, wait for the others where they want the same core.

    Linux alone has a niceness for each thread; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)
