"""The thread that decodes ahead: whatever breaks off is heard of, and the next song plays."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoviz import errors
from emoviz.playing.feeder import PlaybackFeeder
from emoviz.playing.ring import PlaybackRing
from emoviz.songs.decoder import Damage, Decoder, ignore_damage
from emoviz.songs.opening import LocalDecoders
from emoviz.songs.song import Song
from emoviz.units import Samples
from tests.support.audio import wait_until, write_music

RATE_HZ = 44100


class BreakingDecoder:
    """Decodes a file, until what nobody expects."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.sample_rate_hz, self.channels = decoder.sample_rate_hz, decoder.channels

    @property
    def duration_s(self) -> float:
        """What the header claims."""
        return self._decoder.duration_s

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield two blocks: as many as it takes to find out that a song is long enough."""
        for number, block in enumerate(self._decoder.blocks(start_sample, on_damage)):
            if number == 2:
                raise RuntimeError("the well is dry")
            yield block

    def close(self) -> None:
        """Give the file back."""
        self._decoder.close()


class BreakingDecoders(LocalDecoders):
    """Decoders of which each breaks off."""

    def open(self) -> Decoder:
        """Open one."""
        return BreakingDecoder(super().open())


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
    assert str(failure).startswith(f"{song.path}: playing it failed (the well is dry);")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    feeder.cue(song, 3.0, sounding=False)
    assert feeder.failure(0.0) is None
    wait_until(lambda: feeder.decoded_s()[0] > 4.0)
    assert feeder.failure(0.0) is None
