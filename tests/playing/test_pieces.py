"""What is sounded piece by piece: the song as it is, and a region again and again."""

import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.playing.pieces import SEAM_S, pieces_from
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from tests.support.audio import Floats, write_music

RATE_HZ = 44100
SONG_S = 30.0
SEAM = round(SEAM_S * RATE_HZ)
NONE = np.zeros((0, 2), np.float32)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pieces") / "song.wav"
    write_music(made, SONG_S, RATE_HZ, subtype="FLOAT")
    return made


@pytest.fixture(scope="module")
def sound(path: Path) -> Floats:
    return np.concatenate(list(Song.open(path).stereo_blocks(RATE_HZ)))


def samples(time_s: float) -> int:
    return round(time_s * RATE_HZ)


def sounded(
    path: Path, start_s: float, region: Region | None, most_s: float
) -> tuple[Floats, list[tuple[int, float]]]:
    """Give what is sounded, and at which index which place begins."""
    given, begins, count = [NONE], [], 0
    for piece in pieces_from(Song.open(path), RATE_HZ, start_s, region, NONE):
        if piece.begins_s is not None:
            begins.append((count, piece.begins_s))
        given.append(piece.samples)
        count += len(piece.samples)
        if count >= samples(most_s):
            break
    return np.concatenate(given)[: samples(most_s)], begins


def test_without_a_region_the_song_goes_to_its_end(path: Path, sound: Floats) -> None:
    got, begins = sounded(path, 28.0, None, 9.0)
    assert begins == [(0, 28.0)]
    np.testing.assert_array_equal(got, sound[samples(28.0) :])


# The second is longer than what is kept, the third begins where nothing comes before.
@pytest.mark.parametrize("region", [Region(5.0, 5.7), Region(4.0, 26.0), Region(0.0, 1.0)])
def test_a_region_is_repeated_to_the_sample(path: Path, sound: Floats, region: Region) -> None:
    length = samples(region.end_s) - samples(region.start_s)
    lead_s = min(region.start_s, 0.5)
    laps = 3.5
    got, begins = sounded(path, region.start_s - lead_s, region, lead_s + laps * length / RATE_HZ)
    due = np.concatenate(
        [
            sound[samples(region.start_s - lead_s) : samples(region.start_s)],
            *[sound[samples(region.start_s) :][:length]] * 4,
        ]
    )[: len(got)]
    turns = [samples(lead_s) + lap * length for lap in (1, 2, 3)]
    assert [index for index, place_s in begins[1:] if place_s == region.start_s] == turns
    different = np.flatnonzero(np.abs(got - due).max(axis=1) > 1e-4)
    # Nothing but the end of a lap differs: there its start is on the way already.
    for turn in turns:
        different = different[(different < turn - SEAM) | (different >= turn)]
    assert not len(different)
    assert np.abs(np.diff(got, axis=0)).max() < 1.1 * np.abs(np.diff(sound, axis=0)).max()


def test_behind_the_region_the_song_goes_to_its_end(path: Path, sound: Floats) -> None:
    got, _ = sounded(path, 29.0, Region(5.0, 6.0), 9.0)
    np.testing.assert_array_equal(got, sound[samples(29.0) :])


def test_the_whole_song_turns_where_it_really_ends(path: Path, sound: Floats) -> None:
    song = Song.open(path)
    pieces = list(islice(pieces_from(song, RATE_HZ, 29.0, Region(0.0, math.inf), NONE), 8))
    (turn,) = [number for number, piece in enumerate(pieces) if piece.begins_s == 0.0]
    assert pieces[turn].after_song_end
    assert sum(len(piece.samples) for piece in pieces[:turn]) == samples(1.0)
    after = np.concatenate([piece.samples for piece in pieces[turn:]])
    np.testing.assert_allclose(after, sound[: len(after)], atol=1e-4)


def test_what_came_before_fades_into_what_comes(path: Path, sound: Floats) -> None:
    tail = sound[samples(3.0) - SEAM : samples(3.0)]
    first, second = islice(pieces_from(Song.open(path), RATE_HZ, 3.0, None, tail), 2)
    # Into itself: nothing is to be heard of it.
    np.testing.assert_allclose(first.samples, tail, atol=1e-4)
    assert (first.begins_s, second.begins_s) == (None, 3.0)


def test_a_region_that_the_song_does_not_reach_is_none(tmp_path: Path) -> None:
    write_music(tmp_path / "short.wav", 2.0, RATE_HZ)
    got, _ = sounded(tmp_path / "short.wav", 0.0, Region(5.0, 6.0), 9.0)
    assert len(got) == samples(2.0)


def test_a_song_that_vanished_is_said(tmp_path: Path) -> None:
    write_music(tmp_path / "gone.wav", 30.0, RATE_HZ)
    song = Song.open(tmp_path / "gone.wav")
    pieces = pieces_from(song, RATE_HZ, 0.0, Region(0.0, 25.0), NONE)
    next(pieces)
    (tmp_path / "gone.wav").unlink()
    with pytest.raises(errors.SongVanishedError):
        list(islice(pieces, 100))
