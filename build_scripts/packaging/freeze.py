"""Builds the frozen program in dist/emoviz, from nothing but the core dependencies, and weighs it.

    python -m build_scripts.packaging.freeze

The exit status is not zero where it weighs more than it may.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from build_scripts import ROOT

_PROGRAM = ROOT / "dist" / "emoviz"
_WORK = ROOT / "build" / "frozen"
_MOST_UNPACKED_MB, _MOST_COMPRESSED_MB = 350.0, 130.0


def main() -> int:
    """Build and weigh; gives the exit status."""
    environment = _WORK / "venv"
    venv.create(environment, with_pip=True, clear=True)
    scripts = environment / ("Scripts" if sys.platform == "win32" else "bin")
    python = str(scripts / "python")
    for name in ("run", "freeze"):
        lock = str(ROOT / "locked" / f"{name}.txt")
        _run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock)
    spec = str(Path(__file__).with_name("emoviz.spec"))
    places = ("--distpath", str(_PROGRAM.parent), "--workpath", str(_WORK / "work"))
    _run(python, "-m", "PyInstaller", "--noconfirm", "--clean", *places, spec)
    if sys.platform == "linux":
        _strip()
        # Everything in it is named with its licence, also what the system has lent.
        names = ("-m", "build_scripts.packaging.third_party", "--frozen", str(_PROGRAM))
        _run(python, *names)
    return _weigh()


def _strip() -> None:
    """Take from Python itself what only a debugger reads, which some builds of it have."""
    inside = _PROGRAM / "_internal"
    own = [*inside.glob("libpython*.so*"), *inside.glob("python*/lib-dynload/*.so")]
    _run("strip", "--strip-debug", *map(str, own))


def _weigh() -> int:
    files = [path for path in _PROGRAM.rglob("*") if path.is_file() and not path.is_symlink()]
    unpacked_mb = sum(path.stat().st_size for path in files) / 1e6
    compressed_mb = _archive().stat().st_size / 1e6
    print(f"unpacked:   {unpacked_mb:6.1f} MB of at most {_MOST_UNPACKED_MB:.0f}")
    print(f"compressed: {compressed_mb:6.1f} MB of at most {_MOST_COMPRESSED_MB:.0f}")
    return int(unpacked_mb > _MOST_UNPACKED_MB or compressed_mb > _MOST_COMPRESSED_MB)


def _archive() -> Path:
    """Pack the folder as people download it."""
    if sys.platform != "linux":
        return Path(shutil.make_archive(str(_PROGRAM), "zip", _PROGRAM.parent, _PROGRAM.name))
    archive = _PROGRAM.with_name("emoviz.tar.xz")
    whose = ("--owner=0", "--group=0", "--numeric-owner", "--sort=name")
    # With all cores, which Python's own cannot.
    packer = ("--use-compress-program", "xz -T0")
    _run("tar", *whose, *packer, "-cf", str(archive), "-C", str(_PROGRAM.parent), _PROGRAM.name)
    return archive


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
