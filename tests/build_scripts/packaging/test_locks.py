"""What is installed and built with is locked, file by file, and agrees with constraints.txt."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build_scripts import ROOT

SCRIPTS = [
    f"build_scripts/{name}.py" for name in ("__init__", "packaging/__init__", "packaging/locks")
]


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "build_scripts.packaging.locks", "--check"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("constraints.txt", "pyproject.toml", "locked", *SCRIPTS):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        copying = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copying(ROOT / name, place)
    return tmp_path


def edit(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count
    path.write_text(text, encoding="utf-8")


def test_the_locks_agree_with_what_is_asked_for() -> None:
    done = check(ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_locks_name_no_place_on_the_net_or_on_a_machine() -> None:
    for lock in (ROOT / "locked").iterdir():
        assert not re.search(
            r"://|^\s*-[-if]|file:|^/", lock.read_text().replace("--hash", ""), re.M
        )


@pytest.mark.parametrize(
    ("file", "pattern", "new", "sentence"),
    [
        ("constraints.txt", r"^soxr==.*$", "soxr==0.9", "constraints.txt 0.9"),
        ("constraints.txt", r"^soxr==.*\n", "", "constraints.txt nothing"),
        ("locked/run.txt", r"^soxr==(.*\n    --hash.*)*\n", "", "has not the soxr"),
        ("locked/run.txt", r"^pycparser==.*\n(    --hash.*\n)*", "", "pycparser"),
        (
            "locked/run.txt",
            r"^(tinytag==\S+) \\\n(    --hash.*\n)*",
            r"\1\n",
            "no fingerprint of tinytag",
        ),
        ("pyproject.toml", r'"av>=14"', '"av>=99"', "has not the av>=99 that pyproject.toml needs"),
    ],
)
def test_what_does_not_agree_is_named(
    copy: Path, file: str, pattern: str, new: str, sentence: str
) -> None:
    edit(copy / file, pattern, new)
    done = check(copy)
    assert done.returncode == 1
    assert sentence in done.stderr
