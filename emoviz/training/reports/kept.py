"""What a system said of one fold, kept in a file."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emoviz import errors
from emoviz.system import files
from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.fits.curves import Curve
from emoviz.training.scores.baselines import Doubles
from emoviz.training.scores.folded import Said
from emoviz.training.scores.spliced import Followed
from emoviz.units import Values

_FOLLOWED = ("labels", "whole", "alone")


@dataclass(frozen=True)
class Kept:
    """Values of the fold's clips (clips, columns, 2), what was said of all else, and losses."""

    clips: Doubles
    said: Said
    curves: dict[str, Curve]


def store(path: Path, kept: Kept) -> None:
    """Write a file, and its folder; raises `errors.OutputError`."""
    said = kept.said
    arrays: dict[str, Any] = {"clips": kept.clips}
    for name in _FOLLOWED:
        arrays |= _numbered(name, [getattr(one, name) for one in said.followed])
    arrays |= _numbered("piece", said.piece_tracks) | _numbered("quadrant", said.quadrant_tracks)
    for name in DIMENSIONS:
        arrays |= _numbered(f"way in {name}", said.ways[name])
    text = json.dumps({part: asdict(curve) for part, curve in kept.curves.items()})
    buffer = io.BytesIO()
    np.savez(buffer, curves=np.array(text), **arrays)
    files.make_folder(path.parent)
    files.write_whole({path: buffer.getvalue()})


def load(path: Path) -> Kept:
    """Read what was stored; raises `errors.TrainingError` for a file that is damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        curves = json.loads(str(arrays.pop("curves")))
        parts = (_of(arrays, name) for name in _FOLLOWED)
        said = Said(
            [Followed(*one) for one in zip(*parts, strict=True)],
            {name: _of(arrays, f"way in {name}") for name in DIMENSIONS},
            _of(arrays, "piece"),
            _of(arrays, "quadrant"),
        )
        return Kept(arrays["clips"], said, {part: Curve(**curve) for part, curve in curves.items()})
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise errors.TrainingError(
            f"{path}: this result of a comparison is damaged; delete it and compare again."
        ) from error


def _numbered(name: str, arrays: Sequence[Values]) -> dict[str, Values]:
    return {f"{name} {index:05d}": array for index, array in enumerate(arrays)}


def _of(arrays: Mapping[str, Values], name: str) -> list[Values]:
    return [arrays[key] for key in sorted(arrays) if key.rpartition(" ")[0] == name]
