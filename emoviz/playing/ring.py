"""PlaybackRing: decoded samples between the thread that decodes and the callback that plays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.units import Samples

AHEAD_S = 1.5
"""How much is decoded beyond what was handed to the device."""
SLACK_S = 1.0
"""What the ring holds besides: the recent past, or the beginning of the place to jump to."""
GUARD_S = 0.25
"""How far the callback may run on between the moment an index is chosen and the jump to it."""
FADE_S = 0.005
VOLUME_S = 0.02
"""Time constant with which the gain follows the volume; a step would be heard as a click."""

_NOTES = 512


@dataclass(frozen=True)
class Order:
    """What the callback should do: go to `index` (None: stay), then sound or be silent.

    With `since` it goes as far beyond `index` as it has read beyond that, and what it leaves fades
    into what it comes to.
    """

    serial: int
    index: int | None
    sounding: bool
    since: int | None = None


class PlaybackRing:
    """Float32 samples of shape (samples, channels) on their way to the sound device.

    Indices count samples since the ring was made and never wrap. Three parties use it without a
    lock: one thread writes (`write`, `rewind`), one callback reads (`fill`), and whoever holds the
    player's lock gives orders (`obey`). Each of the fields they share has one writer and is
    replaced whole.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.written = 0
        self.read = 0
        self.end: int | None = None
        """The index at which the song ends, once the writer knows it."""
        self.gain = 1.0
        self.starvations = 0
        self.underflows = 0
        self.last_call_s = 0.0
        self._capacity = round((AHEAD_S + SLACK_S) * rate_hz)
        self._furthest = 0
        self._samples = np.zeros((self._capacity, channels), np.float32)
        self._order = self._taken = Order(0, None, sounding=False)
        self._fade_samples = round(FADE_S * rate_hz)
        self._rising = (
            np.sin(np.linspace(0, np.pi / 2, self._fade_samples, dtype=np.float32)) ** 2
        )[:, np.newaxis]
        self._falling = self._rising[::-1].copy()
        self._faded_in = 0
        self._left = np.zeros((self._fade_samples, channels), np.float32)
        self._crossing = False
        self._gain_now = 1.0
        self._count = np.arange(1, rate_hz + 1, dtype=np.float32)[:, np.newaxis]
        self._envelope = np.empty_like(self._count)
        # One row per stretch handed over: when it sounds, its first index, length, order.
        self._notes: npt.NDArray[np.float64] = np.zeros((_NOTES, 4))
        self._noted = 0

    def write(self, block: Samples, start: int) -> int:
        """Append as much of `block` as there is room for; give the number of samples taken.

        `block` has shape (samples, channels), full scale at -1 and 1. `start` is the index at which
        the place now being written began.
        """
        ahead = max(self.read, start) + round(AHEAD_S * self.rate_hz)
        # Until the callback has jumped to `start`, what it still reads must not be overwritten.
        limit = min(ahead, self.read + self._capacity - round(GUARD_S * self.rate_hz))
        taken = max(0, min(len(block), limit - self.written))
        at = self.written % self._capacity
        first = min(taken, self._capacity - at)
        self._samples[at : at + first] = block[:first]
        self._samples[: taken - first] = block[first:taken]
        self.written += taken
        self._furthest = max(self._furthest, self.written)
        return taken

    @property
    def oldest(self) -> int:
        """The index before which nothing is kept."""
        return self.read - self._capacity

    def soonest_rewind(self, guard_s: float) -> int:
        """Give the first index that the callback reaches no sooner than in `guard_s`."""
        return self.read + round(guard_s * self.rate_hz)

    def rewind(self, index: int, end: int) -> Samples:
        """Have `write` go on at `index`; give what was written there, up to `end` at most.

        Shape (samples, channels), of which there may be none.
        """
        places = np.arange(index, min(end, self.written)) % self._capacity
        taken_back = self._samples[places]
        self.written = index
        self.end = None
        return taken_back

    def holds(self, index: int) -> bool:
        """Tell whether the callback can be sent to `index` without decoding anything."""
        newest = max(self._furthest, self.read + round(AHEAD_S * self.rate_hz))
        oldest = newest - self._capacity + round(GUARD_S * self.rate_hz)
        return max(0, oldest) <= index < self.written

    def obey(self, order: Order) -> None:
        """Give the callback an order; it fades out what sounds, then takes it."""
        self._order = order

    def heard_index(self, now_s: float, serial: int) -> float | None:
        """Give the index that leaves the device at `now_s` on its own clock.

        None while nothing from the order `serial` on has been heard yet.
        """
        noted = self._noted
        for number in range(noted - 1, max(-1, noted - _NOTES // 2), -1):
            sounds_s, index, count, note_serial = self._notes[number % _NOTES].tolist()
            if note_serial < serial:
                return None
            if sounds_s <= now_s:
                return float(index + min(count, (now_s - sounds_s) * self.rate_hz))
        return None

    def fill(self, out: Samples, sounds_s: float) -> None:
        """Fill `out`, of shape (samples, channels), with what sounds from `sounds_s` on.

        Runs in the audio callback: it copies and counts.
        """
        newest = self._order
        done = 0
        while done < len(out):
            # Of what fades into each other both are heard to the end.
            order = self._taken if self._crossing else newest
            if order is not self._taken and (not self._faded_in or self._can_cross(order)):
                self._take(order)
                self._note(sounds_s + done / self.rate_hz, 0)
            if not self._taken.sounding:
                break
            copied = self._copy(out[done:], leaving=order is not self._taken)
            if not copied:
                self._faded_in = 0
                self._crossing = False
                if newest is not self._taken:
                    continue
                if self.end is None:
                    self.starvations += 1
                break
            self._note(sounds_s + done / self.rate_hz, copied)
            self.read += copied
            done += copied
        out[done:] = 0.0
        self._apply_gain(out)
        self.last_call_s = sounds_s

    def _can_cross(self, order: Order) -> bool:
        """Tell whether what sounds can fade into what an order asks for."""
        whole = self._faded_in == self._fade_samples
        return order.since is not None and order.sounding and whole

    def _take(self, order: Order) -> None:
        self._taken = order
        if order.index is None:
            return
        if order.since is None:
            self.read = order.index
            return
        if self._faded_in:
            self._keep_what_is_left(order.index)
        self.read = order.index + self.read - order.since

    def _keep_what_is_left(self, end: int) -> None:
        """Keep what would have sounded up to `end` at most: the writer may be quick."""
        count = max(0, min(self._fade_samples, end - self.read))
        places = np.arange(self.read, self.read + count) % self._capacity
        self._left[:count] = self._samples[places]
        self._left[count:] = 0.0
        self._left *= self._falling
        self._crossing, self._faded_in = True, 0

    def _copy(self, out: Samples, leaving: bool) -> int:
        at = self.read % self._capacity
        # Where it was too quick for a rewind, it waits for the writer.
        count = max(0, min(len(out), self.written - self.read, self._capacity - at))
        faded_in = self._faded_in
        if leaving:
            count = min(count, faded_in)
        elif faded_in < self._fade_samples:
            count = min(count, self._fade_samples - faded_in)
        out = out[:count]
        out[:] = self._samples[at : at + count]
        if leaving:
            begin = self._fade_samples - faded_in
            out *= self._falling[begin : begin + count]
            self._faded_in -= count
        elif faded_in < self._fade_samples:
            out *= self._rising[faded_in : faded_in + count]
            if self._crossing:
                out += self._left[faded_in : faded_in + count]
            self._faded_in += count
            self._crossing &= self._faded_in < self._fade_samples
        return count

    def _apply_gain(self, out: Samples) -> None:
        before = self._gain_now
        step = self.gain - before
        if not step:
            if before != 1.0:
                out *= np.float32(before)
            return
        count = min(len(out), len(self._count))
        after = before + step * min(1.0, count / (VOLUME_S * self.rate_hz))
        envelope = self._envelope[:count]
        np.multiply(self._count[:count], np.float32((after - before) / count), out=envelope)
        envelope += np.float32(before)
        out[:count] *= envelope
        out[count:] *= np.float32(after)
        # An exponential never arrives; below 100 dB the rest is not worth a multiplication.
        self._gain_now = self.gain if abs(self.gain - after) < 1e-5 else after

    def _note(self, sounds_s: float, count: int) -> None:
        row = self._notes[self._noted % _NOTES]
        row[0] = sounds_s
        row[1] = self.read
        row[2] = count
        row[3] = self._taken.serial
        self._noted += 1
