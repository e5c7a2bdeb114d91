"""The parts of a package: its folders and single modules, what they say of themselves and import.

    python -m build_scripts.docs.parts    # how many floors, arrows and circles there are

What is allowed stands in the contracts of pyproject.toml; here is only what is.
"""

import ast
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import grimp

_NO_PART = "__main__"
"""The entry, which lies above all parts"""


@dataclass(frozen=True)
class Part:
    """A folder or a single module of a package."""

    name: str
    what: str
    """What it says of itself: the first line of its docstring"""
    modules: int
    """How many it holds; 0 if it is one itself"""
    uses: frozenset[str]
    """The parts that it imports"""
    floor: int
    """0 if it imports none, else one above the highest that it imports"""


def graph_of_imports(root: str = "emoviz") -> grimp.ImportGraph:
    """Read the imports of a package, as it is found from here; inside of functions too."""
    return grimp.build_graph(root, cache_dir=None)


def arrows_of(graph: grimp.ImportGraph, package: str) -> dict[str, frozenset[str]]:
    """Give, for each part of a package, the other parts that it imports."""
    home = {
        module: part
        for part in graph.find_children(package)
        for module in {part} | graph.find_descendants(part)
    }
    uses: dict[str, set[str]] = {part: set() for part in home.values()}
    for module, part in home.items():
        imported = graph.find_modules_directly_imported_by(module)
        uses[part] |= {home[other] for other in imported if other in home} - {part}
    names = {part: part.rpartition(".")[2] for part in uses}
    return {
        names[part]: frozenset(names[other] for other in others) for part, others in uses.items()
    }


def circles_of(uses: dict[str, frozenset[str]]) -> list[frozenset[str]]:
    """Give the sets of parts that reach each other by their imports."""
    below = {part: _reached(part, uses) for part in uses}
    circles = {frozenset(o for o in below[part] if part in below[o]) for part in uses}
    return sorted(filter(None, circles), key=sorted)


def floors_of(uses: dict[str, frozenset[str]]) -> dict[str, int]:
    """Give how high each part lies; the parts of a circle lie on one floor."""
    whole = {part: frozenset({part}) for part in uses}
    whole |= {part: circle for circle in circles_of(uses) for part in circle}
    below = {
        group: {whole[other] for part in group for other in uses[part]} - {group}
        for group in whole.values()
    }
    floors: dict[frozenset[str], int] = {}
    for group in TopologicalSorter(below).static_order():
        floors[group] = 1 + max((floors[other] for other in below[group]), default=-1)
    return {part: floors[group] for part, group in whole.items()}


def parts_of(graph: grimp.ImportGraph, package: str = "emoviz") -> list[Part]:
    """Give the parts of a package, from the top down."""
    uses = {name: others for name, others in arrows_of(graph, package).items() if name != _NO_PART}
    floors = floors_of(uses)
    found = [
        Part(name, _what(f"{package}.{name}"), _count(graph, f"{package}.{name}"), others, floor)
        for (name, others), floor in zip(uses.items(), map(floors.get, uses), strict=True)
        if floor is not None
    ]
    return sorted(found, key=lambda part: (-part.floor, part.name))


def figures_of(graph: grimp.ImportGraph, package: str) -> str:
    """Say in one line how many parts, floors, arrows and circles a package has."""
    uses = arrows_of(graph, package)
    uses.pop(_NO_PART, None)
    circles = circles_of(uses)
    arrows = sum(map(len, uses.values()))
    named = "".join(f"; {', '.join(sorted(circle))}" for circle in circles)
    return (
        f"{package}: {len(uses)} parts, {1 + max(floors_of(uses).values())} floors, {arrows} "
        f"arrows, {len(circles)} circles{named}"
    )


def _reached(part: str, uses: dict[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [part]
    while waiting:
        new = uses[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


def _count(graph: grimp.ImportGraph, part: str) -> int:
    inside = graph.find_descendants(part)
    return sum(not graph.find_children(module) for module in inside)


def _what(module: str) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{module} has no file; a part is a folder with an __init__.py")
    said = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))
    if not said:
        raise SystemExit(f"{spec.origin} does not say in its docstring what it holds")
    return said.splitlines()[0].rstrip(".")


if __name__ == "__main__":
    imports = graph_of_imports()
    for each in ("emoviz", "emoviz.gui"):
        print(figures_of(imports, each))
