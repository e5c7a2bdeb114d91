"""Tags in old encodings, and where there are none."""

from pathlib import Path

import pytest

from emoviz.songs.old_encodings import text_of
from emoviz.songs.tags import read_tags

SOUND = b"\xff\xfb\x90\x64" * 500
"""What begins as an mp3 does"""


def id3v1(title: bytes, artist: bytes) -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + artist.ljust(30, b"\0") + bytes(65)


def id3v2(title: bytes) -> bytes:
    frame = b"TIT2" + (len(title) + 1).to_bytes(4, "big") + b"\0\0\0" + title
    return b"ID3\3\0\0\0\0" + bytes([len(frame) >> 7, len(frame) & 0x7F]) + frame


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Снег идёт", "cp1251"),
        ("КИНО", "cp1251"),
        ("Группа крови (live)", "cp1251"),
        ("月亮代表我的心", "gbk"),
        ("邓丽君", "gbk"),
        ("上を向いて歩こう", "cp932"),
        ("サクラ大戦", "cp932"),
        ("Für Elise", "cp1252"),
        ("Beyoncé", "cp1252"),
        ("Déjà vu à l'Élysée", "cp1252"),
        ("Don’t Stop", "cp1252"),
        ("Ænima", "cp1252"),
        ("Sigur Rós – Ágætis byrjun", "cp1252"),
        ("Für Elise", "utf-8"),
        ("月亮", "utf-8"),
        ("plain", "ascii"),
    ],
)
def test_a_text_is_read_in_the_alphabet_that_it_was_written_in(text: str, encoding: str) -> None:
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("title", "artist", "encoding"),
    [("Снег идёт", "Кино", "cp1251"), ("月亮代表我的心", "邓丽君", "gbk")],
)
def test_tags_of_either_version_are_read_so(
    tmp_path: Path, title: str, artist: str, encoding: str
) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(SOUND + id3v1(title.encode(encoding), artist.encode(encoding)))
    tags = read_tags(path)
    assert (tags.title, tags.artist) == (title, artist)
    path.write_bytes(id3v2(title.encode(encoding)) + SOUND)
    assert read_tags(path).title == title


def test_a_tag_that_says_its_encoding_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    # Unicode, of letters that would be Cyrillic in another encoding.
    title = "ÊÈÍÎ"
    frame = b"TIT2" + (3 + 2 * len(title)).to_bytes(4, "big") + b"\0\0\1" + title.encode("utf-16")
    path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(frame)]) + frame + SOUND)
    assert read_tags(path).title == title


def test_zeros_in_the_place_of_tags_hold_nobody(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    reads = 3_000_000
    with path.open("wb") as file:
        file.write(b"RIFF\xff\xff\xff\xffWAVE")
        file.truncate(8 * reads)
    assert read_tags(path) == ("", "", "", None)
