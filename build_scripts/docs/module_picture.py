"""Draws the picture of the modules from what they import, and says what breaks the layers.

    python -m build_scripts.docs.module_picture          # docs/architecture.svg and its table
    python -m build_scripts.docs.module_picture --check    # are they up to date?

What the parts are, and what each may import, stands in module_layers.py. If a rule is broken it is
said, and nothing is drawn.
"""

import argparse
import html
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from build_scripts import ROOT
from build_scripts.docs.figures import with_section
from build_scripts.docs.module_layers import (
    PARTS,
    Part,
    broken_rules,
    imports_of,
    modules_of,
    uses_of,
)


def main() -> int:
    """Write the picture and the table, or check them; 1 if a rule is broken or they are old."""
    parser = argparse.ArgumentParser(description="Draw the picture of the modules.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args()
    modules = modules_of(options.root)
    imports = [found for name, path in modules.items() for found in imports_of(name, path, modules)]
    problems = list(broken_rules(modules, imports))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    uses = uses_of(imports)
    picture, page = (options.root / "docs" / f"architecture.{end}" for end in ("svg", "md"))
    old = page.read_text(encoding="utf-8")
    new = {picture: drawing(uses, modules), page: with_section(old, "parts", table(modules, uses))}
    stale = [path for path, text in new.items() if not _is(path, text)]
    if options.check:
        for path in stale:
            print(f"{path}: run python -m build_scripts.docs.module_picture", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        path.write_text(new[path], encoding="utf-8")
    return 0


# The table.


def table(modules: Mapping[str, Path], uses: Mapping[str, set[str]]) -> str:
    """Give the parts, from the top down, as a table in Markdown."""
    titles = {part.name: part.title for part in PARTS}
    lines = ["| part | what it does | modules | imports |", "| --- | --- | --- | --- |"]
    for part in reversed(PARTS):
        names = [name for name in modules if name and part.holds(name)]
        order = [other.name for other in PARTS if other.name in uses[part.name]]
        imported = ", ".join(titles[name] for name in reversed(order))
        lines.append(f"| {part.title} | {part.what} | {_listed(names)} | {imported} |")
    return "\n".join(lines)


def _listed(names: list[str]) -> str:
    shown = []
    for name in names:
        package = name.partition(".")[0]
        inside = [other for other in names if other.startswith(f"{package}.")]
        if name == package:
            shown.append(f"`{name}/`, {len(inside)} modules" if inside else f"`{name}`")
    return ", ".join(shown)


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


# The picture.

_MARGIN, _GAP, _ROW_GAP = 20, 24, 44
_BOX_PX = 222
_WIDTH = 2 * _MARGIN + 4 * _BOX_PX + 3 * _GAP
_LINE, _PAD = 16, 12
_CHARACTERS_PER_PX = 1 / 6.3
_INK, _DIM, _LINES, _GROUND, _BOX = "#1c2330", "#5b6676", "#9aa5b5", "#ffffff", "#eef2f7"
_ACCENT = {"gui": "#fbe9d3", "training": "#e2efe6", "commands": "#e6e8fa"}


def drawing(uses: Mapping[str, set[str]], modules: Mapping[str, Path]) -> str:
    """Draw the parts, each above all that it imports, as SVG.

    An arrow that others lead around is left out: who imports the library reaches what it imports.
    """
    boxes, height = _boxes(modules)
    body = [_arrow(boxes[name], boxes[other]) for name, other in _nearest(uses)]
    for part in PARTS:
        body += _box(part, boxes[part.name], modules)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            'font-family="system-ui, sans-serif" font-size="12" role="img" '
            'aria-label="The parts of emoviz, each above those that it imports">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="{_LINES}"/>'
            "</marker></defs>",
            f'<rect width="{_WIDTH}" height="{height}" rx="10" fill="{_GROUND}"/>',
            *body,
            "</svg>\n",
        ]
    )


@dataclass(frozen=True)
class _Place:
    left: float
    top: float
    width: float
    height: float


def _boxes(modules: Mapping[str, Path]) -> tuple[dict[str, _Place], int]:
    places: dict[str, _Place] = {}
    top = float(_MARGIN)
    for row in range(1 + max(part.row for part in PARTS)):
        parts = [part for part in PARTS if part.row == row]
        height = max(len(_lines(part, modules)) for part in parts) * _LINE + 2 * _PAD + 4.0
        for part in parts:
            left = _MARGIN + part.column * (_BOX_PX + _GAP)
            places[part.name] = _Place(left, top, _BOX_PX, height)
        top += height + _ROW_GAP
    return places, round(top - _ROW_GAP + _MARGIN)


def _lines(part: Part, modules: Mapping[str, Path]) -> list[str]:
    packages = {name.rpartition(".")[0] for name in modules}
    count = sum(part.holds(name) for name in modules if name not in packages)
    what = textwrap.wrap(part.what, int((_BOX_PX - 2 * _PAD) * _CHARACTERS_PER_PX))
    return [part.title, *what, "1 module" if count == 1 else f"{count} modules"]


def _box(part: Part, place: _Place, modules: Mapping[str, Path]) -> list[str]:
    fill = _ACCENT.get(part.name, _BOX)
    drawn = [
        f'<rect x="{place.left:.1f}" y="{place.top:.1f}" width="{place.width:.1f}" '
        f'height="{place.height:.1f}" rx="8" fill="{fill}" stroke="{_LINES}"/>'
    ]
    lines = _lines(part, modules)
    for number, line in enumerate(lines):
        is_title = number == 0
        style = f'font-size="14" font-weight="600" fill="{_INK}"' if is_title else f'fill="{_INK}"'
        if number == len(lines) - 1:
            style = f'fill="{_DIM}"'
        y = place.top + _PAD + 12 + number * _LINE
        drawn.append(
            f'<text x="{place.left + _PAD:.1f}" y="{y:.1f}" {style}>{html.escape(line)}</text>'
        )
    return drawn


def _nearest(uses: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    reached: dict[str, set[str]] = {}
    for part in PARTS:
        below = uses[part.name]
        around = set().union(*(reached[name] for name in below))
        reached[part.name] = below | around
        for other in PARTS:
            if other.name in below - around:
                yield part.name, other.name


def _arrow(upper: _Place, lower: _Place) -> str:
    # Leaves and arrives towards the other side, so that arrows of one box do not lie on each other.
    def towards(place: _Place, other: _Place) -> float:
        middle, wanted = place.left + place.width / 2, other.left + other.width / 2
        reach = place.width / 2 - 24
        return middle + max(-reach, min(reach, (wanted - middle) * 0.3))

    x1, y1 = towards(upper, lower), upper.top + upper.height
    x2, y2 = towards(lower, upper), lower.top
    bend = min((y2 - y1) / 2, 60.0)
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} '
        f'{x2:.1f} {y2 - 1:.1f}" fill="none" stroke="{_LINES}" stroke-width="1.4" '
        'marker-end="url(#tip)"/>'
    )


if __name__ == "__main__":
    sys.exit(main())
