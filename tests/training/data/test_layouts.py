"""Data sets are read as their authors publish them; what is wrong in one is named."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.training.data.dataset import Clip, decode, paper_ears
from emoviz.training.data.layouts import read_rows
from tests.training.folders import replace_in

RATE_HZ = 22050
TIMES_MS = range(15000, 20500, 500)


def write_table(path: Path, header: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def write_song(path: Path, duration_s: float = 21.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(int(path.stem))
    sound = random.normal(0.0, 0.1, int(duration_s * RATE_HZ)).astype(np.float32)
    soundfile.write(path, sound, RATE_HZ, format="MP3")


def write_wide(path: Path, songs: list[int], value: float) -> None:
    header = ["song_id", *(f" sample_{time}ms" for time in TIMES_MS)]
    write_table(path, header, [[song, *([value] * len(TIMES_MS))] for song in songs])


def emomusic(folder: Path) -> Path:
    for song in (2, 3, 5):
        write_song(folder / "clips_45seconds" / f"{song}.mp3")
    annotations = folder / "annotations"
    write_wide(annotations / "valence_cont_average.csv", [2, 3, 5], 0.25)
    write_wide(annotations / "arousal_cont_average.csv", [2, 3, 5], -0.5)
    write_wide(annotations / "valence_cont_std.csv", [2, 3, 5], 0.3)
    write_wide(annotations / "arousal_cont_std.csv", [2, 3, 5], 0.4)
    write_table(
        folder / "songs_info.csv",
        ["song_id\t", "file_name", "Artist", "Song title", "Mediaeval 2013 set"],
        [
            [2, "2.mp3\t", "\tThe Band", "One\t", "development\t"],
            [3, "3.mp3\t", "\tThe Band", "Two\t", "evaluation\t"],
            [5, "5.mp3\t", "\tAnother", "Three\t", "development\t"],
        ],
    )
    return folder


def deam(folder: Path) -> Path:
    tables = folder / "annotations" / "annotations averaged per song" / "dynamic (per second)"
    for song in (4, 2001):
        write_song(folder / "MEMD_audio" / f"{song}.mp3")
    write_wide(tables / "valence.csv", [4, 2001], 0.1)
    write_wide(tables / "arousal.csv", [4, 2001], 0.2)
    write_table(folder / "metadata_2014.csv", ["Id", "Artist"], [[4, " Someone "]])
    return folder


def pmemo(folder: Path) -> Path:
    for song in (1, 7):
        write_song(folder / "chorus" / f"{song}.mp3")
    write_table(
        folder / "annotations" / "dynamic_annotations.csv",
        ["musicId", "frameTime", "Arousal(mean)", "Valence(mean)"],
        [[song, time / 1000, 0.75, 0.5] for song in (1, 7) for time in TIMES_MS],
    )
    return folder


def read(folder: Path) -> dict[int, Clip]:
    return {clip.song_id: clip for clip in decode(read_rows(folder), paper_ears())}


def test_emomusic_with_its_sets_and_deviations(tmp_path: Path) -> None:
    clips = read(emomusic(tmp_path))
    assert clips[2].collection == clips[5].collection == "emomusic-development"
    assert clips[3].collection == "emomusic-evaluation"
    assert clips[2].group == clips[3].group == "the band"
    # The label at 15 s goes with the half-second that ends then.
    assert np.isnan(clips[2].labels[:29]).all()
    np.testing.assert_allclose(clips[2].labels[29:40], [[0.25, -0.5]] * 11)
    np.testing.assert_allclose(clips[2].label_sd[29:40], [[0.3, 0.4]] * 11)


def test_deam_with_the_evaluation_songs_of_2015(tmp_path: Path) -> None:
    clips = read(deam(tmp_path))
    assert clips[4].collection == "deam-development"
    assert clips[2001].collection == "deam-evaluation"
    assert (clips[4].group, clips[2001].group) == ("someone", "song 2001")
    np.testing.assert_allclose(clips[4].labels[29:40], [[0.1, 0.2]] * 11, rtol=1e-6)


def test_pmemo_on_the_common_scale(tmp_path: Path) -> None:
    clips = read(pmemo(tmp_path))
    assert {clip.collection for clip in clips.values()} == {"pmemo"}
    np.testing.assert_allclose(clips[7].labels[29:40], [[0.0, 0.5]] * 11)


def _lose(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _change(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replace_in(folder / name, old, new)


VALENCE = "annotations/valence_cont_average.csv"
DYNAMIC = "annotations/dynamic_annotations.csv"


@pytest.mark.parametrize(
    ("write", "spoil", "sentence"),
    [
        (emomusic, _lose("clips_45seconds/3.mp3"), r"3\.mp3: .*labels song 3 and its audio"),
        (emomusic, _lose(VALENCE), r"valence_cont_average\.csv: this file .* is missing"),
        (emomusic, _change(VALENCE, "0.25", "1.25"), r"label 1\.25 of song 2 .* outside \[-1, 1\]"),
        (emomusic, _change(VALENCE, "song_id", "song"), r"it has no column 'song_id'"),
        (emomusic, _change(VALENCE, "sample_15000ms", "at_15"), r"the column 'at_15' is not of"),
        (emomusic, _change("songs_info.csv", "Artist", "By"), r"it has no column 'Artist'"),
        (pmemo, _change(DYNAMIC, "0.75", "1.75"), r"label 1\.75 of song 1 is outside \[0, 1\]"),
        (pmemo, _change(DYNAMIC, "frameTime", "time"), r"it has no column 'frameTime'"),
        (deam, _change("metadata_2014.csv", "Artist", "By"), r"no columns 'song_id' and 'Artist'"),
    ],
)
def test_what_is_wrong_is_named(
    write: Callable[[Path], Path], spoil: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    folder = write(tmp_path)
    spoil(folder)
    with pytest.raises((errors.DataError, errors.TableError), match=sentence):
        read_rows(folder)


def test_audio_that_ends_before_its_labels_is_refused(tmp_path: Path) -> None:
    folder = pmemo(tmp_path)
    write_song(folder / "chorus" / "7.mp3", duration_s=17.0)
    with pytest.raises(errors.DataError, match=r"7\.mp3: it is 17\.0 s long and its labels go on"):
        read(folder)


def test_a_folder_of_another_kind_is_told_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    with pytest.raises(errors.DataError, match=r"it holds none of 'clips\.csv', 'clips_45seconds'"):
        read_rows(tmp_path)


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = deam(tmp_path)
    write_wide(folder / "copy" / "valence.csv", [4], 0.0)
    with pytest.raises(errors.DataError, match="there is another of that name"):
        read_rows(folder)
