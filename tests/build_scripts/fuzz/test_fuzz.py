"""The fuzzer itself runs, and a few of its cases end as all should."""

import subprocess
import sys
from pathlib import Path

import pytest

from build_scripts import ROOT

pytestmark = pytest.mark.more


def run_fuzzer(kept: Path, *options: object) -> "subprocess.CompletedProcess[str]":
    """Run the fuzzer as `make fuzz` does."""
    command = [sys.executable, "-m", "build_scripts.fuzz", "--keep", str(kept)]
    command += map(str, options)
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_a_few_cases_end_in_a_result_or_a_sentence(tmp_path: Path) -> None:
    few = ("--cases", 30, "--kind-cases", 4, "--window-cases", 3, "--screen-cases", 1)
    done = run_fuzzer(tmp_path, *few, "--seed", 7, "--workers", 1)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in (
        "cli: 30 cases",
        "zeros: 4 cases",
        "times: 4 cases",
        "window: 3 cases",
        "screen: 1 cases",
    ):
        assert part in done.stdout
    assert not list(tmp_path.iterdir())
