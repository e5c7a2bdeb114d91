"""PlaybackFeeder: the thread that decodes a song ahead of the audio callback."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from emoviz import errors
from emoviz.decoding import Samples
from emoviz.playback_ring import Order, PlaybackRing
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
    """The unbroken stretch of a song that is being written into the ring."""

    request: _Request
    start: int
    failure: errors.EmovizError | None = None


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

    def heard_s(self, now_s: float) -> float | None:
        """Give the place in the song that is heard at `now_s` on the device's clock.

        None while what was last asked for has not been heard yet.
        """
        with self._changed:
            index = self._heard_index(now_s)
            return None if index is None else self._place_s(index)

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
            failure, nothing_came = passage.failure, self._ring.end == passage.start
        return failure if nothing_came or self.is_over(now_s) else None

    def decoded_s(self) -> tuple[float, bool]:
        """Give how far the song has been decoded, and whether its true end was met there."""
        with self._changed:
            passage = self._settled_passage()
            if passage is None or self._ring.written == passage.start:
                return 0.0, False
            ended = self._ring.end is not None and passage.failure is None
            return self._place_s(self._ring.written), ended

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

    def _place_s(self, index: float) -> float:
        assert self._passage is not None
        start_s = self._passage.request.start_s
        return start_s + (index - self._passage.start) / self._ring.rate_hz

    def _index_of(self, song: Song, place_s: float) -> int | None:
        passage = self._settled_passage()
        if passage is None or passage.request.song is not song:
            return None
        index = passage.start + round((place_s - passage.request.start_s) * self._ring.rate_hz)
        return index if index >= passage.start and self._ring.holds(index) else None

    def _is_stale(self, passage: _Passage) -> bool:
        return self._closing or self._request not in (None, passage.request)

    # In the feeder's own thread.

    def _run(self) -> None:
        while request := self._next_request():
            self._ring.end = None
            self._feed(_Passage(request, self._ring.written))

    def _next_request(self) -> _Request | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._request)
            return None if self._closing else self._request

    def _feed(self, passage: _Passage) -> None:
        request = passage.request
        blocks = request.song.stereo_blocks(self._ring.rate_hz, request.start_s)
        with closing(blocks):
            try:
                if not self._write_all(blocks, passage):
                    return
            except errors.EmovizError as error:
                passage.failure = error
        self._ring.end = self._ring.written
        self._publish(passage)

    def _write_all(self, blocks: Iterator[Samples], passage: _Passage) -> bool:
        prefill = round(_PREFILL_S * self._ring.rate_hz)
        for block in blocks:
            rest = block if self._ring.channels == 2 else block.mean(axis=1, keepdims=True)
            while len(rest):
                rest = rest[self._ring.write(rest, passage.start) :]
                # Without room for more, only the callback's jump can make some.
                if len(rest) or self._ring.written - passage.start >= prefill:
                    self._publish(passage)
                if self._superseded(passage, wait=len(rest) > 0):
                    return False
        return True

    def _publish(self, passage: _Passage) -> None:
        with self._changed:
            if self._request is passage.request:
                self._passage = passage
                self._request = None
                self._order(passage.start)

    def _superseded(self, passage: _Passage, wait: bool) -> bool:
        with self._changed:
            if wait and not self._is_stale(passage):
                self._changed.wait(_POLL_S if self._sounding else _IDLE_POLL_S)
            return self._is_stale(passage)
