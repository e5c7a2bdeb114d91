"""Where tracks go as files: no two to one place, and each below what all songs are below."""

import gc
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import numpy as np
import pandas
import pytest

from emoviz import errors
from emoviz.library.joined_table import write_table
from emoviz.library.outputs import FreeNames, common_folder, place_below
from emoviz.library.records import LibrarySong
from emoviz.library.store import Library
from emoviz.tracks.track import Provenance, Track, load_csv
from tests.library.making import put


@pytest.mark.parametrize(
    ("songs", "places"),
    [
        (["/music/a.mp3"], ["a.mp3"]),
        (["/music/can/a.mp3", "/music/b.mp3"], ["can/a.mp3", "b.mp3"]),
        (["/music/a.mp3", "/home/b.mp3"], ["music/a.mp3", "home/b.mp3"]),
        (["C:/Music/Can/a.mp3", "c:/music/b.mp3"], ["Can/a.mp3", "b.mp3"]),
        (["C:/Music/a.mp3", "D:/b.mp3"], ["C/Music/a.mp3", "D/b.mp3"]),
        (["C:/a.mp3", "//nas/music/can/a.mp3"], ["C/a.mp3", "nas music/can/a.mp3"]),
        (["//nas/music/a.mp3", "//nas/films/b.mp4"], ["nas music/a.mp3", "nas films/b.mp4"]),
    ],
)
def test_songs_keep_the_shape_of_their_folders_also_on_several_drives(
    songs: list[str], places: list[str]
) -> None:
    kind: type[PurePath] = PurePosixPath if songs[0].startswith("/music") else PureWindowsPath
    paths = [kind(song) for song in songs]
    above = common_folder(paths)
    found = [place_below(path, above) for path in paths]
    assert [path.as_posix() for path in found] == places
    assert not any(path.is_absolute() or path.drive for path in found)


def test_a_parquet_table_has_the_words_and_turns_no_number_into_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "all.parquet"
    with Library.open(tmp_path / "songs.db") as library:
        put(library, tmp_path / "a.wav", (0.5, 0.1), (-0.5, -0.3))
        found = library.find(tmp_path / "a.wav", "cae")
        assert found is not None
        with monkeypatch.context() as patch:
            patch.delattr(Track, "rows")
            assert write_table([found], table) == 1
    frame = pandas.read_parquet(table)
    assert frame["emotion"].tolist() == found[1].words
    assert frame["said"].tolist() == found[1].said
    assert frame["valence"].tolist() == found[1].valence.tolist()


@pytest.mark.parametrize("in_order", [True, False])
def test_no_two_songs_have_one_name(in_order: bool) -> None:
    names = FreeNames(Path("out"), ".csv", in_order=in_order)
    places = ["a.mp3", "a.flac", "can/a.mp3", "can/a.wav", "b.mp3", "a.flac", "a.flac"]
    assert [names.place_for(Path(place)).as_posix() for place in places] == [
        *("out/a.csv", "out/a.flac.csv", "out/can/a.csv", "out/can/a.wav.csv", "out/b.csv"),
        *("out/a.flac.2.csv", "out/a.flac.3.csv"),
    ]


def test_a_name_as_long_as_names_can_be_is_shortened(tmp_path: Path) -> None:
    track = Track.from_values(np.zeros((2, 2)), Provenance("", "", "", "cae", "1", "0.1"))
    names = FreeNames(tmp_path, ".csv")
    for letter, song in (("x", "x" * 251 + ".wav"), ("ü", "ü" * 125 + ".mp3")):
        targets = [names.place_for(Path(song)) for _ in range(3)]
        assert len(set(targets)) == 3
        for target in targets:
            assert target.name.startswith(letter * 100)
            track.save_csv(target)
            assert load_csv(target) == track


def test_no_title_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    table, titles = tmp_path / "all.csv", ["=1+1", "@SUM(A1)", "+1", "-1", "plain"]
    with Library.open(tmp_path / "songs.db") as library:
        found = []
        for number, title in enumerate(titles):
            path = tmp_path / f"{number}.wav"
            put(library, path, (0.5, 0.1), (-0.5, -0.3), artist=title)
            song = library.find(path, "cae")
            assert song is not None
            found.append(song)
        write_table(found, table)
    shown = pandas.read_csv(table)["artist"].unique().tolist()
    assert shown == ["'=1+1", "'@SUM(A1)", "'+1", "'-1", "plain"]


def test_a_table_that_breaks_off_leaves_nothing_and_complains_once(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    def breaking() -> Iterator[tuple[LibrarySong, Track]]:
        raise errors.SongNameError(tmp_path / "a.wav")
        yield

    for name in ("all.parquet", "all.csv"):
        with pytest.raises(errors.SongNameError):
            write_table(breaking(), tmp_path / name)
        gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert not recwarn.list
