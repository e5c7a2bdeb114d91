"""Whether a library is sound and what it knows is still so, and making its file smaller."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from emoviz import errors
from emoviz.library.records import FileState, text_of
from emoviz.library.store import Library
from emoviz.system import files


class Change(Enum):
    """What has become of a song's file since it was put in."""

    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Finding:
    """A song whose file is not what it was."""

    path: Path
    change: Change


def check(library: Library) -> None:
    """Look through the whole file of a library. Raises `errors.LibraryCorruptError`."""
    with library.asking() as connection:
        rows = connection.execute("PRAGMA integrity_check(1)").fetchall()
        loose = connection.execute("PRAGMA foreign_key_check").fetchone()
    (verdict,) = rows[0]
    if verdict != "ok":
        raise errors.LibraryCorruptError(library.path, " ".join(verdict.split()))
    if loose is not None:
        reason = f"a row of {loose[0]} belongs to one of {loose[2]} that is not there"
        raise errors.LibraryCorruptError(library.path, reason)


def changes(library: Library) -> Iterator[Finding]:
    """Yield the songs whose files are gone, or hold other bytes than they did."""
    after = 0
    while True:
        with library.asking() as connection:
            rows = connection.execute(
                "SELECT id, path, size, mtime_ns, sha256 FROM songs WHERE id > ? "
                "ORDER BY id LIMIT 1000",
                (after,),
            ).fetchall()
            songs = [
                (Path(text_of(path)), FileState(size, mtime_ns), bytes.hex(sha256))
                for _, path, size, mtime_ns, sha256 in rows
            ]
        if not rows:
            return
        for path, state, sha256 in songs:
            change = _change(path, state, sha256)
            if change is not None:
                yield Finding(path, change)
        after = rows[-1][0]


def vacuum(library: Library) -> tuple[int, int]:
    """Give back the room that nothing is in; give the file's size before and after, in bytes."""
    with library.asking() as connection:
        before = library.path.stat().st_size
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return before, library.path.stat().st_size


def _change(path: Path, known: FileState, sha256: str) -> Change | None:
    try:
        state = FileState.of(path)
        if state == known:
            return None
        if state.size == known.size and files.sha256_of_file(path) == sha256:
            return None
    except (errors.SongError, OSError):
        return Change.GONE
    return Change.CHANGED
