"""The thread that decodes ahead: whatever breaks off is heard of, and the next song plays."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.playing.feeder import PlaybackFeeder
from emoviz.playing.passage import Cue
from emoviz.playing.ring import FADE_S, PlaybackRing
from emoviz.songs.song import Song
from tests.support.audio import music, wait_until, write_music
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


def heard_from(ring: PlaybackRing, feeder: PlaybackFeeder, blocks: int) -> np.ndarray:
    """Give what the callback hands over next, a hundredth of a second at a time, (samples, 2)."""
    out = np.zeros((blocks, RATE_HZ // 100, 2), np.float32)
    for block in out:
        ring.fill(block, ring.last_call_s + 0.01)
        feeder.heard(ring.last_call_s)
    return out.reshape(-1, 2)


def test_another_song_takes_over_in_the_same_place_without_a_gap(
    song: Song, tmp_path: Path
) -> None:
    # The same music, upside down and half a second late: each sample tells whose it is.
    sound = music(12.0, RATE_HZ)
    late = np.concatenate([np.zeros((RATE_HZ // 2, 2), np.float32), -sound])
    soundfile.write(tmp_path / "other.wav", late, RATE_HZ)
    other = Song.open(tmp_path / "other.wav")
    ring = PlaybackRing(RATE_HZ, 2)
    feeder = PlaybackFeeder(ring)
    try:
        feeder.cue(song, 2.0, sounding=True)
        wait_until(lambda: ring.written > RATE_HZ)
        before = heard_from(ring, feeder, 50)
        feeder.exchange(Cue(other, 2.95, 0.5), 2.45, None)
        # What is being decoded goes on being heard.
        after = [heard_from(ring, feeder, 1)]
        wait_until(lambda: ring._order.since is not None)
        after.append(heard_from(ring, feeder, 2))
        wait_until(lambda: ring.written - ring.read > RATE_HZ)
        after.append(heard_from(ring, feeder, 60))
    finally:
        feeder.close()
    heard = np.concatenate([before, *after])
    due = sound[2 * RATE_HZ :][: len(heard)]
    # Past the fade at its beginning it is the one song, or the other at half its level.
    fade = round(FADE_S * RATE_HZ)
    is_first = np.isclose(heard, due, atol=2e-3).all(axis=1)
    is_second = np.isclose(heard, -0.5 * due, atol=2e-3).all(axis=1)
    assert is_first[fade : len(before) + fade].all()
    assert is_second[-RATE_HZ // 2 :].all()
    crossing = np.flatnonzero(~is_first & ~is_second)
    crossing = crossing[crossing > fade]
    assert np.ptp(crossing) < fade
    assert ring.starvations == 0
