"""The parts of the program, what each imports, and what breaks their order."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

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
        ("errors", "errors.*", "system", "system.*", "units", ""),
        row=7,
        column=1.75,
    ),
    Part(
        "songs",
        "Songs",
        "any audio file to samples, from any place of it",
        ("songs", "songs.*"),
        row=6,
        column=1.5,
    ),
    Part(
        "devices",
        "Sound devices",
        "PortAudio, found anew when devices come and go",
        ("devices", "devices.*"),
        row=6,
        column=2.75,
    ),
    Part(
        "hearing",
        "Hearing",
        "samples to mel frames and half-second columns",
        ("hearing", "hearing.*"),
        row=5,
        column=0.75,
    ),
    Part(
        "models",
        "Models",
        "a folder of model/ to a function: window in, values out",
        ("models", "models.*"),
        row=4,
        column=1.35,
    ),
    Part(
        "tracks",
        "Tracks",
        "values in time, their words, labels, and how two agree",
        ("tracks", "tracks.*"),
        row=4,
        column=0.15,
    ),
    Part(
        "tracking",
        "Tracking",
        "song and model to a track, window by window",
        ("tracking", "tracking.*"),
        row=3,
        column=1.35,
    ),
    Part(
        "playing",
        "Playing",
        "the player, which is the clock, and what feeds it",
        ("playing", "playing.*"),
        row=2,
        column=3,
    ),
    Part(
        "live",
        "Listening live",
        "an input to a track that grows as it sounds",
        ("live", "live.*"),
        row=2,
        column=2,
    ),
    Part(
        "export",
        "Export",
        "tracks for other programs; film files",
        ("export", "export.*"),
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
        ("cli", "cli.*", "__main__"),
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


def broken_rules(modules: Mapping[str, Path], imports: list[Import]) -> Iterator[str]:
    """Yield a sentence for each module without a part and each import that no part may have."""
    order = [part.name for part in PARTS]
    for module in modules:
        if part_of(f"{PACKAGE}.{module}") is None:
            yield f"{PACKAGE}.{module} is of no part; name it in PARTS of module_layers.py"
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
