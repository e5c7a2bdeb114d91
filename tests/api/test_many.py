"""Many songs: outcomes as they come, drawn as there is need, and no process that stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import psutil
import pytest

import emoviz
from emoviz import errors
from tests.support.audio import wait_until, write_long_wav, write_music

RATE_HZ = 22050


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    (folder / "more").mkdir()
    write_music(folder / "a.wav", 2.0, RATE_HZ)
    write_music(folder / "more" / "b.flac", 3.0, RATE_HZ)
    (folder / "bad.mp3").write_text("no sound")
    return folder


@pytest.fixture(scope="module")
def long_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a song that takes longer than any test of this file."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    write_long_wav(path, 6 * 3600.0)
    return path


def workers(of: int | None = None) -> list[psutil.Process]:
    """Give the processes of this process, or of another, that track songs."""
    found = []
    for process in psutil.Process(of).children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


class Endless:
    """Paths without end, and how many were asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.drawn = 0

    def __iter__(self) -> Iterator[Path]:
        for self.drawn in count(1):
            yield self._path


def test_a_folder_gives_tracks_and_errors(folder: Path) -> None:
    outcomes = {x.path.name: x for x in emoviz.track_many(str(folder), model="cae", jobs=2)}
    assert sorted(outcomes) == ["a.wav", "b.flac", "bad.mp3"]
    assert outcomes["bad.mp3"].track is None
    assert "this is not audio" in outcomes["bad.mp3"].error
    for name in ("a.wav", "b.flac"):
        assert not outcomes[name].error
        assert outcomes[name].track == emoviz.track(outcomes[name].path, model="cae")
    assert not workers()


def test_a_lone_song_needs_no_process(folder: Path) -> None:
    (outcome,) = emoviz.track_many([folder / "a.wav"], model="cae")
    assert outcome.track is not None
    assert not list(emoviz.track_many([], model="cae"))


def test_what_is_wrong_is_said_before_the_first_song(folder: Path) -> None:
    with pytest.raises(errors.ModelNotFoundError):
        emoviz.track_many(folder, model="mozart")
    with pytest.raises(ValueError, match="0 jobs"):
        emoviz.track_many(folder, model="cae", jobs=0)


def test_a_folder_that_leads_back_is_a_warning(folder: Path, tmp_path: Path) -> None:
    write_music(tmp_path / "a.wav", 1.0, RATE_HZ)
    (tmp_path / "again").symlink_to(tmp_path)
    with pytest.warns(UserWarning, match="leads back"):
        assert len(list(emoviz.track_many(tmp_path, model="cae", jobs=1))) == 1


def test_paths_without_end_are_drawn_a_few_ahead_and_closing_leaves_no_process(
    folder: Path,
) -> None:
    paths = Endless(folder / "a.wav")
    outcomes = emoviz.track_many(paths, model="cae", jobs=2)
    assert paths.drawn == 0
    for done in range(1, 9):
        assert next(outcomes).track is not None
        assert paths.drawn - done <= 4
    assert workers()
    outcomes.close()
    assert not workers()


def test_closing_ends_processes_in_the_midst_of_a_song(folder: Path, long_song: Path) -> None:
    songs = [folder / "a.wav", long_song, long_song, long_song]
    with closing(emoviz.track_many(songs, model="cae", jobs=2)) as outcomes:
        assert next(outcomes).path.name == "a.wav"
        assert workers()
    assert not workers()


def test_an_error_in_the_loop_leaves_no_process(folder: Path) -> None:
    def use() -> None:
        for outcome in emoviz.track_many(Endless(folder / "a.wav"), model="cae", jobs=2):
            raise ZeroDivisionError(outcome.path)

    with pytest.raises(ZeroDivisionError):
        use()
    wait_until(lambda: not workers(), 30.0)


def test_an_error_of_the_paths_comes_out_and_leaves_no_process(folder: Path) -> None:
    def paths() -> Iterator[Path]:
        yield from [folder / "a.wav"] * 6
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(emoviz.track_many(paths(), model="cae", jobs=1))
    assert not workers()


SCRIPT = """
import sys, emoviz
print("run", flush=True)
for outcome in emoviz.track_many(sys.argv[1:], model="cae", jobs=2):
    print(outcome.path.name, outcome.track, flush=True)
"""


def start(script: str, place: Path, *songs: Path) -> subprocess.Popen[str]:
    path = place / "script.py"
    path.write_text(script)
    # A group of its own: Ctrl+C reaches every process of it.
    return subprocess.Popen(
        [sys.executable, str(path), *map(str, songs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_script_needs_no_guard(folder: Path, tmp_path: Path) -> None:
    program = start(SCRIPT, tmp_path, folder / "a.wav", folder / "more" / "b.flac")
    output, said = program.communicate(timeout=120)
    assert program.returncode == 0, said
    lines = output.splitlines()
    assert lines[0] == "run"
    assert sorted(line.split()[0] for line in lines[1:]) == ["a.wav", "b.flac"]


def test_ctrl_c_leaves_no_process(folder: Path, long_song: Path, tmp_path: Path) -> None:
    program = start(SCRIPT, tmp_path, folder / "a.wav", long_song, long_song, long_song)
    assert program.stdout is not None
    assert program.stdout.readline() == "run\n"
    assert program.stdout.readline().startswith("a.wav <Track")
    processes = workers(program.pid)
    assert processes
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in said
    assert not any(process.is_running() for process in processes)
