"""Collect the licences of all that emoviz is run with: resources/THIRD_PARTY_LICENSES.txt.

    python -m build_scripts.packaging.third_party            # it, and the table in LICENSES.md
    python -m build_scripts.packaging.third_party --check    # only says whether they are up to date
    python -m build_scripts.packaging.third_party --frozen dist/emoviz    # what of it is not named?

Packages are named as locked/run.txt has them, with the texts that their wheels hold. What lacks
one, or is carried along by a wheel, is named in licences/bundled.toml, with texts beside it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from build_scripts import ROOT
from build_scripts.docs import figures
from build_scripts.packaging import shipped
from build_scripts.packaging.shipped import Text, Work
from emoviz.system import files

_RESOURCES = ROOT / "resources"
TEXTS, OVERVIEW = _RESOURCES / "THIRD_PARTY_LICENSES.txt", _RESOURCES / "LICENSES.md"
_RULE = "=" * 60

_ABOUT = """\
LICENCES OF WHAT EMOVIZ IS RUN WITH

emoviz itself is under the MIT licence; LICENSES.md beside this file has its text, says what may be
done with models and demo song, and what follows when all of this is handed on in one program.

Below is every package that emoviz is run with, what the packages' files carry along, and what
programs that need no Python hold besides. A text that several have stands once, where it is first
needed, or at the end.
"""


def main() -> int:
    """Write, or check; give 1 if something is to be done."""
    parser = argparse.ArgumentParser(description="Collect the licences of what emoviz is run with.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--frozen", metavar="FOLDER", type=Path)
    options = parser.parse_args()
    if unnamed := shipped.unnamed(options.frozen):
        print(f"licences/bundled.toml does not name {', '.join(unnamed)}", file=sys.stderr)
        return 1
    if options.frozen:
        return 0
    packages, libraries = shipped.packages(), shipped.libraries()
    works = list(_in_order(packages, libraries))
    overview = OVERVIEW.read_text(encoding="utf-8")
    wanted = {
        TEXTS: collected(works),
        OVERVIEW: figures.with_section(overview, "libraries", table(works)),
    }
    if options.check:
        old = [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
        print("".join(f"{path.name} is out of date\n" for path in old), end="", file=sys.stderr)
        return int(bool(old))
    files.write_whole({path: text.encode() for path, text in wanted.items()})
    return 0


def table(works: Sequence[Work]) -> str:
    """Give the works and their licences as a table in Markdown."""
    lines = ["| | licence |", "| --- | --- |"]
    for work in works:
        name = f"{work.name} {work.version}".strip()
        carried = f", in {work.carried_by}" if work.carried_by else ""
        lines.append(f"| {name}{carried} | {work.licence} |")
    return "\n".join(lines)


def collected(works: Sequence[Work]) -> str:
    """Give all licences as one text."""
    parts = [_ABOUT]
    shown: dict[str, str] = {}
    shared: dict[str, Text] = {}
    for work in works:
        parts.append(f"{_RULE}\n{_heading(work)}")
        for text in work.texts:
            if (shipped.LICENCES / f"{text.title}.txt").is_file():
                shared[text.title] = text
                parts.append(f"The text of {text.title} stands at the end.\n")
                continue
            key = " ".join(text.text.split())
            if key in shown:
                parts.append(f"{text.title}: the same as that of {shown[key]}, above.\n")
                continue
            shown[key] = work.name
            parts.append(f"---- {text.title}\n\n{text.text}")
    for name in sorted(shared):
        parts.append(f"{_RULE}\nThe text of {name}\n\n{shared[name].text}")
    return "\n".join(parts)


def _heading(work: Work) -> str:
    lines = [f"{work.name} {work.version}".strip()]
    if work.carried_by:
        lines[0] += f" (in {work.carried_by})"
    lines += [work.copyright, f"Licence: {work.licence}", work.why, work.home]
    return "".join(f"{line}\n" for line in lines if line)


def _in_order(packages: Sequence[Work], libraries: Sequence[Work]) -> Iterator[Work]:
    """Yield each package with what it carries, then the rest."""
    for package in packages:
        yield package
        yield from (work for work in libraries if work.carried_by == package.name)
    names = {package.name for package in packages}
    yield from (work for work in libraries if work.carried_by not in names)


if __name__ == "__main__":
    sys.exit(main())
