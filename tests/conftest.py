"""Fixtures that several tests share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audio import PulseSink


def _rescan_devices() -> None:
    # PortAudio reads the list of devices once; a test before may have made it do so.
    if sounddevice := sys.modules.get("sounddevice"):
        sounddevice._terminate()
        sounddevice._initialize()


@pytest.fixture(scope="session")
def pulse_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseSink]:
    """Give a PulseAudio null sink that is the only, and default, sound device of this process."""
    folder = Path(tmp_path_factory.mktemp("pulse"))
    with pytest.MonkeyPatch.context() as patch:
        sink = PulseSink(folder)
        for name, value in sink.environment.items():
            patch.setenv(name, value)
        sink.start()
        _rescan_devices()
        yield sink
        sink.stop()
    _rescan_devices()
