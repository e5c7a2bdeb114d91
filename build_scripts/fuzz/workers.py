"""Processes that run the fuzzer's cases: one that dies, hangs or grows costs only its case."""

import faulthandler
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from build_scripts import machine

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from build_scripts.fuzz.originals import Original

RESULT, SENTENCE, CONTAINED, FINDING = "result", "sentence", "contained", "FINDING"
"""How a case ends: `CONTAINED` is a decoder library that crashed or hung and was said to have"""

HANG_S = 90.0
"""Longer than the window waits for a decoder that hangs"""
GRACE_S = 15.0
"""A worker that is past its time by this much is beyond helping itself."""
MOST_GROWTH_MB = 1200
"""How much more memory a case may take than the worker had before"""
_CASES_EACH = 400
"""So many cases has a worker before the next takes its place."""
_LOOK_EVERY_S = 0.5
_START_S = 90.0


@dataclass(frozen=True)
class Verdict:
    """What became of a case, and of a finding what is wrong."""

    outcome: str
    form: str = ""
    what: str = ""
    detail: str = ""


RunCase = Callable[[int, Path], Verdict]
"""Runs a case by its number, in an empty folder"""
Prepare = Callable[[int, Path, "list[Original]"], AbstractContextManager[RunCase]]
"""Makes what runs cases, of the seed, the worker's folder and the originals, in the worker"""


@dataclass(frozen=True)
class Answer:
    """A case that is over."""

    number: int
    verdict: Verdict
    place: Path
    """The folder that it was run in"""
    took_s: float


class Crew:
    """Workers that share the cases of a kind."""

    def __init__(
        self, prepare: Prepare, seed: int, folder: Path, originals: "list[Original]", workers: int
    ) -> None:
        self._made_with = (prepare, seed, originals)
        self._folder = folder
        self._count = workers
        self._made = 0

    def run(self, numbers: Iterator[int]) -> Iterator[Answer]:
        """Run cases and yield each as it is over, in any order."""
        workers = [self._worker() for _ in range(self._count)]
        try:
            while workers:
                for worker in list(workers):
                    if worker.number is None and not self._give(worker, numbers):
                        worker.end()
                        workers.remove(worker)
                wait([end for worker in workers for end in worker.ends], _LOOK_EVERY_S)
                for place, worker in enumerate(workers):
                    if (answer := worker.answer()) is not None:
                        yield answer
                        if worker.is_spent:
                            worker.end()
                            workers[place] = self._worker()
        finally:
            for worker in workers:
                worker.end()

    def _give(self, worker: "_Worker", numbers: Iterator[int]) -> bool:
        if not worker.is_ready():
            return True
        number = next(numbers, None)
        if number is not None:
            worker.begin(number)
        return number is not None

    def _worker(self) -> "_Worker":
        self._made += 1
        return _Worker(self._folder / f"worker{self._made}", *self._made_with)


class _Worker:
    """One process, and what it is doing."""

    def __init__(
        self, folder: Path, prepare: Prepare, seed: int, originals: "list[Original]"
    ) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(there, folder, prepare, seed, originals)
        )
        self._process.start()
        there.close()
        self._made_s = time.monotonic()
        self._watched: psutil.Process | None = None
        self._ready = False
        self._done = 0
        self._began_s = 0.0
        self._began_mb = 0.0
        self.number: int | None = None
        self.is_spent = False

    @property
    def ends(self) -> list[Connection | int]:
        """What comes to life when there is news."""
        return [self._here, self._process.sentinel]

    def is_ready(self) -> bool:
        """Tell whether the worker has made ready. Raises `RuntimeError` if it never does."""
        if not self._ready and self._here.poll():
            self._here.recv()
            self._ready = True
            self._watched = psutil.Process(self._process.pid)
        late = time.monotonic() - self._made_s > _START_S
        if not self._ready and (late or not self._process.is_alive()):
            raise RuntimeError(f"a worker did not start: {(self._folder / 'stderr').read_text()}")
        return self._ready

    def begin(self, number: int) -> None:
        """Run a case."""
        self.number = number
        self._began_s, self._began_mb = time.monotonic(), self._memory_mb()
        self._here.send(number)

    def answer(self) -> Answer | None:
        """Give what became of the case, if it is over, or the worker is."""
        if self.number is None:
            return None
        took_s = time.monotonic() - self._began_s
        verdict: Verdict | None = None
        with suppress(EOFError, ConnectionError):
            if self._here.poll():
                verdict = self._here.recv()
        if verdict is None:
            grown_mb = self._memory_mb() - self._began_mb
            if not self._process.is_alive():
                verdict = self._given_up(f"the process ended ({self._process.exitcode})")
            elif grown_mb > MOST_GROWTH_MB:
                verdict = self._given_up(f"{grown_mb:.0f} MB of memory after {took_s:.1f} s")
            elif took_s > HANG_S + GRACE_S:
                verdict = self._given_up(f"no end after {took_s:.0f} s")
            else:
                return None
        elif took_s > HANG_S and verdict.outcome != FINDING:
            detail = f"{verdict.outcome} only after {took_s:.0f} s{self._trace()}"
            verdict = Verdict(FINDING, verdict.form, verdict.what, detail)
        answer = Answer(self.number, verdict, self._folder / str(self.number), took_s)
        self.number = None
        self._done += 1
        self.is_spent |= self._done >= _CASES_EACH
        return answer

    def end(self) -> None:
        """End the process."""
        self.is_spent = True
        with suppress(OSError):
            self._here.send(None)
        self._process.join(5.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._here.close()

    def _given_up(self, detail: str) -> Verdict:
        self.is_spent = True
        self._process.kill()
        self._process.join()
        about = (self._folder / "about").read_text(encoding="utf-8").split("\n", 1)
        form, what = about if len(about) == 2 else ("?", "?")
        return Verdict(FINDING, form, what, f"{detail}{self._trace()}")

    def _trace(self) -> str:
        trace = (self._folder / "trace").read_text(encoding="utf-8", errors="replace")
        return f"\n{trace[-6000:]}" if trace else ""

    def _memory_mb(self) -> float:
        """Give how much memory the worker has, with the processes that decode for it."""
        assert self._watched is not None
        total = 0
        with suppress(psutil.Error):
            for process in (self._watched, *self._watched.children(recursive=True)):
                with suppress(psutil.Error):
                    total += machine.held_bytes(process)
        return total / 1e6


def note(folder: Path, form: str, what: str) -> None:
    """Write down what a case is, for the time after a crash."""
    (folder / "about").write_text(f"{form}\n{what}", encoding="utf-8")


def _serve(
    there: Connection, folder: Path, prepare: Prepare, seed: int, originals: "list[Original]"
) -> None:
    """Run cases until there is none: what a worker does."""
    os.environ.update(machine.home(folder / "home"))
    for number, name in ((1, "stdout"), (2, "stderr")):
        opened = os.open(folder / name, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)
    (folder / "about").touch()
    with (
        (folder / "trace").open("a", encoding="utf-8") as trace,
        prepare(seed, folder, originals) as run,
    ):
        faulthandler.enable(trace)
        there.send("ready")
        while (number := there.recv()) is not None:
            place = folder / str(number)
            place.mkdir()
            trace.truncate(0)
            faulthandler.dump_traceback_later(HANG_S - 1.0, file=trace)
            verdict = run(number, place)
            faulthandler.cancel_dump_traceback_later()
            there.send(verdict)
