"""Memory that is free goes back to the system."""

import ctypes
import sys

_MMAP_THRESHOLD = -3
"""What malloc.h calls M_MMAP_THRESHOLD."""
_LARGE_BYTES = 1_000_000


def keep_large_apart() -> None:
    """Have large arrays never lie among small things, so that their memory is free when they are.

    glibc does so at first, and less and less while a program runs: after some songs that were
    opened, a hundred megabytes are held together by crumbs. Has an effect on Linux only.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)


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
