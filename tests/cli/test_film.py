"""`emoviz film` as a user meets it: a real process without a display."""

import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest

from tests.support.audio import wait_until, write_music
from tests.support.patience import DEADLINE_S
from tests.support.program import Program

RATE_HZ = 22050


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    write_music(path, 3.0, RATE_HZ)
    return path


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_a_film_is_made_without_a_display(emoviz: Program, song: Path) -> None:
    options = ["--size", "square", "--fps", "60", "--theme", "light", "--model", "cae"]
    done = emoviz("film", song, *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with av.open(str(emoviz.place / "song.mp4")) as container:
        picture = container.streams.video[0]
        assert (picture.width, picture.height, picture.frames) == (1080, 1080, 180)
        assert "emoviz" in container.metadata["comment"]


def test_what_cannot_be_is_explained(emoviz: Program, song: Path, tmp_path: Path) -> None:
    before = song.read_bytes()
    done = emoviz("film", song, "-o", song)
    assert done.returncode == 1
    assert only_line(done.stderr).endswith("(it is the song itself); choose another name.")
    assert song.read_bytes() == before
    done = emoviz("film", song, "-o", emoviz.place)
    assert "something that is no file has this name" in only_line(done.stderr)
    done = emoviz("film", tmp_path / "none.wav")
    assert "no such file" in only_line(done.stderr)
    short = tmp_path / "short.wav"
    write_music(short, 0.3, RATE_HZ)
    assert "needs at least half a second" in only_line(emoviz("film", short).stderr)
    assert "no model named" in only_line(emoviz("film", song, "--model", "none").stderr)
    done = emoviz("film", song, "--model", "cae", "--from", "10")
    assert "nothing of it is in the part" in only_line(done.stderr)
    emoviz.place.chmod(0o555)
    try:
        done = emoviz("film", song, "--model", "cae")
    finally:
        emoviz.place.chmod(0o755)
    assert done.returncode == 1
    assert "song.mp4: cannot be written (permission denied)" in only_line(done.stderr)
    assert list(emoviz.place.iterdir()) == []


# Where the disk is full: in the midst of the film, and while its index is put in front.
@pytest.mark.parametrize("room", [20_000, 60_000])
def test_a_full_disk_leaves_nothing_behind(emoviz: Program, song: Path, room: int) -> None:
    (emoviz.place / "song.mp4").write_text("the old one")
    code = (
        "import resource, signal, sys\n"
        "from emoviz.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "film", str(song), "--model", "cae"],
        cwd=emoviz.place,
        env=emoviz.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("emoviz: song.mp4: cannot be written (file too large)")
    assert [path.name for path in emoviz.place.iterdir()] == ["song.mp4"]
    assert (emoviz.place / "song.mp4").read_text() == "the old one"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(
    emoviz: Program, tmp_path: Path, number: signal.Signals
) -> None:
    song = tmp_path / "long.wav"
    write_music(song, 240.0, RATE_HZ)
    (emoviz.place / "long.mp4").write_text("the old one")
    process = emoviz.start("film", song, "--model", "cae", stderr=subprocess.PIPE)
    wait_until(lambda: len(list(emoviz.place.iterdir())) > 1)
    process.send_signal(number)
    _, error = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, error) == (128 + number, b"")
    assert [path.name for path in emoviz.place.iterdir()] == ["long.mp4"]
    assert (emoviz.place / "long.mp4").read_text() == "the old one"
