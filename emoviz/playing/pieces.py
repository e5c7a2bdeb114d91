"""What a player sounds, piece by piece: a song from a place on, again and again in a region."""

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from typing import NamedTuple

import numpy as np

from emoviz.playing.route import Region
from emoviz.songs.song import Song
from emoviz.units import Samples

SEAM_S = 0.005
"""How long the end of a region sounds together with what leads to its start."""

_KEPT_S = 20.0
"""A lap of at most this length is kept: to find its start again may take longer than it does."""

_LEAD_S = 0.05
"""Decoded before a seam and thrown away: a resampler begins as if silence came before."""


class Piece(NamedTuple):
    """Samples to be heard next, (samples, 2).

    The first is at `begins_s` of the song, unless they just go on.
    """

    samples: Samples
    begins_s: float | None = None
    after_song_end: bool = False


def pieces_from(
    song: Song,
    rate_hz: int,
    place_s: float,
    region: Region | None,
    tail: Samples,
    gain: float = 1.0,
) -> Generator[Piece, None, None]:
    """Yield what is heard from `place_s` on, without end once it has come into `region`.

    The song is multiplied by `gain`.

    `tail`, of shape (samples, 1 or 2), is what came last: it is given once more, fading into what
    leads to `place_s`. So does the end of the region into its start, before the end: no time is
    lost, and no first beat. Raises as `Song.stereo_blocks` does.
    """
    seam = round(SEAM_S * rate_hz)
    begins_s: float | None = None
    song_ended = False
    lap = _Lap(round(_KEPT_S * rate_hz))
    while True:
        turning = region is not None and place_s < region.end_s
        due = _samples_due(region, place_s, rate_hz)
        given, held = 0, np.zeros((0, 2), np.float32)
        decoded = _at(gain, _blocks(song, rate_hz, place_s, len(tail)))
        if region and turning and place_s == region.start_s and len(tail) == seam:
            decoded = lap.again(decoded)
        with closing(decoded) as blocks:
            faded, rest = _fade_into(tail, blocks)
            if len(faded):
                yield Piece(faded, begins_s)
            begins_s = place_s
            for block in rest:
                ready = np.concatenate([held, block[: due - given]])
                given += min(len(block), due - given)
                if turning:
                    ready, held = ready[:-seam], ready[-seam:]
                if len(ready):
                    yield Piece(ready, begins_s, song_ended)
                    begins_s, song_ended = None, False
                if given == due:
                    break
        reached_s = place_s + given / rate_hz
        if region is None or not turning or reached_s < region.start_s + SEAM_S:
            # Nor is there anything to repeat where the song ends before the region begins.
            yield Piece(held, begins_s, song_ended)
            return
        song_ended = given < due
        place_s, tail = region.start_s, held


class _Lap:
    """The blocks of one lap, kept if they are few."""

    def __init__(self, most_samples: int) -> None:
        self._most_samples = most_samples
        self._kept: list[Samples] | None = None

    def again(self, blocks: Generator[Samples, None, None]) -> Generator[Samples, None, None]:
        """Yield `blocks`, or without starting them those of the time before."""
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Samples] = []
        count = 0
        with closing(blocks):
            try:
                for block in blocks:
                    count += len(block)
                    if count <= self._most_samples:
                        kept.append(block)
                    yield block
            finally:
                # It is left, rather than exhausted, where the region ends.
                self._kept = kept if count <= self._most_samples else None


def _samples_due(region: Region | None, place_s: float, rate_hz: int) -> int:
    if region is None or not place_s < region.end_s < math.inf:
        return 1 << 62
    return round((region.end_s - place_s) * rate_hz)


def _blocks(
    song: Song, rate_hz: int, place_s: float, before: int
) -> Generator[Samples, None, None]:
    """Yield the song from `before` samples before `place_s` on, with silence before its start."""
    if not before:
        yield from song.stereo_blocks(rate_hz, place_s)
        return
    begin_s = max(0.0, place_s - before / rate_hz - _LEAD_S)
    skip = round((place_s - begin_s) * rate_hz) - before
    if skip < 0:
        yield np.zeros((-skip, 2), np.float32)
    skip = max(0, skip)
    with closing(song.stereo_blocks(rate_hz, begin_s)) as blocks:
        for block in blocks:
            yield block[skip:]
            skip = max(0, skip - len(block))


def _at(gain: float, blocks: Generator[Samples, None, None]) -> Generator[Samples, None, None]:
    with closing(blocks):
        for block in blocks:
            yield block if gain == 1.0 else block * np.float32(gain)


def _fade_into(tail: Samples, blocks: Iterator[Samples]) -> tuple[Samples, Iterator[Samples]]:
    """Give `tail` fading into as many samples of `blocks`, and the blocks after them."""
    lead = np.zeros((0, 2), np.float32)
    while len(lead) < len(tail) and (block := next(blocks, None)) is not None:
        lead = np.concatenate([lead, block])
    rest = chain([lead[len(tail) :]], blocks)
    lead = lead[: len(tail)]
    # The two add up to one: the sum is never louder than both.
    rise = np.sin(np.linspace(0, np.pi / 2, len(tail), dtype=np.float32))[:, np.newaxis] ** 2
    faded: Samples = tail * (1 - rise) + np.zeros((len(tail), 2), np.float32)
    faded[: len(lead)] += lead * rise[: len(lead)]
    return faded, rest
