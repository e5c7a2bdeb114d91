"""The thread that decodes ahead: whatever breaks off is heard of, and the next song plays."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoviz import errors
from emoviz.playing.feeder import PlaybackFeeder
from emoviz.playing.ring import PlaybackRing
from emoviz.songs.song import Song
from tests.support.audio import wait_until, write_music
from tests.support.breaking import BreakingDecoders

RATE_HZ = 44100


@pytest.fixture
def song(tmp_path: Path) -> Song:
    write_music(tmp_path / "song.wav", 12.0, RATE_HZ)
    return Song.open(tmp_path / "song.wav")


@pytest.fixture
def feeder() -> Iterator[PlaybackFeeder]:
    made = PlaybackFeeder(PlaybackRing(RATE_HZ, 2))
    yield made
    made.close()


def test_what_breaks_off_unexpectedly_is_said_and_the_next_song_is_decoded(
    feeder: PlaybackFeeder, song: Song, caplog: pytest.LogCaptureFixture
) -> None:
    feeder.cue(Song.open(song.path, BreakingDecoders), 0.0, sounding=False)
    wait_until(lambda: feeder.failure(0.0))
    failure = feeder.failure(0.0)
    assert isinstance(failure, errors.SongFailedError)
    assert str(failure).startswith(f"{song.path}: playing it failed as nobody expected;")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    feeder.cue(song, 3.0, sounding=False)
    assert feeder.failure(0.0) is None
    wait_until(lambda: feeder.decoded_s()[0] > 4.0)
    assert feeder.failure(0.0) is None
