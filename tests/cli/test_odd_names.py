"""Songs, names and outputs that are not as usual, given to the command line."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.audio import write_music
from tests.support.patience import DEADLINE_S
from tests.support.program import Program

RATE_HZ = 22050


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of two short songs."""
    folder = tmp_path_factory.mktemp("songs")
    write_music(folder / "one.wav", 1.0, RATE_HZ)
    write_music(folder / "two.flac", 1.0, RATE_HZ)
    return folder


def only_line(text: str) -> str:
    """Give the text's one line."""
    assert text.count("\n") == 1, text
    return text.rstrip("\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device to write to")
def test_standard_output_on_a_full_disk_is_one_sentence(emoviz: Program, songs: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = emoviz.start("analyze", songs / "two.flac", "-o", "-", stdout=full, stderr=-1)
        _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert only_line(said.decode()).startswith("emoviz: standard output: there is no room")


@pytest.mark.parametrize("page", ["cp1252", "cp437", "ascii"])
def test_a_console_of_another_code_page_shows_what_it_can(
    emoviz: Program, songs: Path, page: str
) -> None:
    song = emoviz.place / "ř ♫.wav"
    shutil.copy(songs / "one.wav", song)
    emoviz.variables |= {"PYTHONIOENCODING": page, "PYTHONUTF8": "0"}
    library = emoviz.place / "l.db"
    assert emoviz("library", "add", song, "--library", library).returncode == 0
    done = emoviz("library", "list", "--paths", "--library", library)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u266b.wav" in done.stdout


def test_what_is_no_file_is_said_to_be_what_it_is(emoviz: Program, songs: Path) -> None:
    for name, remedy in (
        ("-", "standard input is not read"),
        ("http://127.0.0.1:9/song.mp3", "download the song"),
    ):
        done = emoviz("analyze", name, "-o", "t.csv")
        assert done.returncode == 1
        assert remedy in only_line(done.stderr)
    (emoviz.place / "a b.wav").write_bytes((songs / "one.wav").read_bytes())
    done = emoviz("analyze", (emoviz.place / "a b.wav").as_uri(), "-o", "t.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert (emoviz.place / "t.csv").is_file()


def test_a_name_that_is_no_text_keeps_no_table_from_the_others(
    emoviz: Program, songs: Path
) -> None:
    folder = emoviz.place / "mixed"
    folder.mkdir()
    shutil.copy(songs / "one.wav", folder / "good.wav")
    shutil.copy(songs / "one.wav", os.fsencode(folder) + b"/mod\xe0.wav")
    for table in ("all.csv", "all.parquet"):
        done = emoviz("analyze", folder, "-o", table)
        assert done.returncode == 1
        assert "rename the file" in only_line(done.stderr)
        assert (emoviz.place / table).is_file()
