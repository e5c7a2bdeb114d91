"""Sections are read back by the programs' own readers, or as these document their forms."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from emoviz.export.formats import FORMATS, write
from emoviz.export.section_files import COLUMNS
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.section_edits import SectionEditor
from emoviz.tracks.track import Provenance, Track

ORIGIN = Provenance("song.flac", "0f" * 32, "A song", "cae", "1.0.0", "0.1")
NAME, NOTE = 'Strophe <1> & "eins"', "leise,\tdann laut"


@pytest.fixture
def song() -> Track:
    places = np.repeat([(-0.5, -0.3), (0.6, 0.3), (-0.4, 0.5)], [40, 60, 50], axis=0)
    values = np.column_stack([places, np.full((150, 2), 0.1)])
    found = Track.from_values(values, ORIGIN)
    editor = SectionEditor(values, Circumplex.music())
    edited = editor.annotated(editor.renamed(found.sections(), 0, NAME), 0, NOTE)
    return Track(**{**vars(Track.from_values(values, ORIGIN)), "edited_sections": edited})


def written(song: Track, name: str, folder: Path) -> str:
    path = folder / f"song{FORMATS[name].suffix}"
    write(song, path, FORMATS[name])
    return path.read_text(encoding="utf-8")


def test_tables_hold_every_section(song: Track, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(written(song, "sections", tmp_path))))
    assert tuple(rows[0]) == COLUMNS
    assert [float(row["end_s"]) for row in rows] == [20.0, 50.0, 75.0]
    assert (rows[0]["name"], rows[0]["note"]) == (NAME, NOTE)
    assert [row["abrupt"] for row in rows] == ["false", "true", "true"]
    document = json.loads(written(song, "sections-json", tmp_path))
    assert document["provenance"]["song_title"] == "A song"
    assert [each["name"] for each in document["sections"]] == [row["name"] for row in rows]
    write(song, tmp_path / "song.parquet", FORMATS["sections-parquet"])
    table = pyarrow.parquet.read_table(tmp_path / "song.parquet")
    assert tuple(table.column_names) == COLUMNS
    assert table.column("valence").to_pylist() == [float(row["valence"]) for row in rows]


def test_mir_eval_reads_the_labels_for_audacity(song: Track, tmp_path: Path) -> None:
    # Not above: it imports much, and each worker of the suite would.
    import mir_eval

    written(song, "sections-audacity", tmp_path)
    intervals, names = mir_eval.io.load_labeled_intervals(str(tmp_path / "song.txt"), "\t")
    assert intervals.tolist() == [[0.0, 20.0], [20.0, 50.0], [50.0, 75.0]]
    assert names[0] == NAME


def test_regions_of_editors_have_their_columns(song: Track, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(song, "reaper", tmp_path))))
    assert rows[0] == ["#", "Name", "Start", "End", "Length"]
    assert rows[1] == ["R1", NAME, "0:00.000", "0:20.000", "0:20.000"]
    assert rows[3][2:] == ["0:50.000", "1:15.000", "0:25.000"]
    lines = [line.split("\t") for line in written(song, "audition", tmp_path).splitlines()]
    assert {len(line) for line in lines} == {6}
    assert lines[1] == [NAME, "0:00.000", "0:20.000", "decimal", "Cue", "leise, dann laut"]


def test_chapters_are_webvtt(song: Track, tmp_path: Path) -> None:
    blocks = written(song, "webvtt", tmp_path).strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert blocks[1].splitlines() == [
        "1",
        "00:00:00.000 --> 00:00:20.000",
        'Strophe &lt;1&gt; &amp; "eins"',
    ]
    assert blocks[3].splitlines()[1] == "00:00:50.000 --> 00:01:15.000"


def test_the_api_gives_what_a_user_made_of_them(song: Track) -> None:
    assert song.sections()[0].name == NAME
    assert Track.from_values(song.values, ORIGIN).sections()[0].name != NAME
