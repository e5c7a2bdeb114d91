"""CSV as programs write it: what separates columns, encoding, points or commas in numbers.

Before the table there may be empty lines, remarks, and a line that says what separates columns.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_LOOKED_AT_BYTES = 1 << 16
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
_MARKS = {
    # Before what they begin with.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_QUOTED = re.compile(r'"[^"]*"')
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
_LINE = re.compile(r"\r\n|\r|\n")
_SAID = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)
"""What spreadsheets write, and read, before a table"""
_REMARKS = ("#", "%")
_MINUS = "\u2212"


@dataclass(frozen=True)
class CsvForm:
    """How a table is written: what separates its columns, its encoding, its decimals."""

    separator: str = ","
    encoding: str = "utf-8"
    decimal_commas: bool = False
    lines_before: int = 0
    """How many lines there are before the table"""

    @property
    def words(self) -> str:
        """Say it: "semicolons between its columns and commas in its numbers"."""
        columns = f"{_SEPARATORS[self.separator]} between its columns"
        return f"{columns} and commas in its numbers" if self.decimal_commas else columns

    @property
    def is_usual(self) -> bool:
        """Whether there can be no doubt of it: commas, UTF-8, and points in its numbers."""
        is_plain = self.separator == "," and not self.decimal_commas
        return is_plain and self.encoding in ("utf-8", "utf-8-sig")

    def plain(self, cell: str) -> str:
        """Give a cell with a point in its number, and a minus sign that Python knows."""
        cell = cell.replace(_MINUS, "-")
        if self.decimal_commas and _COMMA_NUMBER.fullmatch(cell.strip()):
            return cell.replace(",", ".")
        return cell


def form_of(path: Path) -> CsvForm:
    """Tell how a table is written, by how it begins.

    Raises `OSError`, and `UnicodeDecodeError` for what is no text.
    """
    with path.open("rb") as file:
        data = file.read(_LOOKED_AT_BYTES)
    encoding = _encoding_of(data)
    try:
        # The last letter may have been cut in two.
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        if _NO_TEXT.search(data):
            raise
        # What a spreadsheet writes that does not write UTF-8; all bytes are letters there.
        encoding = "latin-1"
        text = data.decode(encoding)
    lines = _LINE.split(text)
    before, said = 0, ""
    while before < len(lines) and (found := _is_before(lines[before])):
        before, said = before + 1, found.strip() or said
    lines = lines[before:] or [""]
    header = _QUOTED.sub("", lines[0]) if _QUOTED.sub("", lines[0]).strip() else lines[0]
    separator = said or max(list(_SEPARATORS)[:-1], key=header.count)
    if separator not in header and " " in header.strip():
        separator = " "
    return CsvForm(separator, encoding, _has_decimal_commas(lines, separator), before)


def _encoding_of(data: bytes) -> str:
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    # Text of mostly Latin letters in units of two bytes has a zero in every other.
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = data[first::2].count(0)
        if zeros > len(data) // 4 and not data[1 - first :: 2].count(0):
            return name
    return "utf-8"


def _is_before(line: str) -> str:
    """Tell of a line whether the table is still to come: give what separates columns, or a blank.

    What belongs to the table gives an empty text.
    """
    if said := _SAID.fullmatch(line.strip("\ufeff ")):
        return said[1] if said[1] in _SEPARATORS else " "
    return " " if not line.strip("\ufeff \t") or line.lstrip().startswith(_REMARKS) else ""


def _has_decimal_commas(lines: list[str], separator: str) -> bool:
    if separator == ",":
        # Only in quotes can there be any.
        cells = [cell.strip('"') for line in lines for cell in _QUOTED.findall(line)]
    else:
        cells = [cell for line in lines for cell in line.replace('"', "").split(separator)]
    return any(_COMMA_NUMBER.fullmatch(cell.strip()) for cell in cells)


@contextmanager
def open_csv(path: Path) -> Iterator[tuple[TextIO, CsvForm]]:
    """Open a table for `csv.reader`, and tell how it is written.

    Raises `OSError`, and `UnicodeDecodeError` here or where its text is read.
    """
    form = form_of(path)
    with path.open(newline="", encoding=form.encoding) as file:
        for _ in range(form.lines_before):
            file.readline()
        yield file, form


def read_rows(path: Path) -> tuple[list[list[str]], CsvForm]:
    """Give the rows of a table but empty ones, cells as they are, and how it is written.

    Raises `OSError`, `UnicodeDecodeError` and `csv.Error`.
    """
    with open_csv(path) as (file, form):
        blanks = form.separator == " "
        rows = csv.reader(file, delimiter=form.separator, skipinitialspace=blanks, strict=True)
        return [row for row in rows if any(row)], form
