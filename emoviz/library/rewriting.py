"""Song files changed in place: what sounds stays as it is, byte by byte, or the file does."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av

from emoviz import errors
from emoviz.library.records import FileState
from emoviz.system import files

Change = Callable[[Path], None]
"""Changes the file at a path; raises `OSError` or `errors.OutputError`"""


def rewrite(path: Path, change: Change) -> None:
    """Have `change` done to a copy of a song, and put that in its place if it sounds the same.

    Time and permissions stay as they were. Raises `errors.OutputError`, and then the file is as it
    was; nothing is left beside it.
    """
    # A link stays one, and leads to what was changed.
    original = path.resolve()
    copy = files.temporary_beside(original)
    try:
        with _as_output_error(path):
            if not os.access(original, os.W_OK):
                # The rename would not mind.
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            before = FileState.of(original)
            shutil.copyfile(original, copy)
            change(copy)
            if packets(copy, path) != packets(original, path):
                raise errors.OutputError(
                    path,
                    "its audio would not stay as it is",
                    "leave this file out, or convert it first",
                )
            _keep_look(original, copy)
            if FileState.of(original) != before:
                raise errors.OutputError(
                    path, "it was changed by another program meanwhile", "try again"
                )
            copy.replace(original)
    finally:
        with suppress(OSError):
            copy.unlink()


def packets(file: Path, name: Path) -> dict[int, str]:
    """Give, for each stream that sounds or moves, a SHA-256 of its packets and their times.

    Raises `errors.OutputError` that says `name` where the file cannot be taken apart.
    """
    sums: dict[int, hashlib._Hash] = {}
    try:
        # By its bytes alone: a copy that has another suffix is taken for the same kind of file.
        with (
            file.open("rb") as opened,
            av.open(opened, "r", metadata_errors="replace") as container,
        ):
            cover = av.stream.Disposition.attached_pic
            streams = [
                stream
                for stream in container.streams
                if stream.type in ("audio", "video") and not stream.disposition & cover
            ]
            for packet in container.demux(streams):
                if packet.size:
                    counted = sums.setdefault(packet.stream_index, hashlib.sha256())
                    counted.update(f"{packet.pts} {packet.duration} {packet.size};".encode())
                    counted.update(bytes(packet))
    except av.FFmpegError as error:
        raise errors.OutputError(
            name,
            f"its audio cannot be compared: {errors.words_of(error)}",
            "get a fresh copy of the file",
        ) from error
    return {index: counted.hexdigest() for index, counted in sums.items()}


def _keep_look(original: Path, copy: Path) -> None:
    status = original.stat()
    if hasattr(os, "chown"):
        # Only the superuser gives files away; for others the file becomes theirs.
        with suppress(PermissionError):
            os.chown(copy, status.st_uid, status.st_gid)
    shutil.copystat(original, copy)
    with copy.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "free some room" if is_full else "make it and its folder writable, or leave it out"
        raise errors.OutputError(path, errors.words_of(error), remedy) from error
