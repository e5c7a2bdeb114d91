"""The whole program on a screen of its own: start, open, close, and nothing to complain about."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.gui.conftest import Songs
from tests.support.audio import wait_until
from tests.support.patience import DEADLINE_S
from tests.support.program import Program
from tests.support.screen import private_screen


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Start an X server in memory; give its DISPLAY and the file of what it shows."""
    with private_screen(tmp_path_factory.mktemp("screen")) as screen:
        yield screen


@pytest.fixture
def emoviz(screen: tuple[str, Path], tmp_path: Path) -> Iterator[Program]:
    # The window of the test before has gone from the screen.
    wait_until(lambda: colours_on(screen[1]) < 10)
    place, home = tmp_path / "place", tmp_path / "home"
    place.mkdir()
    home.mkdir(mode=0o700)
    variables = {
        "DISPLAY": screen[0],
        "XDG_RUNTIME_DIR": str(home),
        "PULSE_SERVER": f"unix:{home / 'none'}",
    }
    program = Program(place, home, variables=variables)
    yield program
    program.end()


def settings_of(emoviz: Program) -> str:
    (*_, file) = ["", *emoviz.home.rglob("emoviz.ini")]
    return Path(file).read_text(encoding="utf-8") if file else ""


def log_of(emoviz: Program) -> str:
    (file,) = emoviz.home.rglob("emoviz.log")
    return file.read_text(encoding="utf-8")


def crashes_told(emoviz: Program) -> dict[str, str]:
    """Give what is written of crashes, by the files' names."""
    told = {path.name: path.read_text("utf-8") for path in emoviz.home.rglob("crash*.log")}
    return {name: text for name, text in told.items() if text}


def colours_on(screen: Path) -> int:
    """Count the colours that the X server shows, in the XWD file it keeps."""
    data = screen.read_bytes()
    header_length = int.from_bytes(data[:4], "big")
    colour_table = 12 * int.from_bytes(data[76:80], "big")
    pixels = np.frombuffer(data[header_length + colour_table :], np.uint32)
    return len(np.unique(pixels))


@pytest.mark.parametrize("with_song", [True, False])
def test_it_starts_opens_and_ends_without_a_complaint(
    emoviz: Program, songs: Songs, screen: tuple[str, Path], with_song: bool
) -> None:
    arguments = [songs.short] if with_song else []
    process = emoviz.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    name = "short.wav" if with_song else "demo.ogg"
    # The song is remembered when it has been opened.
    wait_until(lambda: name in settings_of(emoviz) or process.poll() is not None)
    wait_until(lambda: colours_on(screen[1]) > 100 or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    told, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, told, complaint) == (0, b"", b"")
    assert "Traceback" not in log_of(emoviz)
    assert "Qt:" not in log_of(emoviz)
    assert crashes_told(emoviz) == {}
    assert "geometry" in settings_of(emoviz)
    assert list(emoviz.place.iterdir()) == []


def test_without_a_language_letters_of_all_are_written(emoviz: Program, songs: Songs) -> None:
    # As in a frozen program, whose Python does not choose UTF-8 by itself.
    emoviz.variables |= {"LC_ALL": "", "LC_CTYPE": "", "LANG": "C", "PYTHONCOERCECLOCALE": "0"}
    song = emoviz.home / "Träume – 夢.wav"
    shutil.copy(songs.short, song)
    process = emoviz.start(song, stderr=subprocess.PIPE)
    wait_until(lambda: list(emoviz.home.rglob("emoviz.log")))
    wait_until(lambda: f"tracked {song}" in log_of(emoviz))
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, complaint) == (0, b"")


def test_the_log_says_what_was_tracked_heard_and_said(emoviz: Program, songs: Songs) -> None:
    process = emoviz.start(songs.short, stderr=subprocess.PIPE)
    wait_until(lambda: list(emoviz.home.rglob("emoviz.log")))
    wait_until(lambda: f"tracked {songs.short}: 16" in log_of(emoviz))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE_S)
    assert "heard on: no sound device" in log_of(emoviz)
    assert "said: No sound device can be used" in log_of(emoviz)


@pytest.mark.parametrize("moment", ["import", "log"])
def test_an_interrupt_while_it_starts_ends_it(emoviz: Program, songs: Songs, moment: str) -> None:
    process = emoviz.start(songs.short, stderr=subprocess.PIPE)
    maps = Path(f"/proc/{process.pid}/maps")
    if moment == "import":
        wait_until(lambda: "QtCore" in maps.read_text() or process.poll() is not None)
    else:
        wait_until(
            lambda: list(emoviz.home.rglob("emoviz.log")) or process.poll() is not None, DEADLINE_S
        )
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=DEADLINE_S)
    assert complaint == b""
    assert process.returncode in (0, -signal.SIGINT)


def test_a_crash_is_written_down_and_told_at_the_next_start(
    emoviz: Program, songs: Songs, screen: tuple[str, Path]
) -> None:
    process = emoviz.start(songs.short, stderr=subprocess.PIPE)
    wait_until(lambda: "short.wav" in settings_of(emoviz))
    process.send_signal(signal.SIGSEGV)
    process.communicate(timeout=DEADLINE_S)
    assert process.returncode == -signal.SIGSEGV
    (crash,) = emoviz.home.rglob("crash.log")
    assert "main_window" in crash.read_text() or "app.py" in crash.read_text()
    process = emoviz.start(songs.short, stderr=subprocess.PIPE)
    wait_until(lambda: list(emoviz.home.rglob("crash-before.log")))
    wait_until(lambda: colours_on(screen[1]) > 100)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, complaint) == (0, b"")
    assert list(crashes_told(emoviz)) == ["crash-before.log"]


def test_it_starts_again_with_what_it_remembers(emoviz: Program, songs: Songs) -> None:
    for song in (songs.short, songs.other):
        process = emoviz.start(song, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(
            lambda song=song, process=process: (
                song.name in settings_of(emoviz) or process.poll() is not None
            ),
            DEADLINE_S,
        )
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=DEADLINE_S) == (b"", b"")
        assert process.returncode == 0
    assert songs.short.name in settings_of(emoviz)
    assert log_of(emoviz).count("emoviz 0") == 2


def test_a_home_that_cannot_be_written_to_is_no_reason_not_to_start(
    emoviz: Program, songs: Songs, screen: tuple[str, Path]
) -> None:
    emoviz.variables |= {
        name: "/dev/null/home" for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    }
    process = emoviz.start(songs.short, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: colours_on(screen[1]) > 100 or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert b"Traceback" not in complaint


def test_a_screen_is_not_needed_where_qt_has_another(emoviz: Program, songs: Songs) -> None:
    emoviz.variables |= {"DISPLAY": "", "QT_QPA_PLATFORM": "offscreen"}
    process = emoviz.start(songs.short, stderr=subprocess.PIPE)
    wait_until(lambda: "short" in settings_of(emoviz) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert QImage(str(emoviz.place / "short.png")).isNull()
