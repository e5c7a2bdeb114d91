"""The window for tests: with settings of its own and a clock that makes no sound."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.playing.player import SilentPlayer
from emoviz.songs.processes.fork_server import ForkServer
from emoviz.songs.processes.pool import DecoderPool
from tests.gui.driving import DEADLINE_MS
from tests.support.audio import write_music
from tests.support.clocks import ToldClock
from tests.support.once import made_once

RATE_HZ = 22050


@dataclass(frozen=True)
class Songs:
    """Real files of several lengths."""

    short: Path
    other: Path
    middling: Path
    long: Path


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Songs:
    """Write songs of 8 s, 12 s, a minute and a half, and 4 minutes."""
    durations_s = {"short.wav": 8.0, "other.flac": 12.0, "middling.wav": 90.0, "long.wav": 240.0}

    def make(folder: Path) -> None:
        folder.mkdir()
        for name, duration_s in durations_s.items():
            write_music(folder / name, duration_s, RATE_HZ)

    folder = made_once(tmp_path_factory, "songs", make)
    return Songs(*(folder / name for name in durations_s))


class PatientBot(QtBot):
    """Waits as long as a busy machine needs."""

    def waitUntil(  # noqa: N802
        self, callback: Callable[[], bool | None], *, timeout: int = DEADLINE_MS
    ) -> None:
        """Let the window go on until `callback` gives True, or fail the test at the deadline."""
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Give what lets the window go on while the test waits."""
    return PatientBot(request)


@pytest.fixture
def model_name() -> str:
    """Give the model that is remembered: the small one, which takes a tenth of the time.

    A test that needs the other is parametrized by its name.
    """
    return "cae"


@pytest.fixture
def settings_file(tmp_path: Path, model_name: str) -> Path:
    """Give where the window keeps its settings."""
    path = tmp_path / "settings" / "emoviz.ini"
    Settings(path).put(remembered.MODEL, model_name)
    return path


@pytest.fixture
def clock() -> ToldClock:
    """Give the clock that the window's player goes by."""
    return ToldClock()


@pytest.fixture
def player(clock: ToldClock) -> SilentPlayer:
    """Give the window's player: it makes no sound, and goes on when the clock is told to."""
    return SilentPlayer(clock)


class KeptServer(ForkServer):
    """Goes on for the next window."""

    def close(self) -> None:
        """End nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[KeptServer | None]:
    """Give what starts the decoding processes of a module's windows, where they are forked.

    A window's own would import for each window what this one imports once.
    """
    made = KeptServer() if ForkServer.is_possible() else None
    yield made
    if made is not None:
        ForkServer.close(made)


@pytest.fixture
def decoders(server: KeptServer | None) -> DecoderPool:
    """Give what decodes the window's songs."""
    return DecoderPool(starter=server)


@pytest.fixture
def window(
    qtbot: QtBot, settings_file: Path, player: SilentPlayer, decoders: DecoderPool
) -> Iterator[MainWindow]:
    """Give the window, shown and without a song."""
    made = make_window(Settings(settings_file), decoders)
    qtbot.addWidget(made)
    made.set_player(player, None)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
