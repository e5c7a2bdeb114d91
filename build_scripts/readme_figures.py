"""Write the figures of README.md from what the programs measured.

    python build_scripts/readme_figures.py            # writes what has changed
    python build_scripts/readme_figures.py --check    # only says whether README.md is up to date

The models' figures come from model/*/results.json, which `emoviz train` wrote; those of speed
from build/bench.json, which `make bench` wrote, and stay as they are where that file is not there.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from emoviz import files

ROOT = Path(__file__).resolve().parent.parent
MODELS = ("cae", "musicnn")


def main() -> int:
    """Write README.md, or check it; give 1 if it was to be checked and is out of date."""
    parser = argparse.ArgumentParser(description="Write the figures of README.md.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = with_section(old, "model", model_table([_read(ROOT / "model" / name) for name in MODELS]))
    bench = ROOT / "build" / "bench.json"
    if bench.exists() and not check:
        new = with_section(new, "speed", speed_table(json.loads(bench.read_text(encoding="utf-8"))))
    if check:
        return int(new != old)
    files.write_whole({readme: new.encode()})
    return 0


def model_table(models: list[dict[str, Any]]) -> str:
    """Give the cross-validated figures of every system as a table in Markdown."""
    songs = models[0]["collections"]["emomusic-development"]["songs"]
    # The baselines are the same beside each model.
    systems = {name: scores for model in models for name, scores in _systems(model).items()}
    lines = [
        f"Five-fold cross-validation on {songs} songs, no artist in two folds, pooled at 2 Hz:",
        "",
        "| | MSE arousal / valence | R² | concordance correlation | labels in the 90 % band |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, scores in systems.items():
        arousal, valence = scores["arousal"], scores["valence"]
        cells = [
            f"{arousal[key]:.{digits}f} / {valence[key]:.{digits}f}".replace("-0.00", "0.00")
            for key, digits in (("mse", 4), ("r2", 2), ("ccc", 2))
        ]
        cells.append(_coverage(arousal, valence))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _systems(results: dict[str, Any]) -> dict[str, Any]:
    systems: dict[str, Any] = results["cross_validation"]
    return systems


def _coverage(arousal: dict[str, Any], valence: dict[str, Any]) -> str:
    if arousal.get("coverage") is None:
        return ""
    return f"{100 * arousal['coverage']:.0f} % / {100 * valence['coverage']:.0f} %"


def speed_table(bench: dict[str, Any]) -> str:
    """Give the benchmark's figures beside their budgets as a table in Markdown."""
    lines = [
        f"Measured on {bench['machine']}:",
        "",
        "| | measured | budget |",
        "| --- | ---: | ---: |",
    ]
    for figure in bench["figures"]:
        unit = figure["unit"]
        bound = "≥" if figure["at_least"] else "≤"
        budget = "" if figure["budget"] is None else f"{bound} {figure['budget']:g} {unit}"
        lines.append(f"| {figure['name']} | {figure['value']:.2f} {unit} | {budget} |")
    return "\n".join(lines)


def with_section(text: str, name: str, content: str) -> str:
    """Replace what stands between the markers of a section."""
    begin, end = f"<!-- {name} figures -->\n", f"\n<!-- end of {name} figures -->"
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    return f"{head}{begin}{content}{end}{tail}"


def _read(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return results


if __name__ == "__main__":
    sys.exit(main())
