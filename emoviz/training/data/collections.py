"""What a data folder holds: clips with labels at 2 Hz, whole pieces, clips with a quadrant."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from emoviz import errors
from emoviz.tracks.label_tables import column_names
from emoviz.training.data import layouts, pieces, quadrants


@dataclass(frozen=True)
class Collections:
    """The folder of each kind of collection, None for one that is not there.

    `clips` is one that `layouts.read_rows` reads, `pieces` one of `pieces.read_pieces`, and
    `quadrants` one of `quadrants.read_quadrants`.
    """

    folder: Path
    clips: Path | None = None
    pieces: Path | None = None
    quadrants: Path | None = None

    def need(self, kind: str) -> Path:
        """Give the folder of a kind: `clips`, `pieces` or `quadrants`.

        Raises `errors.DataError` where there is none.
        """
        found: Path | None = getattr(self, kind)
        if found is None:
            reason = f"there is no collection of {_WHAT[kind]} in it or in its folders"
            raise errors.DataError(self.folder, reason)
        return found


_WHAT = {
    "clips": "clips with labels at 2 Hz (emoMusic, DEAM, PMEmo or a 'clips.csv' of files)",
    "pieces": f"whole pieces ('{pieces.TABLE}' with '{pieces.LABELS}')",
    "quadrants": f"clips with a quadrant ('{quadrants.TABLE}' with 'id' and 'quadrant')",
}


def find_collections(folder: Path) -> Collections:
    """Find the collections that a folder is, or that lie in the folders in it, one of each kind.

    Raises `errors.DataError` where there is none, and where there are two of one kind.
    """
    if not folder.is_dir():
        raise errors.DataError(folder, "this folder is missing")
    inside = [] if _kind(folder) else sorted(path for path in folder.iterdir() if path.is_dir())
    found: dict[str, Path] = {}
    for place in inside or [folder]:
        kind = _kind(place)
        if kind is None:
            continue
        if kind in found:
            reason = f"it and {found[kind].name} are both collections of {_WHAT[kind]}; keep one"
            raise errors.DataError(place, reason)
        found[kind] = place
    if not found:
        kinds = "; ".join(_WHAT[field.name] for field in fields(Collections)[1:])
        raise errors.DataError(folder, f"it neither is nor holds a data set: {kinds}")
    return Collections(folder, **found)


def _kind(folder: Path) -> str | None:
    """Tell a collection by what it holds, broken or not: what is wrong with it is said later."""
    return next((kind for kind, is_one in _SIGNS.items() if is_one(folder)), None)


def _is_quadrants(folder: Path) -> bool:
    table = folder / quadrants.TABLE
    return table.is_file() and "quadrant" in column_names(table)


_SIGNS: dict[str, Callable[[Path], bool]] = {
    "pieces": lambda folder: any((folder / n).exists() for n in (pieces.TABLE, pieces.LABELS)),
    "quadrants": _is_quadrants,
    "clips": layouts.is_known,
}
