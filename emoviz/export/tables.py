"""A track as a table: CSV, JSON, Parquet, and the two tables of DEAM's form."""

import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emoviz import errors
from emoviz.tracks.track import COLUMNS, TIME_REFERENCE, Track, csv_text, metadata_path
from emoviz.units import COLUMN_S

DIMENSIONS = ("valence", "arousal")

PARQUET_KEY = b"emoviz"
"""Where the schema of a Parquet file keeps where the track is from, as JSON."""

_COLUMN_MS = round(1000 * COLUMN_S)


def csv_files(trajectory: Track, path: Path) -> dict[Path, bytes]:
    """Give a CSV and its description, as `emoviz analyze` writes them."""
    return trajectory.csv_files(path)


def json_files(trajectory: Track, path: Path) -> dict[Path, bytes]:
    """Give one JSON object: where the track is from, and a list for each column."""
    return {path: trajectory.to_json().encode()}


def csv_origin(path: Path) -> dict[str, object]:
    """Read what the description of a CSV says of where the track is from."""
    return dict(json.loads(metadata_path(path).read_text(encoding="utf-8"))["notes"][0])


def json_origin(path: Path) -> dict[str, object]:
    """Read what a JSON file says of where its track is from."""
    return dict(json.loads(path.read_text(encoding="utf-8"))["provenance"])


def parquet_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give a Parquet file with the columns of the CSV; what is missing is null.

    Raises `errors.ExtraMissingError` where pyarrow is not installed.
    """
    pyarrow = load_pyarrow()
    origin = {"provenance": asdict(track.provenance), "time_reference": TIME_REFERENCE}
    metadata = {PARQUET_KEY: json.dumps(origin, ensure_ascii=False).encode()}
    table = pyarrow.table(parquet_columns(track), names=COLUMNS, metadata=metadata)
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return {path: file.getvalue()}


def parquet_columns(track: Track) -> list[Any]:
    """Give the arrays of pyarrow for a track's `COLUMNS`; what is missing is null."""
    pyarrow = load_pyarrow()
    nothing = pyarrow.nulls(len(track), pyarrow.float64())
    numbers = (track.times_s, track.valence, track.arousal, track.valence_sd, track.arousal_sd)
    columns = [
        # As pandas has it, NaN is null.
        nothing if values is None else pyarrow.array(values, from_pandas=True)
        for values in numbers
    ]
    texts = ([text or None for text in column] for column in (track.words, track.said))
    return [*columns, *(pyarrow.array(column, pyarrow.string()) for column in texts)]


def load_pyarrow() -> Any:  # noqa: ANN401  (it has no types)
    """Import what writes Parquet. Raises `errors.ExtraMissingError` where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise errors.ExtraMissingError("Parquet files", "parquet") from error
    return pyarrow


def deam_files(trajectory: Track, path: Path) -> dict[Path, bytes]:
    """Give one song's tables of valence and arousal in the form of DEAM.

    They are named after `path`: song.csv becomes song.valence.csv and song.arousal.csv. A song
    whose name is a number has that number in them, any other the number 1. Cells are empty where it
    is silent.
    """
    stem = Path(trajectory.provenance.song_file).stem
    tracks = {int(stem) if stem.isdecimal() else 1: trajectory}
    return dict(zip(_pair(path), _deam_tables(tracks), strict=True))


def deam_folder(tracks: Mapping[Path, Track], folder: Path) -> dict[Path, bytes]:
    """Give valence.csv and arousal.csv with a row for each song, and songs.csv, which names them.

    The songs' numbers are their files' names if all of these are numbers and differ, and count
    from 1 otherwise.
    """
    stems = [song.stem for song in tracks]
    named = all(stem.isdecimal() for stem in stems) and len(set(map(int, stems))) == len(stems)
    numbers = list(map(int, stems)) if named else list(range(1, len(stems) + 1))
    tables = _deam_tables(dict(zip(numbers, tracks.values(), strict=True)))
    rows = [["song_id", "file", "title", "sha256"]]
    for number, track in zip(numbers, tracks.values(), strict=True):
        origin = track.provenance
        rows.append([str(number), origin.song_file, origin.song_title, origin.song_sha256])
    places = [folder / f"{dimension}.csv" for dimension in DIMENSIONS]
    return dict(zip(places, tables, strict=True)) | {folder / "songs.csv": csv_text(rows).encode()}


def _deam_tables(tracks: Mapping[int, Track]) -> list[bytes]:
    longest = max(map(len, tracks.values()))
    header = ["song_id", *(f"sample_{_COLUMN_MS * (row + 1)}ms" for row in range(longest))]
    tables = []
    for dimension in DIMENSIONS:
        rows = [header]
        for number, track in tracks.items():
            values = getattr(track, dimension).tolist()
            cells = ["" if math.isnan(value) else repr(value) for value in values]
            rows.append([str(number), *cells, *[""] * (longest - len(cells))])
        tables.append(csv_text(rows).encode())
    return tables


def _pair(path: Path) -> list[Path]:
    """Name the tables of valence and arousal so that each name holds one of the words once."""
    words = "|".join(DIMENSIONS)
    stem = re.sub(words, "", path.stem, flags=re.IGNORECASE).strip(" ._-")
    beginning = f"{stem}." if stem else ""
    return [path.with_name(f"{beginning}{dimension}.csv") for dimension in DIMENSIONS]
