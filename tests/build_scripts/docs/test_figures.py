"""The README's figures are those that the programs wrote."""

import subprocess
import sys

from build_scripts import ROOT


def test_readme_shows_the_figures_of_the_shipped_model() -> None:
    command = [sys.executable, "-m", "build_scripts.docs.figures"]
    done = subprocess.run([*command, "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, f"run {' '.join(command[1:])}"
