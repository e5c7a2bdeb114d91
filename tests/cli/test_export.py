"""`emoviz export` in a process of its own: formats and pictures from real songs, and refusals."""

import shutil
import subprocess
import sys
from pathlib import Path

import pandas
import pypdfium2
import pytest

from emoviz.tracks import labels
from emoviz.tracks.track import load_csv
from tests.support.audio import write_music
from tests.support.program import Program


@pytest.fixture
def emoviz(tmp_path: Path) -> Program:
    place = tmp_path / "place"
    place.mkdir()
    return Program(place, tmp_path)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_music(folder / "12.wav", 6.0, 22050)
    write_music(folder / "7.flac", 4.0, 22050)
    shutil.copy(folder / "12.wav", folder / "7.wav")
    (folder / "broken.wav").write_bytes(b"RIFF")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("file_format", "written"),
    [
        ("csv", ["12.csv", "12.csv-metadata.json"]),
        ("json", ["12.json"]),
        ("parquet", ["12.parquet"]),
        ("audacity", ["12.txt"]),
        ("sonic-visualiser", ["12.arousal.csv", "12.valence.csv"]),
        ("deam", ["arousal.csv", "songs.csv", "valence.csv"]),
    ],
)
def test_a_song_in_every_format(
    emoviz: Program, songs: Path, file_format: str, written: list[str]
) -> None:
    done = emoviz("export", songs / "12.wav", "--format", file_format, "--model", "cae")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(emoviz.place) == written


def test_the_csv_is_that_of_analyze(emoviz: Program, songs: Path) -> None:
    emoviz("export", songs / "12.wav", "--format", "csv", "-o", "mine.csv", "--model", "cae")
    emoviz("analyze", songs / "12.wav", "-o", "its.csv", "--model", "cae")
    assert (emoviz.place / "mine.csv").read_bytes() == (emoviz.place / "its.csv").read_bytes()
    assert len(load_csv(emoviz.place / "mine.csv")) == 12


def test_many_songs_have_a_file_each_and_a_bad_one_does_not_stop_them(
    emoviz: Program, songs: Path
) -> None:
    given = [songs / name for name in ("12.wav", "broken.wav", "7.flac", "7.wav")]
    done = emoviz("export", *given, "--format", "parquet", "-o", "out", "--model", "cae")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "broken.wav" in line
    assert names(emoviz.place / "out") == ["12.parquet", "7.parquet", "7.wav.parquet"]
    assert len(pandas.read_parquet(emoviz.place / "out" / "7.parquet")) == 8


def test_many_songs_in_deams_form_are_one_pair_of_tables(emoviz: Program, songs: Path) -> None:
    given = (songs / "12.wav", songs / "7.flac")
    done = emoviz("export", *given, "--format", "deam", "-o", "out", "--model", "cae")
    assert (done.returncode, done.stderr) == (0, "")
    found = labels.read(emoviz.place / "out" / "valence.csv")
    assert {name: len(values) for name, values in found.songs.items()} == {"7": 8, "12": 12}


def test_standard_output_takes_one_track(emoviz: Program, songs: Path) -> None:
    done = emoviz("export", songs / "12.wav", "--format", "audacity", "-o", "-", "--model", "cae")
    assert done.returncode == 0
    assert done.stdout.startswith("0.000000\t")
    for arguments in (
        (songs / "12.wav", songs / "7.wav", "--format", "csv"),
        (songs / "12.wav", "--format", "sonic-visualiser"),
        (songs / "12.wav", "--picture", "plane"),
    ):
        refused = emoviz("export", *arguments, "-o", "-", "--model", "cae")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert len(refused.stderr.splitlines()) == 1
    assert names(emoviz.place) == []


def test_pictures_of_every_form(emoviz: Program, songs: Path) -> None:
    for name in ("a.png", "a.svg", "a.pdf"):
        done = emoviz(
            *("export", songs / "12.wav", "--picture", "poster", "--size", "720x960"),
            *("--theme", "light", "-o", name, "--model", "cae"),
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (emoviz.place / "a.png").read_bytes().startswith(b"\x89PNG")
    assert b'width="720" height="960"' in (emoviz.place / "a.svg").read_bytes()
    assert pypdfium2.PdfDocument(emoviz.place / "a.pdf")[0].get_size() == (540, 720)


def test_pictures_of_many_songs(emoviz: Program, songs: Path) -> None:
    given = (songs / "12.wav", songs / "7.flac")
    done = emoviz("export", *given, "--picture", "curves", "--model", "cae")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(emoviz.place) == ["12.png", "7.png"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", "json", "-o", "song.wav"), "it is the song itself"),
        (("--format", "deam", "-o", "file/in the way/"), "not a directory"),
        (("--format", "json", "-o", "file/song.json"), "file exists"),
        (("--picture", "plane", "-o", "picture.jpg"), "ends in .png, .svg or .pdf"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(
    emoviz: Program, songs: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    shutil.copy(songs / "12.wav", emoviz.place / "song.wav")
    (emoviz.place / "file").write_text("in the way")
    before = names(emoviz.place)
    done = emoviz("export", "song.wav", *arguments, "--model", "cae")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert sentence in line
    assert names(emoviz.place) == before
    assert (emoviz.place / "song.wav").read_bytes() == (songs / "12.wav").read_bytes()


def test_a_read_only_folder_is_one_sentence(emoviz: Program, songs: Path) -> None:
    target = emoviz.place / "12.png"
    emoviz.place.chmod(0o555)
    done = emoviz("export", songs / "12.wav", "--picture", "plane", "-o", target)
    emoviz.place.chmod(0o755)
    assert done.returncode == 1
    assert f"{target}: cannot be written (permission denied)" in done.stderr
    assert names(emoviz.place) == []


@pytest.mark.parametrize("size", ["big", "100x100", "1920x", "20000x400"])
def test_a_size_that_is_none_is_refused(emoviz: Program, songs: Path, size: str) -> None:
    done = emoviz("export", songs / "12.wav", "--picture", "plane", "--size", size)
    assert done.returncode == 2
    assert "--size" in done.stderr.splitlines()[-1]


FULL_DISK = (
    "import resource, signal, sys\n"
    "from emoviz.cli import main\n"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n"
    "sys.exit(main(sys.argv[1:]))\n"
)
"""A limit on the size of files stops a write half-way as a full disk does."""


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("--picture", "poster", "-o", "song.png"), "song.png"),
        (("--format", "parquet", "-o", "song.parquet"), "song.parquet"),
        (("--format", "deam", "-o", "song.csv"), "song.valence.csv"),
    ],
)
def test_a_full_disk_leaves_nothing_half_written(
    emoviz: Program, tmp_path: Path, arguments: tuple[str, ...], name: str
) -> None:
    song = tmp_path / "song.wav"
    write_music(song, 60.0, 22050)
    (emoviz.place / name).write_text("the old one")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, "export", str(song), *arguments, "--model", "cae"],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"emoviz: {name}: cannot be written (file too large)")
    assert names(emoviz.place) == [name]
    assert (emoviz.place / name).read_text() == "the old one"


_SOME_HANG_IN_C = """
import ctypes, sys
import soundfile
from emoviz import api, cli, errors
from emoviz.songs import patience

patience.PATIENCE_S = 1.0
real = soundfile.SoundFile
soundfile.SoundFile = lambda name, *rest: (
    ctypes.CDLL(None).pause() if "endless" in str(name) else real(name, *rest)
)
print(cli.main(["export", "endless.wav", "7.wav", "--format", "json", "-o", "out"]))
print(cli.main(["film", "endless.wav", "-o", "film.mp4"]))
try:
    api.track("endless.wav")
except errors.DecoderLostError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pause")
def test_a_decoder_that_hangs_is_said_to_and_the_other_songs_go_on(
    emoviz: Program, songs: Path
) -> None:
    for name in ("endless.wav", "7.wav"):
        shutil.copy(songs / "7.wav", emoviz.place / name)
    done = emoviz.run_code(_SOME_HANG_IN_C)
    said = "endless.wav: decoding broke off (nothing came of it for 1 s); open it again"
    exported, filmed = done.stderr.splitlines()
    assert exported.startswith(f"emoviz: {said}")
    assert filmed.startswith(f"emoviz: {said}")
    first, second, tracked = done.stdout.splitlines()
    assert (first, second, tracked[: len(said)]) == ("1", "1", said)
    assert names(emoviz.place) == ["7.wav", "endless.wav", "out"]
    assert names(emoviz.place / "out") == ["7.json"]
