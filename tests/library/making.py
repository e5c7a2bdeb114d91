"""Songs and tracks for tests of the library, without any analysis."""

from pathlib import Path

import numpy as np

from emoviz import __version__
from emoviz.library.records import FileState, SongRecord
from emoviz.library.store import Library
from emoviz.models import estimator
from emoviz.system import files
from emoviz.tracks.track import Provenance, Track

MODEL = "cae"


def make_track(
    path: Path,
    start: tuple[float, float],
    end: tuple[float, float],
    count: int = 40,
    model: str = MODEL,
) -> Track:
    """Give a straight path over the plane as the track of the file at `path`."""
    line = np.linspace(start, end, count).round(6)
    values = np.column_stack([line, np.full((count, 2), 0.2)])
    provenance = Provenance(
        song_file=path.name,
        song_sha256=files.sha256_of_file(path),
        song_title=path.stem,
        model=model,
        model_version=estimator.describe(model).version,
        emoviz_version=__version__,
    )
    return Track.from_values(values, provenance)


def put(
    library: Library,
    path: Path,
    start: tuple[float, float] = (0.0, 0.0),
    end: tuple[float, float] | None = None,
    artist: str = "",
    album: str = "",
) -> int:
    """Write a file with bytes of its own, if there is none, and put it in with a straight path."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())
    record = SongRecord(path, FileState.of(path), path.stem, artist, album, 20.0)
    return library.put(record, make_track(path, start, end or start))
