"""The comparison as tables for the terminal, as a page and as data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from emoviz.system import files
from emoviz.training.scores.evaluate import Figures

_HEADINGS = ("MSE", "RMSE", "R²", "CCC", "per-song r")
_FIGURES = (("mse", 4), ("rmse", 3), ("r2", 3), ("ccc", 3), ("song_r", 3))
_DIMENSIONS = ("arousal", "valence")


@dataclass(frozen=True)
class Compared:
    """Figures of every system, by name and dimension; what each is; and how they were found."""

    protocol: str
    about: Mapping[str, str]
    systems: Mapping[str, Mapping[str, Figures]]


def tables(compared: Compared) -> list[Table]:
    """Lay out a table for each dimension."""
    drawn = []
    for dimension in _DIMENSIONS:
        table = Table(title=f"{dimension}: {compared.protocol}")
        table.add_column("system")
        for heading in _HEADINGS:
            table.add_column(heading, justify="right")
        for name, found in compared.systems.items():
            table.add_row(name, *cells(found[dimension]))
        drawn.append(table)
    return drawn


def write(compared: Compared, folder: Path) -> list[Path]:
    """Write `COMPARISON.md` and `comparison.json`; raises `errors.OutputError`."""
    table = {
        "protocol": compared.protocol,
        "systems": {
            name: {
                "about": compared.about[name],
                **{key: asdict(one) for key, one in found.items()},
            }
            for name, found in compared.systems.items()
        },
    }
    contents = {
        folder / "COMPARISON.md": _page(compared).encode(),
        folder / "comparison.json": (json.dumps(table, indent=1) + "\n").encode(),
    }
    files.write_whole(contents)
    return list(contents)


def cells(figures: Figures) -> list[str]:
    """Give the figures of a row as text, with their intervals."""
    found = []
    for name, digits in _FIGURES:
        low, high = figures.intervals[name]
        value = getattr(figures, name)
        found.append(f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]")
    return found


def _page(compared: Compared) -> str:
    parts = [
        "# Comparison\n\n"
        f"Every system on the same songs: {compared.protocol}. Written by `emoviz compare`; "
        "`comparison.json` beside it has every digit. Figures are pooled at 2 Hz on the [-1, 1] "
        "scale, R² is measured against the mean of the training labels, and in brackets is the "
        "95 % interval when songs are drawn anew. Systems of the field are built from their "
        "descriptions and hear the paper's mel bands; their settings are first guesses that were "
        "not tuned. The project's models hear more and learn from further collections as their "
        "cards tell."
    ]
    for dimension in _DIMENSIONS:
        lines = [
            f"## {dimension.capitalize()}\n",
            f"| system | {' | '.join(_HEADINGS)} |",
            f"| --- | {' | '.join(['---:'] * len(_HEADINGS))} |",
        ]
        lines += [
            f"| {name} | {' | '.join(cells(found[dimension]))} |"
            for name, found in compared.systems.items()
        ]
        parts.append("\n".join(lines))
    about = "\n".join(f"- **{name}**: {text}." for name, text in compared.about.items())
    return "\n\n".join([*parts, f"## The systems\n\n{about}"]) + "\n"
