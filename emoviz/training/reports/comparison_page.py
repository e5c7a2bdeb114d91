"""The comparison as tables for the terminal, as a page and as data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from emoviz.system import files
from emoviz.training.data import pieces, quadrants
from emoviz.training.reports import moving
from emoviz.training.reports.trained import Outcome
from emoviz.training.scores.evaluate import Figures
from emoviz.training.scores.folded import Folded
from emoviz.training.scores.pieces import Motion

_HEADINGS = ("MSE", "RMSE", "R²", "CCC", "per-song r")
_FIGURES = (("mse", 4), ("rmse", 3), ("r2", 3), ("ccc", 3), ("song_r", 3))
_DIMENSIONS = ("arousal", "valence")


@dataclass(frozen=True)
class Compared:
    """How good every system is, by its name; what each is; and how it was found.

    `untrained` gives measures that nobody trained -> dimension -> motion inside whole pieces;
    `left_out` names models that were scored on other splits.
    """

    protocol: str
    about: Mapping[str, str]
    systems: Mapping[str, Outcome]
    untrained: Mapping[str, Mapping[str, Motion]]
    left_out: Sequence[str]


@dataclass(frozen=True)
class _Section:
    """A table, what stands over it and what is told of it."""

    heading: str
    told: str
    table: Table


def tables(compared: Compared) -> list[Table]:
    """Lay out a table for each dimension of clips, and one for each score of what moves."""
    return [section.table for section in _sections(compared)]


def write(compared: Compared, folder: Path) -> list[Path]:
    """Write `COMPARISON.md` and `comparison.json`; raises `errors.OutputError`."""
    table = {
        "protocol": compared.protocol,
        "systems": {
            name: {
                "about": compared.about[name],
                **{key: asdict(figures) for key, figures in outcome.clips.items()},
                "moving": moving.as_json(outcome.moving),
            }
            for name, outcome in compared.systems.items()
        },
        "untrained": {"pieces": moving.as_json(compared.untrained)},
        "left_out": list(compared.left_out),
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


def _sections(compared: Compared) -> list[_Section]:
    clips = [_clips(compared, dimension) for dimension in _DIMENSIONS]
    return [*clips, *_moving(compared)]


def _clips(compared: Compared, dimension: str) -> _Section:
    table = Table(title=f"{dimension}: {compared.protocol}")
    table.add_column("system")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for name, outcome in compared.systems.items():
        table.add_row(name, *cells(outcome.clips[dimension]))
    return _Section(dimension.capitalize(), "", table)


def _moving(compared: Compared) -> list[_Section]:
    """Lay out the scores of what moves, as far as there is something that does."""
    found = {name: outcome.moving for name, outcome in compared.systems.items()}
    sections = []
    if _count_spliced(found):
        table = moving.spliced_table(
            {name: one.spliced for name, one in found.items()}, "clips in a row", "system"
        )
        told = "Six clips of different songs in a row, and each of them alone."
        sections.append(_Section("Spliced pieces", told, table))
    if _count_sided(found):
        table = moving.turning_table({name: one.steps for name, one in found.items()}, "joins")
        told = (
            f"Two clips of {quadrants.COLLECTION} joined that differ in one half-plane: 0 is the "
            "mean of the first alone, 1 that of the second; joins whose sides a system tells "
            "hardly apart are none to it."
        )
        sections.append(_Section("Steps", told, table))
        table = moving.quadrant_table(
            {name: one.quadrants for name, one in found.items()}, "quadrants"
        )
        told = f"Clips of {quadrants.COLLECTION}, by the sign of their mean."
        sections.append(_Section("Quadrants", told, table))
    if compared.untrained:
        within = {name: one.pieces for name, one in found.items()}
        table = moving.motion_table({**within, **compared.untrained}, "inside whole pieces")
        told = (
            f"Whole pieces of {pieces.COLLECTION}, after their first {pieces.SETTLED_S:g} s; "
            f"{', '.join(compared.untrained)} were trained by nobody."
        )
        sections.append(_Section("Whole pieces", told, table))
    return sections


def _count_spliced(found: Mapping[str, Folded]) -> int:
    return max(one.spliced["arousal"].pieces for one in found.values())


def _count_sided(found: Mapping[str, Folded]) -> int:
    return max(one.quadrants.clips for one in found.values())


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
    sections = _sections(compared)
    if len(sections) > len(_DIMENSIONS):
        parts.append(
            "What has learnt without a fold is also asked about music that moves, of that fold "
            "again: A is arousal, V valence, and intervals are over pieces, joins, clips or "
            "series. A system of the field is asked about a long sound as the program asks its "
            "models: in windows that overlap, as long as what it learnt from, blended."
        )
    parts += _not_scored(compared)
    for section in sections:
        told = f"{section.told}\n\n" if section.told else ""
        parts.append(f"## {section.heading}\n\n{told}{moving.markdown(section.table)}")
    about = "\n".join(f"- **{name}**: {text}." for name, text in compared.about.items())
    return "\n\n".join([*parts, f"## The systems\n\n{about}"]) + "\n"


def _not_scored(compared: Compared) -> list[str]:
    """Say what is missing from the page, and why."""
    found = {name: outcome.moving for name, outcome in compared.systems.items()}
    missing = {
        "spliced pieces, since there are too few songs": not _count_spliced(found),
        "steps and quadrants, since the data folder holds no clips with a quadrant": not (
            _count_sided(found)
        ),
        "motion, since the data folder holds no whole pieces": not compared.untrained,
    }
    lacking = [what for what, is_missing in missing.items() if is_missing]
    said = [f"Not scored: {'; '.join(lacking)}."] if lacking else []
    return said + [
        f"{name} takes no part: it is scored where it is trained, on other splits than these."
        for name in compared.left_out
    ]
