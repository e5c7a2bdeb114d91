"""PlaybackFeeder: the thread that decodes a song ahead of the audio callback."""

import math
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from emoviz import errors
from emoviz.playback_pieces import SEAM_S, Piece, pieces_from
from emoviz.playback_ring import Order, PlaybackRing
from emoviz.playback_route import Region, Route
from emoviz.song import Song

_PREFILL_S = 0.03
"""What must be there before the callback is sent to a new place."""
_POLL_S = 0.05
_IDLE_POLL_S = 0.5


@dataclass(frozen=True, eq=False)
class _Request:
    song: Song
    start_s: float


@dataclass(eq=False)
class _Passage:
    """What is written into the ring without a gap, and by which region it loops."""

    request: _Request
    route: Route
    region: Region | None
    failure: errors.EmovizError | None = None


@dataclass(frozen=True)
class _Heard:
    """Where playing was when the region was changed; no index if nothing is heard."""

    index: float | None
    place_s: float


class PlaybackFeeder:
    """Keeps a `PlaybackRing` filled from one place of a song, and knows what of it is heard.

    The methods are for one thread, the player's. None of them decodes or waits, except `close`.
    """

    def __init__(self, ring: PlaybackRing) -> None:
        self._ring = ring
        # Guards every field below. The callback knows nothing of it: it only meets orders.
        self._changed = threading.Condition()
        self._request: _Request | None = None
        self._passage: _Passage | None = None
        self._region: Region | None = None
        self._heard = _Heard(None, 0.0)
        self._serial = 0
        self._sounding = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="emoviz playback", daemon=True)
        self._thread.start()

    def cue(self, song: Song, start_s: float, sounding: bool) -> None:
        """Go to `start_s` of `song`, at once where that is decoded already, and sound or wait."""
        with self._changed:
            self._sounding = sounding
            pending = self._request
            if pending and pending.song is song and pending.start_s == start_s:
                return
            index = self._index_of(song, start_s)
            if index is None:
                self._request = _Request(song, start_s)
            else:
                self._order(index)
            self._changed.notify()

    def halt(self) -> None:
        """Fall silent with a short fade."""
        with self._changed:
            self._sounding = False
            self._order(None)

    def loop(self, region: Region | None, now_s: float, place_s: float) -> None:
        """Loop in `region` from now on, when `place_s` is heard; None plays on to the end."""
        with self._changed:
            if region != self._region:
                self._region = region
                self._heard = _Heard(self._heard_index(now_s), place_s)
                self._changed.notify()

    def heard(self, now_s: float) -> tuple[int, float] | None:
        """Give what is heard at `now_s` on the device's clock: its stretch, and the place.

        The stretch is a number that grows whenever the song does not simply go on. None while
        what was last asked for has not been heard yet.
        """
        with self._changed:
            index, passage = self._heard_index(now_s), self._passage
            return None if index is None or passage is None else passage.route.place(index)

    def is_over(self, now_s: float) -> bool:
        """Tell whether everything there is to hear has been heard."""
        with self._changed:
            index, end = self._heard_index(now_s), self._ring.end
            return index is not None and end is not None and index >= end

    def failure(self, now_s: float) -> errors.EmovizError | None:
        """Give why decoding broke off, once all that came before it has been heard."""
        with self._changed:
            passage = self._settled_passage()
            if passage is None or passage.failure is None:
                return None
            failure, nothing_came = passage.failure, self._ring.end == passage.route.start
        return failure if nothing_came or self.is_over(now_s) else None

    def decoded_s(self) -> tuple[float, bool]:
        """Give how far the song has been decoded, and whether its true end was met there."""
        with self._changed:
            passage = self._settled_passage()
            if passage is None or self._ring.written == passage.route.start:
                return 0.0, False
            route = passage.route
            if route.song_end_s < math.inf:
                return route.song_end_s, True
            return max(route.furthest_s, route.place(self._ring.written)[1]), False

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    # Under the condition, in either thread.

    def _order(self, index: int | None) -> None:
        self._serial += 1
        self._ring.obey(Order(self._serial, index, self._sounding))

    def _settled_passage(self) -> _Passage | None:
        return None if self._request else self._passage

    def _heard_index(self, now_s: float) -> float | None:
        if self._settled_passage() is None:
            return None
        return self._ring.heard_index(now_s, self._serial)

    def _index_of(self, song: Song, place_s: float) -> int | None:
        """Give where in the ring `place_s` is, with all that has to follow it."""
        passage, written = self._settled_passage(), self._ring.written
        if passage is None or passage.request.song is not song or self._must_join(passage):
            return None
        for index in passage.route.indices(place_s, written):
            departure = passage.route.departure(index, written, self._region)
            if self._ring.holds(index) and departure.index == written:
                return index
        return None

    def _must_join(self, passage: _Passage | None) -> bool:
        return passage is not None and passage.region is not self._region

    def _is_stale(self, passage: _Passage) -> bool:
        superseded = self._request not in (None, passage.request)
        return self._closing or superseded or self._must_join(passage)

    # In the feeder's own thread.

    def _run(self) -> None:
        while (todo := self._next_passage()) is not None:
            passage, pieces = todo
            with closing(pieces):
                self._feed(passage, pieces)

    def _next_passage(self) -> tuple[_Passage, Generator[Piece, None, None]] | None:
        """Wait for something to do: a passage to begin, or one that has to loop otherwise."""
        rate_hz = self._ring.rate_hz
        with self._changed:
            self._changed.wait_for(
                lambda: self._closing or self._request or self._must_join(self._passage)
            )
            if self._closing:
                return None
            if self._request is None and (pieces := self._join()) is not None:
                assert self._passage is not None
                return self._passage, pieces
            request = self._request
            assert request is not None
            self._ring.end = None
            route = Route(self._ring.written, request.start_s, rate_hz)
            passage = _Passage(request, route, self._region)
        none = np.zeros((0, 2), np.float32)
        return passage, pieces_from(request.song, rate_hz, request.start_s, passage.region, none)

    def _join(self) -> Generator[Piece, None, None] | None:
        """Take back what the ring holds from where the region asks for something else.

        None, and a request to begin at what is heard, if the callback is too close to that.
        """
        passage, ring = self._passage, self._ring
        assert passage is not None
        passage.region = self._region
        song, route = passage.request.song, passage.route
        seam = round(SEAM_S * ring.rate_hz)
        if self._sounding and self._heard.index is not None:
            join = route.departure(int(self._heard.index), ring.written, self._region)
            if join.index - seam >= ring.soonest_rewind():
                route.cut(join.index)
                tail = ring.rewind(join.index - seam, join.index)
                passage.failure = None
                return pieces_from(song, ring.rate_hz, join.place_s, self._region, tail)
        self._request = _Request(song, self._heard.place_s)
        return None

    def _feed(self, passage: _Passage, pieces: Generator[Piece, None, None]) -> None:
        try:
            if not self._write_all(pieces, passage):
                return
            self._note_end(passage)
        except errors.EmovizError as error:
            passage.failure = error
        self._ring.end = self._ring.written
        self._publish(passage)

    def _write_all(self, pieces: Generator[Piece, None, None], passage: _Passage) -> bool:
        ring, route = self._ring, passage.route
        prefill = round(_PREFILL_S * ring.rate_hz)
        for piece in pieces:
            if piece.begins_s is not None:
                self._note_begin(route, piece)
            mono = ring.channels == 1
            rest = piece.frames.mean(axis=1, keepdims=True) if mono else piece.frames
            while len(rest):
                rest = rest[ring.write(rest, route.start) :]
                # Without room for more, only the callback's jump can make some.
                if len(rest) or ring.written - route.start >= prefill:
                    self._publish(passage)
                if self._superseded(passage, wait=len(rest) > 0):
                    return False
        return True

    def _note_begin(self, route: Route, piece: Piece) -> None:
        assert piece.begins_s is not None
        with self._changed:
            route.begin(self._ring.written, piece.begins_s, after_song_end=piece.after_song_end)
            route.forget_before(self._ring.oldest)

    def _note_end(self, passage: _Passage) -> None:
        with self._changed:
            if self._ring.written > passage.route.start:
                passage.route.song_end_s = passage.route.place(self._ring.written)[1]

    def _publish(self, passage: _Passage) -> None:
        with self._changed:
            if self._request is passage.request:
                self._passage = passage
                self._request = None
                self._order(passage.route.start)

    def _superseded(self, passage: _Passage, wait: bool) -> bool:
        with self._changed:
            if wait and not self._is_stale(passage):
                self._changed.wait(_POLL_S if self._sounding else _IDLE_POLL_S)
            return self._is_stale(passage)
