"""What a track is exported as is read back by the programs' own readers, or as they document."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas
import pyarrow.parquet
import pytest

from emoviz import errors
from emoviz.export.formats import CSV, DEAM, FORMATS, format_for, write
from emoviz.export.tables import deam_folder
from emoviz.tracks import labels
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.label_tables import read_labels
from emoviz.tracks.track import COLUMNS, Provenance, Track, load_csv
from emoviz.units import SCALE
from tests.support.places import read_only

ORIGIN = Provenance("Präludium №1.flac", "0f" * 32, "Präludium, „leise“", "cae", "1.0.0", "0.1")


def track(count: int = 40, columns: int = 4, song_file: str = ORIGIN.song_file) -> Track:
    random = np.random.default_rng(count)
    values = random.uniform(-1.0, 1.0, (count, 4)).round(6)
    values[:, 2:] = np.abs(values[:, 2:])
    origin = Provenance(**{**asdict(ORIGIN), "song_file": song_file})
    return Track.from_values(values[:, :columns], origin)


def spoken(*words: str) -> Track:
    """Make a track that lies on these words, one half-second each."""
    places = {word.text: (word.valence, word.arousal) for word in Circumplex.music().words}
    values = np.array([places.get(word, (0.0, 0.0)) for word in words])
    return Track.from_values(values, ORIGIN)


def test_pandas_reads_the_csv(tmp_path: Path) -> None:
    exported = track()
    write(exported, tmp_path / "song.csv", CSV)
    table = pandas.read_csv(tmp_path / "song.csv")
    assert tuple(table.columns) == COLUMNS
    assert (table["valence"].to_numpy() == exported.valence).all()
    assert (table["arousal_sd"].to_numpy() == exported.arousal_sd).all()
    assert list(table["emotion"]) == exported.words
    assert list(table["said"]) == exported.said


def test_pandas_reads_the_json(tmp_path: Path) -> None:
    exported = track()
    write(exported, tmp_path / "song.json", FORMATS["json"])
    document = json.loads((tmp_path / "song.json").read_text(encoding="utf-8"))
    table = pandas.DataFrame({name: document[name] for name in COLUMNS})
    assert (table["time_s"].to_numpy() == exported.times_s).all()
    assert document["provenance"] == asdict(exported.provenance)


@pytest.mark.parametrize("columns", [2, 4])
def test_pandas_and_pyarrow_read_the_parquet_file(tmp_path: Path, columns: int) -> None:
    exported, place = track(columns=columns), tmp_path / "song.parquet"
    write(exported, place, FORMATS["parquet"])
    table = pandas.read_parquet(place)
    assert tuple(table.columns) == COLUMNS
    assert (table["time_s"].to_numpy() == exported.times_s).all()
    assert (table["valence"].to_numpy() == exported.valence).all()
    assert (table["arousal"].to_numpy() == exported.arousal).all()
    if columns == 4:
        assert (table["valence_sd"].to_numpy() == exported.valence_sd).all()
    else:
        assert table["valence_sd"].isna().all()
        assert table["valence_sd"].dtype == np.float64
    assert list(table["emotion"]) == exported.words
    assert list(table["said"]) == exported.said
    origin = json.loads(pyarrow.parquet.read_schema(place).metadata[b"emoviz"])
    assert Provenance(**origin["provenance"]) == exported.provenance
    assert origin["time_reference"] == "end"


def test_parquet_without_pyarrow_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Python itself does for a package that is not there.
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(errors.ExtraMissingError, match=r"pip install 'emoviz\[parquet\]'\.$"):
        write(track(), tmp_path / "song.parquet", FORMATS["parquet"])
    assert list(tmp_path.iterdir()) == []


def test_a_frozen_program_does_not_ask_for_what_cannot_be_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(errors.ExtraMissingError, match="does not bring along; emoviz as a Python"):
        write(track(), tmp_path / "song.parquet", FORMATS["parquet"])


def test_nothing_optional_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, emoviz.export.formats, emoviz.cli; "
        "print(sorted({'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def parse_audacity(text: str) -> list[tuple[float, float, str]]:
    """Read labels as the Audacity manual documents them ("Importing and Exporting Labels").

    "The first column has the start time in seconds, the second column has the end time, and the
    third column if present shows the text of the label. [...] Values are separated by tab
    characters". A line that begins with a backslash would tell frequencies.
    """
    found = []
    for line in text.splitlines():
        assert not line.startswith("\\")
        start, end, label = line.split("\t")
        found.append((float(start), float(end), label))
    return found


def test_audacity_gets_one_label_for_each_word_in_a_row(tmp_path: Path) -> None:
    exported = spoken(*["joyful"] * 4, *["sad"] * 5, *["joyful"] * 2, *["nowhere"] * 4)
    write(exported, tmp_path / "song.txt", FORMATS["audacity"])
    text = (tmp_path / "song.txt").read_text(encoding="utf-8")
    assert text.startswith("0.000000\t2.000000\tclearly joyful\n")
    # What does not hold for two seconds is no label of its own.
    assert parse_audacity(text) == [
        (0.0, 2.0, "clearly joyful"),
        (2.0, 5.5, "clearly sad"),
        (5.5, 7.5, "undecided"),
    ]


def test_mir_eval_reads_audacitys_labels(tmp_path: Path) -> None:
    # Not above: it imports much, and each worker of the suite would.
    import mir_eval

    exported = track()
    write(exported, tmp_path / "song.txt", FORMATS["audacity"])
    intervals, words = mir_eval.io.load_labeled_intervals(str(tmp_path / "song.txt"), "\t")
    assert intervals[0, 0] == 0.0
    assert intervals[-1, 1] == exported.times_s[-1]
    assert (intervals[1:, 0] == intervals[:-1, 1]).all()
    assert all(mine != next_one for mine, next_one in pairwise(words))
    # Every half-second is under what is said of it.
    for end_s, word in zip(exported.times_s, exported.said, strict=True):
        (inside,) = np.flatnonzero((intervals[:, 0] < end_s) & (end_s <= intervals[:, 1]))
        assert words[inside] == word


def test_sonic_visualiser_gets_two_layers_of_time_and_value(tmp_path: Path) -> None:
    import mir_eval

    exported = track()
    written = write(exported, tmp_path / "song.csv", FORMATS["sonic-visualiser"])
    assert [place.name for place in written] == ["song.valence.csv", "song.arousal.csv"]
    for place, values in zip(written, (exported.valence, exported.arousal), strict=True):
        times_s, read = mir_eval.io.load_time_series(str(place), ",")
        assert (times_s == exported.times_s).all()
        assert (read == values).all()


@pytest.mark.parametrize(
    ("chosen", "song_file", "names", "number"),
    [
        ("song.csv", "song.mp3", ("song.valence.csv", "song.arousal.csv"), 1),
        ("0107.csv", "0107.mp3", ("0107.valence.csv", "0107.arousal.csv"), 107),
        ("Valence.csv", "Valence.mp3", ("valence.csv", "arousal.csv"), 1),
        ("my arousal.csv", "my.mp3", ("my.valence.csv", "my.arousal.csv"), 1),
    ],
)
def test_deams_form_is_read_by_emovizs_own_reader_of_labels(
    tmp_path: Path, chosen: str, song_file: str, names: tuple[str, str], number: int
) -> None:
    exported = track(song_file=song_file)
    written = write(exported, tmp_path / chosen, DEAM)
    assert tuple(place.name for place in written) == names
    found = labels.read(written[0])
    assert found.name_for(Path(song_file)) == str(number)
    assert (found.of(str(number)) == np.stack([exported.valence, exported.arousal], axis=1)).all()


def test_many_songs_are_one_pair_of_deams_tables(tmp_path: Path) -> None:
    tracks = {Path("a") / "12.mp3": track(30), Path("b") / "7.mp3": track(10)}
    for place, data in deam_folder(tracks, tmp_path).items():
        place.write_bytes(data)
    valence = read_labels(tmp_path / "valence.csv", SCALE)
    assert {number: len(row) for number, row in valence.items()} == {12: 30, 7: 10}
    assert valence[12][500] == track(30).valence[0]
    named = pandas.read_csv(tmp_path / "songs.csv")
    assert list(named["song_id"]) == [12, 7]
    assert pandas.read_csv(tmp_path / "arousal.csv", index_col="song_id").shape == (2, 30)


def test_songs_without_numbers_are_counted(tmp_path: Path) -> None:
    tracks = {Path("a") / "song.mp3": track(3), Path("7.mp3"): track(2)}
    contents = deam_folder(tracks, tmp_path)
    rows = list(csv.DictReader(io.StringIO(contents[tmp_path / "songs.csv"].decode())))
    assert [row["song_id"] for row in rows] == ["1", "2"]
    assert rows[0]["title"] == ORIGIN.song_title


@pytest.mark.parametrize("name", FORMATS)
def test_the_song_itself_is_never_written_over(tmp_path: Path, name: str) -> None:
    for place in FORMATS[name].files_of(track(), tmp_path / "song.x"):
        place.write_bytes(b"sound")
        with pytest.raises(errors.OutputIsSongError):
            write(track(), tmp_path / "song.x", FORMATS[name], place)
        assert [(beside, beside.read_bytes()) for beside in tmp_path.iterdir()] == [
            (place, b"sound")
        ]
        place.unlink()


@pytest.mark.parametrize("name", FORMATS)
def test_all_of_a_formats_files_are_written_or_none(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    *_, last = FORMATS[name].files_of(track(), folder / "song.x")
    last.mkdir()
    with pytest.raises(errors.OutputError, match="something that is no file has this name"):
        write(track(), folder / "song.x", FORMATS[name])
    assert list(folder.iterdir()) == [last]
    last.rmdir()
    with read_only(folder), pytest.raises(errors.OutputError, match="permission denied"):
        write(track(), folder / "song.x", FORMATS[name])
    assert list(folder.iterdir()) == []


def test_the_ending_of_a_name_chooses_the_format() -> None:
    assert format_for(Path("song.json"), CSV).name == "json"
    assert format_for(Path("song.TXT"), CSV).name == "audacity"
    assert format_for(Path("song.csv"), DEAM) is DEAM
    assert format_for(Path("song.csv"), FORMATS["json"]) is CSV
    assert format_for(Path("song"), DEAM) is DEAM
    assert format_for(Path("song.mine"), CSV) is CSV


def with_silence(columns: int = 4) -> Track:
    """Make a track that is silent from 5 to 10 s."""
    values = track(columns=columns).values
    values[10:20] = np.nan
    return Track.from_values(values, ORIGIN)


def test_silence_is_empty_in_the_csv_and_null_in_its_description(tmp_path: Path) -> None:
    exported = with_silence()
    write(exported, tmp_path / "song.csv", CSV)
    with (tmp_path / "song.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == [repr(time_s) for time_s in exported.times_s.tolist()]
    assert all(row[1:] == [""] * 6 for row in rows[10:20])
    assert all("" not in row for row in rows[:10] + rows[20:])
    described = json.loads((tmp_path / "song.csv-metadata.json").read_text(encoding="utf-8"))
    assert {column["null"] for column in described["tableSchema"]["columns"][1:]} == {""}
    assert load_csv(tmp_path / "song.csv") == exported
    table = pandas.read_csv(tmp_path / "song.csv")
    assert table["valence"].isna().sum() == table["emotion"].isna().sum() == 10


@pytest.mark.parametrize("columns", [2, 4])
def test_a_silent_song_is_read_back(columns: int, tmp_path: Path) -> None:
    silent = Track.from_values(np.full((6, columns), np.nan), ORIGIN)
    silent.save_csv(tmp_path / "silent.csv")
    assert load_csv(tmp_path / "silent.csv") == silent
    assert silent != Track.from_values(np.zeros((6, columns)), ORIGIN)


def test_half_of_a_half_second_is_refused(tmp_path: Path) -> None:
    with_silence().save_csv(tmp_path / "song.csv")
    text = (tmp_path / "song.csv").read_text().replace("\n6.0,,,,,,\n", "\n6.0,0.5,,,,,\n")
    (tmp_path / "song.csv").write_text(text)
    with pytest.raises(errors.TrackFileError, match="at 6 s some are missing, but not all"):
        load_csv(tmp_path / "song.csv")


def test_silence_is_null_in_json_and_parquet(tmp_path: Path) -> None:
    exported = with_silence()
    write(exported, tmp_path / "song.json", FORMATS["json"])
    text = (tmp_path / "song.json").read_text(encoding="utf-8")
    document = json.loads(text, parse_constant=pytest.fail)
    write(exported, tmp_path / "song.parquet", FORMATS["parquet"])
    table = pyarrow.parquet.read_table(tmp_path / "song.parquet").to_pydict()
    for name in COLUMNS[1:]:
        assert document[name] == table[name]
        assert [cell is None for cell in table[name]] == [10 <= row < 20 for row in range(40)]


def test_silence_is_empty_in_deam_and_left_out_of_what_editors_show(tmp_path: Path) -> None:
    exported = with_silence()
    (path, _) = write(exported, tmp_path / "song.csv", DEAM)
    (labelled,) = read_labels(path, SCALE).values()
    assert sorted(labelled) == [
        round(1000 * time_s) for time_s in exported.times_s[~np.isnan(exported.valence)]
    ]
    write(exported, tmp_path / "song.txt", FORMATS["audacity"])
    spans = [line.split("\t") for line in (tmp_path / "song.txt").read_text().splitlines()]
    assert not any(float(begin) < 10.0 and float(end) > 5.0 for begin, end, _ in spans)
    assert all(word for *_, word in spans)
    (layer, _) = write(exported, tmp_path / "layer.csv", FORMATS["sonic-visualiser"])
    assert len(layer.read_text().splitlines()) == 30
