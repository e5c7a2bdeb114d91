"""The README's figures are those that the programs wrote."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_readme_shows_the_figures_of_the_shipped_model() -> None:
    script = ROOT / "build_scripts" / "readme_figures.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "run build_scripts/readme_figures.py"
