"""Fixtures that several tests share."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest

from emoviz.devices import portaudio
from emoviz.models import estimator
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from tests.support.audio import PulseSink
from tests.support.program import Program

# Before anything makes a Qt application: the suite runs where there is no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Nothing in this suite is timed: a busy machine is no failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# A shell has the jobs that it starts in the background ignore interrupts, and what they start too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shipped_model() -> Estimator:
    """Give the small model that emoviz comes with."""
    return estimator.load("cae")


@pytest.fixture(scope="session")
def default_model() -> Estimator:
    """Give the model that emoviz uses if not told otherwise."""
    return estimator.load()


@pytest.fixture(scope="session")
def demo_song() -> Song:
    """Give the song that emoviz comes with."""
    return Song.open(paths.demo_song())


@contextmanager
def _only_sink(folder: Path) -> Iterator[PulseSink]:
    with pytest.MonkeyPatch.context() as patch:
        sink = PulseSink(folder)
        for name, value in sink.environment.items():
            patch.setenv(name, value)
        sink.start()
        # PortAudio reads the list of devices once; a test before may have made it do so.
        portaudio.rescan()
        yield sink
        sink.stop()
    portaudio.rescan()


@pytest.fixture(scope="session")
def pulse_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseSink]:
    """Give a PulseAudio null sink that is the only, and default, sound device of this process."""
    with _only_sink(Path(tmp_path_factory.mktemp("pulse"))) as sink:
        yield sink


@pytest.fixture
def mortal_sink(tmp_path: Path) -> Iterator[PulseSink]:
    """Give a sink of the test's own, which it may stop."""
    with _only_sink(tmp_path) as sink:
        yield sink


@pytest.fixture
def headphones(mortal_sink: PulseSink, tmp_path: Path) -> Iterator[PulseSink]:
    """Give a second sink, which is listed by its name while `mortal_sink` lists it."""
    folder = tmp_path / "headphones"
    folder.mkdir()
    sink = PulseSink(folder)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def emoviz(tmp_path: Path) -> Iterator[Program]:
    """Give the program's command line, in a folder and a home of its own."""
    place, home = tmp_path / "place", tmp_path / "home"
    place.mkdir()
    home.mkdir()
    program = Program(place, home)
    yield program
    program.end()
