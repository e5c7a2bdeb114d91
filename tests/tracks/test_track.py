"""The CSV, its description and the JSON form; what is written reads back equal."""

import csv
import json
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from emoviz import __version__, errors
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.track import COLUMNS, Provenance, Track, load_csv, metadata_path

PROVENANCE = Provenance(
    song_file="Präludium №1 #50%.flac",
    song_sha256="0f" * 32,
    song_title="Präludium, „leise“",
    model="cae",
    model_version="1.0.0",
    emoviz_version=__version__,
)

numbers = st.floats(-1, 1)
deviations = st.floats(0, 2)
tables = st.integers(1, 30).flatmap(
    lambda rows: st.tuples(
        st_numpy.arrays(np.float64, (rows, 2), elements=numbers),
        st.none() | st_numpy.arrays(np.float64, (rows, 2), elements=deviations),
    )
)


def trajectory_of(values: npt.NDArray[np.float64]) -> Track:
    return Track.from_values(values, PROVENANCE)


@pytest.fixture
def short() -> Track:
    return trajectory_of(np.array([[0.12, -0.5], [0.05, 0.0], [-0.7, 1e-06]]))


@pytest.fixture
def with_deviation() -> Track:
    return trajectory_of(np.array([[0.12, -0.5, 0.1, 0.25], [0.05, 0.0, 0.2, 0.125]]))


def test_the_csv_to_the_byte(short: Track, tmp_path: Path) -> None:
    short.save_csv(tmp_path / "song.csv")
    assert (tmp_path / "song.csv").read_bytes() == (
        b"time_s,valence,arousal,valence_sd,arousal_sd,emotion,said\n"
        b"0.5,0.12,-0.5,,,sleepy,slightly sad or fearful\n"
        b"1.0,0.05,0.0,,,neutral,slightly sad or fearful\n"
        b"1.5,-0.7,1e-06,,,miserable,slightly sad or fearful\n"
    )


def test_a_csv_of_before_words_were_said_is_read(with_deviation: Track, tmp_path: Path) -> None:
    path = tmp_path / "song.csv"
    with_deviation.save_csv(path)
    rows = [line.rsplit(",", 1)[0] for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0].endswith(",emotion")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert load_csv(path) == with_deviation
    assert load_csv(path).said == with_deviation.said


def test_the_csv_carries_deviations_where_there_are_any(with_deviation: Track) -> None:
    assert with_deviation.to_csv().splitlines()[1:] == [
        "0.5,0.12,-0.5,0.1,0.25,sleepy,slightly calm",
        "1.0,0.05,0.0,0.2,0.125,neutral,slightly calm",
    ]


@given(table=tables)
def test_what_is_written_reads_back_equal(
    table: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None],
) -> None:
    values, sd = table
    trajectory = trajectory_of(values if sd is None else np.hstack([values, sd]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.csv"
        trajectory.save_csv(path)
        again = load_csv(path)
    assert again == trajectory
    assert (again.valence_sd is None) == (sd is None)
    np.testing.assert_array_equal(again.times_s, 0.5 * np.arange(1, len(values) + 1))


@given(table=tables)
def test_every_row_of_the_csv_is_numbers_and_a_word(
    table: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None],
) -> None:
    values, sd = table
    text = trajectory_of(values if sd is None else np.hstack([values, sd])).to_csv()
    words = {word.text for word in Circumplex.russell().words} | {"neutral"}
    number = re.compile(r"-?\d+(\.\d+)?(e-\d+)?")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(values)
    assert "#" not in text
    for row in rows:
        assert tuple(row) == COLUMNS
        assert all(number.fullmatch(row[name]) for name in COLUMNS[:3])
        assert row["emotion"] in words
        for name in ("valence_sd", "arousal_sd"):
            assert bool(number.fullmatch(row[name])) == (sd is not None)


def description_of(trajectory: Track, folder: Path, name: str = "song.csv") -> dict[str, Any]:
    trajectory.save_csv(folder / name)
    description: dict[str, Any] = json.loads(
        (folder / f"{name}-metadata.json").read_text(encoding="utf-8")
    )
    return description


def test_the_description_is_csv_on_the_web(short: Track, tmp_path: Path) -> None:
    description = description_of(short, tmp_path)
    # https://www.w3.org/TR/tabular-metadata/, 5.2 and 5.3: what a table must and may have.
    assert description["@context"][0] == "http://www.w3.org/ns/csvw"
    assert set(description["@context"][1]) <= {"@language", "@base"}
    assert description["url"] == "song.csv"
    properties = {"url", "dialect", "notes", "tableSchema", "suppressOutput", "tableDirection"}
    for key in description:
        assert key in properties or key.startswith("@") or ":" in key
    assert description["dialect"] == {"header": True, "delimiter": ",", "encoding": "utf-8"}
    columns = description["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == list(COLUMNS)
    assert [column["titles"] for column in columns] == list(COLUMNS)
    assert description["tableSchema"]["primaryKey"] in COLUMNS
    assert isinstance(description["notes"], list)


def test_the_description_says_what_each_column_is(short: Track, tmp_path: Path) -> None:
    description = description_of(short, tmp_path)
    columns = {column["name"]: column for column in description["tableSchema"]["columns"]}
    assert all(column["dc:description"] for column in columns.values())
    assert columns["time_s"]["schema:unitText"] == "s"
    assert columns["time_s"]["datatype"] == {"base": "double", "minimum": 0}
    assert "end of the half-second" in columns["time_s"]["dc:description"]
    for name in ("valence", "arousal"):
        assert columns[name]["datatype"] == {"base": "double", "minimum": -1, "maximum": 1}
        assert columns[name]["schema:unitText"] == "1"
    for name in ("valence_sd", "arousal_sd"):
        assert columns[name]["datatype"] == {"base": "double", "minimum": 0}
        assert not columns[name].get("required")
    assert columns["emotion"]["datatype"] == "string"


def test_the_description_says_where_the_numbers_come_from(short: Track, tmp_path: Path) -> None:
    (notes,) = description_of(short, tmp_path)["notes"]
    assert notes == {
        "song_file": "Präludium №1 #50%.flac",
        "song_sha256": "0f" * 32,
        "song_title": "Präludium, „leise“",
        "model": "cae",
        "model_version": "1.0.0",
        "emoviz_version": __version__,
        "time_reference": "end",
    }


def test_the_description_leads_to_a_csv_of_any_name(short: Track, tmp_path: Path) -> None:
    name = "100 % Präludium #1?.csv"
    url = description_of(short, tmp_path, name)["url"]
    # A URL: a bare % # or ? would lead elsewhere.
    assert re.fullmatch(r"[\w.~-]|(%[0-9A-F]{2}|[\w.~-])*", url, re.ASCII)
    assert unquote(url) == name
    assert load_csv(tmp_path / name) == short


def test_the_json_form(short: Track, with_deviation: Track) -> None:
    document = json.loads(short.to_json())
    assert document["time_reference"] == "end"
    assert document["provenance"]["song_title"] == "Präludium, „leise“"
    assert document["time_s"] == [0.5, 1.0, 1.5]
    assert document["valence"] == [0.12, 0.05, -0.7]
    assert document["arousal"] == [-0.5, 0.0, 1e-06]
    assert document["valence_sd"] is None
    assert document["arousal_sd"] is None
    assert document["emotion"] == ["sleepy", "neutral", "miserable"]
    assert document["said"] == ["slightly sad or fearful"] * 3
    assert json.loads(with_deviation.to_json())["arousal_sd"] == [0.25, 0.125]


def test_trajectories_are_equal_by_value(short: Track, with_deviation: Track) -> None:
    values = np.column_stack([short.valence, short.arousal])
    assert trajectory_of(values.copy()) == short
    assert trajectory_of(values + 1e-6) != short
    assert trajectory_of(values[:2]) != short
    assert short != with_deviation
    assert short != "a trajectory"


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "\n",
        "time_s,valence,arousal\n0.5,0.1,0.2\n",
        "{header}0.5,0.1\n",
        "{header}0.5,0.1,0.2,,,calm,more\n",
        "{header}0.5,much,0.2,,,calm\n",
        "{header}0.5,nan,0.2,,,calm\n",
        "{header}0.5,inf,0.2,,,calm\n",
        "{header}0.5,,0.2,,,calm\n",
        "{header}0.5,7.5,0.2,,,calm\n",
        "{header}0.5,0.1,-1.000001,,,calm\n",
        "{header}0.5,0.1,0.2,-5,0.1,calm\n",
        "{header}0.5,0.1,0.2,0.1,inf,calm\n",
        "{header}0.5,0.1,0.2,nan,nan,calm\n",
        "{header}0.5,0.1,0.2,0.1,,calm\n",
        "{header}0.5,0.1,0.2,0.1,0.1,calm\n1.0,0.1,0.2,,,calm\n",
        "{header}0.5,0.1,0.2,,,calm\n1.5,0.1,0.2,,,calm\n",
        "{header}0.0,0.1,0.2,,,calm\n",
        '{header}0.5,0.1,0.2,,,"ca',
        "{header}",
    ],
)
def test_a_damaged_csv_is_refused_by_name(short: Track, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "song.csv"
    short.save_csv(path)
    path.write_text(damage.format(header=",".join(COLUMNS[:-1]) + "\n"))
    with pytest.raises(errors.TrackFileError, match=r"song\.csv: this is not an emoviz"):
        load_csv(path)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("7.5,0.2,0.1,0.1", "a value at 1 s is outside [-1, 1]"),
        ("0.1,0.2,0.1,-5", "a deviation at 1 s is no number from 0 on"),
        ("0.1,0.2,inf,0.1", "line 3: 'inf' is not a finite number"),
    ],
)
def test_what_no_model_gives_is_named_with_its_place(
    with_deviation: Track, tmp_path: Path, row: str, fault: str
) -> None:
    path = tmp_path / "song.csv"
    with_deviation.save_csv(path)
    path.write_text(f"{','.join(COLUMNS[:-1])}\n0.5,0.12,-0.5,0.1,0.25,sleepy\n1.0,{row},calm\n")
    with pytest.raises(errors.TrackFileError, match=re.escape(f"({fault})")):
        load_csv(path)


def test_a_csv_that_is_not_text_is_refused_by_name(short: Track, tmp_path: Path) -> None:
    path = tmp_path / "song.csv"
    short.save_csv(path)
    path.write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(errors.TrackFileError, match=r"song\.csv: "):
        load_csv(path)
    path.unlink()
    with pytest.raises(errors.TrackFileError, match=r"song\.csv: "):
        load_csv(path)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"{}",
        b'{"notes": []}',
        b'{"notes": [{}]}',
        b'{"notes": ["text"]}',
        b'{"notes": [{"time_reference": "start"}]}',
        b'{"notes": [{"time_reference": "end", "model": "cae"}]}',
        b'{"notes": ' + b"[" * 100_000,
        b'{"notes": [{"time_reference": "end", "song_file": 7, "song_sha256": "", "song_title": "",'
        b' "model": "", "model_version": "", "emoviz_version": ""}]}',
        b'{"notes": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_damaged_description_is_refused_by_name(
    short: Track, tmp_path: Path, damage: bytes
) -> None:
    path = tmp_path / "song.csv"
    short.save_csv(path)
    metadata_path(path).write_bytes(damage)
    with pytest.raises(errors.TrackFileError, match=r"song\.csv-metadata\.json: "):
        load_csv(path)


def test_a_missing_description_is_named(short: Track, tmp_path: Path) -> None:
    path = tmp_path / "song.csv"
    short.save_csv(path)
    metadata_path(path).unlink()
    with pytest.raises(errors.TrackFileError, match=r"song\.csv-metadata\.json: "):
        load_csv(path)


def test_csv_and_description_are_written_both_or_neither(short: Track, tmp_path: Path) -> None:
    metadata_path(tmp_path / "song.csv").mkdir()
    with pytest.raises(errors.OutputError, match=r"song\.csv-metadata\.json"):
        short.save_csv(tmp_path / "song.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["song.csv-metadata.json"]
