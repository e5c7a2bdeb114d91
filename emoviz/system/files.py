"""Files written whole or not at all, and their fingerprints."""

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias

from emoviz import errors

_SHOWN_LETTERS = 40
LONGEST_NAME = 255
"""Bytes that a file's name may have, or letters, by the system."""

Identity: TypeAlias = tuple[int, int]
"""What tells a file or folder from all others: its device and its number there."""


class Stamp(NamedTuple):
    """What tells that a file is still the same."""

    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, stat: os.stat_result) -> "Stamp":
        """Pick it out of what the system says of a file."""
        return cls(stat.st_ino, stat.st_size, stat.st_mtime_ns)


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write every file of `contents` completely, or leave all of them as they were.

    Each goes to a temporary file beside its target, is flushed to the disk, and is renamed only
    after all of them have been written.

    Raises `errors.OutputError` naming the file that could not be written.
    """
    for path in contents:
        check_target(path)
    temporaries: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            temporary = temporary_beside(path)
            temporaries[path] = temporary
            with as_output_error(path), temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, temporary in temporaries.items():
            with as_output_error(path):
                temporary.replace(path)
    finally:
        for temporary in temporaries.values():
            # Where nothing could be made there is nothing to remove.
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write what `path` is to hold; it is there only if all of it was written.

    For what is too large to be held in memory. Raises `errors.OutputError`.
    """
    check_target(path)
    temporary = temporary_beside(path)
    try:
        with as_output_error(path):
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def check_target(path: Path) -> None:
    """Raise `errors.OutputError` where something that is no file has the name of one to come.

    A rename would fail on a folder after others were renamed, and would replace a device.
    """
    with as_output_error(path):
        in_the_way = path.exists() and not path.is_file()
    if in_the_way:
        raise errors.OutputError(
            path, "something that is no file has this name", "choose another name"
        )


def make_folder(folder: Path) -> None:
    """Make a folder with all that are above it, if it is not there. Raises `errors.OutputError`."""
    with as_output_error(folder):
        folder.mkdir(parents=True, exist_ok=True)


def temporary_beside(path: Path) -> Path:
    """Give a name, for what is to become `path`, that no other file has."""
    # Shortened: the name that it is for may be as long as names can be.
    return path.with_name(f".{path.name[:_SHOWN_LETTERS]}.{secrets.token_hex(4)}.part")


def sha256_of_file(path: Path) -> str:
    """Give the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(path: Path) -> Identity | None:
    """Give what tells a file from all others whatever it is called; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_same(path: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file."""
    found = identity(path)
    return found is not None and found == identity(other)


@contextmanager
def as_output_error(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into `errors.OutputError`."""
    try:
        yield
    except OSError as error:
        raise errors.OutputError(path, errors.words_of(error)) from error
