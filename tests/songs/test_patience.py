"""Decoders that hang keep nobody waiting; those that do not give what they gave."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.songs.decoder import Decoder
from emoviz.songs.patience import PatientDecoders, patient_decoders
from emoviz.songs.song import DecodersOf, Song, local_decoders
from emoviz.units import Samples
from tests.support.audio import Floats, encode, music

RATE_HZ = 22050


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    encode(path, music(2.0, RATE_HZ), RATE_HZ)
    return path


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """Give what hangs wait for; what still waits then goes on."""
    event = threading.Event()
    yield event
    event.set()


def sound_of(path: Path, decoders_of: DecodersOf) -> list[Floats]:
    with Song.open(path, decoders_of) as song:
        heard = np.concatenate(list(song.sound_blocks(RATE_HZ, lambda _: None)))
        played = [np.concatenate(list(song.stereo_blocks(RATE_HZ, start_s))) for start_s in (0, 1)]
    return [heard, *played]


def test_what_comes_is_what_comes_without_patience(song: Path) -> None:
    pairs = zip(sound_of(song, patient_decoders), sound_of(song, local_decoders), strict=True)
    assert all(np.array_equal(mine, its) for mine, its in pairs)
    assert not [thread for thread in threading.enumerate() if thread.name == "patience"]


def test_what_is_wrong_with_a_song_is_said_as_ever(song: Path) -> None:
    song.write_bytes(b"RIFF")
    with pytest.raises(errors.SongFormatError):
        Song.open(song, patient_decoders)


def test_a_decoder_that_hangs_when_it_is_opened_is_waited_for_no_longer(
    song: Path, never: threading.Event
) -> None:
    decoders = local_decoders(song)
    decoders.open = never.wait  # type: ignore[method-assign, assignment]
    with pytest.raises(errors.DecoderLostError, match=r"nothing came of it for 0\.05 s"):
        PatientDecoders(song, decoders, 0.05).open()


def test_a_decoder_that_hangs_in_the_midst_ends_its_song_and_not_the_next(
    song: Path, never: threading.Event
) -> None:
    decoders = local_decoders(song)
    real_open = decoders.open

    def open_one_that_hangs() -> Decoder:
        decoder = real_open()
        first = next(decoder.blocks())

        def blocks(*_: object) -> Iterator[Samples]:
            yield first
            never.wait()

        decoder.blocks = blocks  # type: ignore[method-assign]
        return decoder

    decoders.open = open_one_that_hangs  # type: ignore[method-assign]
    with pytest.raises(errors.DecoderLostError, match=song.name):
        Song.open(song, lambda path, _: PatientDecoders(path, decoders, 0.5))
    with Song.open(song, patient_decoders) as opened:
        assert opened.duration_s == 2.0
