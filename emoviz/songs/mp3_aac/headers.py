"""The packets of mp3 and bare aac as their headers describe them, and the tags around them.

MPEG-1 and 2 layer III: ISO 11172-3, 13818-3. ADTS: ISO 13818-7. What LAME writes into the first
packet, delay and padding among it: http://gabriel.mp3-tech.org/mp3infotag.html. The standards call
a packet a frame.
"""

import struct
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, ClassVar, TypeAlias

from emoviz.songs.pieces import any_but_zeros

_SURE_PACKETS = 3
"""So many headers in a row, each where the one before says, are no chance."""

_LEAD_BYTES = 1 << 16
_ZEROS_BYTES = 1 << 20
_MOST_TAGS = 1000
"""And rooms of zeros between them"""
_FIRST_BYTES = (b"\xff", b"I", b"T", b"A", b"\0")
"""Of a packet, of a tag, and of zeros in the place of one"""
_DECODER_DELAY = 529
"""Samples by which every decoder of layer III is late; the encoder's own delay comes on top."""

_MP3_KBPS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_MP3_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ADTS_RATES_HZ = (
    *(96000, 88200, 64000, 48000, 44100, 32000),
    *(24000, 22050, 16000, 12000, 11025, 8000, 7350),
)
_ADTS_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Mp3Kind:
    """Packets of layer III of one version, rate and number of channels."""

    version: int
    """As the header has it: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""
    rate_hz: int
    channels: int

    codec: ClassVar[str] = "mp3float"
    shortest: ClassVar[int] = 24
    longest: ClassVar[int] = 1441
    """Bytes that a packet has at least and at most."""

    @property
    def samples(self) -> int:
        """Samples of each channel in a packet."""
        return 1152 if self.version == 3 else 576

    @property
    def packet_s(self) -> float:
        """How long a packet lasts."""
        return self.samples / self.rate_hz

    @classmethod
    def at(cls, data: bytes, place: int) -> "Mp3Kind | None":
        """Read the header at `place`; None if there is none."""
        if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE6 != 0xE2:
            return None
        version, rate = data[place + 1] >> 3 & 3, data[place + 2] >> 2 & 3
        if version == 1 or rate == 3:
            return None
        channels = 1 if data[place + 3] >> 6 == 3 else 2
        kind = cls(version, _MP3_RATES_HZ[version][rate], channels)
        return kind if kind.length(data, place) else None

    def length(self, data: bytes, place: int) -> int:
        """Give the length of the packet at `place` in bytes; 0 if it is none of this kind."""
        if place + 4 > len(data) or data[place] != 0xFF:
            return 0
        if data[place + 1] | 1 != 0xE3 | self.version << 3:
            return 0
        if (data[place + 3] >> 6 == 3) != (self.channels == 1):
            return 0
        return _mp3_lengths(self.version, self.rate_hz)[data[place + 2]]

    def take(self, data: bytes, place: int, base: int, offsets: "array[int]") -> int:
        """Append where packets begin, plus `base`, from `place` on; give where the last ends."""
        lengths = _mp3_lengths(self.version, self.rate_hz)
        second, mono, end = 0xE3 | self.version << 3, self.channels == 1, len(data)
        append = offsets.append
        while place + 4 <= end and data[place] == 0xFF and data[place + 1] | 1 == second:
            behind = place + lengths[data[place + 2]]
            if behind == place or behind > end or (data[place + 3] >> 6 == 3) != mono:
                break
            append(base + place)
            place = behind
        return place


@lru_cache
def _mp3_lengths(version: int, rate_hz: int) -> tuple[int, ...]:
    """Give the length of a packet for each third byte of a header; 0 where it is none."""
    rate_bits = _MP3_RATES_HZ[version].index(rate_hz)
    kbps = _MP3_KBPS[1 if version == 3 else 2]
    bytes_per_kbps = (144000 if version == 3 else 72000) / rate_hz
    return tuple(
        int(kbps[byte >> 4] * bytes_per_kbps) + (byte >> 1 & 1)
        if byte >> 2 & 3 == rate_bits and kbps[byte >> 4]
        else 0
        for byte in range(256)
    )


@dataclass(frozen=True)
class AdtsKind:
    """Packets of bare aac of one rate and number of channels.

    What comes out may have twice the rate (HE-AAC), and then has twice the samples.
    """

    rate_hz: int
    channels: int

    codec: ClassVar[str] = "aac"
    samples: ClassVar[int] = 1024
    shortest: ClassVar[int] = 7
    longest: ClassVar[int] = 8191

    @property
    def packet_s(self) -> float:
        """How long a packet lasts."""
        return self.samples / self.rate_hz

    @classmethod
    def at(cls, data: bytes, place: int) -> "AdtsKind | None":
        """Read the header at `place`; None if there is none."""
        if place + 7 > len(data) or data[place] != 0xFF or data[place + 1] & 0xF6 != 0xF0:
            return None
        rate = data[place + 2] >> 2 & 15
        channels = _ADTS_CHANNELS[(data[place + 2] & 1) << 2 | data[place + 3] >> 6]
        # More than one block in a packet nobody writes.
        if rate >= len(_ADTS_RATES_HZ) or not channels or data[place + 6] & 3:
            return None
        kind = cls(_ADTS_RATES_HZ[rate], channels)
        return kind if kind.length(data, place) else None

    def length(self, data: bytes, place: int) -> int:
        """Give the length of the packet at `place` in bytes; 0 if it is none of this kind."""
        if place + 7 > len(data) or data[place] != 0xFF or data[place + 1] & 0xF6 != 0xF0:
            return 0
        third, fourth = self._bits
        if data[place + 2] & 0x3D != third or data[place + 3] & 0xC0 != fourth:
            return 0
        length = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
        return length if length >= 7 else 0

    def take(self, data: bytes, place: int, base: int, offsets: "array[int]") -> int:
        """Append where packets begin, plus `base`, from `place` on; give where the last ends."""
        (third, fourth), end = self._bits, len(data)
        append = offsets.append
        while (
            place + 7 <= end
            and data[place] == 0xFF
            and data[place + 1] & 0xF6 == 0xF0
            and data[place + 2] & 0x3D == third
            and data[place + 3] & 0xC0 == fourth
        ):
            step = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
            if step < 7 or place + step > end:
                break
            append(base + place)
            place += step
        return place

    @property
    def _bits(self) -> tuple[int, int]:
        """What the third and fourth bytes of a header say of rate and channels."""
        channels = _ADTS_CHANNELS.index(self.channels)
        return _ADTS_RATES_HZ.index(self.rate_hz) << 2 | channels >> 2, (channels & 3) << 6


Kind: TypeAlias = Mp3Kind | AdtsKind


@dataclass(frozen=True)
class Lead:
    """How a file of packets begins: where its first packet of sound is, and what it says of itself.

    `packets` and `size`, in bytes, are what it claims to have, None if it does not say. `delay` and
    `padding` are samples at its start and end that the encoder added.
    """

    kind: Kind
    offset: int
    packets: int | None = None
    size: int | None = None
    delay: int = 0
    padding: int = 0


def lead_of(file: BinaryIO) -> Lead | None:
    """Read how `file` begins; None if it is no file of packets. Raises `OSError`."""
    file.seek(0)
    if file.read(1) not in _FIRST_BYTES:
        return None
    offset = 0
    for _ in range(_MOST_TAGS):
        file.seek(offset)
        data = file.read(_LEAD_BYTES)
        if tag := tag_length(data, 0):
            offset += tag
            continue
        # Who takes a tag away may leave zeros in its place; so does one who counts them wrongly.
        while data and not any_but_zeros(data):
            offset += len(data)
            data = file.read(_ZEROS_BYTES)
        place = len(data) - len(data.lstrip(b"\0"))
        if not place:
            break
        offset += place
    else:
        return None
    kind = sure_kind_at(data, 0)
    if kind is None:
        return None
    lead = Lead(kind, offset)
    return _read_info_packet(data, lead) if isinstance(kind, Mp3Kind) else lead


def sure_kind_at(data: bytes, place: int) -> Kind | None:
    """Tell of what kind the packets are that begin at `place`, if more of them follow."""
    kind = Mp3Kind.at(data, place) or AdtsKind.at(data, place)
    if kind is None:
        return None
    for _ in range(_SURE_PACKETS):
        length = kind.length(data, place)
        if not length:
            return None
        place += length
    return kind


def find_packets(data: bytes, place: int) -> tuple[int, Kind] | None:
    """Find the first place from `place` on where packets begin, and their kind."""
    while (place := data.find(b"\xff", place)) >= 0:
        kind = sure_kind_at(data, place)
        if kind is not None:
            return place, kind
        place += 1
    return None


def tag_length(data: bytes, place: int) -> int:
    """Give the length of the tag (ID3v1, ID3v2 or APE) that begins at `place`; 0 for none."""
    head = data[place : place + 32]
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
        length = 0
        for byte in head[6:10]:
            length = length << 7 | byte
        return length + (20 if head[5] & 0x10 else 10)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        return int.from_bytes(head[12:16], "little") + 32
    return 0


def _read_info_packet(data: bytes, lead: Lead) -> Lead:
    """Read the packet that encoders put before the sound, if there is one."""
    kind = lead.kind
    assert isinstance(kind, Mp3Kind)
    side_bytes = {(1152, 2): 32, (576, 1): 9}.get((kind.samples, kind.channels), 17)
    begin = 4 + side_bytes
    length = kind.length(data, 0)
    packet = data[begin:length]
    if data[36:40] == b"VBRI":
        size, packets = struct.unpack(">II", data[46:54])
        return Lead(kind, lead.offset + length, packets, size)
    if packet[:4] not in (b"Xing", b"Info") or len(packet) < 8:
        return lead
    flags = packet[7]
    sizes = [size if flags & flag else 0 for flag, size in ((1, 4), (2, 4), (4, 100), (8, 4))]
    packets = int.from_bytes(packet[8 : 8 + sizes[0]], "big")
    size = int.from_bytes(packet[8 + sizes[0] : 8 + sum(sizes[:2])], "big")
    lame = 8 + sum(sizes)
    delay = padding = 0
    if len(packet) >= lame + 24 and packet[lame : lame + 1].isalpha():
        both = int.from_bytes(packet[lame + 21 : lame + 24], "big")
        delay = (both >> 12) + _DECODER_DELAY
        padding = max(0, (both & 0xFFF) - _DECODER_DELAY)
    return Lead(kind, lead.offset + length, packets or None, size or None, delay, padding)
