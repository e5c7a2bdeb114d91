import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.training.data.dataset import Clip, decode, folds, paper_ears
from emoviz.training.data.layouts import read_rows
from tests.training.folders import EXTRA, RATE_HZ, SCORED, replace_in


def test_a_label_goes_with_the_half_second_that_ends_at_its_time(
    shared_data: Path, clips: list[Clip]
) -> None:
    clip = next(clip for clip in clips if clip.song_id == 3)
    with (shared_data / "valence.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["song_id"] == "3")
    assert clip.start_s == 30.0
    assert clip.labels[0, 0] == pytest.approx(float(row["sample_30500ms"]))
    assert clip.labels[19, 0] == pytest.approx(float(row["sample_40000ms"]))


def test_clips_have_a_column_for_each_half_second(clips: list[Clip]) -> None:
    assert {clip.columns.shape for clip in clips} == {(20, 96)}
    assert all(np.isfinite(clip.columns).all() for clip in clips)


def test_an_empty_cell_is_no_label(data: Path) -> None:
    replace_in(data / "clips.csv", "3_30.0.ogg,3,30.0", "3_30.0.ogg,3,35.0")
    clip = next(clip for clip in decode(read_rows(data), paper_ears()) if clip.song_id == 3)
    assert np.isnan(clip.labels[19]).all()
    assert not np.isnan(clip.labels[:19]).any()


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("clips.csv", "start_s", "begin", "no column 'start_s'"),
        ("clips.csv", "1_15.0.ogg,1,15.0", "1_15.0.ogg,1,soon", "'soon' is not a number"),
        ("clips.csv", "1_15.0.ogg", "99_15.0.ogg", "99_15.0.ogg: clips.csv names this clip"),
        ("clips.csv", "1_15.0.ogg,1,", "1_15.0.ogg,77,", "no labels for song 77"),
        ("clips.csv", "1_15.0.ogg,1,", "1_15.0.ogg,1.5,", "'1.5' is not a whole number"),
        ("songs.csv", "artist", "singer", "no column 'artist'"),
        ("valence.csv", "sample_15000ms", "15 s", "the column '15 s' is not of the form"),
        ("arousal.csv", "\n2,", "\n2,1.25,", "more cells than the header"),
        ("arousal.csv", "\n2,", "\nnan,", "'nan' is not a finite number"),
    ],
)
def test_a_wrong_table_is_named(data: Path, file: str, old: str, new: str, says: str) -> None:
    replace_in(data / file, old, new)
    with pytest.raises((errors.DataError, errors.TableError), match=says.replace("(", r"\(")):
        read_rows(data)


def test_a_label_outside_the_scale_is_refused(data: Path) -> None:
    rows = (data / "arousal.csv").read_text().splitlines()
    cells = rows[4].split(",")
    cells[3] = "1.25"
    rows[4] = ",".join(cells)
    (data / "arousal.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(errors.TableError, match=r"label 1.25 of song 4 at sample_16000ms"):
        read_rows(data)


def test_a_missing_table_is_named(data: Path) -> None:
    (data / "valence.csv").unlink()
    with pytest.raises(errors.TableError, match=r"valence.csv: this file is missing"):
        read_rows(data)


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.DataError, match=r"clips.csv"):
        read_rows(tmp_path)


def test_a_clip_that_ends_long_before_its_labels_is_refused(data: Path) -> None:
    samples, _ = soundfile.read(data / "audio" / "3_30.0.ogg", frames=4 * RATE_HZ)
    soundfile.write(data / "audio" / "3_30.0.ogg", samples, RATE_HZ, format="OGG")
    with pytest.raises(errors.DataError, match=r"3_30.0.ogg: it is 4.0 s long"):
        decode(read_rows(data), paper_ears())


def test_a_clip_without_any_label_is_refused(data: Path) -> None:
    replace_in(data / "clips.csv", "3_30.0.ogg,3,30.0", "3_30.0.ogg,3,50.0")
    with pytest.raises(errors.DataError, match=r"3_30.0.ogg: none of its half-seconds"):
        decode(read_rows(data), paper_ears())


def test_a_clip_that_is_no_audio_is_named(data: Path) -> None:
    (data / "audio" / "3_30.0.ogg").write_bytes(b"no music here")
    with pytest.raises(errors.SongFormatError, match=r"3_30.0.ogg"):
        decode(read_rows(data), paper_ears())


def test_folds_split_neither_artists_nor_songs(clips: list[Clip]) -> None:
    fold = folds(clips, SCORED, 3)
    for clip, number in zip(clips, fold, strict=True):
        assert (number == -1) == (clip.collection == EXTRA)
    by_group: dict[str, set[int]] = {}
    for clip, number in zip(clips, fold, strict=True):
        by_group.setdefault(clip.group, set()).add(int(number))
    assert all(len(numbers) == 1 for numbers in by_group.values())
    sizes = np.bincount(fold[fold >= 0])
    assert len(sizes) == 3
    assert sizes.max() - sizes.min() <= 2
