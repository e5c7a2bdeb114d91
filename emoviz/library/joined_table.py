"""One table of many tracks: CSV, or Parquet through pyarrow."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import IO

from emoviz.export.tables import load_pyarrow, parquet_columns
from emoviz.library.records import LibrarySong
from emoviz.system import files
from emoviz.tracks.track import COLUMNS, Track, csv_text

SUFFIXES = (".csv", ".parquet")
SONG_COLUMNS = ("song", "title", "artist", "album", "model", "model_version")
"""What stands before the columns of a track in each row; "song" is the path."""

_ROWS_AT_ONCE = 200_000
_FORMULA = ("=", "+", "-", "@")

Tracks = Iterable[tuple[LibrarySong, Track]]


def is_table(path: Path) -> bool:
    """Tell whether a name's ending is that of a table."""
    return path.suffix.lower() in SUFFIXES


def check_table(path: Path) -> None:
    """Raise now what would keep a table from being written after hours of work.

    Raises `errors.OutputError` and `errors.ExtraMissingError`.
    """
    files.check_target(path)
    if path.suffix.lower() == ".parquet":
        load_pyarrow()


def write_table(tracks: Tracks, path: Path) -> int:
    """Write the rows of all tracks, one after the other, and give how many songs there are.

    No more than some rows are held in memory. Raises `errors.OutputError` and
    `errors.ExtraMissingError`.
    """
    make: type[_Csv] | type[_Parquet] = _Csv
    if path.suffix.lower() == ".parquet":
        make = _Parquet
        load_pyarrow()
    songs = 0
    # The writer is closed whatever happens: Parquet's would write once more when it is forgotten.
    with files.whole(path) as file, closing(make(file)) as writer:
        for song, trajectory in tracks:
            writer.add(song, trajectory)
            songs += 1
    return songs


def _song_cells(song: LibrarySong, trajectory: Track) -> tuple[str, ...]:
    provenance = trajectory.provenance
    texts = (str(song.path), song.title, song.artist, song.album)
    return (*texts, provenance.model, provenance.model_version)


def _no_formula(cell: str) -> str:
    """Give a text so that no spreadsheet runs it: with an apostrophe before what begins one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


class _Csv:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._write([SONG_COLUMNS + COLUMNS])

    def add(self, song: LibrarySong, trajectory: Track) -> None:
        cells = tuple(map(_no_formula, _song_cells(song, trajectory)))
        self._write(cells + row for row in trajectory.rows())

    def close(self) -> None:
        pass

    def _write(self, rows: Iterable[tuple[str, ...]]) -> None:
        self._file.write(csv_text(rows).encode())


class _Parquet:
    def __init__(self, file: IO[bytes]) -> None:
        self._pyarrow = pa = load_pyarrow()
        text = pa.dictionary(pa.int32(), pa.string())
        kinds = [text] * len(SONG_COLUMNS) + [pa.float64()] * (len(COLUMNS) - 2) + [text] * 2
        fields = zip(SONG_COLUMNS + COLUMNS, kinds, strict=True)
        self._schema = pa.schema(list(fields))
        self._writer = pa.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[object] = []
        self._rows = 0

    def add(self, song: LibrarySong, trajectory: Track) -> None:
        pa, count = self._pyarrow, len(trajectory)
        columns = [pa.array([cell] * count) for cell in _song_cells(song, trajectory)]
        columns += parquet_columns(trajectory)
        cast = [
            column.dictionary_encode() if column.type == pa.string() else column
            for column in columns
        ]
        self._waiting.append(pa.table(cast, schema=self._schema))
        self._rows += count
        if self._rows >= _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            joined = self._pyarrow.concat_tables(self._waiting).unify_dictionaries()
            self._writer.write_table(joined)
        self._waiting, self._rows = [], 0
