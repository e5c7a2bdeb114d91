"""Tables of how trails move: over spliced pieces, joins, whole pieces and quadrants."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from emoviz.training.scores.bootstrap import Measured
from emoviz.training.scores.directions import Direction, share_right
from emoviz.training.scores.pieces import Motion
from emoviz.training.scores.quadrants import Quadrants
from emoviz.training.scores.spliced import Following
from emoviz.training.scores.steps import TIMES_S, Step

_A_V = ("arousal", "valence")


def spliced_table(
    systems: Mapping[str, Mapping[str, Following]], title: str, first: str = "collection"
) -> Table:
    """Lay out collection (or `first`) -> dimension -> how clips in a row are followed."""
    headings = ("pieces", "r A / V", "R² A / V", "alone: r A / V", "alone: R² A / V")
    rows = []
    for name, found in systems.items():
        figures = (_pair(found, field) for field in ("r", "r2", "alone_r", "alone_r2"))
        rows.append([name, str(found["arousal"].pieces), *figures])
    return _table(title, first, headings, rows)


def step_table(found: Mapping[str, Step], title: str) -> Table:
    """Lay out dimension -> how a system takes a step."""
    headings = ("joins", *(f"share at {time_s:+g} s" for time_s in TIMES_S), "10-90 % rise, s")
    rows = [
        [name, str(one.joins), *map(_shown, one.shares.values()), _shown(one.rise_s, 1)]
        for name, one in sorted(found.items())
    ]
    return _table(title, "dimension", headings, rows)


def turning_table(systems: Mapping[str, Mapping[str, Step]], title: str) -> Table:
    """Lay out system -> dimension -> how it takes a step."""
    headings = (
        "joins A / V",
        *(f"share at {time_s:+g} s A / V" for time_s in TIMES_S),
        "10-90 % rise, s A / V",
    )
    rows = []
    for name, found in systems.items():
        both = [found[dimension] for dimension in _A_V]
        shares = zip(*(one.shares.values() for one in both), strict=True)
        rows.append(
            [
                name,
                " / ".join(str(one.joins) for one in both),
                *(" / ".join(map(_shown, pair)) for pair in shares),
                " / ".join(_shown(one.rise_s, 1) for one in both),
            ]
        )
    return _table(title, "system", headings, rows)


def motion_table(systems: Mapping[str, Mapping[str, Motion]], title: str) -> Table:
    """Lay out system -> dimension -> how a system moves with listeners."""
    headings = (
        "pieces",
        "r within A / V",
        "where raters agree: pieces A / V",
        "r within A / V",
    )
    rows = []
    for name, found in systems.items():
        arousal, valence = found["arousal"], found["valence"]
        rows.append(
            [
                name,
                str(arousal.count),
                _pair(found, "r"),
                f"{arousal.reliable_count} / {valence.reliable_count}",
                _pair(found, "reliable_r"),
            ]
        )
    return _table(title, "system", headings, rows)


def quadrant_table(systems: Mapping[str, Quadrants], title: str) -> Table:
    """Lay out system -> how it tells quadrants."""
    headings = ("clips", "AUC A / V", "right quadrant")
    rows = [
        [
            name,
            str(found.clips),
            f"{_shown(found.auc['arousal'])} / {_shown(found.auc['valence'])}",
            _shown(found.right),
        ]
        for name, found in systems.items()
    ]
    return _table(title, "system", headings, rows)


def direction_table(found: Mapping[str, Direction], title: str) -> Table:
    """Lay out cue -> which way a system moves, and the share of right signs over all."""
    rows = [
        [name, one.dimension, str(one.tunes), _shown(one.right), _shown(one.change)]
        for name, one in found.items()
    ]
    rows.append(["all", "", "", f"{share_right(found.values()):.3f}", ""])
    return _table(title, "cue", ("dimension", "songs", "right signs", "mean change"), rows)


def markdown(table: Table) -> str:
    """Lay out a table of the terminal in Markdown."""
    columns: list[list[Any]] = [[column.header, *column.cells] for column in table.columns]
    head, *rows = zip(*columns, strict=True)
    lines = [f"| {' | '.join(map(str, head))} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def as_json(found: object) -> object:
    """Give figures in mappings and dataclasses as what a JSON file can hold."""
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return {
            field.name: as_json(getattr(found, field.name)) for field in dataclasses.fields(found)
        }
    if isinstance(found, Mapping):
        return {name: as_json(value) for name, value in found.items()}
    return found


def _pair(found: Mapping[str, object], field: str) -> str:
    return " / ".join(_shown(getattr(found[name], field)) for name in _A_V)


def _shown(figure: Measured, digits: int = 3) -> str:
    if figure.value is None:
        return "none"
    coarser = max(1, digits - 1)
    interval = f"[{figure.low:.{coarser}f}, {figure.high:.{coarser}f}]"
    return f"{figure.value:.{digits}f} {interval}"


def _table(title: str, first: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    drawn = Table(title=title)
    drawn.add_column(first)
    for heading in headings:
        drawn.add_column(heading, justify="right")
    for row in rows:
        drawn.add_row(*row)
    return drawn
