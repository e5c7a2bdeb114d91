"""The window for tests: with settings of its own and a clock that makes no sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.playing.player import SilentPlayer
from tests.support.audio import write_music

RATE_HZ = 22050


@dataclass(frozen=True)
class Songs:
    """Real files of several lengths."""

    short: Path
    other: Path
    long: Path


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Songs:
    """Write songs of 8 s, 12 s and 4 minutes."""
    folder = tmp_path_factory.mktemp("songs")
    made = Songs(folder / "short.wav", folder / "other.flac", folder / "long.wav")
    write_music(made.short, 8.0, RATE_HZ)
    write_music(made.other, 12.0, RATE_HZ)
    write_music(made.long, 240.0, RATE_HZ)
    return made


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Give where the window keeps its settings."""
    return tmp_path / "settings" / "emoviz.ini"


@pytest.fixture
def player() -> SilentPlayer:
    """Give the window's player: a clock without sound."""
    return SilentPlayer()


@pytest.fixture
def window(qtbot: QtBot, settings_file: Path, player: SilentPlayer) -> Iterator[MainWindow]:
    """Give the window, shown and without a song."""
    made = make_window(Settings(settings_file))
    qtbot.addWidget(made)
    made.set_player(player, None)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
