"""Where in a song what a container gives belongs: time 0 is where the container starts.

Sound that begins later, or comes after a gap, is put where its time says, with silence before it:
a video whose sound starts at 5 s is heard from there on. Times may also jump where nothing is
missing, as where two recordings were put together: such a jump is left out. As in FFmpeg
(`-dts_delta_threshold`), 10 s are the limit; what is more than that is a gap only if there are
bytes for it in the file, of damaged sound, of pictures.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import Packet

GAP_S = 0.1
"""More time than this between two blocks is missing sound; less is rounding."""
_JUMP_S = 10.0
_CONTENT_SHARE = 0.02
"""So many of the bytes that sound of that length takes make a long gap one that has content."""
_SLOWEST_BYTES_PER_S = 1000.0
"""What sound takes of which nothing has been decoded yet"""


class Timeline:
    """What is known of a file's times. All places are samples from the container's start on."""

    def __init__(self, rate_hz: int, start_s: float | None, longest_s: float) -> None:
        """Begin with the container's own start, None if unknown; no place is after `longest_s`."""
        self.rate_hz, self._start_s, self._longest_s = rate_hz, start_s, longest_s
        self.origin_s: float | None = None
        """The container's time of sample 0; None where it has no times"""
        self.late = 0
        """Where the sound begins"""
        self._first_jump: int | None = None

    def begin(self, first_s: float | None, first_byte: int | None) -> None:
        """Take note of the time of the first block, and where in the file it is."""
        self.origin_s = first_s
        if first_s is None or self._start_s is None:
            return
        late_s = first_s - self._start_s
        content = late_s * _CONTENT_SHARE * _SLOWEST_BYTES_PER_S
        is_there = late_s <= _JUMP_S or (first_byte or 0) >= content
        if GAP_S < late_s < self._longest_s and is_there:
            self.origin_s, self.late = self._start_s, round(late_s * self.rate_hz)

    def place_of(self, time_s: float | None) -> int | None:
        """Give the place of a time, as if no time jumped; None where there are no times."""
        if time_s is None or self.origin_s is None:
            return None
        return round((time_s - self.origin_s) * self.rate_hz)

    def is_possible(self, place: int) -> bool:
        """Tell whether the file can be as long as that."""
        return place < self._longest_s * self.rate_hz

    def note_jump(self, place: int) -> None:
        """Take note that times jump at a place, so that seeks beyond it start before it."""
        known = self._first_jump
        self._first_jump = place if known is None else min(known, place)

    def before_jumps(self, place: int) -> int:
        """Give from where decoding leads to `place`, by times that can be trusted."""
        return place if self._first_jump is None else min(place, self._first_jump)


class Flow:
    """One way through a file: says how much is missing before each block that comes."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._shift = 0
        """What is added to places, because times have jumped"""
        self._samples, self._bytes = 0, 0
        self._read_to: int | None = None

    def missing_before(self, time_s: float | None, position: int, packet: "Packet[Any]") -> int:
        """Give how many samples are missing between `position` and a block of `packet`."""
        timeline = self._timeline
        place = timeline.place_of(time_s)
        missing = 0
        if place is not None:
            ahead = place + self._shift - position
            if position >= timeline.late and self._is_jump(ahead, packet):
                timeline.note_jump(position)
                self._shift -= ahead
            elif ahead > GAP_S * timeline.rate_hz and timeline.is_possible(position + ahead):
                missing = ahead
        self._note(packet)
        return missing

    def _is_jump(self, ahead: int, packet: "Packet[Any]") -> bool:
        """Tell whether a time so far ahead, or behind, has nothing to do with what is there."""
        ahead_s = ahead / self._timeline.rate_hz
        if ahead_s <= _JUMP_S:
            return ahead_s < -_JUMP_S
        if packet.pos is None or self._read_to is None:
            return True
        bytes_per_s = _SLOWEST_BYTES_PER_S
        if self._samples:
            bytes_per_s = self._bytes * self._timeline.rate_hz / self._samples
        return packet.pos - self._read_to < ahead_s * bytes_per_s * _CONTENT_SHARE

    def _note(self, packet: "Packet[Any]") -> None:
        if packet.pos is not None and packet.size:
            self._read_to = packet.pos + packet.size
        self._bytes += packet.size
        duration, base = packet.duration, packet.time_base
        if duration and base:
            samples = duration * base.numerator * self._timeline.rate_hz / base.denominator
            self._samples += round(samples)
