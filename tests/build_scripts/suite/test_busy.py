"""Tests run beside busy loops, which end with them."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from build_scripts import ROOT
from build_scripts.suite.busy import busy

# The loops take the cores from what else is tested.
pytestmark = pytest.mark.more


def test_loops_are_there_for_the_while() -> None:
    before = psutil.Process().children()
    with busy(2):
        loops = [child for child in psutil.Process().children() if child not in before]
        assert len(loops) == 2
    assert not any(loop.is_running() for loop in loops)


def test_the_status_is_that_of_the_first_run_that_fails(tmp_path: Path) -> None:
    test = tmp_path / "test_it.py"
    test.write_text(
        "from pathlib import Path\n"
        "def test_it():\n"
        "    file = Path(__file__).with_name('runs')\n"
        "    runs = file.read_text() if file.exists() else ''\n"
        "    file.write_text(runs + 'x')\n"
        "    assert runs == ''\n"
    )
    command = [sys.executable, "-m", "build_scripts.suite.busy", str(test), "--loops", "1"]
    done = subprocess.run(
        [*command, "--times", "3"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "run 1 of 3: status 0" in done.stdout
    assert "run 2 of 3: status 1" in done.stdout
    assert (tmp_path / "runs").read_text() == "xx"
