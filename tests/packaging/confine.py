"""Starts a program that has no network: a socket that is not local is refused, or ends who asks.

    python tests/packaging/confine.py refuse|kill PROGRAM ARGUMENT...

The kernel does it, for the program and all that it starts, in Python or in C; no rights are needed.
"""

import ctypes
import errno
import os
import platform
import socket
import sys

_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""What the kernel calls a machine, and the number of its call for a socket"""

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050000 | errno.EAFNOSUPPORT, 0x7FFF0000


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def confine(otherwise: int) -> None:
    """Let this process and all that it starts open local sockets only."""
    architecture, socket_call = _ARCHITECTURES[platform.machine()]
    steps = (
        _Step(_LOAD, 0, 0, _ARCHITECTURE),
        _Step(_JUMP_IF_EQUAL, 0, 4, architecture),
        _Step(_LOAD, 0, 0, _NUMBER),
        _Step(_JUMP_IF_EQUAL, 0, 3, socket_call),
        _Step(_LOAD, 0, 0, _FIRST_ARGUMENT),
        _Step(_JUMP_IF_EQUAL, 1, 0, socket.AF_UNIX),
        _Step(_RETURN, 0, 0, otherwise),
        _Step(_RETURN, 0, 0, _ALLOW),
    )
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    # In this order: without new privileges, anybody may filter.
    for call in ((_NO_NEW_PRIVILEGES, 1), (_SECCOMP, _FILTER, ctypes.byref(program))):
        if libc.prctl(*call, *[0] * (5 - len(call))):
            raise OSError(ctypes.get_errno(), "the kernel confines no program")


if __name__ == "__main__":
    confine(_KILL if sys.argv[1] == "kill" else _REFUSE)
    os.execvp(sys.argv[2], sys.argv[2:])
