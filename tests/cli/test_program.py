"""The command line as a user meets it: real processes, real files, real signals."""

import csv
import json
import os
import pty
import shutil
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
import soundfile

from emoviz import __version__
from emoviz.cli.analyze import NOTES
from emoviz.cli.program import COMMANDS
from emoviz.system import files
from emoviz.tracks.track import COLUMNS, load_csv
from tests.support.audio import PulseSink, music, wait_until, write_film, write_music
from tests.support.models import DAMAGES, copy_shipped
from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT, Program

RATE_HZ = 22050


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of two songs of 6 s and 4 s."""
    folder = tmp_path_factory.mktemp("songs")
    write_music(folder / "one.wav", 6.0, RATE_HZ)
    write_music(folder / "two.flac", 4.0, RATE_HZ)
    return folder


def names(folder: Path) -> list[str]:
    """Name the files in a folder, but for what a run over many songs notes of itself."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != NOTES]
    return sorted(str(path.relative_to(folder)) for path in found)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def only_line(text: str) -> str:
    """Give the text's one line."""
    assert text.count("\n") == 1, text
    assert text.endswith("\n")
    return text[:-1]


# What the program says of itself.


def test_version(emoviz: Program) -> None:
    done = emoviz("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"emoviz {__version__}\n", "")


def test_help_names_the_commands(emoviz: Program) -> None:
    done = emoviz("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f"\n    {command}" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(emoviz: Program, command: str) -> None:
    done = emoviz(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: emoviz {command} ")


LOOK = (
    "import sys\n"
    "from emoviz.cli import main\n"
    "try:\n"
    "    main(sys.argv[1:])\n"
    "except SystemExit:\n"
    "    pass\n"
    "print(*sys.modules, sep='\\n', file=sys.stderr)\n"
)
"""Runs a command, and names what was imported for it."""


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--version"], ["numpy", "logging", "emoviz.models", "emoviz.library"]),
        (["--help"], ["numpy", "logging", "emoviz.models", "emoviz.library"]),
        (["models"], ["emoviz.library", "emoviz.export", "emoviz.gui", "emoviz.training", "rich"]),
        (
            ["analyze", "one.wav", "-o", "-", "--model", "cae"],
            ["emoviz.gui", "PySide6", "emoviz.training", "emoviz.export.film_file", "rich"],
        ),
        (["library", "--help"], ["emoviz.gui", "emoviz.training", "emoviz.export.film_file"]),
        (["train", "--help"], ["numpy", "torch", "emoviz.models", "emoviz.library"]),
    ],
)
def test_only_what_a_command_needs_is_imported(
    emoviz: Program, songs: Path, arguments: list[str], unneeded: list[str]
) -> None:
    shutil.copy(songs / "one.wav", emoviz.place)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = done.stderr.split()
    assert "emoviz.cli.program" in imported
    asked_for = {f"emoviz.cli.{name}" for name in COMMANDS} & set(imported)
    # What `library` adds, it tracks as `analyze` does.
    assert asked_for <= {f"emoviz.cli.{arguments[0]}", "emoviz.cli.analyze"}
    assert [name for name in unneeded if name in imported] == []


def test_models(emoviz: Program) -> None:
    done = emoviz("models")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("* cae ")
    assert "weights: " in done.stdout


def test_devices(emoviz: Program, pulse_sink: PulseSink) -> None:
    emoviz.variables = pulse_sink.environment
    done = emoviz("devices")
    assert (done.returncode, done.stderr) == (0, "")
    assert "* default (ALSA)" in done.stdout


def test_devices_without_a_device(emoviz: Program, pulse_sink: PulseSink, tmp_path: Path) -> None:
    # Pulse is what the default leads to, and no server answers.
    emoviz.variables = pulse_sink.environment | {"PULSE_SERVER": f"unix:{tmp_path / 'nothing'}"}
    done = emoviz("devices")
    assert done.returncode == 0
    assert only_line(done.stdout) == "There is no sound device; songs run on a silent clock."
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["analyze"], "PATH"),
        (["analyze", "song.wav", "--format", "xml"], "xml"),
        (["analyze", "song.wav", "--jobs", "0"], "--jobs"),
        (["analyze", "song.wav", "--jobs", "many"], "--jobs"),
        (["analyze", "song.wav", "--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_command_line_is_explained(
    emoviz: Program, arguments: list[str], reason: str
) -> None:
    done = emoviz(*arguments)
    assert done.returncode == 2
    assert reason in done.stderr.splitlines()[-1]
    assert "_positive" not in done.stderr
    assert "Traceback" not in done.stderr


# Where the predictions go.


def test_one_song_to_this_folder(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs / "one.wav")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(emoviz.place) == ["one.csv", "one.csv-metadata.json"]
    trajectory = load_csv(emoviz.place / "one.csv")
    assert len(trajectory) == 12
    assert trajectory.provenance.song_sha256 == files.sha256_of_file(songs / "one.wav")


def test_one_song_to_a_file(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs / "one.wav", "-o", "deep/er/result.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(emoviz.place) == ["deep/er/result.csv", "deep/er/result.csv-metadata.json"]
    assert len(load_csv(emoviz.place / "deep/er/result.csv")) == 12


def test_one_song_to_standard_output(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs / "one.wav", "-o", "-")
    assert (done.returncode, done.stderr) == (0, "")
    rows = rows_of(done.stdout)
    assert len(rows) == 12
    assert tuple(rows[0]) == COLUMNS
    assert names(emoviz.place) == []


def test_standard_output_and_file_hold_the_same(emoviz: Program, songs: Path) -> None:
    emoviz("analyze", songs / "one.wav")
    assert emoviz("analyze", songs / "one.wav", "-o", "-").stdout == (
        emoviz.place / "one.csv"
    ).read_text(encoding="utf-8")


def test_json(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs / "one.wav", "--format", "json", "-o", "-")
    document = json.loads(done.stdout)
    assert len(document["valence"]) == len(document["emotion"]) == 12
    assert document["provenance"]["model"] == "cae"
    emoviz("analyze", songs, "--format", "json", "-o", "out")
    assert names(emoviz.place) == ["out/one.json", "out/two.json"]


def test_several_songs_to_a_folder(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs / "one.wav", songs / "two.flac", "-o", "out", "--jobs", "2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert names(emoviz.place) == [
        "out/one.csv",
        "out/one.csv-metadata.json",
        "out/two.csv",
        "out/two.csv-metadata.json",
    ]
    assert len(load_csv(emoviz.place / "out" / "two.csv")) == 8


def test_a_folder_keeps_its_shape_and_no_song_hides_another(
    emoviz: Program, songs: Path, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    (album / "live").mkdir(parents=True)
    for place in ("one.wav", "one.WAV", "live/one.wav"):
        shutil.copy(songs / "one.wav", album / place)
    shutil.copy(songs / "two.flac", album / "one.flac")
    done = emoviz("analyze", album, "-o", "out", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    tables = [name for name in names(emoviz.place) if name.endswith(".csv")]
    assert len(tables) == 4
    assert "out/live/one.csv" in tables
    songs_told = {load_csv(emoviz.place / name).provenance.song_file for name in tables}
    assert songs_told == {"one.wav", "one.WAV", "one.flac"}


def test_a_folder_of_one_song_gives_a_folder(emoviz: Program, songs: Path, tmp_path: Path) -> None:
    (tmp_path / "single").mkdir()
    shutil.copy(songs / "one.wav", tmp_path / "single")
    assert emoviz("analyze", tmp_path / "single", "-o", "out").returncode == 0
    assert names(emoviz.place) == ["out/one.csv", "out/one.csv-metadata.json"]


def test_unicode_names(emoviz: Program, tmp_path: Path) -> None:
    song = tmp_path / "Präludium – 前奏曲 🎵 100 %.wav"
    write_music(song, 2.0, RATE_HZ)
    done = emoviz("analyze", song)
    assert (done.returncode, done.stderr) == (0, "")
    assert load_csv(emoviz.place / f"{song.stem}.csv").provenance.song_file == song.name


# What goes wrong with one song.


def test_one_bad_song_is_one_line_and_the_rest_is_done(emoviz: Program, songs: Path) -> None:
    bad = emoviz.place / "bad.mp3"
    bad.write_text("not audio")
    for jobs in ("1", "2"):
        done = emoviz("analyze", songs, bad, "-o", f"out{jobs}", "--jobs", jobs)
        assert done.returncode == 1
        assert done.stdout == ""
        assert only_line(done.stderr).startswith(f"emoviz: {bad}: this is not audio")
        assert (emoviz.place / f"out{jobs}" / "one.csv").is_file()
        assert (emoviz.place / f"out{jobs}" / "two.csv").is_file()


def _not_audio(path: Path) -> None:
    path.write_text("This is no music.")


def _random_bytes(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(100_000))


def _empty(path: Path) -> None:
    path.touch()


def _forbidden(path: Path) -> None:
    write_music(path, 2.0, RATE_HZ)
    path.chmod(0o000)


def _folder(path: Path) -> None:
    (path / "inside").mkdir(parents=True)


def _zero_channels(path: Path) -> None:
    write_music(path, 2.0, RATE_HZ)
    data = bytearray(path.read_bytes())
    data[22:24] = struct.pack("<H", 0)
    path.write_bytes(data)


def _header_only(path: Path) -> None:
    soundfile.write(path, np.zeros((0, 2)), RATE_HZ)


def _too_short(path: Path) -> None:
    write_music(path, 0.2, RATE_HZ)


def _only_pictures(path: Path) -> None:
    with av.open(path, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        for _ in range(5):
            black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
            container.mux(stream.encode(black))
        container.mux(stream.encode(None))


def _nothing(_: Path) -> None:
    pass


BAD_SONGS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "not audio": ("text.mp3", _not_audio, "this is not audio"),
    "random": ("random.ogg", _random_bytes, "this is not audio"),
    "raw": ("random.raw", _random_bytes, "this is not audio"),
    "empty": ("empty.wav", _empty, "the file holds no audio"),
    "header only": ("header.wav", _header_only, "the file holds no audio"),
    "permission denied": ("forbidden.wav", _forbidden, "not allowed to read"),
    "missing": ("missing.wav", _nothing, "no such file"),
    "directory": ("folder.wav", _folder, "no song in this folder"),
    "zero channels": ("mute.wav", _zero_channels, "this is not audio"),
    "too short": ("blip.wav", _too_short, "it is 0.20 s long"),
    "no sound track": ("film.mkv", _only_pictures, "it has no sound track"),
}


@pytest.mark.parametrize("kind", BAD_SONGS)
def test_a_bad_song_is_one_sentence(emoviz: Program, kind: str) -> None:
    name, spoil, reason = BAD_SONGS[kind]
    song = emoviz.place / name
    spoil(song)
    done = emoviz("analyze", song, "-o", "out.csv")
    assert done.returncode == 1
    sentence = only_line(done.stderr)
    assert sentence.startswith(f"emoviz: {song}: ")
    assert reason in sentence
    assert "; " in sentence  # the remedy
    assert sentence.endswith(".")
    assert not (emoviz.place / "out.csv").exists()


def test_a_truncated_song_is_done_as_far_as_it_goes(emoviz: Program, tmp_path: Path) -> None:
    write_music(tmp_path / "whole.flac", 20.0, RATE_HZ)
    whole = (tmp_path / "whole.flac").read_bytes()
    song = emoviz.place / "half.flac"
    song.write_bytes(whole[: len(whole) // 2])
    done = emoviz("analyze", song)
    assert done.returncode == 0
    assert only_line(done.stderr).startswith(f"emoviz: {song}: ")
    assert 10 < len(load_csv(emoviz.place / "half.csv")) < 40


def test_wrong_endings_do_not_matter(emoviz: Program, songs: Path) -> None:
    for name in ("really_wav.mp3", "really_wav", "really_wav.txt"):
        shutil.copy(songs / "one.wav", emoviz.place / name)
        done = emoviz("analyze", name, "-o", "-")
        assert (done.returncode, done.stderr) == (0, "")
        assert len(rows_of(done.stdout)) == 12


def test_silence_and_samples_that_are_not_numbers_are_said(emoviz: Program) -> None:
    soundfile.write(emoviz.place / "silence.wav", np.zeros(2 * RATE_HZ), RATE_HZ)
    sound = music(2.0, RATE_HZ).copy()
    sound[1000:1010] = np.nan
    soundfile.write(emoviz.place / "nan.wav", sound, RATE_HZ, subtype="FLOAT")
    done = emoviz("analyze", "silence.wav", "nan.wav", "-o", "out", "--jobs", "1")
    assert done.returncode == 0
    first, second = done.stderr.splitlines()
    assert first.startswith("emoviz: silence.wav: the song is silent")
    assert second.startswith("emoviz: nan.wav: samples that are not numbers")
    assert {len(load_csv(path)) for path in (emoviz.place / "out").glob("*.csv")} == {4}


def test_silence_in_a_song_has_rows_without_values(emoviz: Program) -> None:
    sound = music(10.0, RATE_HZ)
    gap = np.zeros((10 * RATE_HZ, sound.shape[1]))
    soundfile.write(emoviz.place / "gap.wav", np.concatenate([sound, gap, sound]), RATE_HZ)
    done = emoviz("analyze", "gap.wav", "--model", "cae", "-o", "gap.csv")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split(",") for line in (emoviz.place / "gap.csv").read_text().splitlines()[1:]]
    assert len(rows) == 60
    assert all(row[1:] == [""] * 6 for row in rows[24:38])
    assert all("" not in row for row in rows[:19] + rows[41:])
    summary = load_csv(emoviz.place / "gap.csv").summary()
    assert 19.0 < summary["known_s"] < 23.0


def test_a_name_that_is_not_unicode_is_no_traceback(emoviz: Program, songs: Path) -> None:
    name = os.fsdecode(b"caf\xe9.wav")
    shutil.copy(songs / "one.wav", emoviz.place / name)
    done = emoviz("analyze", ".", "-o", "out")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (0 if done.returncode == 0 else 1)


# What goes wrong with the output.


def test_the_song_itself_is_never_written_over(emoviz: Program, songs: Path) -> None:
    song = emoviz.place / "song.csv"
    shutil.copy(songs / "one.wav", song)
    before = song.read_bytes()
    for arguments in (("-o", "song.csv"), ("-o", "../place/song.csv"), ()):
        done = emoviz("analyze", "song.csv", *arguments)
        assert done.returncode == 1
        assert "it is the song itself" in only_line(done.stderr)
    other = emoviz.place / "song.wav"
    shutil.copy(songs / "one.wav", other)
    emoviz("analyze", "song.wav", "song.csv")
    done = emoviz("analyze", "song.wav", "song.csv", "-o", "song.csv")
    assert "it is the song itself" in only_line(done.stderr)
    assert emoviz("open", "song.csv").returncode == 1
    assert song.read_bytes() == other.read_bytes() == before


def test_an_unwritable_output_is_one_sentence(emoviz: Program, songs: Path) -> None:
    emoviz.place.chmod(0o555)
    done = emoviz("analyze", songs / "one.wav", "-o", emoviz.place / "out.csv")
    assert done.returncode == 1
    sentence = only_line(done.stderr)
    assert sentence.startswith(f"emoviz: {emoviz.place / 'out.csv'}: cannot be written (permission")
    assert sentence.endswith("choose another place or free some room.")
    assert names(emoviz.place) == []


def test_a_closed_folder_is_one_sentence(emoviz: Program, songs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    shutil.copy(songs / "one.wav", folder)
    folder.chmod(0o000)
    inward = emoviz("analyze", folder / "one.wav", "-o", "-")
    outward = emoviz("analyze", songs / "one.wav", "-o", folder / "out.csv")
    folder.chmod(0o755)
    assert inward.returncode == outward.returncode == 1
    assert only_line(inward.stderr).startswith(f"emoviz: {folder / 'one.wav'}: you are not allowed")
    assert only_line(outward.stderr).startswith(f"emoviz: {folder / 'out.csv'}: cannot be written")


@pytest.mark.parametrize("output", ["file.txt/out.csv", "folder.csv"])
def test_something_in_the_way_of_the_output(emoviz: Program, songs: Path, output: str) -> None:
    (emoviz.place / "file.txt").write_text("keep me")
    (emoviz.place / "folder.csv-metadata.json").mkdir()
    done = emoviz("analyze", songs / "one.wav", "-o", output)
    assert done.returncode == 1
    assert "cannot be written" in only_line(done.stderr)
    assert names(emoviz.place) == ["file.txt"]


def test_a_full_disk_leaves_nothing_half_written(emoviz: Program, tmp_path: Path) -> None:
    # 100 s are 200 rows, more than the 4 KiB that each file may have.
    song = tmp_path / "song.wav"
    write_music(song, 100.0, RATE_HZ)
    (emoviz.place / "song.csv").write_text("the old one")
    code = (
        "import resource, signal, sys\n"
        "from emoviz.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "analyze", str(song), "--model", "cae"],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("emoviz: song.csv: cannot be written (file too large)")
    assert names(emoviz.place) == ["song.csv"]
    assert (emoviz.place / "song.csv").read_text() == "the old one"


def test_several_songs_need_a_folder(emoviz: Program, songs: Path) -> None:
    (emoviz.place / "out.txt").write_text("keep me")
    done = emoviz("analyze", songs, "-o", "out.txt")
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("emoviz: out.txt: cannot be written (several songs")
    assert (emoviz.place / "out.txt").read_text() == "keep me"
    done = emoviz("analyze", songs, "-o", "-")
    assert done.returncode == 1
    assert "standard output takes one song" in only_line(done.stderr)


# What goes wrong with the model.


def test_an_unknown_model_is_one_sentence(emoviz: Program, songs: Path) -> None:
    done = emoviz("analyze", songs, "--model", "mozart")
    assert done.returncode == 1
    assert only_line(done.stderr) == (
        "emoviz: there is no model named 'mozart'; choose one of: cae, musicnn."
    )
    assert names(emoviz.place) == []


@pytest.mark.parametrize("damage", ["another network", "no filters", "garbage model.toml"])
def test_a_broken_model_is_one_sentence(
    emoviz: Program, songs: Path, tmp_path: Path, damage: str
) -> None:
    root = tmp_path / "installation"
    shutil.copytree(ROOT / "emoviz", root / "emoviz")
    (root / "resources").symlink_to(ROOT / "resources")
    (root / "model").mkdir()
    DAMAGES[damage](copy_shipped(root / "model" / "cae"))
    emoviz.root = root
    done = emoviz("analyze", songs / "one.wav", "--model", "cae")
    assert done.returncode == 1
    assert only_line(done.stderr).startswith(
        f"emoviz: {root / 'model' / 'cae'}: this model folder cannot be used: "
    )


# Terminals, pipes and signals.


def on_a_terminal(emoviz: Program, *arguments: object) -> tuple[int, bytes]:
    """Run to the end on a terminal, and give the exit status and what was shown."""
    ours, theirs = pty.openpty()
    process = emoviz.start(*arguments, stderr=theirs, stdout=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(DEADLINE_S), shown


def test_progress_on_a_terminal(emoviz: Program, songs: Path) -> None:
    bad = emoviz.place / f"{'long ' * 40}name.wav"
    status, shown = on_a_terminal(emoviz, "analyze", songs, bad, "-o", "out", "--jobs", "1")
    assert status == 1
    assert b"songs" in shown
    assert b"3/3" in shown
    assert b"songs/s" in shown
    assert b"1 failed" in shown
    # One line, however narrow the terminal.
    assert f"emoviz: {bad}: no such file; check the name".encode() in shown


def test_progress_of_a_lone_song_is_that_of_its_windows(emoviz: Program, songs: Path) -> None:
    status, shown = on_a_terminal(emoviz, "analyze", songs / "one.wav")
    assert status == 0
    assert b"windows" in shown


def test_a_closed_pipe_is_no_traceback(emoviz: Program, tmp_path: Path) -> None:
    write_music(tmp_path / "long.wav", 240.0, RATE_HZ)
    write_music(tmp_path / "short.wav", 1.0, RATE_HZ)
    for arguments in (
        ("analyze", tmp_path / "long.wav", "-o", "-", "--model", "cae"),
        ("analyze", tmp_path / "short.wav", "-o", "-"),
        ("models",),
        ("--version",),
    ):
        reading, writing = os.pipe()
        os.close(reading)
        process = emoviz.start(*arguments, stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        _, complaint = process.communicate(timeout=DEADLINE_S)
        assert complaint == b"", arguments


def test_head_gets_its_line(emoviz: Program, songs: Path) -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m emoviz analyze "{songs / "one.wav"}" -o - | head -1',
        shell=True,
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ",".join(COLUMNS) + "\n"
    assert done.stderr == ""


def write_album(folder: Path, songs: int) -> None:
    """Write songs of 20 s, no two alike: what has the same bytes is tracked once."""
    folder.mkdir()
    for number in range(songs):
        soundfile.write(folder / f"{number:02}.wav", music(20.0, RATE_HZ, seed=number), RATE_HZ)


def test_a_process_that_is_killed_costs_no_song(emoviz: Program, tmp_path: Path) -> None:
    album = tmp_path / "album"
    write_album(album, 12)
    process = emoviz.start(
        "analyze", album, "-o", "out", "--jobs", "2", stderr=subprocess.PIPE, text=True
    )
    out = emoviz.place / "out"
    wait_until(lambda: out.is_dir() and list(out.glob("*.csv")))
    # The last child: the first may be the one that keeps an eye on shared resources.
    psutil.Process(process.pid).children()[-1].kill()
    _, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, complaint) == (0, "")
    assert len(list(out.glob("*.csv"))) == 12


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_cleanly(emoviz: Program, tmp_path: Path, jobs: str) -> None:
    album = tmp_path / "album"
    write_album(album, 20)
    process = emoviz.start(
        "analyze",
        album,
        "-o",
        "out",
        "--jobs",
        jobs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    out = emoviz.place / "out"
    wait_until(lambda: out.is_dir() and list(out.glob("*.csv")))
    # A terminal sends it to all processes of the job.
    os.killpg(process.pid, signal.SIGINT)
    told, complaint = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert (told, complaint) == (b"", b"")
    written = sorted(path.name for path in out.iterdir())
    assert len(written) < 40
    assert not [name for name in written if name.endswith(".part")]
    for path in out.glob("*.csv"):
        assert len(load_csv(path)) == 40


# No display.


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"DISPLAY": ":4711"},
        {"DISPLAY": "nowhere.invalid:0"},
        {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_without_a_display_the_track_is_written_to_files(
    emoviz: Program, songs: Path, variables: dict[str, str]
) -> None:
    emoviz.variables = variables
    done = emoviz(songs / "one.wav")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(emoviz.place) == ["one.csv", "one.csv-metadata.json", "one.png"]
    for name in ("one.csv", "one.png"):
        assert str(emoviz.place / name) in done.stdout
    assert "no display" in done.stdout
    assert len(load_csv(emoviz.place / "one.csv")) == 12
    assert (emoviz.place / "one.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_display_and_a_song_it_is_the_demo_song(emoviz: Program) -> None:
    done = emoviz()
    assert (done.returncode, done.stderr) == (0, "")
    assert names(emoviz.place) == ["demo.csv", "demo.csv-metadata.json", "demo.png"]
    assert len(load_csv(emoviz.place / "demo.csv")) == 205


def test_without_a_display_a_bad_song_is_one_sentence(emoviz: Program) -> None:
    done = emoviz("missing.wav")
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("emoviz: missing.wav: no such file")
    assert names(emoviz.place) == []


def test_written_files_can_be_read_by_others(emoviz: Program, songs: Path) -> None:
    emoviz("analyze", songs / "one.wav")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((emoviz.place / "one.csv").stat().st_mode) == 0o666 & ~mask


def test_the_remedy_fits_what_is_wrong(emoviz: Program, songs: Path) -> None:
    two = (songs / "one.wav", songs / "one.wav")
    shutil.copy(songs / "one.wav", emoviz.place / "song.wav")
    for arguments, remedy in (
        ((songs, "-o", "-"), "name a folder with -o."),
        ((*two, emoviz.place / "song.wav", "-o", "song.wav"), "name one with -o."),
        ((emoviz.place / "song.wav", "-o", "song.wav"), "choose another name."),
    ):
        assert emoviz("analyze", *arguments).stderr.rstrip().endswith(remedy)


def test_the_usage_of_a_command_is_one_line_long(emoviz: Program) -> None:
    assert emoviz("models", "--help").stdout.startswith("usage: emoviz models [-h]\n")


def test_a_mistyped_command_is_named(emoviz: Program) -> None:
    done = emoviz("analyse", "song.wav")
    assert done.returncode == 2
    assert "there is no command 'analyse'; the commands are analyze" in done.stderr


def test_a_film_whose_picture_is_longer_than_its_sound_is_no_damaged_song(
    emoviz: Program, tmp_path: Path
) -> None:
    film = tmp_path / "film.mkv"
    write_film(film, sound_s=3.0, picture_s=8.0)
    done = emoviz("analyze", film, "-o", "-")
    assert done.returncode == 0
    assert not done.stderr
    assert len(done.stdout.splitlines()) == 1 + 6


def installation_without_resources(folder: Path) -> Program:
    """Give a program that lacks its emotion words, and whose models can be changed."""
    place, home, root = folder / "place", folder / "home", folder / "installation"
    for package in ("emoviz", "model"):
        shutil.copytree(ROOT / package, root / package)
    place.mkdir()
    home.mkdir()
    return Program(place, home, root)


def test_what_nobody_thought_of_is_a_sentence_and_the_log_has_the_rest(tmp_path: Path) -> None:
    emoviz = installation_without_resources(tmp_path)
    song = emoviz.place / "song.wav"
    write_music(song, 2.0, RATE_HZ)
    done = emoviz("analyze", song)
    assert done.returncode == 1
    assert done.stderr.startswith("emoviz: something went wrong")
    assert len(done.stderr.splitlines()) == 1
    (log,) = emoviz.home.rglob("emoviz.log")
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text()
    assert not list(emoviz.place.glob("*.csv*"))


def test_a_broken_model_does_not_hide_the_others(tmp_path: Path) -> None:
    emoviz = installation_without_resources(tmp_path)
    broken = emoviz.root / "model" / "broken"
    broken.mkdir()
    (broken / "model.toml").write_text("format = 9")
    done = emoviz("models")
    assert done.returncode == 1
    assert done.stdout.startswith("* cae ")
    assert done.stderr.startswith(f"emoviz: {broken}: this model folder cannot be used")
    assert len(done.stderr.splitlines()) == 1
