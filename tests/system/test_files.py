"""Files are written whole or not at all, on real disks that are full, read-only or in the way."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emoviz import errors
from emoviz.system.files import sha256_of_file, write_whole
from tests.support.places import closed, read_only

ROOM_BYTES = 4096

# A limit on the size of files stops a write half-way as a full disk does, and needs no disk.
FULL_DISK = f"""
import resource, signal, sys
from pathlib import Path
from emoviz import errors
from emoviz.system.files import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM_BYTES}, {ROOM_BYTES}))
folder = Path(sys.argv[1])
try:
    write_whole({{folder / "small.csv": b"new", folder / "large.csv": bytes({4 * ROOM_BYTES})}})
except errors.OutputError as error:
    print(error)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writes_all_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    write_whole({tmp_path / "a.csv": b"new", tmp_path / "b.json": b"{}"})
    assert contents(tmp_path) == {"a.csv": b"new", "b.json": b"{}"}


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{tmp_path / 'large.csv'}: cannot be written (")
    assert done.stdout.count("\n") == 1
    assert contents(tmp_path) == {"small.csv": b"old"}


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with (
        read_only(tmp_path),
        pytest.raises(errors.OutputError, match=r"a\.csv: .*permission denied"),
    ):
        write_whole({tmp_path / "a.csv": b"new"})
    assert contents(tmp_path) == {"a.csv": b"old"}


def test_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    with closed(folder), pytest.raises(errors.OutputError, match=r"a\.csv: .*permission denied"):
        write_whole({folder / "a.csv": b"new"})
    assert contents(folder) == {}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match=r"nowhere/a\.csv: cannot be written"):
        write_whole({tmp_path / "nowhere" / "a.csv": b"new"})
    assert contents(tmp_path) == {}


def test_a_folder_in_the_way_of_one_file_stops_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    (tmp_path / "b.json").mkdir()
    with pytest.raises(errors.OutputError, match=r"b\.json"):
        write_whole({tmp_path / "a.csv": b"new", tmp_path / "b.json": b"{}"})
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.json"]


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    # As the superuser, "-o /dev/null" must not put a file in the place of the device.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(errors.OutputError, match="pipe"):
        write_whole({pipe: b"new"})
    assert pipe.is_fifo()


def test_a_file_that_nothing_is_written_to_is_empty(tmp_path: Path) -> None:
    write_whole({tmp_path / "empty": b""})
    assert contents(tmp_path) == {"empty": b""}


def test_the_fingerprint_is_sha256(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "song.wav").write_bytes(data)
    assert sha256_of_file(tmp_path / "song.wav") == hashlib.sha256(data).hexdigest()


def test_a_name_as_long_as_names_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 125 + ".json")
    write_whole({path: b"{}"})
    assert contents(tmp_path) == {path.name: b"{}"}
