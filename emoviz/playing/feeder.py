"""PlaybackFeeder: the thread that decodes a song ahead of the audio callback."""

import logging
import math
import threading
from dataclasses import dataclass, replace

from emoviz import errors
from emoviz.playing.passage import Cue, Passage
from emoviz.playing.ring import Order, PlaybackRing
from emoviz.playing.route import Region
from emoviz.songs.song import Song
from emoviz.units import Samples

_LOG = logging.getLogger(__name__)

_PREFILL_S = 0.03
"""What must be there before the callback is sent to a new place."""
_STEP_S = 0.1
_POLL_S = 0.05
_IDLE_POLL_S = 0.5
_CLOSE_S = 1.0


@dataclass(frozen=True)
class _Heard:
    """Where playing was when region or speed were changed; no index if nothing is heard."""

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
        self._request: Cue | None = None
        self._passage: Passage | None = None
        self._region: Region | None = None
        self._speed = 1.0
        self._heard = _Heard(None, 0.0)
        self._broken: errors.SongFailedError | None = None
        self._serial = 0
        self._sounding = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="emoviz playback", daemon=True)
        self._thread.start()

    def cue(self, song: Song, start_s: float, sounding: bool, gain: float = 1.0) -> None:
        """Go to `start_s` of `song`, at once where that is decoded already, and sound or wait."""
        with self._changed:
            self._sounding = sounding
            self._broken = None
            asked, pending = Cue(song, start_s, gain), self._request
            if pending and pending.is_of(song, gain) and pending.start_s == start_s:
                return
            index = self._index_of(asked)
            if index is None:
                self._request = asked
            else:
                self._order(index)
            self._changed.notify()

    def exchange(self, cue: Cue, place_s: float, region: Region | None) -> None:
        """Play another song, or one otherwise, instead of what sounds, and loop in `region`.

        At `cue.start_s` it is where what sounds is at `place_s`, which is heard now. That goes on
        until the other is decoded, and then fades into it: no time is lost.
        """
        with self._changed:
            passage = self._settled_passage()
            if passage is not None and self._sounding:
                read = self._ring.read
                # What is read now is heard a little later. How much faster the other song runs
                # does not matter in so short a time.
                ahead_s = passage.place(read)[1] - place_s
                cue = replace(cue, start_s=max(0.0, cue.start_s + ahead_s), since=read)
            self._broken = None
            self._region = region
            self._request = cue
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

    def pace(self, speed: float, now_s: float, place_s: float) -> None:
        """Play `speed` times as fast from now on, when `place_s` is heard."""
        with self._changed:
            if speed != self._speed:
                self._speed = speed
                self._heard = _Heard(self._heard_index(now_s), place_s)
                self._changed.notify()

    def heard(self, now_s: float) -> tuple[int, float] | None:
        """Give what is heard at `now_s` on the device's clock: its stretch, and the place.

        The stretch is a number that grows whenever the song does not simply go on. None while
        what was last asked for has not been heard yet.
        """
        with self._changed:
            index, passage = self._heard_index(now_s), self._passage
            return None if index is None or passage is None else passage.place(index)

    def is_over(self, now_s: float) -> bool:
        """Tell whether everything there is to hear has been heard."""
        with self._changed:
            index, end = self._heard_index(now_s), self._ring.end
            return index is not None and end is not None and index >= end

    def failure(self, now_s: float) -> errors.EmovizError | None:
        """Give why decoding broke off, once all that came before it has been heard.

        What nobody expected is said at once.
        """
        with self._changed:
            passage = self._settled_passage()
            if passage is None or passage.failure is None:
                return self._broken
            failure, nothing_came = passage.failure, self._ring.end == passage.start
        return failure if nothing_came or self.is_over(now_s) else None

    def decoded_s(self) -> tuple[float, bool]:
        """Give how far the song has been decoded, and whether its true end was met there."""
        with self._changed:
            passage = self._settled_passage()
            if passage is None or self._ring.written == passage.start:
                return 0.0, False
            route = passage.route
            if route.song_end_s < math.inf:
                return route.song_end_s, True
            return max(route.furthest_s, route.place(passage.decoded)[1]), False

    def close(self) -> None:
        """End the thread; one that waits for a decoder that hangs ends when that is ended."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_CLOSE_S)

    # Under the condition, in either thread.

    def _order(self, index: int | None, since: int | None = None) -> None:
        self._serial += 1
        self._ring.obey(Order(self._serial, index, self._sounding, since))

    def _settled_passage(self) -> Passage | None:
        return None if self._request else self._passage

    def _heard_index(self, now_s: float) -> float | None:
        if self._settled_passage() is None:
            return None
        return self._ring.heard_index(now_s, self._serial)

    def _index_of(self, cue: Cue) -> int | None:
        """Give where in the ring a place is, with all that has to follow it."""
        passage = self._settled_passage()
        if passage is None or self._must_change(passage):
            return None
        if not passage.cue.is_of(cue.song, cue.gain):
            return None
        return passage.index_of(cue.start_s)

    def _must_change(self, passage: Passage | None) -> bool:
        return passage is not None and (
            passage.region is not self._region or passage.speed != self._speed
        )

    def _is_stale(self, passage: Passage) -> bool:
        superseded = self._request not in (None, passage.cue)
        return self._closing or superseded or self._must_change(passage)

    # In the feeder's own thread.

    def _run(self) -> None:
        while not self._closing:
            try:
                self._serve()
            except Exception as error:  # noqa: BLE001  (whoever listens hears of it)
                _LOG.exception("playing")
                self._break_off(error)

    def _break_off(self, error: Exception) -> None:
        """Have whoever listens hear of what nobody expected, and wait for the next song."""
        with self._changed:
            cue = self._request
            if cue is None and self._passage is not None:
                cue = self._passage.cue
            self._request = self._passage = None
            if cue is not None:
                self._broken = errors.SongFailedError(cue.song.path, "playing it")

    def _serve(self) -> None:
        passage: Passage | None = None
        while (following := self._next_passage()) is not None:
            if passage is not None and passage is not following:
                self._leave(passage)
            passage = following
            self._feed(passage)
        if passage is not None:
            self._leave(passage)

    def _leave(self, passage: Passage) -> None:
        try:
            passage.pieces.close()
        except Exception:  # noqa: BLE001  (what plays next has nothing to do with it)
            _LOG.exception("leaving %s", passage.cue.song.path)

    def _next_passage(self) -> Passage | None:
        """Wait for something to do: a passage to begin, or one that has to go on otherwise."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closing or self._request or self._must_change(self._passage)
            )
            if self._closing:
                return None
            if self._request is None:
                assert self._passage is not None
                if self._change(self._passage):
                    return self._passage
                # It is begun anew at what is heard.
                place_s = self._heard.place_s
                self._request = replace(self._passage.cue, start_s=place_s, since=None)
            self._ring.end = None
            return Passage(self._request, self._ring, self._region, self._speed)

    def _change(self, passage: Passage) -> bool:
        heard = self._heard.index
        return (
            self._sounding
            and heard is not None
            and passage.change(self._region, self._speed, heard)
        )

    def _feed(self, passage: Passage) -> None:
        try:
            if not self._write_all(passage):
                return
            self._note_end(passage)
        except errors.EmovizError as error:
            passage.failure = error
            if not self._write(passage.stretch.finish(), passage):
                return
        self._ring.end = self._ring.written
        self._publish(passage)

    def _write_all(self, passage: Passage) -> bool:
        if not self._stretch(passage.take_again(), passage):
            return False
        for piece in passage.pieces:
            with self._changed:
                samples = passage.take(piece)
            if not self._stretch(samples, passage):
                return False
        return self._write(passage.stretch.finish(), passage)

    def _stretch(self, samples: Samples, passage: Passage) -> bool:
        """Write `samples` at the passage's speed, bit by bit: the callback may be close behind."""
        step = round(_STEP_S * self._ring.rate_hz)
        bits = (samples[begin : begin + step] for begin in range(0, len(samples), step))
        return all(self._write(passage.stretch.push(bit), passage) for bit in bits)

    def _write(self, samples: Samples, passage: Passage) -> bool:
        """Write all of `samples`; False if that is no longer wanted."""
        ring = self._ring
        prefill = round(_PREFILL_S * ring.rate_hz)
        since = passage.cue.since
        while True:
            samples = samples[ring.write(samples, passage.start) :]
            passed = 0 if since is None else ring.read - since
            # Without room for more, only the callback's jump can make some.
            if len(samples) or ring.written - passage.start >= prefill + passed:
                self._publish(passage)
            if self._superseded(passage, wait=len(samples) > 0):
                return False
            if not len(samples):
                return True

    def _note_end(self, passage: Passage) -> None:
        with self._changed:
            if passage.decoded > passage.start:
                passage.route.song_end_s = passage.route.place(passage.decoded)[1]

    def _publish(self, passage: Passage) -> None:
        with self._changed:
            if self._request is passage.cue:
                self._passage = passage
                self._request = None
                self._order(passage.start, passage.cue.since)

    def _superseded(self, passage: Passage, wait: bool) -> bool:
        with self._changed:
            if wait and not self._is_stale(passage):
                self._changed.wait(_POLL_S if self._sounding else _IDLE_POLL_S)
            return self._is_stale(passage)
