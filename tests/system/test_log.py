"""The log, and what is written of a crash, also when two programs run at once."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT

_RUN = """
import os, signal, sys
from pathlib import Path
from emoviz.system import log

with log.crashes_noted(Path(sys.argv[1])) as earlier:
    print(earlier, flush=True)
    if sys.stdin.readline() == "crash\\n":
        os.kill(os.getpid(), signal.SIGSEGV)
"""


class _Running:
    """A program that notes crashes in `file`; `earlier` is what it has found there."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, file],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.earlier = self._process.stdout.readline().strip()

    def end(self, how: str = "end") -> int:
        self._process.communicate(f"{how}\n", timeout=DEADLINE_S)
        return self._process.returncode


def test_a_crash_is_written_down_whatever_another_program_does(tmp_path: Path) -> None:
    file = tmp_path / "log" / "crash.log"
    first, second = _Running(file), _Running(file)
    assert (first.earlier, second.earlier) == ("None", "None")
    assert second.end() == 0
    assert first.end("crash") == -signal.SIGSEGV
    third = _Running(file)
    assert "Segmentation fault" in Path(third.earlier).read_text("utf-8")
    assert third.end() == 0
    # It is told once.
    fourth = _Running(file)
    assert (fourth.earlier, fourth.end()) == ("None", 0)


def test_an_account_that_no_place_can_hold_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    running = _Running(tmp_path / "file" / "crash.log")
    assert (running.earlier, running.end()) == ("None", 0)
