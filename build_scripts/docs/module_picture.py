"""Draws the picture of the parts of emoviz: its folders, what they say, what they import.

    python -m build_scripts.docs.module_picture            # docs/architecture.svg, and its table
    python -m build_scripts.docs.module_picture --check    # are they up to date?

What a part may import stands in the contracts of pyproject.toml, which `make lint` checks.
"""

import argparse
import html
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from build_scripts import ROOT
from build_scripts.docs.figures import with_section
from build_scripts.docs.parts import Part, graph_of_imports, parts_of


def main() -> int:
    """Write the picture and the table, or check them; 1 if they are old."""
    parser = argparse.ArgumentParser(description="Draw the picture of the parts.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    parts = parts_of(graph_of_imports())
    picture, page = (ROOT / "docs" / f"architecture.{end}" for end in ("svg", "md"))
    text = with_section(page.read_text(encoding="utf-8"), "parts", table(parts))
    new = {picture: drawing(parts), page: text}
    stale = [
        path
        for path, text in new.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if check:
        for path in stale:
            print(f"{path}: run python -m build_scripts.docs.module_picture", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        path.write_text(new[path], encoding="utf-8")
    return 0


# The table.


def table(parts: Sequence[Part]) -> str:
    """Give the parts, from the top down, as a table in Markdown."""
    lines = ["| part | what it holds | modules | imports |", "| --- | --- | ---: | --- |"]
    for part in parts:
        used = ", ".join(other.name for other in parts if other.name in part.uses)
        name = f"`{part.name}/`" if part.modules else f"`{part.name}.py`"
        lines.append(f"| {name} | {part.what} | {part.modules or 1} | {used} |")
    return "\n".join(lines)


# The picture.

_MARGIN, _GAP, _ROW_GAP = 20, 24, 44
_BOX_PX, _PASS_PX = 222, 8
_LINE, _PAD = 16, 12
_CHARACTERS_PER_PX = 1 / 6.3
_SWEEPS = 12
_INK, _DIM, _LINES, _GROUND, _BOX = "#1c2330", "#5b6676", "#9aa5b5", "#ffffff", "#eef2f7"
_ACCENT = {"gui": "#fbe9d3", "training": "#e2efe6", "cli": "#e6e8fa"}


@dataclass(frozen=True)
class _Stop:
    """Where an arrow begins, ends, or passes a floor between."""

    floor: int
    name: str
    towards: str = ""
    """The part that an arrow passing here leads to"""

    @property
    def width(self) -> int:
        return _PASS_PX if self.towards else _BOX_PX


def drawing(parts: Sequence[Part]) -> str:
    """Draw the parts, each above all that it imports, as SVG.

    An arrow that others lead around is left out: who imports the library reaches what it imports.
    """
    routes = list(_routes(parts))
    rows = _laid_out(parts, routes)
    middles = _across({stop for row in rows for stop in row}, rows, routes)
    width = round(max(x + stop.width / 2 for stop, x in middles.items()) + _MARGIN)
    tops, heights = _down(parts)
    body = []
    for route in routes:
        points = [(middles[stop], tops[stop.floor], heights[stop.floor]) for stop in route]
        body.append(_arrow(points))
    for part in parts:
        left = middles[_Stop(part.floor, part.name)] - _BOX_PX / 2
        body += _box(part, left, tops[part.floor], heights[part.floor])
    height = round(tops[0] + heights[0] + _MARGIN)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="system-ui, sans-serif" font-size="12" role="img" '
            'aria-label="The parts of emoviz, each above those that it imports">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="{_LINES}"/>'
            "</marker></defs>",
            f'<rect width="{width}" height="{height}" rx="10" fill="{_GROUND}"/>',
            *body,
            "</svg>\n",
        ]
    )


def _routes(parts: Sequence[Part]) -> Iterator[list[_Stop]]:
    """Yield the stops of each arrow to a part that no other one leads to."""
    reached: dict[str, frozenset[str]] = {}
    for part in reversed(parts):
        around = frozenset[str]().union(*(reached[name] for name in part.uses))
        reached[part.name] = part.uses | around
        for other in parts:
            if other.name in part.uses - around:
                between = range(part.floor - 1, other.floor, -1)
                passed = [_Stop(floor, part.name, other.name) for floor in between]
                yield [_Stop(part.floor, part.name), *passed, _Stop(other.floor, other.name)]


def _laid_out(parts: Sequence[Part], routes: list[list[_Stop]]) -> list[list[_Stop]]:
    """Give the stops of each floor from left to right, so that few arrows cross."""
    stops = {_Stop(part.floor, part.name): None for part in parts}
    stops |= {stop: None for route in routes for stop in route}
    rows = [[s for s in stops if s.floor == floor] for floor in range(1 + parts[0].floor)]
    beside = _neighbours(routes)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            # As a share of their own row: rows are of different lengths.
            share = {s: (i + 0.5) / len(r) for r in rows for i, s in enumerate(r)}
            row.sort(key=lambda stop: _mean([share[o] for o in beside[stop]], share[stop]))
    return rows


def _across(
    stops: set[_Stop], rows: list[list[_Stop]], routes: list[list[_Stop]]
) -> dict[_Stop, float]:
    """Give where the middle of each stop is: near those that it is joined to, in order, apart."""
    beside = _neighbours(routes)
    widest = max(sum(stop.width + _GAP for stop in row) for row in rows) - _GAP
    middles = dict.fromkeys(stops, _MARGIN + widest / 2)
    for _ in range(_SWEEPS):
        for row in rows:
            wanted = [_mean([middles[o] for o in beside[s]], middles[s]) for s in row]
            least = float(_MARGIN - _GAP)
            for stop, x in zip(row, wanted, strict=True):
                middles[stop] = max(x, least + _GAP + stop.width / 2)
                least = middles[stop] + stop.width / 2
            most = float(_MARGIN + widest + _GAP)
            for stop in reversed(row):
                middles[stop] = min(middles[stop], most - _GAP - stop.width / 2)
                most = middles[stop] - stop.width / 2
    return middles


def _neighbours(routes: list[list[_Stop]]) -> dict[_Stop, list[_Stop]]:
    beside: dict[_Stop, list[_Stop]] = {stop: [] for route in routes for stop in route}
    for route in routes:
        for upper, lower in pairwise(route):
            beside[upper].append(lower)
            beside[lower].append(upper)
    return beside


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _down(parts: Sequence[Part]) -> tuple[Mapping[int, float], Mapping[int, float]]:
    """Give the top and the height of each floor."""
    tops: dict[int, float] = {}
    heights: dict[int, float] = {}
    top = float(_MARGIN)
    for floor in range(parts[0].floor, -1, -1):
        lines = max(len(_lines(part)) for part in parts if part.floor == floor)
        tops[floor], heights[floor] = top, lines * _LINE + 2 * _PAD + 4.0
        top += heights[floor] + _ROW_GAP
    return tops, heights


def _lines(part: Part) -> list[str]:
    what = textwrap.wrap(part.what, int((_BOX_PX - 2 * _PAD) * _CHARACTERS_PER_PX))
    count = part.modules or 1
    return [
        part.name,
        *(line.replace("`", "") for line in what),
        "1 module" if count == 1 else f"{count} modules",
    ]


def _box(part: Part, left: float, top: float, height: float) -> Iterator[str]:
    fill = _ACCENT.get(part.name, _BOX)
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{_BOX_PX}" height="{height:.1f}" rx="8" '
        f'fill="{fill}" stroke="{_LINES}"/>'
    )
    lines = _lines(part)
    for number, line in enumerate(lines):
        style = f'fill="{_INK}"'
        if number == 0:
            style = f'font-size="14" font-weight="600" {style}'
        elif number == len(lines) - 1:
            style = f'fill="{_DIM}"'
        y = top + _PAD + 12 + number * _LINE
        yield f'<text x="{left + _PAD:.1f}" y="{y:.1f}" {style}>{html.escape(line)}</text>'


def _arrow(points: Sequence[tuple[float, float, float]]) -> str:
    """Draw an arrow past its stops: each has its middle, and the top and height of its floor."""
    (first, top, height), *_ = points
    second, last, before = points[1][0], points[-1][0], points[-2][0]
    drawn = f"M{_towards(first, second):.1f} {top + height:.1f}"
    x, y = _towards(first, second), top + height
    for number, (middle, top, height) in enumerate(points[1:], 2):
        ends = number == len(points)
        to = _towards(last, before) if ends else middle
        bend = (top - y) / 2
        drawn += f"C{x:.1f} {y + bend:.1f} {to:.1f} {top - bend:.1f} {to:.1f} {top - ends:.1f}"
        x, y = to, top + height
        if not ends:
            drawn += f"L{x:.1f} {y:.1f}"
    return (
        f'<path d="{drawn}" fill="none" stroke="{_LINES}" stroke-width="1.4" '
        'marker-end="url(#tip)"/>'
    )


def _towards(middle: float, wanted: float) -> float:
    # Leaves and arrives towards the other side, so that arrows of one box do not lie on each other.
    reach = _BOX_PX / 2 - 24
    return middle + max(-reach, min(reach, (wanted - middle) * 0.3))


if __name__ == "__main__":
    sys.exit(main())
