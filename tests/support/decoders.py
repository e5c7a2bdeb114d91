"""Processes that decode, seen from outside: which there are, and what a signal does to them."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from tests.support.audio import wait_until


def decoding_processes(of: int | None = None) -> list[psutil.Process]:
    """Give the decoding processes of this process, or of the one with that id, and their server."""
    found = []
    for process in psutil.Process(of).children(recursive=True):
        try:
            command = " ".join(process.cmdline())
            if "emoviz.songs.processes import" in command:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def processes_with(path: Path, of: int | None = None) -> list[psutil.Process]:
    """Give those that have a file open."""
    found = []
    for process in decoding_processes(of):
        try:
            if any(Path(file.path) == path for file in process.open_files()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def halt(*processes: psutil.Process) -> None:
    """Have processes do nothing more, as those that hang."""
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)


def crash(*processes: psutil.Process) -> None:
    """Have processes die as of a bad pointer, also those that were halted."""
    for process in processes:
        os.kill(process.pid, signal.SIGSEGV)
        # It may be gone by now.
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)


def wait_for_end(*processes: psutil.Process) -> None:
    """Wait until processes are no more."""
    wait_until(lambda: not any(_lives(process) for process in processes))


def _lives(process: psutil.Process) -> bool:
    try:
        # Its parent does not hear of its end as long as one of its threads is still there.
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False
