"""Where things live, from a checkout, a wheel and a frozen program."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import emoviz
from emoviz.system import paths
from tests.support.program import respect_permissions

SHOW = "from emoviz.system import paths; print(paths.data_root(), paths.demo_song(), sep='\\n')"


def test_a_checkout_holds_everything() -> None:
    assert paths.demo_song().is_file()
    assert (paths.models() / "README.md").is_file()
    assert (paths.resources() / "words").is_dir()


def test_a_wheel_carries_its_data_in_the_package(tmp_path: Path) -> None:
    shutil.copytree(Path(emoviz.__file__).parent, tmp_path / "emoviz")
    data = tmp_path / "emoviz" / "_data"
    data.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        str(data),
        str(data / "resources" / "demo" / "demo.ogg"),
    ]


def test_a_frozen_program_unpacks_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.models() == tmp_path / "model"
    assert paths.resources() == tmp_path / "resources"


def test_what_is_spooled_goes_where_it_can_be_written(tmp_path: Path) -> None:
    assert paths.spool_folder(tmp_path) == tmp_path
    tmp_path.chmod(0o555)
    show = (
        "import pathlib, sys; from emoviz.system import paths; "
        "print(paths.spool_folder(pathlib.Path(sys.argv[1])))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", show, tmp_path],
            env=os.environ | {"TMPDIR": str(tmp_path.parent)},
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=respect_permissions,
        )
    finally:
        tmp_path.chmod(0o755)
    assert done.stdout.strip() == str(tmp_path.parent)
    assert paths.spool_folder(tmp_path / "none") == Path(tempfile.gettempdir())


def test_settings_and_log_are_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert paths.settings_file().name == "emoviz.ini"
    assert paths.log_file().name == "emoviz.log"
    if sys.platform == "linux":
        assert tmp_path in paths.settings_file().parents
        assert tmp_path in paths.log_file().parents
