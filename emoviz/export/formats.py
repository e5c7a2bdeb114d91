"""The table of formats that a track can be kept in, and the writing of them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from emoviz import errors
from emoviz.export import audio_editors, section_files, tables
from emoviz.system import files
from emoviz.tracks.track import Track


@dataclass(frozen=True)
class Format:
    """A format: its name on the command line and in a dialog, and what makes files of it.

    `files_of` takes a track and the path that the user chose, and gives each file's place and
    bytes; a format of several files names them after that path.
    """

    name: str
    title: str
    suffix: str
    files_of: Callable[[Track, Path], Mapping[Path, bytes]]
    origin_in: Callable[[Path], Mapping[str, object]] | None = None
    """Reads what a file says of where its track is from; None for a format that says nothing.

    Raises some error or other where the file is damaged."""

    def holds(self, track: Track, path: Path) -> bool:
        """Tell whether there is a file at `path` that says it holds this track of this song."""
        if self.origin_in is None:
            return False
        try:
            said = self.origin_in(path)
            return path.stat().st_size > 0 and asdict(track.provenance).items() <= said.items()
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return False


CSV = Format("csv", "Comma-separated values", ".csv", tables.csv_files, tables.csv_origin)
DEAM = Format("deam", "DEAM tables of valence and arousal", ".csv", tables.deam_files)

FORMATS = {
    each.name: each
    for each in (
        CSV,
        Format("json", "JSON", ".json", tables.json_files, tables.json_origin),
        Format("parquet", "Parquet", ".parquet", tables.parquet_files),
        Format("audacity", "Audacity label track", ".txt", audio_editors.audacity_files),
        Format(
            "sonic-visualiser",
            "Sonic Visualiser layers",
            ".csv",
            audio_editors.sonic_visualiser_files,
        ),
        DEAM,
        Format("sections", "Sections: table (CSV)", ".csv", section_files.csv_files),
        Format("sections-json", "Sections: JSON", ".json", section_files.json_files),
        Format("sections-parquet", "Sections: Parquet", ".parquet", section_files.parquet_files),
        Format("sections-audacity", "Sections: Audacity", ".txt", section_files.audacity_files),
        Format("reaper", "Sections: REAPER regions", ".csv", section_files.reaper_files),
        Format("audition", "Sections: Adobe Audition", ".csv", section_files.audition_files),
        Format("webvtt", "Sections: WebVTT chapters", ".vtt", section_files.webvtt_files),
    )
}

FORMATS_OF_MANY = {name: each for name, each in FORMATS.items() if each.origin_in is not None}
"""What a run over many songs writes: a second run sees which files are there and does the rest."""


def format_for(path: Path, asked: Format) -> Format:
    """Give the format that a name's ending tells of, and the one `asked` for where it is open."""
    suffix = path.suffix.casefold()
    if suffix == asked.suffix:
        return asked
    return next((each for each in FORMATS.values() if each.suffix == suffix), asked)


def write(
    trajectory: Track, path: Path, file_format: Format, original: Path | None = None
) -> list[Path]:
    """Write a track, all of its files or none, and give their places.

    Raises `errors.OutputError`, also where a file would take the place of the `original` that the
    track was made of, and `errors.ExtraMissingError`.
    """
    return write_files(file_format.files_of(trajectory, path), [original] if original else [])


def write_files(contents: Mapping[Path, bytes], originals: list[Path]) -> list[Path]:
    """Write all of some files or none, and none in the place of an original."""
    for place in contents:
        if any(files.is_same(place, original) for original in originals):
            raise errors.OutputIsSongError(place)
    files.write_whole(contents)
    return list(contents)
