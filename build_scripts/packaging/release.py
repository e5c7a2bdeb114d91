"""Says what a release of this commit still lacks: version, date and changelog in every place.

python -m build_scripts.packaging.release

What must pass besides is run by `make release-check`; docs/releases.md has the whole list.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from build_scripts import ROOT


def main() -> int:
    """Print what is missing; 1 if something is."""
    missing = [*faults(ROOT), *uncommitted(ROOT)]
    for fault in missing:
        print(fault, file=sys.stderr)
    return int(bool(missing))


def faults(root: Path) -> Iterator[str]:
    """Yield a sentence for each place of a checkout that does not say this version and its day."""
    version = _found(root / "emoviz" / "__init__.py", r'^__version__ = "(.+)"$')
    if not version or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"emoviz/__init__.py: {version or 'nothing'} is no version of three numbers"
        return
    cited = _found(root / "CITATION.cff", r"^version: (\S+)$")
    if cited != version:
        yield f"CITATION.cff: the version is {cited}, not {version}"
    changelog = root / "CHANGELOG.md"
    date = _found(changelog, rf"^## {re.escape(version)} \((\d{{4}}-\d\d-\d\d)\)$")
    if date is None:
        yield f"CHANGELOG.md: there is no heading '## {version} (YYYY-MM-DD)'"
    if waiting := _section(changelog.read_text(encoding="utf-8"), "Unreleased"):
        yield f"CHANGELOG.md: {len(waiting.splitlines())} lines still stand under 'Unreleased'"
    for path in (root / "resources" / "desktop").glob("*.metainfo.xml"):
        newest = ElementTree.parse(path).getroot().find("releases/release")
        told = dict(newest.attrib) if newest is not None else {}
        if told.get("version") != version or (date is not None and told.get("date") != date):
            yield (
                f"{path.name}: the newest release is {told.get('version')} of {told.get('date')}, "
                f"not {version} of {date or 'the day of the changelog'}"
            )


def uncommitted(root: Path) -> Iterator[str]:
    """Yield a sentence if there are changes that are in no commit."""
    command = ["git", "-c", f"safe.directory={root}", "status", "--porcelain"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"git status: {done.stderr.strip()}"
    elif changed := done.stdout.splitlines():
        yield f"{len(changed)} files differ from the last commit, the first is {changed[0][3:]}"


def _found(path: Path, pattern: str) -> str | None:
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def _section(text: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


if __name__ == "__main__":
    sys.exit(main())
