"""`emoviz library` as a user meets it."""

from pathlib import Path

import numpy as np
import pandas
import pytest
import soundfile

from emoviz.library.store import Library
from emoviz.tracks.track import COLUMNS, load_csv
from tests.library.making import put
from tests.support.audio import music
from tests.support.program import Program


@pytest.fixture
def own(emoviz: Program, tmp_path: Path) -> Path:
    """Fill the user's own library with songs of known places."""
    with Library.open(emoviz.home / "emoviz" / "library.db") as library:
        put(library, tmp_path / "music" / "glad.wav", (0.5, 0.1), artist="Can", album="Ege")
        put(library, tmp_path / "music" / "sad.wav", (-0.5, -0.3), artist="Nico")
        put(library, tmp_path / "music" / "change.wav", (-0.4, -0.2), (0.5, 0.15))
        return library.path


def titles(text: str) -> list[str]:
    return [Path(line.strip("]")).stem for line in text.splitlines() if not line.startswith("val")]


def test_add_list_and_find(emoviz: Program, tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    soundfile.write(song, music(4.0, 22050), 22050)
    done = emoviz("library", "add", song, tmp_path / "missing.wav", "--model", "cae")
    assert done.returncode == 1
    assert done.stdout.startswith("1 tracked, 0 known already, 1 failed; ")
    assert "missing.wav: no such file" in done.stderr
    done = emoviz("library", "list")
    heading, line = done.stdout.splitlines()
    assert heading.split() == ["valence", "arousal", "said", "length", "song"]
    assert line.endswith(f"0:04  song  [{song}]")
    assert emoviz("library", "find", "--like", song).returncode == 1
    assert emoviz("library", "find", "--text", "SONG", "--paths").stdout == f"{song}\n"


def test_find(emoviz: Program, own: Path, tmp_path: Path) -> None:
    for arguments, expected in (
        (("--valence", "0.2..0.8", "--arousal", "-0.5..0.2"), ["glad"]),
        (("--valence", "..-0.1"), ["sad"]),
        (("--word", "sad"), ["sad"]),
        (("--starts", "sad", "--ends", "happy"), ["change"]),
        (("--like", tmp_path / "music" / "change.wav", "--limit", "1"), ["glad"]),
        (("--text", "nico"), ["sad"]),
        ((), ["glad", "sad", "change"]),
    ):
        done = emoviz("library", "find", *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert titles(done.stdout) == expected
    done = emoviz("library", "find", "--word", "tense")
    assert done.returncode == 1
    assert done.stderr == "emoviz: no song in the library is like that.\n"
    assert "is no word of the plane" in emoviz("library", "find", "--word", "groovy").stderr
    assert emoviz("library", "find", "--valence", "low").returncode == 2


def test_find_writes_a_playlist(emoviz: Program, own: Path, tmp_path: Path) -> None:
    done = emoviz("library", "find", "--word", "happy", "-o", "happy.m3u8")
    assert (done.returncode, done.stdout) == (0, "1 songs: happy.m3u8\n")
    text = (emoviz.place / "happy.m3u8").read_text()
    assert text.splitlines()[1:] == ["#EXTINF:20,Can - glad", str(tmp_path / "music" / "glad.wav")]
    assert "ends in .m3u8" in emoviz("library", "find", "-o", "happy.txt").stderr


def test_export(emoviz: Program, own: Path) -> None:
    assert emoviz("library", "export", "-o", "all.parquet").returncode == 0
    rows = pandas.read_parquet(emoviz.place / "all.parquet")
    assert len(rows) == 120
    assert set(rows["artist"]) == {"Can", "Nico", ""}
    assert emoviz("library", "export", "-o", "tracks").stdout == "3 songs: tracks\n"
    assert len(load_csv(emoviz.place / "tracks" / "glad.csv")) == 40


def test_verify_and_vacuum(emoviz: Program, own: Path, tmp_path: Path) -> None:
    done = emoviz("library", "verify")
    told = "The library is sound: 3 songs, 0 gone, 0 changed.\n"
    assert (done.returncode, done.stdout) == (0, told)
    (tmp_path / "music" / "sad.wav").unlink()
    done = emoviz("library", "verify")
    assert done.returncode == 1
    assert done.stdout.startswith(f"gone: {tmp_path / 'music' / 'sad.wav'}\n")
    assert emoviz("library", "vacuum").returncode == 0


def test_what_is_wrong_with_a_library_is_a_sentence(
    emoviz: Program, own: Path, tmp_path: Path
) -> None:
    done = emoviz("library", "list", "--library", "nothing.db")
    assert "nothing.db: there is no library yet; 'emoviz library add FOLDER'" in done.stderr
    assert not (emoviz.place / "nothing.db").exists()
    with Library.open(own) as library, library.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "a newer emoviz made this library" in emoviz("library", "list").stderr
    own.write_bytes(b"garbage" * 1000)
    song = tmp_path / "song.wav"
    soundfile.write(song, music(2.0, 22050), 22050)
    for verb in (("list",), ("verify",), ("add", song)):
        done = emoviz("library", *verb)
        assert done.returncode == 1
        (sentence,) = done.stderr.splitlines()
        assert "--new keeps it aside, with the date in its name" in sentence
    done = emoviz("library", "add", song, "--new", "--model", "cae")
    assert done.returncode == 0
    (kept,) = own.parent.glob("library-*.db")
    assert f"what was there is kept as {kept.name}" in done.stderr
    assert kept.read_bytes() == b"garbage" * 1000


def test_a_silent_song_is_listed_as_silent(emoviz: Program, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(4 * 22050), 22050)
    soundfile.write(tmp_path / "song.wav", music(4.0, 22050), 22050)
    done = emoviz("library", "add", tmp_path, "--model", "cae", "--jobs", "1")
    assert done.returncode == 0
    lines = emoviz("library", "list").stdout.splitlines()[1:]
    (line,) = [line for line in lines if "silent.wav" in line]
    assert line.split()[:2] == ["silent", "0:04"]
    near = emoviz("library", "find", "--word", "neutral", "--paths")
    assert "silent.wav" not in near.stdout
    assert emoviz("library", "export", "-o", "all.parquet").returncode == 0
    rows = pandas.read_parquet(emoviz.place / "all.parquet")
    silent = rows[rows["title"] == "silent"]
    assert len(silent) == 8
    assert silent[[*COLUMNS[1:]]].isna().all(axis=None)
    assert rows[rows["title"] == "song"]["valence"].notna().all()
