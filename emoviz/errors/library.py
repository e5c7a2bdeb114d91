"""What can be wrong with the library, and with a cluster that fills it."""

from collections.abc import Sequence
from pathlib import Path

from emoviz.errors.base import EmovizError


class LibraryError(EmovizError):
    """The library of songs cannot be used."""


class LibraryMissingError(LibraryError):
    """There is no library yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: there is no library yet; 'emoviz library add FOLDER' begins one."
        )


class LibraryUnwritableError(LibraryError):
    """The library's file cannot be made or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: the library cannot be written ({reason}); make its folder writable or free "
            "some room. On the command line --library FILE keeps it somewhere else. What was in it "
            "is kept."
        )


class LibraryBusyError(LibraryError):
    """Another program has been writing to the library for too long."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: another program is writing to the library; wait until it is done and try "
            "again."
        )


class LibraryNewerError(LibraryError):
    """A newer emoviz made the library."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: a newer emoviz made this library; install that version, or keep a library "
            "of your own with --library FILE."
        )


class LibraryForeignError(LibraryError):
    """A file that is to be a library is something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this is no library of emoviz; choose another file.")


class LibraryCorruptError(LibraryError):
    """The library's file is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: the library is damaged ({reason}); --new keeps it aside, with the date in "
            "its name, and begins a new one."
        )


class ClusterError(EmovizError):
    """Songs cannot be tracked on other machines."""


class SchedulerMissingError(ClusterError):
    """No scheduler answers at an address."""

    def __init__(self, scheduler: str, reason: str) -> None:
        super().__init__(
            f"{scheduler}: no Dask scheduler answers there ({reason}); check the address, which is "
            "like tcp://host:8786, or leave out --scheduler to use this machine."
        )


class SchedulerLostError(ClusterError):
    """The scheduler has gone while songs were tracked."""

    def __init__(self, scheduler: str) -> None:
        super().__init__(
            f"{scheduler}: the scheduler has gone. What is done is kept: start it and run this "
            "again to do the rest, or leave out --scheduler to do it on this machine."
        )


class NoWorkersError(ClusterError):
    """The scheduler has no workers."""

    def __init__(self, scheduler: str, waited_s: float) -> None:
        super().__init__(
            f"{scheduler}: the scheduler has had no worker for {waited_s:.0f} s. What is done is "
            f"kept: start workers with 'dask worker {scheduler} --nthreads 1' and run this again."
        )


class WorkerError(ClusterError):
    """A worker cannot track songs."""

    def __init__(self, worker: str, reason: str, needed: str) -> None:
        super().__init__(
            f"{worker}: songs cannot be tracked there ({reason.rstrip('.')}). What is done is "
            f"kept: give every worker {needed} with the same models, start it anew, and run this "
            "again."
        )


class WordError(EmovizError):
    """A word that songs are to be found by is none of those on the plane."""

    def __init__(self, word: str, known: Sequence[str]) -> None:
        super().__init__(f"{word!r} is no word of the plane; choose one of: {', '.join(known)}.")
