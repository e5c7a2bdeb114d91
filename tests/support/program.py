"""Runs the whole program in a process of its own, as a user would, in a home of its own."""

import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import emoviz
from tests.support.patience import DEADLINE_S

ROOT = Path(emoviz.__file__).parents[1]
_NOT_INHERITED = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONUNBUFFERED")

_HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")

_LIBC = ctypes.CDLL(None)
_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2


def respect_permissions() -> None:
    """Take from the superuser, before the program starts, the right to pass by permissions."""
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        _LIBC.prctl(_PR_CAPBSET_DROP, capability)


@dataclass
class Program:
    """`python -m emoviz` in the folder `place`, with settings and log below `home`."""

    place: Path
    home: Path
    root: Path = ROOT
    """Where the package `emoviz` is."""
    variables: dict[str, str] = field(default_factory=dict)
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What the process gets: no display, unless `variables` names one."""
        inherited = {
            name: value for name, value in os.environ.items() if name not in _NOT_INHERITED
        }
        own = {
            name: str(self.home)
            for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
        }
        return inherited | own | {"PYTHONPATH": str(self.root)} | self.variables

    def command(self, *arguments: object) -> list[str]:
        """Give the command line for `arguments`."""
        return [sys.executable, "-m", "emoviz", *map(str, arguments)]

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run to the end and give what came out."""
        return self._run(self.command(*arguments))

    def run_code(self, code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run Python code that calls the program, and give what came out."""
        return self._run([sys.executable, "-c", code, *map(str, arguments)])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=DEADLINE_S,
            check=False,
            preexec_fn=respect_permissions,
        )

    def start(self, *arguments: object, **options: object) -> subprocess.Popen[bytes]:
        """Start and give the process."""
        process = subprocess.Popen(  # type: ignore[call-overload]
            self.command(*arguments),
            cwd=self.place,
            env=self.environment,
            **options,
        )
        self._started.append(process)
        return process  # type: ignore[no-any-return]

    def end(self) -> None:
        """End what was started and still runs: a test that fails half way leaves it behind."""
        for process in self._started:
            process.kill()
            process.wait()
