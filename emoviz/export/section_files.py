"""A track's sections as tables, and as the regions and chapters of other programs."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from emoviz.export.tables import PARQUET_KEY, load_pyarrow
from emoviz.tracks.sections import Section
from emoviz.tracks.track import Track, csv_text

COLUMNS = tuple(field.name for field in fields(Section))


def csv_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give a CSV with a row for each section, in seconds and on [-1, 1]."""
    rows = [COLUMNS, *(tuple(map(_cell, asdict(each).values())) for each in track.sections())]
    return {path: csv_text(rows).encode()}


def json_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give one JSON object: where the track is from, and its sections."""
    document = {
        "provenance": asdict(track.provenance),
        "sections": [asdict(section) for section in track.sections()],
    }
    return {path: (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()}


def parquet_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give a Parquet file with the columns of the CSV.

    Raises `errors.ExtraMissingError` where pyarrow is not installed.
    """
    pyarrow = load_pyarrow()
    sections = track.sections()
    kinds = {float: pyarrow.float64(), str: pyarrow.string(), bool: pyarrow.bool_()}
    columns = [
        pyarrow.array([getattr(section, field.name) for section in sections], kinds[field.type])  # type: ignore[index]
        for field in fields(Section)
    ]
    origin = json.dumps({"provenance": asdict(track.provenance)}, ensure_ascii=False).encode()
    table = pyarrow.table(columns, names=COLUMNS, metadata={PARQUET_KEY: origin})
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return {path: file.getvalue()}


def audacity_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give a label track: where each section begins and ends, in seconds, and its name."""
    lines = [
        f"{each.start_s:.6f}\t{each.end_s:.6f}\t{_line(each.name)}\n" for each in track.sections()
    ]
    return {path: "".join(lines).encode()}


def reaper_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give regions for REAPER's Region/Marker Manager (Import regions/markers)."""
    rows: list[Sequence[str]] = [("#", "Name", "Start", "End", "Length")]
    for number, each in enumerate(track.sections(), start=1):
        times = (each.start_s, each.end_s, each.end_s - each.start_s)
        rows.append((f"R{number}", _line(each.name), *map(_clock, times)))
    return {path: csv_text(rows).encode()}


def audition_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give markers for Adobe Audition's Markers panel (Import Markers), divided by tabs."""
    lines = ["Name\tStart\tDuration\tTime Format\tType\tDescription"]
    for each in track.sections():
        start, length = _clock(each.start_s), _clock(each.end_s - each.start_s)
        note = _line(each.note)
        lines.append(f"{_line(each.name)}\t{start}\t{length}\tdecimal\tCue\t{note}")
    return {path: ("\n".join(lines) + "\n").encode()}


def webvtt_files(track: Track, path: Path) -> dict[Path, bytes]:
    """Give chapters as WebVTT (W3C), which players of web pages read."""
    parts = ["WEBVTT"]
    for number, each in enumerate(track.sections(), start=1):
        start, end = (_clock(time_s, hours=True) for time_s in (each.start_s, each.end_s))
        parts.append(f"{number}\n{start} --> {end}\n{_escaped(_line(each.name))}")
    return {path: ("\n\n".join(parts) + "\n").encode()}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def _line(text: str) -> str:
    """Give a text as one line: what divides lines and columns would be read as such."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(time_s: float, *, hours: bool = False) -> str:
    """Write a time to the millisecond: 1:05.500, or 00:01:05.500 with hours."""
    minutes, milliseconds = divmod(round(1000 * time_s), 60_000)
    seconds = f"{milliseconds // 1000:02}.{milliseconds % 1000:03}"
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds}" if hours else f"{minutes}:{seconds}"
