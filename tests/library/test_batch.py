"""Many songs found: once, in their order, and no more of them in memory than there must be."""

from pathlib import Path

import pytest

from emoviz import errors
from emoviz.library.batch import found_songs
from tests.support.events import events


def test_songs_are_looked_for_once_and_gone_through_as_often_as_needed(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    for name in ("a.mp3", "live/new\nline.mp3", "live/ü.flac", "notes.txt"):
        (tmp_path / name).touch()
    said: list[str] = []
    with events("os.scandir") as listed, found_songs([tmp_path], said.append) as songs:
        first, second = iter(songs), iter(songs)
        places = [place.as_posix() for _, place in first]
        assert [place.as_posix() for _, place in second] == places
        assert [song for song, _ in songs] == [tmp_path / place for place in places]
        assert len(songs) == 3
    assert places == ["a.mp3", "live/new\nline.mp3", "live/ü.flac"]
    assert [folder for (folder,) in listed] == [str(tmp_path), str(tmp_path / "live")]
    assert said == []


def test_a_song_of_several_sources_is_one(tmp_path: Path) -> None:
    song = tmp_path / "a.mp3"
    song.touch()
    with found_songs([tmp_path, song]) as songs:
        assert list(songs) == [(song, Path("a.mp3"))]


def test_no_songs_are_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(errors.NoSongsError),
        found_songs([tmp_path]),
    ):
        pytest.fail("there is none")
