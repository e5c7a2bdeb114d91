"""Tables as other programs save them: separators, encodings, decimals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.tracks import labels
from emoviz.tracks.csv_files import form_of
from emoviz.tracks.track import Provenance, Track, load_csv, metadata_path

VALENCE = "song_id,sample_500ms,sample_1000ms\n2,0.1,-0.25\n10,0.5,\n"


def own_csv(folder: Path) -> tuple[Path, Track]:
    """Write a track as emoviz does; give its place and it."""
    values = np.array([[0.12, -0.5, 0.1, 0.2], [np.nan] * 4, [-0.7, 0.25, 0.3, 0.4]])
    track = Track.from_values(values, Provenance("a.mp3", "0" * 64, "A", "cae", "1.0.0", "0.1"))
    path = folder / "song.csv"
    track.save_csv(path)
    return path, track


def german(text: str) -> str:
    return text.replace(",", ";").replace(".", ",").replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_labels_are_read_as_any_program_saves_them(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    text = VALENCE.replace(",", separator)
    for name in ("valence.csv", "arousal.csv"):
        (tmp_path / name).write_bytes(text.encode(encoding))
    found = labels.read(tmp_path / "valence.csv")
    assert found.of("2").tolist() == [[0.1, 0.1], [-0.25, -0.25]]
    assert found.songs.keys() == {"2", "10"}
    # Of what is written as most are there is nothing to say.
    # These texts are the same in latin-1 as in UTF-8.
    assert bool(found.remark) != (separator == "," and encoding != "utf-16")
    if separator == ";":
        assert f"{found.path}: it was read as a table with semicolons between" in found.remark


def test_decimal_commas_and_rows_of_empty_cells_are_read(tmp_path: Path) -> None:
    for name in ("valence.csv", "arousal.csv"):
        (tmp_path / name).write_bytes(german(VALENCE).encode() + b";;\r\n\r\n")
    path = tmp_path / "valence.csv"
    assert labels.read(path).of("2").tolist() == [[0.1, 0.1], [-0.25, -0.25]]
    assert form_of(path).words == "semicolons between its columns and commas in its numbers"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
        lambda data: data + b"\n",
        lambda data: data + b",,,,,\r\n",
    ],
    ids=["bom", "empty line", "empty cells"],
)
def test_our_own_file_saved_by_a_spreadsheet_is_what_it_was(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path, track = own_csv(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    assert load_csv(path) == track


def test_our_own_file_with_semicolons_is_said_to_have_them(tmp_path: Path) -> None:
    path, _ = own_csv(tmp_path)
    path.write_text(german(path.read_text(encoding="utf-8")), encoding="utf-8")
    for read in (load_csv, labels.read):
        with pytest.raises(errors.TrackFileError, match="semicolons between its columns"):
            read(path)


def test_a_file_without_its_description_is_said_to_be_so(tmp_path: Path) -> None:
    path, _ = own_csv(tmp_path)
    metadata_path(path).unlink()
    with pytest.raises(errors.TrackFileError, match=r"the description of song\.csv"):
        load_csv(path)


def test_what_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    path, _ = own_csv(tmp_path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(errors.TrackFileError, match="it is no text"):
        load_csv(path)
