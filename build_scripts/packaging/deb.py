"""Builds dist/emoviz_VERSION_ARCHITECTURE.deb from the frozen program: `make deb`.

    python -m build_scripts.packaging.deb

`DEBFULLNAME` and `DEBEMAIL` name the maintainer, as for Debian's own tools. Two builds of one
frozen program and commit are the same, byte for byte.
"""

import email.utils
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from build_scripts import ROOT

_DESKTOP = ROOT / "resources" / "desktop"
_ICONS = ROOT / "resources" / "icons"
_PROGRAM = ROOT / "dist" / "emoviz"
_WORK = ROOT / "build" / "deb"
_PYTHON = ROOT / "build" / "frozen" / "venv" / "bin" / "python"

_DESCRIPTION = """\
Watch what a song does to the feeling in it
 emoviz plays a song and draws the emotion in it, as a model predicts it for
 each half-second, as a trail through Russell's plane of valence and arousal,
 with curves and a spectrogram on one time axis. It writes tables, pictures
 and films, and tracks whole libraries without a window.
 .
 It needs no network, and sends nothing."""


def main() -> int:
    """Build it; gives the exit status."""
    if not (_PROGRAM / "emoviz").is_file():
        print(f"{_PROGRAM}: there is no frozen program; run `make frozen`", file=sys.stderr)
        return 1
    version = _told(str(_PROGRAM / "emoviz"), "--version").split()[-1]
    architecture = _told("dpkg", "--print-architecture")
    os.environ.setdefault("SOURCE_DATE_EPOCH", _told("git", "log", "-1", "--format=%ct"))
    shutil.rmtree(_WORK, ignore_errors=True)
    tree = _WORK / "root"
    shutil.copytree(_PROGRAM, tree / "usr" / "lib" / "emoviz", symlinks=True)
    _lay_desktop_files(tree / "usr" / "share")
    _lay_documents(tree / "usr" / "share", version)
    link = tree / "usr" / "bin" / "emoviz"
    link.parent.mkdir()
    link.symlink_to("../lib/emoviz/emoviz")
    _set_permissions(tree)
    _write_control(tree, version, architecture)
    package = ROOT / "dist" / f"emoviz_{version}-1_{architecture}.deb"
    _run("dpkg-deb", "--root-owner-group", "--build", str(tree), str(package))
    print(f"{package}: {package.stat().st_size / 1e6:.1f} MB")
    return 0


def _lay_desktop_files(share: Path) -> None:
    """Lay out what menus, file managers and shops of programs look for."""
    _copy(_DESKTOP / "emoviz.desktop", share / "applications" / "emoviz.desktop")
    _copy(_DESKTOP / "emoviz-mime.xml", share / "mime" / "packages" / "emoviz.xml")
    for description in _DESKTOP.glob("*.metainfo.xml"):
        _copy(description, share / "metainfo" / description.name)
    icons = share / "icons" / "hicolor"
    _copy(_ICONS / "emoviz.svg", icons / "scalable" / "apps" / "emoviz.svg")
    for picture in _ICONS.glob("emoviz-*.png"):
        size_px = picture.stem.partition("-")[2]
        _copy(picture, icons / f"{size_px}x{size_px}" / "apps" / "emoviz.png")


def _lay_documents(share: Path, version: str) -> None:
    """Lay out the manual page, the licences and the changelogs."""
    since = int(os.environ["SOURCE_DATE_EPOCH"])
    page = _WORK / "emoviz.1"
    date = email.utils.formatdate(since)
    day = _told("date", "--utc", f"--date=@{since}", "+%Y-%m-%d")
    manual = ("-m", "build_scripts.packaging.manual", "--date", day, "-o", str(page))
    _run(str(_PYTHON), *manual)
    _compress(page.read_bytes(), share / "man" / "man1" / "emoviz.1.gz")
    documents = share / "doc" / "emoviz"
    _compress((ROOT / "CHANGELOG.md").read_bytes(), documents / "changelog.gz")
    entry = (
        f"emoviz ({version}-1) stable; urgency=medium\n\n"
        f"  * Version {version}; changelog.gz says what is new.\n\n"
        f" -- {_maintainer()}  {date.replace('-0000', '+0000')}\n"
    )
    _compress(entry.encode(), documents / "changelog.Debian.gz")
    _copy(_DESKTOP / "copyright", documents / "copyright")
    _copy(_DESKTOP / "lintian-overrides", share / "lintian" / "overrides" / "emoviz")


def _write_control(tree: Path, version: str, architecture: str) -> None:
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    control = tree / "DEBIAN"
    control.mkdir()
    sums = [f"{_md5(path)}  {path.relative_to(tree)}\n" for path in files]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    size_kib = sum(-(-path.stat().st_size // 1024) for path in files)
    fields = {
        "Package": "emoviz",
        "Version": f"{version}-1",
        "Architecture": architecture,
        "Maintainer": _maintainer(),
        "Installed-Size": str(size_kib),
        "Depends": _dependencies(tree),
        "Recommends": "fonts-inter, libasound2-plugins, shared-mime-info, xdg-utils",
        "Section": "sound",
        "Priority": "optional",
        "Description": _DESCRIPTION,
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (control / "control").write_text(text, encoding="utf-8")


def _dependencies(tree: Path) -> str:
    """Give the packages of those libraries that the program needs and does not bring along."""
    # dpkg-shlibdeps asks for the source package's control file.
    (_WORK / "debian").mkdir()
    (_WORK / "debian" / "control").write_text(
        "Source: emoviz\n\nPackage: emoviz\nArchitecture: any\n"
    )
    program = tree / "usr" / "lib" / "emoviz"
    libraries = [path for path in program.rglob("*") if path.is_file() and _is_elf(path)]
    folders = sorted({str(path.parent) for path in libraries})
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info"]
    command += [f"-l{folder}" for folder in folders] + [f"-e{path}" for path in libraries]
    # It comments on every library that is not where Debian's own packages have theirs.
    done = subprocess.run(command, cwd=_WORK, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    brought = _packages_of(path.name for path in libraries)
    needed = done.stdout.strip().partition("=")[2].split(", ")
    return ", ".join(one for one in needed if one.split()[0] not in brought)


def _packages_of(names: Iterable[str]) -> set[str]:
    """Give the packages that these libraries would come from, were they not brought along."""
    patterns = [f"*/{name}" for name in names if name.startswith("lib")]
    # Its status is not zero where it does not know one of them.
    done = subprocess.run(["dpkg-query", "-S", *patterns], capture_output=True, check=False)
    return {line.partition(":")[0] for line in done.stdout.decode().splitlines()}


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return not path.is_symlink() and file.read(4) == b"\x7fELF"


def _set_permissions(tree: Path) -> None:
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path == tree / "usr" / "lib" / "emoviz" / "emoviz"
            path.chmod(0o755 if runs else 0o644)


def _maintainer() -> str:
    # The project has no address of its own; "invalid" is nobody's and never will be.
    name = os.environ.get("DEBFULLNAME", "The emoviz developers")
    return f"{name} <{os.environ.get('DEBEMAIL', 'developers@emoviz.invalid')}>"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _compress(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(content, 9, mtime=0))


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _told(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
