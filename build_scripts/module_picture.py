"""Draws the picture of the modules from what they import, and says what breaks the layers.

    python build_scripts/module_picture.py            # writes docs/architecture.svg and its table
    python build_scripts/module_picture.py --check    # only says whether they are up to date

Every module belongs to one of `PARTS`. A part imports only parts that stand before it, and some
packages are for one part alone; what does otherwise is said, and nothing is drawn.
"""

import argparse
import ast
import html
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "emoviz"


@dataclass(frozen=True)
class Part:
    """Modules that do one thing: its name, what it does, and which modules are of it.

    `row` and `column` are its place in the picture, where no arrow passes behind a box.
    """

    name: str
    title: str
    what: str
    modules: tuple[str, ...]
    row: int
    column: float

    def holds(self, module: str) -> bool:
        """Tell whether a module, named without the package, is of this part."""
        return any(fnmatch(module, pattern) for pattern in self.modules)


# From the ground up. Patterns, so that a module that is split stays where it was.
PARTS = (
    Part(
        "ground",
        "Ground",
        "errors that a user can meet, places, files written whole, the log",
        (
            *("errors", "errors.*", "paths", "files", "log", "memory", "priority"),
            *("terminal", "display", ""),
        ),
        row=7,
        column=1.75,
    ),
    Part(
        "songs",
        "Songs",
        "any audio file to samples, from any place of it",
        ("song", "decod*", "frame_decoder", "frame_headers", "frame_index", "ogg*", "spare*"),
        row=6,
        column=1.5,
    ),
    Part(
        "devices",
        "Sound devices",
        "PortAudio, found anew when devices come and go",
        ("portaudio", "sound_devices"),
        row=6,
        column=2.75,
    ),
    Part(
        "hearing",
        "Hearing",
        "samples to mel frames and half-second columns",
        ("melspectrogram", "frames", "frame_spool", "listening", "silence"),
        row=5,
        column=0.75,
    ),
    Part(
        "models",
        "Models",
        "a folder of model/ to a function: window in, values out",
        ("estimator", "inference"),
        row=4,
        column=1.35,
    ),
    Part(
        "tracks",
        "Tracks",
        "values in time, their words, labels, and how two agree",
        ("trajectory", "trail", "circumplex", "agreement", "density", "labels", "label_tables"),
        row=4,
        column=0.15,
    ),
    Part(
        "tracking",
        "Tracking",
        "song and model to a track, window by window",
        ("tracker", "windows"),
        row=3,
        column=1.35,
    ),
    Part(
        "playing",
        "Playing",
        "the player, which is the clock, and what feeds it",
        ("player", "playback_*", "device_clock", "time_stretch"),
        row=2,
        column=3,
    ),
    Part(
        "live",
        "Listening live",
        "an input to a track that grows as it sounds",
        ("microphone", "live", "live_input", "recording"),
        row=2,
        column=2,
    ),
    Part(
        "export",
        "Export",
        "tracks for other programs; film files",
        ("export", "export.*", "film_file"),
        row=2,
        column=0,
    ),
    Part(
        "library",
        "Library",
        "many songs: a database, finds, playlists, a cluster",
        ("library", "library.*"),
        row=2,
        column=1,
    ),
    Part(
        "training",
        "Laboratory",
        "data, networks, training, evaluation; the one place of torch and librosa",
        ("training", "training.*"),
        row=1,
        column=0.75,
    ),
    Part(
        "gui",
        "Window",
        "views, actions, settings, map, pictures, films; the one place of Qt",
        ("gui", "gui.*"),
        row=1,
        column=2,
    ),
    Part(
        "commands",
        "Commands",
        "the command line",
        (
            *("cli", "__main__", "*_command", "library_verbs", "analysis", "tagging"),
            "progress",
        ),
        row=0,
        column=1.375,
    ),
)

APART = (("gui", "training"),)
"""Parts of which neither imports the other"""

KEPT_TO = {
    "PySide6": "gui",
    "shiboken6": "gui",
    "pyqtgraph": "gui",
    "torch": "training",
    "librosa": "training",
    "sklearn": "training",
    "scipy": "training",
    "matplotlib": "training",
    "onnx": "training",
    "onnxscript": "training",
    "mutagen": "library",
    "distributed": "library",
}
"""Packages that one part alone imports"""


@dataclass(frozen=True)
class Import:
    """That a module imports a module of the package, or another package."""

    importer: str
    imported: str
    line: int

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.importer}, line {self.line}"


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
    picture, page = options.root / "docs" / "architecture.svg", options.root / "docs"
    page /= "architecture.md"
    old = page.read_text(encoding="utf-8")
    new = {picture: drawing(uses, modules), page: with_table(old, table(modules, uses))}
    stale = [path for path, text in new.items() if not _is(path, text)]
    if options.check:
        for path in stale:
            print(f"{path}: run build_scripts/module_picture.py", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        path.write_text(new[path], encoding="utf-8")
    return 0


# What there is.


def modules_of(root: Path) -> dict[str, Path]:
    """Give the file of every module, by its name without the package; the package itself is ""."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = list(path.relative_to(root / PACKAGE).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path
    return found


def imports_of(name: str, path: Path, modules: Mapping[str, Path]) -> Iterator[Import]:
    """Yield what a module imports, inside of functions too, but not what is for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inside in ast.walk(node)
    }
    importer = f"{PACKAGE}.{name}".rstrip(".")
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            yield Import(importer, _known(target, modules), node.lineno)


def _known(target: str, modules: Mapping[str, Path]) -> str:
    """Give the module that a target is or is in; another package by its own name."""
    package, *_ = target.split(".")
    if package != PACKAGE:
        return package
    while _inside(target) not in modules:
        target = target.rpartition(".")[0]
    return target


def _inside(module: str) -> str:
    return module.removeprefix(PACKAGE).removeprefix(".")


def part_of(module: str) -> Part | None:
    """Give the part that a module of the package belongs to."""
    return next((part for part in PARTS if part.holds(_inside(module))), None)


def uses_of(imports: list[Import]) -> dict[str, set[str]]:
    """Give, for each part, the parts that it imports."""
    uses: dict[str, set[str]] = {part.name: set() for part in PARTS}
    for found in imports:
        importer, imported = part_of(found.importer), _own_part(found)
        if importer is not None and imported is not None and importer != imported:
            uses[importer.name].add(imported.name)
    return uses


def _own_part(found: Import) -> Part | None:
    is_own = found.imported.split(".")[0] == PACKAGE
    return part_of(found.imported) if is_own else None


# The rules.


def broken_rules(modules: Mapping[str, Path], imports: list[Import]) -> Iterator[str]:
    """Yield a sentence for each module without a part and each import that no part may have."""
    order = [part.name for part in PARTS]
    for module in modules:
        if part_of(f"{PACKAGE}.{module}") is None:
            yield f"{PACKAGE}.{module} is of no part; name it in PARTS of module_picture.py"
    for found in imports:
        importer, imported = part_of(found.importer), _own_part(found)
        if importer is None:
            continue
        keeper = KEPT_TO.get(found.imported)
        if keeper is not None and keeper != importer.name:
            yield f"{found.place} imports {found.imported}, which only {keeper} may"
        if imported is None:
            continue
        if order.index(imported.name) > order.index(importer.name):
            yield (
                f"{found.place} imports {found.imported}: {importer.name} stands below "
                f"{imported.name}"
            )
        for pair in APART:
            if {importer.name, imported.name} == set(pair):
                yield f"{found.place} imports {found.imported}: {' and '.join(pair)} stay apart"


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


def with_table(text: str, content: str) -> str:
    """Put the table between its markers in the page."""
    begin, end = "<!-- parts -->\n", "\n<!-- end of parts -->"
    head, rest = text.split(begin)
    return f"{head}{begin}{content}{end}{rest.split(end)[1]}"


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
