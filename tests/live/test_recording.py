"""A recording is there whole, or not at all."""

import resource
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.live.recording import Recording
from tests.support.audio import music
from tests.support.places import read_only

RATE_HZ = 48000


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_what_was_heard(tmp_path: Path) -> None:
    target = tmp_path / "sound.flac"
    target.write_text("what was here before")
    recording = Recording(target, RATE_HZ, 2)
    sound = music(3.0, RATE_HZ)
    for start in range(0, len(sound), 5000):
        recording.write(sound[start : start + 5000])
        assert target.read_text() == "what was here before"
    recording.finish()
    found, rate_hz = soundfile.read(target, dtype="float32")
    assert rate_hz == RATE_HZ
    np.testing.assert_allclose(found, sound, atol=2.0**-23)
    assert names(tmp_path) == ["sound.flac"]


def test_a_recording_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "sound.flac", RATE_HZ, 1)
    recording.write(np.zeros((100, 1), np.float32))
    recording.discard()
    assert names(tmp_path) == []


def test_a_full_disk_is_told_of_and_leaves_nothing(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "sound.flac", RATE_HZ, 2)
    noise = np.random.default_rng(0).normal(0.0, 0.1, (RATE_HZ, 2)).astype(np.float32)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(errors.OutputError, match="the disk is full"):
            recording.write(np.tile(noise, (10, 1)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == []


def test_where_nothing_can_be_written_it_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match="no such file"):
        Recording(tmp_path / "nowhere" / "sound.flac", RATE_HZ, 2)
    (tmp_path / "folder").mkdir()
    with pytest.raises(errors.OutputError, match="no file"):
        Recording(tmp_path / "folder", RATE_HZ, 2)
    with read_only(tmp_path / "folder"), pytest.raises(errors.OutputError, match="denied"):
        Recording(tmp_path / "folder" / "sound.flac", RATE_HZ, 2)
