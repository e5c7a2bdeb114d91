"""PacketIndex: where in an mp3 or a bare aac file each packet begins, found by one quick scan.

Such a file is nothing but packets, each with a header of its own, and has no table of them: to go
to a place exactly, the packets before it have to be counted. Their headers are enough for that:
the half million of a three-hour song take a tenth of a second. Where something else lies between
packets, as many as have their room there are counted as lost, so that time goes on; but of zeros,
room that was never written, no more than a few seconds.
"""

import os
import threading
from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

from emoviz.songs.mp3_aac.headers import Kind, Lead, find_packets, lead_of, tag_length
from emoviz.system.files import Stamp

_PIECE_BYTES = 1 << 20
_MOST_ZEROS_S = 10.0
"""Zeros that would take longer are no damaged sound: as with times that jump (`timeline`)."""
_CONTENT_SHARE = 0.02
_SPAN_BYTES = 1 << 15
"""As many packets as make a place sure have room in this."""


@dataclass
class Part:
    """Packets of one kind, one after the other; a file of songs put together may have several.

    `begins_s` is when the part begins, counted from the first packet of the file, `offsets` are
    the packets' places in the file, and `lost` the numbers of those that are not there.
    """

    kind: Kind
    begins_s: float
    offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    lost: list[range] = field(default_factory=list)

    @property
    def ends_s(self) -> float:
        """When the last packet that is known ends."""
        return self.begins_s + len(self.offsets) * self.kind.packet_s

    def is_lost(self, number: int) -> bool:
        """Tell whether there is something else in the place of a packet."""
        return any(number in lost for lost in self.lost)


class PacketIndex:
    """The packets of one file, as far as they have been asked for; threads may share it."""

    def __init__(self, file: BinaryIO, lead: Lead) -> None:
        """Begin an index of `file`, which begins with `lead`."""
        self.lead = lead
        self.parts = [Part(lead.kind, 0.0)]
        self.whole = False
        """Whether the end of the file has been met."""
        self._stamp = _stamp_of(file)
        self._scanned = lead.offset
        self._gap_bytes, self._gap_zeros = 0, 0
        self._scanning = threading.Lock()

    @classmethod
    def begin(cls, file: BinaryIO) -> "PacketIndex | None":
        """Begin an index of `file`; None if it is no file of packets. Raises `OSError`."""
        lead = lead_of(file)
        return None if lead is None else cls(file, lead)

    def is_of(self, file: BinaryIO) -> bool:
        """Tell whether `file` is the one that was scanned, and unchanged."""
        return _stamp_of(file) == self._stamp

    @property
    def known_s(self) -> float:
        """How far the packets that are known reach, from the first packet on."""
        return self.parts[-1].ends_s

    def reach(self, file: BinaryIO, time_s: float) -> None:
        """Scan on until all packets before `time_s` are known, or the end is met.

        Raises `OSError`.
        """
        while self.known_s < time_s and self.go_on(file):
            # Piece by piece: whoever needs no more than is known waits for one at most.
            pass

    def go_on(self, file: BinaryIO) -> bool:
        """Scan one piece more; tell whether there may be others. Raises `OSError`."""
        with self._scanning:
            if not self.whole:
                self._scan_piece(file)
        return not self.whole

    def _scan_piece(self, file: BinaryIO) -> None:
        file.seek(self._scanned)
        data = file.read(_PIECE_BYTES)
        is_last = len(data) < _PIECE_BYTES
        part = self.parts[-1]
        place = 0
        if not self._gap_bytes:
            place = part.kind.take(data, 0, self._scanned, part.offsets)
        following: int | None = place
        if is_last or len(data) - place > _SPAN_BYTES:
            following = self._step_over(data, place, is_last)
        self._scanned += place if following is None else following
        self.whole = is_last and (following is None or following >= len(data))

    def _step_over(self, data: bytes, place: int, is_last: bool) -> int | None:
        """Give where packets may follow behind what is none at `place`; None if nowhere."""
        if tag := tag_length(data, place):
            return place + tag
        found = find_packets(data, place)
        if found is None:
            if is_last:
                return None
            begin = len(data) - _SPAN_BYTES
            self._widen_gap(data[place:begin])
            return begin
        begin, kind = found
        self._widen_gap(data[place:begin])
        self._lose(self._scanned + begin)
        if kind != self.parts[-1].kind:
            self.parts.append(Part(kind, self.known_s))
        return begin

    def _widen_gap(self, data: bytes) -> None:
        self._gap_bytes += len(data)
        self._gap_zeros += data.count(0)

    def _lose(self, offset: int) -> None:
        """Count as lost the packets that had room in the gap before `offset`."""
        gap_bytes, zeros = self._gap_bytes, self._gap_zeros
        self._gap_bytes, self._gap_zeros = 0, 0
        part = self.parts[-1]
        count = len(part.offsets)
        if not count:
            return
        bytes_per_packet = (offset - gap_bytes - part.offsets[0]) / count
        lost = round(gap_bytes / max(bytes_per_packet, 1.0))
        is_empty = gap_bytes - zeros < _CONTENT_SHARE * gap_bytes
        if is_empty and lost * part.kind.packet_s > _MOST_ZEROS_S:
            # One, for it to be said.
            lost = 1
        if lost:
            part.lost.append(range(count, count + lost))
            part.offsets.extend([offset] * lost)


def _stamp_of(file: BinaryIO) -> Stamp:
    return Stamp.of(os.fstat(file.fileno()))
