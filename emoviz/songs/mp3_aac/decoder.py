"""PacketDecoder: mp3 and bare aac from any place, packet by packet, whatever lies between them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from emoviz import errors
from emoviz.songs.decoder import ONE_SOUND_TRACK, Conformer, Damage, block_sizes, ignore_damage
from emoviz.songs.mp3_aac.headers import Kind
from emoviz.songs.mp3_aac.index import PacketIndex, Part
from emoviz.songs.pieces import end_of_bytes
from emoviz.units import Samples

if TYPE_CHECKING:
    from av import AudioCodecContext, AudioFrame

_LEAD_PACKETS = 12
"""Decoded before the place asked for and thrown away.

A packet of mp3 leans on up to nine before it, one of aac on the one before; what is decoded without
them is noise.
"""

_HEALING_PACKETS = 3
"""So long after a lost packet what is decoded may be loud noise."""
_MOST_TAG_BYTES = 1 << 12
"""Behind the packets there may be words and pictures."""
_SAMPLE_BYTES = 4
_FAR_S = 1.0
"""How far ahead of what is decoded the end of the song has to be known, for its padding."""


class PacketDecoder:
    """mp3 and bare aac, through FFmpeg's codecs and an index of the file's packets.

    Packets that cannot be decoded are silence of their length. Where the rate or the number of
    channels changes, what follows is made to be as the beginning.
    """

    remark = ""
    sound_tracks = ONE_SOUND_TRACK

    def __init__(self, path: Path, file: BinaryIO, index: PacketIndex) -> None:
        """Decode `file`, which was opened at `path` and which `index` is of."""
        self._path = path
        self._file = file
        self.index = index
        kind = index.parts[0].kind
        self.sample_rate_hz, self.channels = self._sounding(index.parts[0])
        self._delay = index.lead.delay * self.sample_rate_hz // kind.rate_hz

    @cached_property
    def duration_s(self) -> float:
        """What the header claims if it can be so, or else the sum of the packets."""
        if self.claimed_s is not None and self._is_plausible():
            return self.claimed_s
        self._reach(np.inf)
        return self._end_sample() / self.sample_rate_hz

    @cached_property
    def claimed_s(self) -> float | None:
        """What the first packet says of the file; None if it says nothing, or not of all of it."""
        lead = self.index.lead
        # Of songs put together the first one's claim is of itself.
        if lead.packets is None or self._sound_bytes > (lead.size or np.inf) + _MOST_TAG_BYTES:
            return None
        samples = lead.packets * lead.kind.samples - lead.delay - lead.padding
        return samples / lead.kind.rate_hz

    @cached_property
    def _sound_bytes(self) -> int:
        with self._reading():
            size = os.fstat(self._file.fileno()).st_size
            return end_of_bytes(self._file, size) - self.index.lead.offset

    def _is_plausible(self) -> bool:
        """Tell whether so many packets as the file claims to have can be what it holds."""
        lead, size = self.index.lead, self._sound_bytes
        if lead.size is not None and size < lead.size - _MOST_TAG_BYTES:
            return False
        packets = lead.packets or 0
        return packets * lead.kind.shortest <= size <= packets * lead.kind.longest + _MOST_TAG_BYTES

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `Decoder.blocks`."""
        wanted_s = (start_sample + self._delay) / self.sample_rate_hz
        self._reach(wanted_s)
        number, position = 0, start_sample
        while number < len(self.index.parts):
            part = self.index.parts[number]
            for block in self._part_blocks(part, position, on_damage):
                end = self._end_sample()
                block = block[: max(0, end - position)]
                position += len(block)
                if len(block):
                    yield block
            number += 1

    def find_more_packets(self) -> bool:
        """Find some more of the packets, so that a seek is quick; tell whether there are others."""
        with self._reading():
            return self.index.go_on(self._file)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _reach(self, time_s: float) -> None:
        with self._reading():
            self.index.reach(self._file, time_s + _FAR_S)

    def _read(self, offset: int, size: int) -> bytes:
        with self._reading():
            self._file.seek(offset)
            return self._file.read(size)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in a sentence what keeps the file from being read, as a disk that was pulled."""
        try:
            yield
        except OSError as error:
            raise errors.SongDamagedError(self._path, errors.words_of(error)) from error

    def _end_sample(self) -> int:
        """Give where the song ends, as far as that is known."""
        index, lead = self.index, self.index.lead
        if not index.whole:
            return 1 << 62
        known = round(index.known_s * self.sample_rate_hz) - self._delay
        # Of songs put together, or one that lost its end, the first one's padding says nothing.
        is_as_claimed = len(index.parts) == 1 and len(index.parts[0].offsets) == lead.packets
        return known - (lead.padding if is_as_claimed else 0)

    def _part_blocks(self, part: Part, start_sample: int, on_damage: Damage) -> Iterator[Samples]:
        """Yield what of a part comes after `start_sample` of the song, in the song's form."""
        kind = part.kind
        begin = round(part.begins_s * self.sample_rate_hz) - self._delay
        per_packet = kind.packet_s * self.sample_rate_hz
        number = int(max(0, start_sample - begin) / per_packet)
        first = max(0, number - _LEAD_PACKETS)
        position = begin + round(first * per_packet)
        codec = _codec(kind)
        rate_hz, channels = self._sounding(part)
        conformer = Conformer(rate_hz, self.sample_rate_hz, self.channels)
        samples = kind.samples * rate_hz // kind.rate_hz
        silence = [memoryview(bytes(samples * _SAMPLE_BYTES))] * channels
        heals = 0
        for group, packets in self._packets(part, first):
            planes = []
            for place, packet in enumerate(packets):
                frame = _decode(codec, packet)
                found = None if frame is None else _planes(frame, samples, channels)
                if found is not None and group + place >= heals:
                    planes.append(found)
                    continue
                if found is None:
                    heals = group + place + _HEALING_PACKETS
                planes.append(silence)
                if group + place >= number:
                    lost = begin + round((group + place) * per_packet)
                    self._check_unchanged()
                    on_damage(lost, lost + round(per_packet))
            sound = conformer.take(_interleaved(planes))
            skip = max(0, start_sample - position)
            position += len(sound)
            yield sound[skip:]
        yield conformer.finish()[max(0, start_sample - position) :]

    def _packets(self, part: Part, number: int) -> Iterator[tuple[int, list[bytes]]]:
        """Yield packets from `number` on in groups, each with the number of its first.

        A packet that is lost is empty.
        """
        kind = part.kind
        for size in block_sizes(kind.rate_hz, _LEAD_PACKETS * kind.samples):
            count = max(1, size // kind.samples)
            self._reach(part.begins_s + (number + count) * kind.packet_s)
            offsets = part.offsets[number : number + count]
            if not offsets:
                return
            data = self._read(offsets[0], offsets[-1] - offsets[0] + kind.longest)
            packets = []
            for place, offset in enumerate(offsets):
                begin = offset - offsets[0]
                length = kind.length(data, begin)
                if part.is_lost(number + place):
                    length = 0
                elif begin + length > len(data):
                    self._check_unchanged()
                packets.append(data[begin : begin + length])
            yield number, packets
            number += len(offsets)

    def _check_unchanged(self) -> None:
        if not self.index.is_of(self._file):
            raise errors.SongChangedError(self._path)

    def _sounding(self, part: Part) -> tuple[int, int]:
        """Give the rate and the number of channels that the packets of a part come out with."""
        kind = part.kind
        if kind.codec == "aac":
            # Its extensions double both, and their packets look like any others.
            codec = _codec(kind)
            self._reach(part.begins_s)
            _, packets = next(self._packets(part, 0))
            for packet in packets[:_LEAD_PACKETS]:
                if _decode(codec, packet):
                    return int(codec.sample_rate), int(codec.channels)
        return kind.rate_hz, kind.channels


def _codec(kind: Kind) -> "AudioCodecContext":
    import av

    codec = av.CodecContext.create(kind.codec, "r")
    assert isinstance(codec, av.AudioCodecContext)
    return codec


def _decode(codec: "AudioCodecContext", packet: bytes) -> "AudioFrame | None":
    """Decode one packet; give None if that cannot be done."""
    import av

    if not packet:
        return None
    try:
        decoded = codec.decode(av.Packet(packet))
    except av.FFmpegError:
        return None
    return decoded[0] if len(decoded) == 1 else None


def _planes(frame: "AudioFrame", samples: int, channels: int) -> list[memoryview] | None:
    """Give the samples of each channel by itself; None if there are not so many.

    Both codecs give them so, in 32-bit floats, and may leave room behind them.
    """
    if (frame.samples, frame.layout.nb_channels) != (samples, channels):
        return None
    return [memoryview(plane)[: samples * _SAMPLE_BYTES] for plane in frame.planes]


def _interleaved(planes: list[list[memoryview]]) -> Samples:
    """Make one block (samples, channels) of what packets hold, each channel by itself."""
    # All packets at once: one by one it takes a third as long as to decode them.
    channels = [np.frombuffer(b"".join(parts), np.float32) for parts in zip(*planes, strict=True)]
    return np.stack(channels, axis=1)
