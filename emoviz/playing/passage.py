"""Passage: what is written into a ring without a gap, where it leads, and how fast."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from emoviz import errors
from emoviz.playing.pace import Pace
from emoviz.playing.pieces import SEAM_S, Piece, pieces_from
from emoviz.playing.ring import GUARD_S, PlaybackRing
from emoviz.playing.route import Region, Route
from emoviz.playing.time_stretch import TimeStretch, overlap_samples
from emoviz.songs.song import Song
from emoviz.units import Samples

_CHANGE_S = 0.12
"""How far the callback may run on while what is decoded already is given another speed."""


@dataclass(frozen=True, eq=False)
class Cue:
    """A place to play a song from, multiplied by `gain`.

    `since` is the index of the ring at whose moment that place is to be heard, or would have been:
    the song takes the place of another that goes on meanwhile. None is at once, from its start.
    """

    song: Song
    start_s: float
    gain: float = 1.0
    since: int | None = None

    def is_of(self, song: Song, gain: float) -> bool:
        """Tell whether it is a place of this song with this gain."""
        return self.song is song and self.gain == gain


class Passage:
    """A song from one place on, as it is heard: in the order of its route, at its pace.

    Its samples are those of the song as they follow each other, counted from `start` on; the ring's
    indices, also from `start` on, count what the stretching makes of them.
    """

    def __init__(self, cue: Cue, ring: PlaybackRing, region: Region | None, speed: float) -> None:
        self.cue = cue
        self.start = ring.written
        self.region = region
        self.speed = speed
        self.failure: errors.EmovizError | None = None
        self.route = Route(self.start, cue.start_s, ring.rate_hz)
        self._ring = ring
        self._pace = Pace(self.start, speed)
        self._past = _Past(self.start, ring.channels)
        self._none = np.zeros((0, ring.channels), np.float32)
        self._again = self._none
        self.stretch = TimeStretch(ring.rate_hz, ring.channels, speed, self._none)
        self.pieces = pieces_from(cue.song, ring.rate_hz, cue.start_s, region, self._none, cue.gain)

    @property
    def decoded(self) -> int:
        """The sample that is decoded next."""
        return self._past.end

    def place(self, index: float) -> tuple[int, float]:
        """Give the stretch that `index` stands for, and the place in seconds."""
        return self.route.place(self._pace.sample(index))

    def index_of(self, place_s: float) -> int | None:
        """Give where in the ring `place_s` is, with all that has to follow it."""
        end = int(self._pace.sample(self._ring.written))
        for sample in self.route.indices(place_s, end):
            index = self._pace.index(sample)
            departure = self.route.departure(sample, end, self.region)
            if index is not None and self._ring.holds(index) and departure.index == end:
                return index
        return None

    def take(self, piece: Piece) -> Samples:
        """Note where a piece leads; give its samples to be stretched, (samples, channels)."""
        begin = self._past.end
        mono = self._ring.channels == 1
        samples = piece.samples.mean(axis=1, keepdims=True) if mono else piece.samples
        self._past.add(samples)
        if piece.begins_s is not None:
            self.route.begin(begin, piece.begins_s, after_song_end=piece.after_song_end)
        oldest = self._ring.oldest
        sample = int(self._pace.sample(oldest))
        self.route.forget_before(sample)
        self._past.forget_before(sample)
        self._pace.forget_before(oldest)
        return samples

    def take_again(self) -> Samples:
        """Give what comes before the next piece because of a change, (samples, channels)."""
        again, self._again = self._again, self._none
        return again

    def change(self, region: Region | None, speed: float, heard: float) -> bool:
        """Take back what the ring holds from where `region` or `speed` ask for something else.

        `heard` is the index that is heard. False, and nothing is changed, if the callback is too
        close to that, or it is no longer known what came there.
        """
        ring = self._ring
        index = min(ring.soonest_rewind(_CHANGE_S), ring.written)
        if region is not self.region:
            seam = round(SEAM_S * ring.rate_hz)
            sample = int(self._pace.sample(heard))
            join = self.route.departure(sample, self.decoded, region)
            turn = self._pace.index(join.index - seam)
            if turn is None or turn < ring.soonest_rewind(GUARD_S):
                return False
            if speed == self.speed:
                index = min(turn, ring.written)
        sample = round(self._pace.sample(index))
        if not self._past.begin <= sample <= self._past.end:
            return False
        if region is not self.region:
            self.route.cut(join.index)
            self._past.cut(join.index)
            tail = self._past.since(join.index - seam)
            self._past.cut(join.index - seam)
            self.pieces.close()
            self.pieces = pieces_from(
                self.cue.song, ring.rate_hz, join.place_s, region, tail, self.cue.gain
            )
            self.failure = None
        before = ring.rewind(index, index + overlap_samples(ring.rate_hz))
        # What was not stretched before is what comes first, unchanged.
        tail = self._none if self.speed == 1.0 else before
        self.region, self.speed = region, speed
        self._again = self._past.since(sample)
        self._pace.change(index, sample, speed)
        self.stretch = TimeStretch(ring.rate_hz, ring.channels, speed, tail)
        return True


class _Past:
    """The samples that were decoded last; they may be needed once more."""

    def __init__(self, begin: int, channels: int) -> None:
        self.begin = self.end = begin
        self._none = np.zeros((0, channels), np.float32)
        self._blocks: deque[Samples] = deque()

    def add(self, samples: Samples) -> None:
        self._blocks.append(samples)
        self.end += len(samples)

    def since(self, sample: int) -> Samples:
        """Give all from `sample` on, of shape (samples, channels)."""
        blocks = list(self._blocks) or [self._none]
        return np.concatenate(blocks)[sample - self.begin :]

    def cut(self, sample: int) -> None:
        """Forget all from `sample` on."""
        while self._blocks and self.end > sample:
            last = self._blocks.pop()
            self.end -= len(last)
            if self.end < sample:
                self.add(last[: sample - self.end])

    def forget_before(self, sample: int) -> None:
        """Forget blocks that lie wholly before `sample`."""
        while self._blocks and self.begin + len(self._blocks[0]) <= sample:
            self.begin += len(self._blocks.popleft())
