"""Thousands of songs: what is done is not done again, whatever happens, and where it goes."""

import csv
import json
import shutil
import sys
from pathlib import Path

import pandas
import psutil
import pytest
import soundfile

from emoviz.cli import main
from emoviz.cli.analyze import NOTES
from emoviz.library.store import Library
from emoviz.tracks.track import load_csv, metadata_path
from tests.support.audio import (
    music,
    wait_until,
    write_long_wav,
    write_music,
    write_sound_tracks,
)
from tests.support.events import events
from tests.support.patience import DEADLINE_S
from tests.support.program import Program

RATE_HZ = 22050
SMALL = ("--model", "cae", "--jobs", "2")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Give a folder of four songs of 3 s, two of one name, no two alike."""
    folder = tmp_path / "album"
    (folder / "live").mkdir(parents=True)
    for seed, name in enumerate(("a.wav", "b.flac", "b.wav", "live/a.wav")):
        soundfile.write(folder / name, music(3.0, RATE_HZ, seed), RATE_HZ)
    return folder


def written_at(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.csv")}


def songs_in(file: Path) -> list[str]:
    with Library.open(file) as library:
        return [song.path.name for song in library.all_songs()]


def test_what_is_done_is_passed_over(emoviz: Program, album: Path) -> None:
    assert emoviz("analyze", album, "-o", "out", *SMALL).returncode == 0
    out = emoviz.place / "out"
    before = written_at(out)
    assert len(before) == 4
    (album / "a.wav").touch()
    shutil.copy(album / "a.wav", album / "copy.wav")
    soundfile.write(album / "b.wav", music(4.0, RATE_HZ, 9), RATE_HZ)
    (out / "b.csv").unlink()
    done = emoviz("analyze", album, "-o", "out", *SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    after = written_at(out)
    changed = {Path(path).name for path in after if after[path] != before.get(path)}
    assert changed == {"b.csv", "b.wav.csv", "copy.csv"}
    assert len(load_csv(out / "b.wav.csv")) == 8
    assert load_csv(out / "copy.csv").provenance.song_file == "copy.wav"


def test_another_model_is_other_work(emoviz: Program, album: Path) -> None:
    emoviz("analyze", album, "-o", "out", *SMALL)
    emoviz("analyze", album, "-o", "out", "--jobs", "2", "--model", "musicnn")
    assert load_csv(emoviz.place / "out" / "a.csv").provenance.model == "musicnn"
    emoviz("analyze", album, "-o", "out", *SMALL)
    assert load_csv(emoviz.place / "out" / "a.csv").provenance.model == "cae"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_one_table_for_all(emoviz: Program, album: Path, ending: str) -> None:
    emoviz("analyze", album, "-o", "out", *SMALL)
    (album / "bad.mp3").write_text("not audio")
    for _ in range(2):
        done = emoviz("analyze", album, "-o", f"all.{ending}", *SMALL)
        assert done.returncode == 1
        assert "bad.mp3: this is not audio" in done.stderr
        table = emoviz.place / f"all.{ending}"
        rows = pandas.read_csv(table) if ending == "csv" else pandas.read_parquet(table)
        assert len(rows) == 4 * 6
        songs = list(dict.fromkeys(rows["song"]))
        assert songs == [str(album / name) for name in ("a.wav", "b.flac", "b.wav", "live/a.wav")]
        alone = load_csv(emoviz.place / "out" / "live" / "a.csv")
        rows = rows[rows["song"] == songs[-1]]
        assert rows["valence"].tolist() == alone.valence.tolist()
        assert rows["arousal_sd"].tolist() == list(alone.arousal_sd)
        assert rows["time_s"].tolist() == alone.times_s.tolist()
        assert rows["emotion"].tolist() == alone.words
        assert rows["said"].tolist() == alone.said


def test_a_file_and_the_library_hold_the_same_numbers(emoviz: Program, album: Path) -> None:
    emoviz("analyze", album / "a.wav", "-o", "alone.csv", "--model", "cae")
    done = emoviz("analyze", album, "--library", "songs.db", *SMALL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Library.open(emoviz.place / "songs.db") as library:
        assert library.track(album / "a.wav", "cae") == load_csv(emoviz.place / "alone.csv")


def test_the_user_s_own_library(emoviz: Program, album: Path) -> None:
    assert emoviz("analyze", *SMALL, album, "--library").returncode == 0
    assert len(songs_in(emoviz.home / "emoviz" / "library.db")) == 4
    done = emoviz("analyze", album, *SMALL, "--library", album / "a.wav")
    assert "this is no library of emoviz" in done.stderr
    assert emoviz("analyze", album, "-o", "x", *SMALL, "--library").returncode == 1


def test_a_kill_in_the_middle_loses_nothing_and_does_nothing_twice(
    emoviz: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(18):
        soundfile.write(folder / f"{number:02}.wav", music(10.0, RATE_HZ, number), RATE_HZ)
    # Two hours, so that the kill does not come too late.
    for number in (18, 19):
        write_long_wav(folder / f"{number:02}.wav", 3600.0 + number)
    file = emoviz.place / "songs.db"
    process = emoviz.start("library", "add", folder, "--library", file, *SMALL)
    wait_until(lambda: file.exists() and len(songs_in(file)) > 3)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait(DEADLINE_S)
    _, left = psutil.wait_procs(workers, DEADLINE_S)
    assert not left
    done_before = len(songs_in(file))
    assert 3 < done_before < 20
    for number in (18, 19):
        soundfile.write(folder / f"{number:02}.wav", music(10.0, RATE_HZ, number), RATE_HZ)
    done = emoviz("library", "add", folder, "--library", file, *SMALL)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{20 - done_before} tracked, {done_before} known already, 0 ")
    assert songs_in(file) == [f"{number:02}.wav" for number in range(20)]
    assert emoviz("library", "verify", "--library", file).returncode == 0


def test_what_is_noted_is_damaged(emoviz: Program, album: Path) -> None:
    notes = emoviz.place / "out" / NOTES
    notes.parent.mkdir()
    notes.write_bytes(b"garbage" * 1000)
    done = emoviz("analyze", album, "-o", "out", *SMALL)
    assert done.returncode == 1
    assert done.stderr.startswith(f"emoviz: out/{NOTES}: the library is damaged (file is not a")
    done = emoviz("analyze", album, "-o", "out", "--new", *SMALL)
    assert done.returncode == 0
    (kept,) = notes.parent.glob(".emoviz-*.library")
    assert f"what was there is kept as {kept.name}" in done.stderr
    assert len(written_at(notes.parent)) == 4


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("said", ['{"notes": [7], "provenance": 7}', '{"notes": ' + "[" * 100_000])
def test_a_table_that_no_longer_says_what_it_is_is_written_again(
    emoviz: Program, album: Path, kind: str, said: str
) -> None:
    arguments = ("analyze", album, "-o", "out", "--format", kind, *SMALL)
    assert emoviz(*arguments).returncode == 0
    table = emoviz.place / "out" / "live" / f"a.{kind}"
    before = table.read_bytes()
    described = metadata_path(table) if kind == "csv" else table
    described.write_text(said)
    done = emoviz(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "-o", "out", "--format", "json"),
        ("analyze", "-o", "all.csv"),
        ("analyze", "--library", "songs.db"),
        ("library", "add", "--library", "songs.db"),
        ("tag", "--dry-run", "--library", "songs.db"),
    ],
)
def test_a_folder_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    write_music(album / "a.wav", 2.0, RATE_HZ)
    monkeypatch.chdir(tmp_path)
    with events("os.scandir") as listed:
        assert main([*arguments, "--model", "cae", str(album)]) == 0
    assert [folder for (folder,) in listed].count(str(album)) == 1


def test_unreadable_folders_and_loops_are_said_and_the_rest_is_done(
    emoviz: Program, album: Path
) -> None:
    (album / "live" / "round").symlink_to(album)
    (album / "closed").mkdir()
    (album / "closed").chmod(0o000)
    done = emoviz("analyze", album, "-o", "all.csv", *SMALL)
    (album / "closed").chmod(0o755)
    assert done.returncode == 0
    first, second = done.stderr.splitlines()
    assert first.startswith(f"emoviz: {album / 'closed'}: this folder cannot be looked into")
    assert second.startswith(f"emoviz: {album / 'live' / 'round'}: this link leads back")
    with (emoviz.place / "all.csv").open() as table:
        assert len({row["song"] for row in csv.DictReader(table)}) == 4


def test_a_read_only_place_is_one_sentence(emoviz: Program, album: Path) -> None:
    emoviz.place.chmod(0o555)
    for arguments in (("-o", "all.csv"), ("-o", "."), ("--library", "songs.db")):
        done = emoviz("analyze", album, *SMALL, *arguments)
        assert done.returncode == 1
        (sentence,) = done.stderr.splitlines()
        assert "cannot be written" in sentence
    emoviz.place.chmod(0o755)
    assert list(emoviz.place.iterdir()) == []


def test_a_song_named_twice_is_done_once(emoviz: Program, tmp_path: Path) -> None:
    write_music(tmp_path / "a.wav", 2.0, RATE_HZ)
    write_music(tmp_path / "b.wav", 3.0, RATE_HZ)
    given = (tmp_path / "a.wav", tmp_path / "a.wav", tmp_path / "b.wav")
    assert emoviz("analyze", *given, "-o", "out", *SMALL).returncode == 0
    assert sorted(Path(path).name for path in written_at(emoviz.place)) == ["a.csv", "b.csv"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two sound tracks, 4 s of music and 2 s."""
    path = tmp_path_factory.mktemp("film") / "film.mka"
    write_sound_tracks(path, [music(4.0, RATE_HZ), music(2.0, RATE_HZ, 1)], RATE_HZ)
    return path


def test_one_of_several_sound_tracks_is_chosen_by_its_number(emoviz: Program, film: Path) -> None:
    for chosen, number, why, length in (
        ((), 1, "the first that can be decoded", 8),
        (("--track", 2), 2, "as chosen", 4),
    ):
        done = emoviz("analyze", film, "-o", "out.csv", *SMALL, *chosen)
        assert done.returncode == 0
        said = f"emoviz: {film}: of its 2 sound tracks number {number} was heard, {why}.\n"
        assert done.stderr == said
        assert len(load_csv(emoviz.place / "out.csv")) == length
    done = emoviz("export", film, "--format", "json", "-o", "out.json", "--track", 2)
    assert done.returncode == 0
    assert len(json.loads((emoviz.place / "out.json").read_text())["valence"]) == 4
    done = emoviz("analyze", film, "-o", "other.csv", *SMALL, "--track", 3)
    assert done.stderr == (
        f"emoviz: {film}: it has 2 sound tracks and none of number 3; choose one from 1 to 2.\n"
    )
    assert not (emoviz.place / "other.csv").exists()


def test_what_keeps_one_track_of_each_song_gets_none_of_a_chosen_sound(
    emoviz: Program, film: Path
) -> None:
    for arguments in (
        (film.parent, "-o", "out"),
        (film, "other.wav", "-o", "out"),
        (film, "-o", "out.parquet"),
        (film, "--library", "songs.db"),
    ):
        done = emoviz("analyze", *arguments, *SMALL, "--track", 1)
        assert done.returncode == 1
        assert "--track chooses a sound track of one song" in done.stderr
    assert not list(emoviz.place.glob("out*"))
    assert not list(emoviz.place.glob("*.db"))


_HANGS_IN_C = """
import ctypes, sys
from emoviz import cli
from emoviz.cli import analyze
from emoviz.songs.song import Song
analyze.PATIENCE_S = 1.0
Song.open = lambda *_: ctypes.CDLL(None).pause()
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pause")
def test_a_lone_song_whose_decoder_hangs_ends_with_a_sentence(emoviz: Program, album: Path) -> None:
    song = album / "a.wav"
    done = emoviz.run_code(_HANGS_IN_C, "analyze", song, "-o", "out.csv", *SMALL)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"emoviz: {song}: decoding broke off (nothing came of it for 1 s);")
    assert not list(emoviz.place.glob("out*"))
