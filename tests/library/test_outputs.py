"""Where tracks go as files: no two to one place, and each below what all songs are below."""

from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pandas
import pytest

from emoviz.library.joined_table import write_table
from emoviz.library.outputs import FreeNames, common_folder, place_below
from emoviz.library.store import Library
from emoviz.tracks.track import Track
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
    assert frame["valence"].tolist() == found[1].valence.tolist()


@pytest.mark.parametrize("in_order", [True, False])
def test_no_two_songs_have_one_name(in_order: bool) -> None:
    names = FreeNames(Path("out"), ".csv", in_order=in_order)
    places = ["a.mp3", "a.flac", "can/a.mp3", "can/a.wav", "b.mp3", "a.flac", "a.flac"]
    assert [names.place_for(Path(place)).as_posix() for place in places] == [
        *("out/a.csv", "out/a.flac.csv", "out/can/a.csv", "out/can/a.wav.csv", "out/b.csv"),
        *("out/a.flac.2.csv", "out/a.flac.3.csv"),
    ]
