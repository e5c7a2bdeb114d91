"""Memory that is free goes back to the system."""

import ctypes
import sys

# What malloc.h calls M_MMAP_THRESHOLD and M_ARENA_MAX.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_LARGE_BYTES = 1_000_000
_HEAPS = 2


def keep_together() -> None:
    """Have threads share two heaps, and large arrays lie in none; before there are threads.

    glibc gives heaps to many threads, and in the course of time lays large arrays among small
    things: after some songs that were opened, a hundred megabytes are held by crumbs. Has an
    effect on Linux only.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Hand back what the C library keeps of freed memory; it takes some 15 ms.

    glibc keeps it for each thread's next time: every analysis, in a thread of its own, would leave
    a hundred megabytes and more behind. Has an effect on Linux only.
    """
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None
