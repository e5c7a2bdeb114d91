"""What the fuzzer does to the bytes of songs: flips, cuts, lies in headers, false tags."""

import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Takes a file's bytes, a source of chance, and other files; gives what becomes of the bytes"""

_MARKERS = (
    *(b"RIFF", b"RF64", b"riff", b"fmt ", b"fact", b"ds64", b"data", b"LIST", b"id3 ", b"FORM"),
    *(b"COMM", b"SSND", b"FVER", b"VHDR", b"BODY", b".snd", b"caff", b"desc", b"pakt", b"kuki"),
    *(b"fLaC", b"OggS", b"OpusHead", b"\x01vorbis", b"\x03vorbis", b"\x05vorbis", b"OpusTags"),
    *(b"ID3", b"APIC", b"TIT2", b"Xing", b"Info", b"LAME", b"TAG", b"\xff\xfb", b"\xff\xf3"),
    *(b"\xff\xf1", b"\x0b\x77", b"wvpk", b"TTA1", b"NIST_1A", b"sample_rate", b"channel_count"),
    *(b"ftyp", b"moov", b"mvhd", b"tkhd", b"mdhd", b"elst", b"stsd", b"mp4a", b"alac", b"esds"),
    *(b"stts", b"stsc", b"stsz", b"stco", b"ilst", b"covr", b"mdat", b"free", b"wave", b"sowt"),
    # Matroska: header, segment, time scale, duration, rate, channels, time, block, lacing.
    *(b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x2a\xd7\xb1", b"\x44\x89", b"\xb5", b"\x9f"),
    *(b"\x1f\x43\xb6\x75", b"\xe7", b"\xa3", b"\x16\x54\xae\x6b", b"\x63\xa2"),
    # ASF: file and stream properties, data, content description.
    *(b"\xa1\xdc\xab\x8c", b"\x91\x07\xdc\xb7", b"\x36\x26\xb2\x75", b"\x33\x26\xb2\x75"),
    *(b"avih", b"strh", b"strf", b"idx1", b"movi", b"FLV", b"MATLAB", b"Creative Voice"),
)

_NASTY_TEXTS = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xff\xfe\x00\xd8",
    b"\xfe\xff\xd8\x00\xdc",
    b"\xc3\x28\xa0\xa1",
    b"two\nlines\r\nof title",
    b"\x1b[2J\x1b[31mred",
    b"[bold]markup[/red]",
    b"<img src=x><b>&amp;",
    "\u202eright to left\u2066".encode(),
    b"%s %d {0} {}",
    b"A" * 70_000,
    "🎵".encode() * 300,
    b"../../../../etc/passwd",
)

_FLOATS = (float("nan"), float("inf"), float("-inf"), 1e38, -3e38, 1e-45, 1e300)


def _extremes(size: int) -> tuple[int, ...]:
    top = 1 << 8 * size
    return (0, 1, 2, 3, top - 1, top - 2, top // 2, top // 2 - 1, top // 2 + 1, top // 256, 100)


def _extreme_bytes(chance: Random) -> bytes:
    size = chance.choice((1, 2, 2, 4, 4, 4, 8))
    return chance.choice(_extremes(size)).to_bytes(size, chance.choice(("little", "big")))


def _put(data: bytes, place: int, piece: bytes) -> bytes:
    place = max(0, min(place, len(data) - len(piece)))
    return data[:place] + piece + data[place + len(piece) :]


def _place(data: bytes, chance: Random) -> int:
    """Choose a place, the nearer to the start the likelier: that is where headers are."""
    return min(int(len(data) ** chance.random()), len(data)) - 1 if data else 0


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    begin = chance.randrange(len(data) + 1)
    return begin, min(len(data), begin + int(len(data) ** chance.random()))


def flip_bits(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Turn over some bits anywhere."""
    changed = bytearray(data)
    for _bit in range(2 ** chance.randrange(8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_header(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Turn over some bits where headers are."""
    changed = bytearray(data)
    for _bit in range(chance.randint(1, 8)):
        if changed:
            changed[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def lie_in_header(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Put an extreme number near the start."""
    return _put(data, _place(data, chance), _extreme_bytes(chance))


def lie_by_marker(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Put an extreme number beside the name of a part of the file: its size, rate, channels."""
    present = [marker for marker in _MARKERS if marker in data]
    if not present:
        return lie_in_header(data, chance, _)
    marker = chance.choice(present)
    places = []
    place = data.find(marker)
    while place >= 0 and len(places) < 50:
        places.append(place)
        place = data.find(marker, place + 1)
    for _field in range(chance.choice((1, 1, 2, 3))):
        offset = chance.choice((-4, 0, 0, *range(0, 48, 2), *range(0, 16)))
        behind = chance.choice(places) + (len(marker) if offset >= 0 else 0)
        data = _put(data, behind + offset, _extreme_bytes(chance))
    return data


def cut_short(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Leave out the end."""
    return data[: chance.randrange(len(data) + 1)]


def only_header(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Leave only the first bytes."""
    return data[: chance.choice((0, 1, 2, 3, 4, 8, 12, 16, 20, 28, 36, 44, 58, 64, 128, 512, 1024))]


def cut_out(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Leave out a block."""
    begin, end = _span(data, chance)
    return data[:begin] + data[end:]


def double(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Have a block twice."""
    begin, end = _span(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 1, 1, 5)) + data[end:]


def swap(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Have two blocks change places."""
    a, b, c, d = sorted(chance.randrange(len(data) + 1) for _end in range(4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def blot(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Write zeros, ones or noise over a block."""
    begin, end = _span(data, chance)
    length = end - begin
    ink = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    return data[:begin] + ink + data[end:]


def splice(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Go on with another file."""
    other = chance.choice(others)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def graft(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Put another file, or a part of it, inside, before or behind."""
    begin, end = _span(other := chance.choice(others), chance)
    piece = chance.choice((other, other[begin:end]))
    place = chance.choice((0, len(data), chance.randrange(len(data) + 1)))
    return data[:place] + piece + data[place:]


def not_numbers(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Write numbers that are none, or far too large, over samples."""
    form = chance.choice("<>") + chance.choice("fd")
    value = chance.choice(_FLOATS[: 6 if form[1] == "f" else 7])
    piece = struct.pack(form, value) * chance.choice((1, 10, 1000))
    return _put(data, chance.randrange(len(data) + 1) & ~7, piece[: len(data)])


def something_else(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Be no song at all."""
    return chance.choice(
        (
            b"",
            b"\0",
            bytes(chance.randrange(100_000)),
            chance.randbytes(chance.randrange(100_000)),
            b"<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>\n" * 50,
            b"PK\x03\x04" + chance.randbytes(5000),
            b"%PDF-1.7\n" + chance.randbytes(5000),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\0\0\0",
            b"GIF89a\xff\xff\xff\xff" + bytes(100),
            "Das ist kein Lied.".encode("utf-16"),
            b"#EXTM3U\nhttp://127.0.0.1:9/song.mp3\n",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n",
            b"ffconcat version 1.0\nfile '/etc/passwd'\n",
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
            data[::-1],
        )
    )


def false_tag(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Put a tag before or behind that is wrong in its encodings, its sizes or its picture."""
    kind = chance.choice(("id3", "id3", "id3", "ape", "id3v1"))
    if kind == "id3":
        return _id3(chance) + data
    if kind == "ape":
        return data + _ape(chance)
    return data + b"TAG" + chance.choice(_NASTY_TEXTS)[:125].ljust(125, b"\xff")


def nasty_text(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Write a title that is hard to show over the song's own."""
    present = [text for text in ("Für Élise".encode(), b"Bagatellen") if text in data]
    if not present:
        return false_tag(data, chance, _)
    old = chance.choice(present)
    text = chance.choice(_NASTY_TEXTS)
    return data.replace(old, (text * len(old))[: len(old)] or bytes(len(old)), 1)


def false_page(data: bytes, chance: Random, _: Sequence[bytes]) -> bytes:
    """Change a page of an Ogg file and have its checksum fit: decoders do not leave it out."""
    pages = []
    place = data.find(b"OggS")
    while 0 <= place <= len(data) - 27:
        pages.append(place)
        place = data.find(b"OggS", place + 4)
    if not pages:
        return lie_by_marker(data, chance, _)
    begin = chance.choice(pages)
    end = next((page for page in pages if page > begin), len(data))
    page = bytearray(data[begin:end])
    field, size = chance.choice(((5, 1), (6, 8), (6, 8), (6, 8), (14, 4), (18, 4), (26, 1)))
    if chance.random() < 0.4:
        field, size = chance.randrange(27, len(page)), 1
    page[field : field + size] = chance.choice(_extremes(size)).to_bytes(size, "little")
    page[22:26] = bytes(4)
    page[22:26] = _ogg_sum(page).to_bytes(4, "little")
    return data[:begin] + bytes(page) + data[end:]


BY_WEIGHT: dict[Mutation, int] = {
    flip_bits: 10,
    flip_header: 12,
    lie_in_header: 12,
    lie_by_marker: 22,
    cut_short: 5,
    only_header: 3,
    cut_out: 5,
    double: 4,
    swap: 4,
    blot: 6,
    splice: 5,
    graft: 4,
    not_numbers: 4,
    something_else: 2,
    false_tag: 6,
    nasty_text: 3,
    false_page: 5,
}


def spoil(data: bytes, chance: Random, others: Sequence[bytes]) -> tuple[bytes, str]:
    """Do one to three things to a file's bytes; give the bytes and what was done."""
    names = []
    for _time in range(chance.choice((1, 1, 1, 2, 2, 3))):
        (mutation,) = chance.choices(list(BY_WEIGHT), list(BY_WEIGHT.values()))
        data = mutation(data, chance, others)
        names.append(mutation.__name__)
    return data, ", ".join(names)


def false_pictures() -> tuple[bytes, ...]:
    """Give covers that are none, or that promise to be as large as a house."""
    return (
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0\0\0\0\0",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\0\0\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03",
        b"GIF89a\xff\xff\xff\xff\xf7\0\0" + bytes(50),
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 1, 0, 0, 54, 40, 2**31 - 1, -1, 1, 32, *[0] * 6),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'/>",
        bytes(3_000_000),
    )


def _id3(chance: Random) -> bytes:
    version = chance.choice((2, 3, 3, 4, 4, 5, 255))
    frames = b""
    for _frame in range(chance.randint(1, 6)):
        name = chance.choice(
            (b"TIT2", b"TPE1", b"TALB", b"TXXX", b"COMM", b"APIC", b"USLT", b"TMOO")
        )
        body = bytes([chance.choice((0, 1, 2, 3, 4, 255))]) + chance.choice(_NASTY_TEXTS)
        if name == b"APIC":
            body = b"\0image/png\0\x03\0" + chance.choice(false_pictures())
        size = len(body) if chance.random() < 0.8 else chance.choice(_extremes(4))
        if version == 2:
            frames += name[:3] + size.to_bytes(4, "big")[1:] + body
        else:
            sized = _synchsafe(size) if version == 4 else size.to_bytes(4, "big")
            frames += name + sized + bytes([0, chance.choice((0, 0, 0, 1, 8, 255))]) + body
    size = len(frames) if chance.random() < 0.8 else chance.choice((0, 1, 2**21, 2**28 - 1))
    flags = chance.choice((0, 0, 0, 0x10, 0x40, 0x80, 0xFF))
    return b"ID3" + bytes([version, 0, flags]) + _synchsafe(size) + frames


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _ape(chance: Random) -> bytes:
    value = chance.choice(_NASTY_TEXTS)
    size = len(value) if chance.random() < 0.7 else chance.choice(_extremes(4))
    item = struct.pack("<II", size, chance.choice((0, 2, 2**32 - 1))) + b"Title\0" + value
    length = len(item) + 32 if chance.random() < 0.7 else chance.choice(_extremes(4))
    return item + b"APETAGEX" + struct.pack("<IIII", 2000, length, 1, 0) + bytes(8)


def _ogg_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        rest = byte << 24
        for _bit in range(8):
            rest = (rest << 1) ^ (0x04C11DB7 if rest & 0x80000000 else 0)
        table.append(rest & 0xFFFFFFFF)
    return tuple(table)


_OGG_TABLE = _ogg_table()


def _ogg_sum(page: bytes | bytearray) -> int:
    rest = 0
    for byte in page:
        rest = (rest << 8 & 0xFFFFFFFF) ^ _OGG_TABLE[(rest >> 24) ^ byte]
    return rest
