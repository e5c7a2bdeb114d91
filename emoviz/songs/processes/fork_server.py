"""Decoding processes forked from one that has imported all they need: there in a moment, and light.

What a decoding process would hold for itself, a Python with numpy and the decoder libraries, it
then shares with the others. Linux only: elsewhere, to fork what has loaded libraries is not safe.
"""

import errno
import gc
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from io import FileIO

from emoviz.songs.processes.process import (
    FORK_ARGUMENT,
    DecoderProcess,
    environment,
    python_command,
)
from emoviz.system import memory

_PID = struct.Struct("<i")
_PATIENCE_S = 20.0
"""How long a machine under load may take to start Python and import the libraries."""
_LOOK_S = 0.02


def main() -> None:
    """Fork a decoding process whenever asked to on standard input; in the server's own process."""
    memory.keep_together()
    # Ctrl+C in a terminal reaches this process too: the window decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, _see_off)
    # Imported here, once for all processes; the window needs none of it.
    import av  # noqa: F401
    import soundfile  # noqa: F401

    from emoviz.songs.processes import host

    # What is never looked through by the collector stays shared.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as asked:
        while streams := _receive(asked):
            with suppress(BrokenPipeError):
                asked.sendall(_PID.pack(_fork(asked, streams, host.main)))


def _receive(asked: socket.socket) -> list[int]:
    """Give the two streams of the next process; none once nobody asks any more."""
    _, streams, _, _ = socket.recv_fds(asked, 1, 2)
    return streams


def _fork(asked: socket.socket, streams: list[int], decode: Callable[[], None]) -> int:
    """Have a new process `decode`, and give its number; 0 where the system refuses."""
    try:
        process = os.fork()
    except OSError:
        process = 0
    else:
        if not process:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            try:
                decode()
            finally:
                os._exit(1)
    for stream in streams:
        os.close(stream)
    return process


def _see_off(*_: object) -> None:
    """Take note of processes that have ended; what has crashed is told to the terminal."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            status = os.waitstatus_to_exitcode(ended[1])
            if status < 0 and -status != signal.SIGKILL:
                name = signal.Signals(-status).name
                os.write(2, f"emoviz: a decoding process was ended by {name}\n".encode())


class ForkServer:
    """Starts decoding processes by asking a server for them; threads may share it."""

    spares = 0
    """How many processes are worth keeping ready: one is there as soon as it is asked for."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._asking = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._is_closed = False

    @staticmethod
    def is_possible() -> bool:
        """Tell whether this system has what it takes."""
        if sys.platform != "linux":
            return False
        try:
            os.close(os.pidfd_open(os.getpid()))
        except OSError:
            # A kernel before 5.3, or a container that forbids it.
            return False
        return True

    def start(self) -> DecoderProcess:
        """Start a decoding process. Raises `OSError`."""
        with self._asking:
            if self._is_closed:
                raise OSError(errno.ESHUTDOWN, os.strerror(errno.ESHUTDOWN))
            if self._server is None or self._server.poll() is not None:
                self._start_server()
            try:
                return self._ask()
            except OSError:
                # It hangs, or has just been killed; what it has forked goes on.
                self._end_server()
                raise

    def close(self) -> None:
        """End the server for good; the processes that were started do not end with it."""
        self._is_closed = True
        if (server := self._server) is not None:
            # Whoever waits for its answer does so no longer.
            server.kill()
        with self._asking:
            self._end_server()

    def _start_server(self) -> None:
        self._end_server()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_PATIENCE_S)
        with theirs:
            self._server = subprocess.Popen(
                python_command(FORK_ARGUMENT),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=environment(),
            )

    def _end_server(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def _ask(self) -> DecoderProcess:
        assert self._socket is not None
        (asked, requests), (answers, answered) = os.pipe(), os.pipe()
        ours = FileIO(requests, "wb"), FileIO(answers, "rb")
        try:
            socket.send_fds(self._socket, [b"."], [asked, answered])
            return DecoderProcess(_ForkedProcess(self._told()), *ours)
        except OSError:
            for stream in ours:
                stream.close()
            raise
        finally:
            os.close(asked)
            os.close(answered)

    def _told(self) -> int:
        """Give the number of the process that was asked for. Raises `OSError`."""
        assert self._socket is not None
        try:
            told = self._socket.recv(_PID.size)
        except TimeoutError as error:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error
        if len(told) < _PID.size:
            raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
        (number,) = _PID.unpack(told)
        if not number:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return int(number)


class _ForkedProcess:
    """A process of the server, known here by a file that means it alone; see `Running`."""

    def __init__(self, pid: int) -> None:
        """Take hold of it. Raises `OSError`."""
        self.pid = pid
        self._file = os.pidfd_open(pid)
        self._is_over = False
        self._using = threading.Lock()

    def poll(self) -> int | None:
        return 0 if self._has_ended_within(0.0) else None

    def wait(self, timeout: float | None = None) -> int:
        end_s = None if timeout is None else time.monotonic() + timeout
        while not self._has_ended_within(_LOOK_S):
            if end_s is not None and time.monotonic() > end_s:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return 0

    def kill(self) -> None:
        with self._using:
            if not self._is_over:
                # It may be ending.
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._file, signal.SIGKILL)

    def _has_ended_within(self, duration_s: float) -> bool:
        with self._using:
            if not self._is_over:
                ending = select.poll()
                ending.register(self._file, select.POLLIN)
                if ending.poll(duration_s * 1000):
                    self._is_over = True
                    os.close(self._file)
            return self._is_over
