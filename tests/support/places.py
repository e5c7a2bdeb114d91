"""Places on the disk that tests need: folders that cannot be written to or looked into."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534
_MAY_PASS = 0o011


@contextmanager
def without_superuser(folder: Path) -> Iterator[None]:
    """Be an ordinary user who can reach `folder`: nothing is forbidden to the superuser."""
    user = os.geteuid()
    if user == 0:
        for parent in folder.parents:
            mode = parent.stat().st_mode
            if mode & _MAY_PASS != _MAY_PASS:
                parent.chmod(mode | _MAY_PASS)
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make `folder` unwritable."""
    folder.chmod(0o555)
    try:
        with without_superuser(folder):
            yield
    finally:
        folder.chmod(0o755)


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Make it impossible to look into `folder`."""
    folder.chmod(0o000)
    try:
        with without_superuser(folder):
            yield
    finally:
        folder.chmod(0o755)
