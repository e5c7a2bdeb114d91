"""CSV as programs write it: commas, semicolons or tabs, in UTF-8 or not, points or commas."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_LOOKED_AT_BYTES = 1 << 16
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_QUOTED = re.compile(r'"[^"]*"')
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True)
class CsvForm:
    """How a table is written: what separates its columns, its encoding, its decimals."""

    separator: str = ","
    encoding: str = "utf-8"
    decimal_commas: bool = False

    @property
    def words(self) -> str:
        """Say it: "semicolons between its columns and commas in its numbers"."""
        columns = f"{_SEPARATORS[self.separator]} between its columns"
        return f"{columns} and commas in its numbers" if self.decimal_commas else columns

    @property
    def is_usual(self) -> bool:
        """Whether there can be no doubt of it: commas, UTF-8, and points in its numbers."""
        return self.separator == "," and self.encoding in ("utf-8", "utf-8-sig")

    def plain(self, cell: str) -> str:
        """Give a cell with a point in its number."""
        if self.decimal_commas and _COMMA_NUMBER.fullmatch(cell.strip()):
            return cell.replace(",", ".")
        return cell


def form_of(path: Path) -> CsvForm:
    """Tell how a table is written, by how it begins.

    Raises `OSError`, and `UnicodeDecodeError` for what is no text.
    """
    with path.open("rb") as file:
        data = file.read(_LOOKED_AT_BYTES)
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        # The last letter may have been cut in two.
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        if _NO_TEXT.search(data):
            raise
        # What a spreadsheet writes that does not write UTF-8; all bytes are letters there.
        encoding = "latin-1"
        text = data.decode(encoding)
    lines = [_QUOTED.sub("", line) for line in text.splitlines()]
    header = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    cells = [cell.strip() for line in lines for cell in line.split(separator)]
    is_comma = separator != "," and any(map(_COMMA_NUMBER.fullmatch, cells))
    return CsvForm(separator, encoding, is_comma)


@contextmanager
def open_csv(path: Path) -> Iterator[tuple[TextIO, CsvForm]]:
    """Open a table for `csv.reader`, and tell how it is written.

    Raises `OSError`, and `UnicodeDecodeError` here or where its text is read.
    """
    form = form_of(path)
    with path.open(newline="", encoding=form.encoding) as file:
        yield file, form


def read_rows(path: Path) -> tuple[list[list[str]], CsvForm]:
    """Give the rows of a table but empty ones, cells as they are, and how it is written.

    Raises `OSError`, `UnicodeDecodeError` and `csv.Error`.
    """
    with open_csv(path) as (file, form):
        rows = csv.reader(file, delimiter=form.separator, strict=True)
        return [row for row in rows if any(row)], form
