"""What emoviz is run with and shipped with: packages, and what they carry along, with licences."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from build_scripts.packaging import locks

LICENCES = Path(__file__).with_name("licences")

_TEXT_NAME = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|ThirdPartyNotices)", re.IGNORECASE)
_NO_TEXT = (".py", ".pyc")
_LIBRARY = re.compile(r"lib(.+?)(?:-[0-9a-f]{8})*(?:_x86_64|_arm64)?(?:\.abi3)?\.(?:so|dylib)\b")

# As packages say it in their own words, and as SPDX does.
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
}


@dataclass(frozen=True)
class Text:
    """The text of a licence, and the file it comes from."""

    title: str
    text: str


@dataclass(frozen=True)
class Work:
    """A package, or a library that one carries along (`carried_by`)."""

    name: str
    version: str
    licence: str
    home: str
    copyright: str
    why: str
    texts: tuple[Text, ...]
    carried_by: str = ""
    sha256: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def packages() -> list[Work]:
    """Give the packages of locked/run.txt, as they are installed here."""
    return [_package(pin) for pin in locks.read(locks.RUN).values() if _is_here(pin.name)]


def libraries() -> list[Work]:
    """Give what packages and frozen programs carry along, of licences/bundled.toml."""
    return [
        Work(
            name=entry["name"],
            version="",
            licence=entry["licence"],
            home=entry["home"],
            copyright=entry["copyright"],
            why=entry.get("why", ""),
            texts=tuple(_shared(name) for name in entry["texts"]),
            carried_by=entry["carried_by"],
        )
        for entry in _bundled()["library"]
    ]


def unnamed(folder: Path | None = None) -> list[str]:
    """Give the shared libraries that nobody has named: of the packages, or of a frozen program.

    A package's extension modules and Qt's plug-ins are what the package says it is.
    """
    if folder is not None:
        files = [path.relative_to(folder) for path in folder.rglob("lib*")]
    else:
        pins = [pin.name for pin in locks.read(locks.RUN).values() if _is_here(pin.name)]
        files = [Path(file) for name in pins for file in metadata.files(name) or ()]
    patterns = [
        pattern for kind in _bundled().values() for entry in kind for pattern in entry["files"]
    ]
    found = []
    for file in files:
        name = _LIBRARY.match(file.name)
        if name is None or "plugins" in file.parts or "qml" in file.parts:
            continue
        if not any(fnmatchcase(name[1], pattern) for pattern in patterns):
            found.append(str(file))
    return sorted(found)


def _package(pin: locks.Pin) -> Work:
    about = metadata.metadata(pin.name)
    own = next((entry for entry in _bundled()["package"] if entry["name"] == pin.name), {})
    return Work(
        name=about["Name"],
        version=pin.version,
        licence=_licence(about),
        home=_home(about),
        copyright=own.get("copyright", ""),
        why=own.get("why", ""),
        texts=_texts(pin.name) + tuple(_shared(name) for name in own.get("texts", ())),
        sha256=pin.sha256,
        needs=tuple(sorted(locks.normal(one.name) for one in locks.requirements_of(pin.name))),
    )


def _licence(about: metadata.PackageMetadata) -> str:
    said = [about.get("License-Expression"), about.get("License"), *about.get_all("Classifier", [])]
    for words in said:
        if (
            words
            and (words in _SPDX or re.fullmatch(r"[\w.+ ()-]{3,200}", words))
            and "::" not in words
        ):
            return _SPDX.get(words, words)
        if words in _SPDX:
            return _SPDX[words]
    raise SystemExit(f"{about['Name']} does not say its licence")


def _home(about: metadata.PackageMetadata) -> str:
    pages = dict(entry.split(", ", 1) for entry in about.get_all("Project-URL", []))
    pages = {name.lower(): page for name, page in pages.items()}
    for name in ("homepage", "home", "source", "source code", "repository", "documentation"):
        if name in pages:
            return pages[name]
    return about.get("Home-page") or next(iter(pages.values()), "")


def _texts(name: str) -> tuple[Text, ...]:
    files = [
        file
        for file in metadata.files(name) or ()
        if _TEXT_NAME.match(file.name) and file.suffix not in _NO_TEXT
    ]
    return tuple(
        Text(re.sub(r"^.*\.dist-info/(licenses/)?", "", str(file)), _read(Path(str(file.locate()))))
        for file in sorted(files, key=lambda file: (len(file.parts), str(file)))
    )


@cache
def _shared(name: str) -> Text:
    return Text(name, _read(LICENCES / f"{name}.txt"))


def _read(path: Path) -> str:
    lines = path.read_text(encoding="utf-8-sig").replace("\f", "\n").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


@cache
def _bundled() -> dict[str, Any]:
    return tomllib.loads((LICENCES / "bundled.toml").read_text(encoding="utf-8"))


def _is_here(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
