"""The contracts of pyproject.toml hold, and say what breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build_scripts import ROOT
from build_scripts.docs.parts import circles_of, floors_of


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the imports of the package in a folder."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a folder with the contracts and all modules of emoviz, which import nothing."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in (ROOT / "emoviz").rglob("*.py"):
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    return tmp_path


def test_every_import_is_allowed() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "told"),
    [
        ("songs/song", "def f():\n    from emoviz.tracking import tracker", "emoviz.songs.song ->"),
        ("training/recipe", "from emoviz.gui import settings", "emoviz.training.recipe ->"),
        ("gui/look/theme", "from emoviz.gui.plane import view", "emoviz.gui.look.theme ->"),
        ("tracking/tracker", "import PySide6.QtCore", "emoviz.tracking.tracker -> PySide6"),
        ("gui/app", "import torch", "emoviz.gui.app -> torch"),
        ("export/tables", "import mutagen", "emoviz.export.tables -> mutagen"),
        ("new", "", "new"),
    ],
)
def test_an_import_that_goes_up_is_named(copy: Path, module: str, line: str, told: str) -> None:
    (copy / "emoviz" / f"{module}.py").write_text(f"{line}\n", encoding="utf-8")
    done = check(copy)
    assert done.returncode == 1
    assert told in done.stdout


def test_floors_and_circles_follow_from_who_imports_whom() -> None:
    uses = {"a": "b", "b": "cd", "c": "b", "d": ""}
    imported = {part: frozenset(others) for part, others in uses.items()}
    assert circles_of(imported) == [{"b", "c"}]
    assert floors_of(imported) == {"d": 0, "b": 1, "c": 1, "a": 2}
