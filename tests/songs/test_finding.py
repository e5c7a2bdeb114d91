"""Which files are songs, and where they are found."""

from pathlib import Path

import pytest

from emoviz.songs.finding import find_songs
from tests.support.places import closed


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "disc 2").mkdir(parents=True)
    (folder / "folder.wav").mkdir()
    for name in ("b.wav", "a.FLAC", "bad.mp3", "disc 2/c.ogg", "cover.jpg", "notes.txt"):
        (folder / name).write_bytes(b"x")
    return folder


def found_in(*paths: Path) -> tuple[list[str], list[str]]:
    """Give the places of the songs that are found, and what is said."""
    said: list[str] = []
    return [str(place) for _, place in find_songs(paths, said.append)], said


def test_a_folder_stands_for_its_songs_in_the_order_of_their_names(album: Path) -> None:
    assert list(find_songs([album])) == [
        (album / "a.FLAC", Path("a.FLAC")),
        (album / "b.wav", Path("b.wav")),
        (album / "bad.mp3", Path("bad.mp3")),
        (album / "disc 2" / "c.ogg", Path("disc 2/c.ogg")),
    ]


def test_a_file_that_is_named_is_always_tried(album: Path) -> None:
    named = [album / "notes.txt", album / "missing.wav"]
    assert list(find_songs(named)) == [
        (album / "notes.txt", Path("notes.txt")),
        (album / "missing.wav", Path("missing.wav")),
    ]


def test_a_folder_that_cannot_be_looked_into_is_a_sentence(album: Path) -> None:
    with closed(album / "disc 2"):
        places, said = found_in(album)
    assert places == ["a.FLAC", "b.wav", "bad.mp3"]
    assert said == [
        f"{album / 'disc 2'}: this folder cannot be looked into (permission denied); "
        "the others go on."
    ]


def test_linked_folders_are_followed_and_loops_are_a_sentence(album: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "d.mp3").write_bytes(b"x")
    (album / "disc 2" / "round").symlink_to(album)
    (album / "linked").symlink_to(tmp_path / "elsewhere")
    (album / "self.wav").symlink_to(album / "self.wav")
    places, said = found_in(album)
    assert places == ["a.FLAC", "b.wav", "bad.mp3", "disc 2/c.ogg", "linked/d.mp3"]
    loop, itself = said
    assert loop.startswith(f"{album / 'disc 2' / 'round'}: this link leads back to a folder above")
    assert itself.startswith(f"{album / 'self.wav'}: this file cannot be looked at")


def test_what_other_systems_leave_among_songs_is_no_song(album: Path) -> None:
    (album / "__MACOSX").mkdir()
    (album / ".Trash-1000").mkdir()
    left = (".trashed-17-a.flac", "~$a.flac", ".Trash-1000/a.flac", ".DS_Store", "Thumbs.db")
    for name in ("._a.FLAC", "__MACOSX/a.flac", "__MACOSX/._a.flac", *left):
        (album / name).write_bytes(b"x")
    assert found_in(album) == (["a.FLAC", "b.wav", "bad.mp3", "disc 2/c.ogg"], [])


def test_a_ts_is_a_song_if_it_is_no_text(tmp_path: Path) -> None:
    packet = b"G" + bytes(187)
    (tmp_path / "film.ts").write_bytes(3 * packet)
    (tmp_path / "disc.TS").write_bytes(3 * (bytes(4) + packet))
    (tmp_path / "program.ts").write_text("export const answer = 42;\n" * 100, encoding="utf-8")
    assert found_in(tmp_path) == (["disc.TS", "film.ts"], [])
