"""Memory that is free goes back to the system."""

import ctypes
import sys

_ARENA_MAX = -8
"""What malloc.h calls M_ARENA_MAX."""
_ARENAS = 2


def share_heaps() -> None:
    """Have threads share two heaps; has an effect only before they are started, and on Linux.

    glibc gives a heap to each of many threads and keeps what is free at its end: every song that
    was analysed, in a thread of its own, would leave some thirty megabytes behind.
    """
    if sys.platform.startswith("linux") and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_ARENA_MAX, _ARENAS)
