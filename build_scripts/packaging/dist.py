"""Make what is handed on: wheel, source distribution and bill of materials, in dist/.

    python -m build_scripts.packaging.dist

All of it is built from the last commit, twice, in different places and under different umasks, and
must come out the same, byte for byte. What is not committed is not in it.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from build_scripts import ROOT
from emoviz.system import files

_DIST = ROOT / "dist"
_UMASKS = (0o022, 0o077)

_IN_WHEEL = (
    "emoviz/py.typed",
    *(
        f"emoviz/_data/model/{name}/model.{kind}"
        for name in ("cae", "musicnn")
        for kind in ("onnx", "toml")
    ),
    "emoviz/_data/resources/LICENSES.md",
    "emoviz/_data/resources/THIRD_PARTY_LICENSES.txt",
    "emoviz/_data/resources/demo/demo.ogg",
    "emoviz/_data/resources/words/russell1980.csv",
)
_ONLY_FOR_TRAINING = ("torch", "librosa", "scipy", "sklearn", "matplotlib")


def main() -> int:
    """Build twice, compare, and put what was built into dist/; gives the exit status."""
    if _git("status", "--porcelain"):
        print("What is not committed is left out.", file=sys.stderr)
    epoch = _git("log", "-1", "--format=%ct").decode().strip()
    with tempfile.TemporaryDirectory(prefix="emoviz-dist-") as name:
        first, second = (
            _build(Path(name) / str(number), umask, epoch) for number, umask in enumerate(_UMASKS)
        )
        different = sorted(
            file for file in {*first, *second} if first.get(file) != second.get(file)
        )
    if different:
        print(f"Built twice, not the same: {', '.join(different)}", file=sys.stderr)
        return 1
    (wheel,) = [data for file, data in first.items() if file.endswith(".whl")]
    if wrong := _faults(wheel):
        print(f"The wheel: {wrong}", file=sys.stderr)
        return 1
    _DIST.mkdir(exist_ok=True)
    for ending in ("whl", "tar.gz", "cdx.json"):
        # Of another version.
        for file in _DIST.glob(f"emoviz-*.{ending}"):
            file.unlink()
    files.write_whole({_DIST / file: data for file, data in first.items()})
    for file, data in sorted(first.items()):
        print(f"{files.sha256_of_file(_DIST / file)}  {file}  {len(data) / 1e6:.1f} MB")
    return 0


def _build(folder: Path, umask: int, epoch: str) -> dict[str, bytes]:
    source, out = folder / "source", folder / "out"
    before = os.umask(umask)
    try:
        source.mkdir(parents=True)
        out.mkdir()
        unpack = ["tar", "--extract", "--no-same-permissions", "--directory", str(source)]
        subprocess.run(unpack, input=_git("archive", "--format=tar", "HEAD"), check=True)
        environment = os.environ | {"SOURCE_DATE_EPOCH": epoch, "PYTHONPATH": str(source)}
        bill = ["-m", "build_scripts.packaging.bill_of_materials"]
        bill += ["-o", str(out / _bill_name(source))]
        for command in (["-m", "build", "--no-isolation", "--outdir", str(out)], bill):
            subprocess.run(
                [sys.executable, *command],
                cwd=source,
                env=environment,
                stdout=sys.stderr,
                check=True,
            )
    finally:
        os.umask(before)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def _faults(wheel: bytes) -> str:
    """Say what a wheel lacks, or needs that it should not; nothing if it is as it should be."""
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        names = archive.namelist()
        (about,) = [archive.read(name) for name in names if name.endswith(".dist-info/METADATA")]
    if missing := sorted(set(_IN_WHEEL) - set(names)):
        return f"lacks {', '.join(missing)}"
    needs = [line for line in about.decode().splitlines() if line.startswith("Requires-Dist:")]
    core = " ".join(line for line in needs if "extra ==" not in line)
    return "".join(f"needs {name} to run " for name in _ONLY_FOR_TRAINING if name in core)


def _bill_name(source: Path) -> str:
    command = [sys.executable, "-c", "import emoviz; print(emoviz.__version__)"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return f"emoviz-{done.stdout.strip()}.cdx.json"


def _git(*command: str) -> bytes:
    # Whoever builds need not be whom the checkout belongs to.
    git = ["git", "-c", f"safe.directory={ROOT}"]
    done = subprocess.run([*git, *command], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {command[0]}: {done.stderr.decode().strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
