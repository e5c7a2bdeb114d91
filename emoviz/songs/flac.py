"""How many samples a FLAC file holds, whatever its header says: RFC 9639.

The header's total is 0 where a program wrote into a pipe, and wrong where files were cut or put
together. The last frame says where it begins.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from emoviz.songs.mp3_aac.headers import tag_length
from emoviz.songs.pieces import Piece

_MAGIC = b"fLaC"
_INFO_BYTES = 34
_TOTAL_AT = 13
"""Where in the description of the stream are the 5 bytes that end in the total of 36 bits."""
_TAIL_BYTES = (1 << 15, 1 << 17, 1 << 20, 1 << 24)
"""How far before the end the last frames are looked for, if they are not found nearer to it."""
_MOST_BLOCKS = 1000
_LONGEST_FRAME = 1 << 19
"""Bytes: more than 65,535 samples of 8 channels take when they are packed as badly as can be"""
_ID3V1_BYTES = 128
_SYNCS = (b"\xff\xf8", b"\xff\xf9")
"""What frames begin with: those that count themselves, and those that count samples"""


class FlacBytes(NamedTuple):
    """A FLAC file whose frames begin at `sound`.

    It holds `held` samples, and its header claims `claimed`, None where it does not say. `pieces`
    are the file with a header that says what there is, None where it says that itself.
    """

    sound: int
    held: int
    claimed: int | None
    pieces: list[Piece] | None
    zeros: int = 0
    """Bytes at the end that are nothing but zeros"""


class _Stream(NamedTuple):
    """What the header says of all frames."""

    info: int
    """Where the description of the stream is."""
    sound: int
    block: int
    """Samples in a frame, where all have the same."""
    total: int


class _Tail(NamedTuple):
    first: int
    """The first sample of the last frame"""
    samples: int
    data: bytes
    """From where that frame begins"""


class _Frame(NamedTuple):
    place: int
    """Where it begins in what was read"""
    first: int
    """Its first sample"""
    samples: int


def flac_bytes(file: BinaryIO, end: int) -> FlacBytes | None:
    """Count the samples of a FLAC file; None if it is none, or no frame of it was found.

    What follows its first `end` bytes are zeros. Raises `OSError`.
    """
    stream = _stream_of(file)
    if stream is None:
        return None
    tail = _tail_before(file, stream, end)
    if tail is None:
        return None
    if tail.first + tail.samples == stream.total:
        return FlacBytes(stream.sound, stream.total, stream.total, None)
    held = tail.first + (tail.samples if _is_whole(tail.data) else 0)
    at = stream.info + _TOTAL_AT
    high = _read(file, at, at + 1)[0] & 0xF0
    total = bytes([high | held >> 32]) + (held & 0xFFFFFFFF).to_bytes(4, "big")
    pieces: list[Piece] = [range(at), total, range(at + len(total), end)]
    zeros = file.seek(0, os.SEEK_END) - end
    return FlacBytes(stream.sound, held, stream.total or None, pieces, zeros)


def _stream_of(file: BinaryIO) -> _Stream | None:
    """Read what comes before the frames."""
    place = 0
    while tag := tag_length(_read(file, place, place + 32), 0):
        place += tag
    if _read(file, place, place + 4) != _MAGIC:
        return None
    place = info = place + 4
    for _ in range(_MOST_BLOCKS):
        head = _read(file, place, place + 4)
        if len(head) < 4:
            return None
        place += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    data = _read(file, info, info + 4 + _INFO_BYTES)
    if len(data) < 4 + _INFO_BYTES or data[0] & 0x7F:
        return None
    block = int.from_bytes(data[6:8], "big")
    total = int.from_bytes(data[4 + _TOTAL_AT : 4 + _TOTAL_AT + 5], "big") & 0xFFFFFFFFF
    return _Stream(info + 4, place, block, total)


def _tail_before(file: BinaryIO, stream: _Stream, end: int) -> _Tail | None:
    """Find the last frame that begins before byte `end`."""
    if _read(file, max(0, end - _ID3V1_BYTES), end)[:3] == b"TAG":
        end -= _ID3V1_BYTES
    for length in _TAIL_BYTES:
        begin = max(stream.sound, end - length)
        data = _read(file, begin, end)
        frame = _last_frame(data, stream, begin == stream.sound)
        if frame is not None:
            return _Tail(frame.first, frame.samples, data[frame.place :])
        if begin == stream.sound:
            break
    return None


def _last_frame(data: bytes, stream: _Stream, is_all: bool) -> _Frame | None:
    """Find the last frame that begins in `data`: one that goes on from one before it."""
    following: list[_Frame] = []
    for place in _syncs_from_the_end(data):
        frame = _frame_at(data, place, stream)
        if frame is None:
            continue
        for later in following:
            if later.first == frame.first + frame.samples:
                return later
        if is_all and not frame.place and not frame.first:
            return frame
        following.append(frame)
    return None


def _syncs_from_the_end(data: bytes) -> Iterator[int]:
    places = [data.rfind(sync) for sync in _SYNCS]
    while (last := max(places)) >= 0:
        yield last
        number = places.index(last)
        places[number] = data.rfind(_SYNCS[number], 0, last + 1)


def _frame_at(data: bytes, place: int, stream: _Stream) -> _Frame | None:
    """Read the header of a frame; None if there is none."""
    head = data[place : place + 16]
    if len(head) < 6 or head[3] & 1:
        return None
    number_bytes = _number_bytes(head[4])
    size_code, rate_code = head[2] >> 4, head[2] & 15
    if not number_bytes or not size_code or rate_code == 15:
        return None
    at = 4 + number_bytes
    end = at + {6: 1, 7: 2}.get(size_code, 0) + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if len(head) <= end or _crc8(head[:end]) != head[end]:
        return None
    number = head[4] & (0x7F >> number_bytes if number_bytes > 1 else 0x7F)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    samples = _block_samples(size_code, head[at : at + 2])
    return _Frame(place, number if head[1] & 1 else number * stream.block, samples)


def _number_bytes(first: int) -> int:
    """Give how many bytes a number has that begins with `first`; 0 if none does."""
    ones = 8 - (first ^ 0xFF).bit_length()
    return {0: 1, 1: 0, 8: 0}.get(ones, ones)


def _block_samples(code: int, behind: bytes) -> int:
    if code == 1:
        return 192
    if code < 6:
        return 576 << code - 2
    if code < 8:
        return int.from_bytes(behind[: code - 5], "big") + 1
    return 256 << code - 8


def _is_whole(data: bytes) -> bool:
    """Tell whether the frame that begins `data` ends with it: with the checksum of itself."""
    table = _crc_table(16, 0x18005)
    crc = 0
    if len(data) > _LONGEST_FRAME:
        # Something else stands behind it.
        return True
    # Zeros that were taken off the end may have been its last bytes.
    for byte in data + b"\0\0":
        crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ byte]
    return not crc


def _crc8(data: bytes) -> int:
    table = _crc_table(8, 0x107)
    crc = 0
    for byte in data:
        crc = table[crc ^ byte]
    return crc


@lru_cache
def _crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    table = []
    for number in range(256):
        crc = number << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial) if crc & 1 << bits - 1 else crc << 1
        table.append(crc)
    return tuple(table)


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)
