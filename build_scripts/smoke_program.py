"""A program that was built, run as an ordinary user would, in a home of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

DEADLINE_S = 180.0
_LOOK_S = 0.1
_NOBODY = 65534
"""Who the program runs as where the test is run by the superuser, to whom nothing is forbidden."""
_TRACKED = "tracked "


def wait_for(what: str, condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Wait until `condition` holds. Raises `TimeoutError` saying `what` did not come."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(f"{what}: not within {deadline_s:.0f} s")
        time.sleep(_LOOK_S)


def owned(path: Path) -> Path:
    """Make a file or folder the user's who runs the program."""
    if os.geteuid() == 0:
        os.chown(path, _NOBODY, _NOBODY)
    return path


@dataclass
class Place:
    """Where a user is: a home, a folder to work in, a screen and a sound device or not."""

    home: Path
    work: Path
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, home: str = "home") -> "Place":
        """Make one in `folder`, with an empty home of that name."""
        folder.mkdir()
        place = cls(folder / home, folder / "work")
        for made in (place.home, place.work, folder / "run"):
            made.mkdir()
            owned(made).chmod(0o700)
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
            **self._options(),  # type: ignore[call-overload]
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
                **self._options(),  # type: ignore[call-overload]
                stdout=out,
                stderr=error,
                start_new_session=True,
            )
        return Started(self, process, told, complaint)

    def _options(self) -> dict[str, object]:
        user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if not os.geteuid() else {}
        return {"cwd": self.work, "env": self.environment, "stdin": subprocess.DEVNULL} | user


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
