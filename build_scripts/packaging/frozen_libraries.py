"""Which of a Linux system's libraries come along in the frozen program; emoviz.spec asks."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

Entry = tuple[str, str, str]
"""What PyInstaller collects: the name in the folder, the file it comes from, the kind of it"""

_SYSTEM = ("/lib", "/usr/lib")
_ASKED_FOR_BY_NAME = re.compile(r"lib(python|portaudio)")


def without_orphans(entries: Sequence[Entry]) -> list[Entry]:
    """Give the entries without those libraries of the system that nothing among them needs.

    They were needed by what has been left out. A library that is needed and not among the entries
    is the system's own.
    """
    ours = {name: file for name, file, kind in entries if kind != "SYMLINK"}
    waiting = [name for name, file in ours.items() if not _may_be_orphan(name, file)]
    kept = set(waiting)
    while waiting:
        for needed in _needed(ours[waiting.pop()]):
            if needed in ours and needed not in kept:
                kept.add(needed)
                waiting.append(needed)
    return [entry for entry in entries if entry[0] in kept or entry[2] == "SYMLINK"]


def _may_be_orphan(name: str, file: str) -> bool:
    return "/" not in name and file.startswith(_SYSTEM) and _ASKED_FOR_BY_NAME.match(name) is None


def _needed(file: str) -> list[str]:
    with Path(file).open("rb") as start:
        if start.read(4) != b"\x7fELF":
            return []
    told = subprocess.run(["objdump", "-p", file], capture_output=True, text=True, check=True)
    return re.findall(r"NEEDED\s+(\S+)", told.stdout)
