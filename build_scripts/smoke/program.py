"""A program that was built, run as an ordinary user would, in a home of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.support.program import respect_permissions

DEADLINE_S = 180.0
_LOOK_S = 0.1
_NOBODY = 65534
_TRACKED = "tracked "


def wait_for(what: str, condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Wait until `condition` holds. Raises `TimeoutError` saying `what` did not come."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(f"{what}: not within {deadline_s:.0f} s")
        time.sleep(_LOOK_S)


@dataclass(frozen=True)
class User:
    """Who runs the program: `name` says it, `options` are those of `subprocess.Popen`."""

    name: str
    options: dict[str, Any]
    id: int

    @classmethod
    def of(cls, program: Path) -> "User":
        """Give an ordinary user who can run `program`: nothing is forbidden to the superuser.

        An interpreter in the superuser's home can be reached by nobody else: then it is the
        superuser who must respect permissions like everybody.
        """
        if os.geteuid():
            return cls("the user who runs the test", {}, os.geteuid())
        nobody: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        try:
            subprocess.run([program, "--version"], **nobody, capture_output=True, check=True)
        except PermissionError:
            return cls("root, without its privileges", {"preexec_fn": respect_permissions}, 0)
        return cls("nobody", nobody, _NOBODY)

    def own(self, path: Path) -> Path:
        """Make a file or folder the user's; give it."""
        if self.id != os.geteuid():
            os.chown(path, self.id, self.id)
        return path


@dataclass
class Place:
    """Where a user is: a home, a folder to work in, a screen and a sound device or not."""

    user: User
    home: Path
    work: Path
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, user: User, home: str = "home") -> "Place":
        """Make one in `folder`, with an empty home of that name."""
        folder.mkdir()
        place = cls(user, folder / home, folder / "work")
        for made in (place.home, place.work, folder / "run"):
            made.mkdir(mode=0o700)
            user.own(made)
        place.variables["XDG_RUNTIME_DIR"] = str(folder / "run")
        # Not the session's that runs the test.
        place.variables["PULSE_SERVER"] = f"unix:{folder / 'run' / 'no_sound'}"
        return place

    @property
    def environment(self) -> dict[str, str]:
        """What a program gets: nothing of the test's own, so that a checkout cannot help out."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
        } | self.variables

    def log(self) -> str:
        """Give what the program has written to its log, wherever below the home that is."""
        return "".join(
            file.read_text(encoding="utf-8") for file in sorted(self.home.rglob("emoviz.log"))
        )

    def processes(self) -> list[psutil.Process]:
        """Give every process that lives in this home, whoever started it."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("HOME") == str(self.home):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def run(self, program: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run to the end and give what came out."""
        return subprocess.run(
            [program, *map(str, arguments)],
            **self._options(),
            capture_output=True,
            encoding="utf-8",
            timeout=DEADLINE_S,
            check=False,
        )

    def start(self, program: Path, *arguments: object) -> "Started":
        """Start, with what it prints in files."""
        number = len(list(self.work.parent.glob("stderr*")))
        told, complaint = (self.work.parent / f"{name}{number}" for name in ("stdout", "stderr"))
        with told.open("wb") as out, complaint.open("wb") as error:
            process = subprocess.Popen(
                [program, *map(str, arguments)],
                **self._options(),
                stdout=out,
                stderr=error,
                start_new_session=True,
            )
        return Started(self, process, told, complaint)

    def _options(self) -> dict[str, Any]:
        options = {"cwd": self.work, "env": self.environment, "stdin": subprocess.DEVNULL}
        return options | self.user.options


@dataclass
class Started:
    """A program that runs, and what it says."""

    place: Place
    process: "subprocess.Popen[bytes]"
    _told: Path
    _complaint: Path

    @property
    def told(self) -> str:
        """What it has printed."""
        return self._told.read_text(encoding="utf-8")

    @property
    def complaint(self) -> str:
        """What it has printed to standard error."""
        return self._complaint.read_text(encoding="utf-8")

    @property
    def notes(self) -> str:
        """Its log, which goes to the terminal where the home cannot be written to."""
        return self.place.log() or self.complaint

    @property
    def decoders(self) -> list[psutil.Process]:
        """The processes that it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_for_note(self, text: str) -> None:
        """Wait until something stands in the log. Raises `TimeoutError`, and if it has ended."""

        def noted() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"it ended with status {self.process.returncode}: {self.complaint[-500:]}"
                )
            return text in self.notes

        wait_for(f"{text!r} in the log", noted)

    def wait_for_track(self, song: Path) -> None:
        """Wait until the whole trail of a song is there."""
        self.wait_for_note(f"{_TRACKED}{song}")

    def wait_for_end(self) -> int:
        """Wait until it has ended by itself; give its status."""
        return self.process.wait(DEADLINE_S)

    def end(self) -> None:
        """End it and all it has started, if that is still there."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(DEADLINE_S)
        for process in self.place.processes():
            process.kill()
