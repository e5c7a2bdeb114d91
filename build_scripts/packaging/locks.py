"""The lock files in locked/: every package that emoviz is run or built with, with its fingerprints.

    python -m build_scripts.packaging.locks            # writes them, as constraints.txt has them
    python -m build_scripts.packaging.locks --check    # do they agree? without a network

A version is changed in constraints.txt; this writes the fingerprints that belong to it, for every
system, as the package index of this machine's pip gives them.
"""

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from build_scripts import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
RUN = ROOT / "locked" / "run.txt"
_GROUPS = {name: ROOT / "locked" / f"{name}.txt" for name in ("build", "freeze")}
_WHAT = {RUN: ("pyproject.toml",)} | {path: ("--group", name) for name, path in _GROUPS.items()}
_LEAST_PYTHON = "3.11"

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")


@dataclass(frozen=True)
class Pin:
    """One version of a package, the systems that need it, and the SHA-256 of each of its files."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]


def read(path: Path) -> dict[str, Pin]:
    """Read a lock file or constraints.txt; keys are names in their normal form."""
    pins: dict[str, Pin] = {}
    entries = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for entry in entries:
        entry = entry.partition("#")[0].strip()
        if not entry:
            continue
        found = _PIN.match(entry.partition("--hash")[0].strip())
        if found is None:
            raise SystemExit(f"{path.name}: {entry[:60]!r} is no version of a package")
        name = normal(found[1])
        pins[name] = Pin(name, found[2], found[3] or "", tuple(_HASH.findall(entry)))
    return pins


def normal(name: str) -> str:
    """Give a package's name in the form in which two names are the same package or not."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write, or check; give 1 if something is wrong."""
    parser = argparse.ArgumentParser(description="Write the lock files.")
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write(_index_of_pip())
    faults = list(check())
    print("".join(f"{fault}: run make lock\n" for fault in faults), end="", file=sys.stderr)
    return int(bool(faults))


def check() -> Iterator[str]:
    """Yield what in the lock files does not agree with pyproject.toml and constraints.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {RUN: project["project"]["dependencies"]}
    asked |= {path: project["dependency-groups"][name] for name, path in _GROUPS.items()}
    versions = {name: pin.version for name, pin in read(CONSTRAINTS).items()}
    for path, requirements in asked.items():
        where = f"{path.parent.name}/{path.name}"
        pins = read(path)
        for pin in pins.values():
            if versions.get(pin.name) != pin.version:
                has = versions.get(pin.name, "nothing")
                yield f"{where} has {pin.name} {pin.version}, constraints.txt {has}"
            if not pin.sha256:
                yield f"{where} has no fingerprint of {pin.name}"
        needs = {"pyproject.toml": [Requirement(text) for text in requirements]}
        needs |= {name: requirements_of(name) for name in pins}
        for who, wanted in needs.items():
            for one in wanted:
                locked = pins.get(normal(one.name))
                if locked is None or not one.specifier.contains(locked.version):
                    yield f"{where} has not the {one} that {who} needs"


def requirements_of(name: str) -> list[Requirement]:
    """Give what an installed package needs here; nothing where it is not installed."""
    try:
        requirements = [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []
    return [one for one in requirements if not one.marker or one.marker.evaluate({"extra": ""})]


def write(index: Mapping[str, str]) -> None:
    """Write every lock file; `index` says in uv's variables where packages are."""
    for path, options in _WHAT.items():
        path.parent.mkdir(exist_ok=True)
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options),
            *("--universal", "--python-version", _LEAST_PYTHON, "--generate-hashes"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--constraints", CONSTRAINTS.name, "--output-file", str(path.relative_to(ROOT))),
        ]
        subprocess.run(command, cwd=ROOT, env=os.environ | index, check=True)


def _index_of_pip() -> dict[str, str]:
    """Give uv the package index that this machine's pip uses, if that is another one."""
    config = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(config, capture_output=True, text=True, check=True)
    found = re.search(r"^\S+\.index-url='(.*)'$", done.stdout, re.MULTILINE)
    return {"UV_DEFAULT_INDEX": found[1]} if found else {}


if __name__ == "__main__":
    sys.exit(main())
