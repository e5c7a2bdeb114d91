"""FrameDecoder: mp3 and bare aac from any place, frame by frame, whatever lies between them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from emoviz import errors
from emoviz.songs.decoder import Conformer, Damage, block_sizes, ignore_damage
from emoviz.songs.mp3_aac.headers import Kind
from emoviz.songs.mp3_aac.index import FrameIndex, Part
from emoviz.units import Samples

if TYPE_CHECKING:
    from av import AudioCodecContext

_LEAD_FRAMES = 12
"""Decoded before the place asked for and thrown away.

A frame of mp3 leans on up to nine before it, one of aac on the one before; what is decoded without
them is noise.
"""

_HEALING_FRAMES = 3
"""So long after a lost frame what is decoded may be loud noise."""
_MOST_TAG_BYTES = 1 << 12
"""Behind the frames there may be words and pictures."""
_FAR_S = 1.0
"""How far ahead of what is decoded the end of the song has to be known, for its padding."""


class FrameDecoder:
    """mp3 and bare aac, through FFmpeg's codecs and an index of the file's frames.

    Frames that cannot be decoded are silence of their length. Where the rate or the number of
    channels changes, what follows is made to be as the beginning.
    """

    def __init__(self, path: Path, file: BinaryIO, index: FrameIndex) -> None:
        """Decode `file`, which was opened at `path` and which `index` is of."""
        self._path = path
        self._file = file
        self.index = index
        kind = index.parts[0].kind
        self.sample_rate_hz, self.channels = self._sounding(index.parts[0])
        self._delay = index.lead.delay * self.sample_rate_hz // kind.rate_hz

    @cached_property
    def duration_s(self) -> float:
        """What the header claims, or without a claim the sum of the frames."""
        lead = self.index.lead
        size = os.fstat(self._file.fileno()).st_size - lead.offset
        # Of songs put together the first one's claim is of itself.
        if lead.frames is None or size > (lead.size or size) + _MOST_TAG_BYTES:
            self._reach(np.inf)
            return self._end_frame() / self.sample_rate_hz
        samples = lead.frames * lead.kind.samples - lead.delay - lead.padding
        return samples / lead.kind.rate_hz

    def blocks(self, start_frame: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (frames, channels); see `Decoder.blocks`."""
        wanted_s = (start_frame + self._delay) / self.sample_rate_hz
        self._reach(wanted_s)
        number, position = 0, start_frame
        while number < len(self.index.parts):
            part = self.index.parts[number]
            for block in self._part_blocks(part, position, on_damage):
                end = self._end_frame()
                block = block[: max(0, end - position)]
                position += len(block)
                if len(block):
                    yield block
            number += 1

    def find_more_frames(self) -> bool:
        """Find some more of the frames, so that a seek is quick; tell whether there are others."""
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
            raise errors.SongDamagedError(self._path, str(error.strerror).lower()) from error

    def _end_frame(self) -> int:
        """Give where the song ends, as far as that is known."""
        index, lead = self.index, self.index.lead
        if not index.whole:
            return 1 << 62
        known = round(index.known_s * self.sample_rate_hz) - self._delay
        # Of songs put together, or one that lost its end, the first one's padding says nothing.
        is_as_claimed = len(index.parts) == 1 and len(index.parts[0].offsets) == lead.frames
        return known - (lead.padding if is_as_claimed else 0)

    def _part_blocks(self, part: Part, start_frame: int, on_damage: Damage) -> Iterator[Samples]:
        """Yield what of a part comes after `start_frame` of the song, in the song's form."""
        kind = part.kind
        begin = round(part.begins_s * self.sample_rate_hz) - self._delay
        per_frame = kind.frame_s * self.sample_rate_hz
        number = int(max(0, start_frame - begin) / per_frame)
        first = max(0, number - _LEAD_FRAMES)
        position = begin + round(first * per_frame)
        codec = _codec(kind)
        rate_hz, channels = self._sounding(part)
        conformer = Conformer(rate_hz, self.sample_rate_hz, self.channels)
        samples = kind.samples * rate_hz // kind.rate_hz
        heals = 0
        for group, packets in self._packets(part, first):
            block = np.zeros((len(packets), samples, channels), np.float32)
            for place, packet in enumerate(packets):
                if not _decode(codec, packet, block[place]):
                    heals = group + place + _HEALING_FRAMES
                elif group + place >= heals:
                    continue
                block[place] = 0.0
                if group + place >= number:
                    lost = begin + round((group + place) * per_frame)
                    self._check_unchanged()
                    on_damage(lost, lost + round(per_frame))
            sound = conformer.take(block.reshape(-1, channels))
            skip = max(0, start_frame - position)
            position += len(sound)
            yield sound[skip:]
        yield conformer.finish()[max(0, start_frame - position) :]

    def _packets(self, part: Part, number: int) -> Iterator[tuple[int, list[bytes]]]:
        """Yield frames from `number` on in groups, each with the number of its first.

        A frame that is lost is empty.
        """
        kind = part.kind
        for size in block_sizes(kind.rate_hz, _LEAD_FRAMES * kind.samples):
            count = max(1, size // kind.samples)
            self._reach(part.begins_s + (number + count) * kind.frame_s)
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
        """Give the rate and the number of channels that the frames of a part come out with."""
        kind = part.kind
        if kind.codec == "aac":
            # Its extensions double both, and their frames look like any others.
            codec = _codec(kind)
            self._reach(part.begins_s)
            _, packets = next(self._packets(part, 0))
            for packet in packets[:_LEAD_FRAMES]:
                if _decode(codec, packet, None):
                    return int(codec.sample_rate), int(codec.channels)
        return kind.rate_hz, kind.channels


def _codec(kind: Kind) -> "AudioCodecContext":
    import av

    codec = av.CodecContext.create(kind.codec, "r")
    assert isinstance(codec, av.AudioCodecContext)
    return codec


def _decode(codec: "AudioCodecContext", packet: bytes, out: Samples | None) -> bool:
    """Decode one frame into `out`, (samples, channels); tell whether that could be done."""
    import av

    if not packet:
        return False
    try:
        frames = codec.decode(av.Packet(packet))
    except av.FFmpegError:
        return False
    if len(frames) != 1:
        return False
    planes = frames[0].to_ndarray()
    if out is not None:
        if planes.T.shape != out.shape:
            return False
        out[:] = planes.T
    return True
