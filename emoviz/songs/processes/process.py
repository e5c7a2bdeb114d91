"""A process that decodes, seen from outside: a decoder library that crashes ends only that."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Protocol, cast

from emoviz import errors
from emoviz.songs.decoder import Damage, SoundTracks, ignore_damage
from emoviz.songs.processes import wire
from emoviz.songs.processes.wire import Message
from emoviz.system import priority
from emoviz.units import Samples

_LOG = logging.getLogger(__name__)

DECODE_ARGUMENT = "--decode"
FORK_ARGUMENT = "--fork-decoders"
"""What a frozen program is started with to be a decoding process, or the server of such"""

_MODULES = {DECODE_ARGUMENT: "host", FORK_ARGUMENT: "fork_server"}

_PIPE_BYTES = 1 << 20
"""Room for a block: written in one go, it does not wait for a busy reader."""
_PATIENT_S = 1.0
"""How long a process that was killed may take to end."""


class ProcessLostError(Exception):
    """A decoding process has ended, or was ended, before it answered; the text says why."""


class Running(Protocol):
    """What is asked of a process that runs: `subprocess.Popen` has it."""

    pid: int

    def poll(self) -> int | None:
        """Give its status once it has ended, 0 where that is not known."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises `subprocess.TimeoutExpired`."""

    def kill(self) -> None:
        """End it at once."""


class DecoderProcess:
    """A process that has one file open at a time; see `host`."""

    def __init__(self, process: Running, requests: FileIO, answers: FileIO) -> None:
        """Talk to `process`, which may not have begun yet."""
        self._process, self._requests, self._answers = process, requests, answers
        _widen(self._answers)
        self._talking = threading.Lock()
        self._asked_s: float | None = None
        self._hung_s = 0.0
        self._is_ended = False
        self._has_stepped_back = False

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def is_free(self) -> bool:
        """Whether it can be asked something."""
        return self._asked_s is None and self.is_alive

    @property
    def is_as_new(self) -> bool:
        """Whether it is as good for another file as one that has just been started."""
        return self.is_free and not self._has_stepped_back

    def ask(self, request: Message) -> tuple[Message, Samples | None]:
        """Ask; wait for the answer, and samples (samples, channels) if it has any.

        Raises `ProcessLostError`.
        """
        with self._talking:
            self._asked_s = time.monotonic()
            try:
                wire.send(self._requests, request)
                answer = wire.receive(self._answers)
            except (OSError, EOFError, ValueError) as error:
                raise ProcessLostError(self._why_lost(error)) from error
            self._asked_s = None
            return answer

    def tell(self, request: Message) -> None:
        """Ask for what has no answer, and do not wait."""
        with self._talking, suppress(OSError, ValueError):
            wire.send(self._requests, request)

    def step_back(self) -> None:
        """Have it wait, from now on, for others that want the same core."""
        self._has_stepped_back = True
        self.tell({"do": "step back"})

    def end_if_hung(self, patience_s: float) -> None:
        """End it where an answer has taken longer than `patience_s`; whoever waits is told."""
        asked_s = self._asked_s
        if asked_s is not None and time.monotonic() - asked_s > patience_s:
            self._hung_s = patience_s
            self._process.kill()

    def kill(self) -> None:
        """Have it end at once; whoever waits for an answer gets `ProcessLostError`."""
        self._is_ended = True
        self._process.kill()

    def end(self) -> None:
        """Have it end at once, wait for that, and leave nothing of it."""
        self.kill()
        with suppress(subprocess.TimeoutExpired):
            # Reading from a disk that does not answer, it ends when that does.
            self._process.wait(_PATIENT_S)
        if self._talking.acquire(timeout=_PATIENT_S):
            self._requests.close()
            self._answers.close()
            self._talking.release()

    def _why_lost(self, error: Exception) -> str:
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENT_S)
        if self._is_ended:
            return "the decoder was ended"
        status = self._process.poll()
        _LOG.warning("decoding process %s: status %s, %r", self._process.pid, status, error)
        if self._hung_s:
            return f"there was no answer for {self._hung_s:g} s"
        return "the decoder crashed"


class ProcessDecoder:
    """A file that is open in a process of its own; `decoder.Decoder` says what it does."""

    def __init__(
        self,
        path: Path,
        sound_track: int | None,
        process: DecoderProcess,
        give_back: Callable[[DecoderProcess], None],
    ) -> None:
        """Open `path` in `process`, which is given back when this is closed.

        Of several sound tracks `sound_track` is the number of the one that was chosen. The process
        is as patient as the thread that opens it. Raises `errors.SongError`, and does not give it
        back then.
        """
        self._path, self._process, self._give_back = path, process, give_back
        self._is_closed = False
        if priority.has_stepped_back():
            process.step_back()
        told = self._ask({"do": "open", "path": str(path), "sound_track": sound_track})
        self.sample_rate_hz = int(told["rate_hz"])
        self.channels = int(told["channels"])
        self.remark = str(told["remark"])
        names, heard, usual = told["tracks"]
        self.sound_tracks = SoundTracks(tuple(map(str, names)), int(heard), int(usual))

    @property
    def duration_s(self) -> float:
        """How long the sound is, as far as the bytes tell."""
        return float(self._lengths["duration_s"])

    @property
    def claimed_s(self) -> float | None:
        """How long the header says that it is; None where it says nothing."""
        claimed_s = self._lengths["claimed_s"]
        return None if claimed_s is None else float(claimed_s)

    @cached_property
    def _lengths(self) -> Message:
        return self._ask({"do": "duration"})

    @property
    def is_there(self) -> bool:
        """Whether its process has not ended."""
        return self._process.is_alive

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `decoder.Decoder.blocks`.

        Raises `errors.DecoderLostError` besides.
        """
        request: Message = {"do": "blocks", "start": start_sample}
        while True:
            told, samples = self._answer(request)
            for first, stop in told["damaged"]:
                on_damage(first, stop)
            self._check(told)
            if samples is None:
                return
            yield samples
            request = {"do": "next"}

    def close(self) -> None:
        """Give the file and the process back, without waiting."""
        if not self._is_closed:
            self._is_closed = True
            if self._process.is_free:
                self._process.tell({"do": "close"})
            self._give_back(self._process)

    def _ask(self, request: Message) -> Message:
        told, _ = self._answer(request)
        self._check(told)
        return told

    def _answer(self, request: Message) -> tuple[Message, Samples | None]:
        try:
            return self._process.ask(request)
        except ProcessLostError as error:
            raise errors.DecoderLostError(self._path, str(error)) from error

    def _check(self, told: Message) -> None:
        if "error" not in told:
            return
        kind = getattr(errors, told["error"], None)
        if not (isinstance(kind, type) and issubclass(kind, errors.SongError)):
            _LOG.error("decoding %s:\n%s", self._path, told["text"])
            raise errors.SongFailedError(self._path, "decoding it")
        # Made without its own initialiser, which would make a sentence of the sentence.
        raise kind.__new__(kind, told["text"])


def _widen(pipe: FileIO) -> None:
    if sys.platform == "linux":
        # Imported here: other systems do not have it.
        import fcntl

        # A system may allow less, and then it only takes longer.
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class Spawner:
    """Starts decoding processes from nothing, which takes as long as to start Python."""

    spares = 1
    """How many processes are worth keeping ready"""

    def start(self) -> DecoderProcess:
        """Start one, without waiting until it is there. Raises `OSError`."""
        process = subprocess.Popen(
            python_command(DECODE_ARGUMENT),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return DecoderProcess(process, cast(FileIO, process.stdin), cast(FileIO, process.stdout))

    def close(self) -> None:
        """Do nothing: there is nothing but what was started."""


def python_command(argument: str) -> list[str]:
    """Give the command by which this program starts itself as what `argument` says."""
    if getattr(sys, "frozen", False):
        return [sys.executable, argument]
    # Not multiprocessing's: that would import what this program was started with, Qt and all.
    module = _MODULES[argument]
    start = f"from emoviz.songs.processes import {module}; {module}.main()"
    return [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {start}"]


def environment() -> dict[str, str]:
    """Give the environment of a process that decodes."""
    # It does no algebra, for which numpy would start threads.
    return os.environ | {"OPENBLAS_NUM_THREADS": "1"}
