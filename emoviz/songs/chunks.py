"""Where wav, aiff, caf and au files have their samples, whatever the sizes in their headers say.

A recorder that was killed leaves sizes of nothing or of its first seconds; one of more than 4 GiB
has no room for its size; a program that writes into a pipe does not know it. What follows the
samples tells: if there is no chunk where the header has them end, they go on to the end of the
file.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from emoviz.songs.mp3_aac.headers import tag_length
from emoviz.songs.pieces import Piece, any_but_zeros

_UNKNOWN = 0x7FFF0000
"""From here on a size of 32 bits that is more than the file's is what stands for none."""
_LARGEST = 0xFFFFFFFF
_TRIFLE_BYTES = 1 << 12
"""Less than that behind the samples is no sound worth a header of its own."""
_MOST_CHUNKS = 10_000
_READ_BYTES = 1 << 20
_KNOWN = frozenset(
    (
        *(b"LIST", b"id3 ", b"ID3 ", b"bext", b"fact", b"cue ", b"smpl", b"inst", b"iXML"),
        *(b"JUNK", b"junk", b"PAD ", b"FLLR", b"afsp", b"PEAK", b"_PMX", b"pakt"),
        *(b"COMT", b"MARK", b"APPL", b"NAME", b"ANNO"),
    )
)
"""Names of chunks that stand behind samples, and are believed even where they are cut off"""


class SampleBytes(NamedTuple):
    """The samples of a file.

    They are `held` bytes from `begin` on; the header claims `claimed`, None where it does not say.
    `pieces` are the file with a header that says what there is, None where it says that itself.
    """

    begin: int
    held: int
    claimed: int | None
    pieces: list[Piece] | None
    form: bytes = b""
    """What `fmt ` holds in a wav"""


class _Family(NamedTuple):
    """How the chunks of a kind of files are written."""

    first: int
    size: struct.Struct
    samples: bytes
    pads: bool


_FAMILIES = {
    b"RIFF": _Family(12, struct.Struct("<I"), b"data", pads=True),
    b"RF64": _Family(12, struct.Struct("<I"), b"data", pads=True),
    b"BW64": _Family(12, struct.Struct("<I"), b"data", pads=True),
    b"FORM": _Family(12, struct.Struct(">I"), b"SSND", pads=True),
    b"caff": _Family(8, struct.Struct(">q"), b"data", pads=False),
}


def sample_bytes(file: BinaryIO, size: int) -> SampleBytes | None:
    """Find the samples of a wav, aiff, caf or au of `size` bytes; None if it is none.

    Raises `OSError`.
    """
    head = _read(file, 0, 16)
    if head[:4] in (b".snd", b"dns.") and len(head) == 16:
        return _of_au(head, size)
    family = _FAMILIES.get(head[:4])
    if family is None or (family.pads and head[8:12] not in (b"WAVE", b"AIFF", b"AIFC")):
        return None
    form, wide = b"", None
    due, is_uneven = family.first, False
    for name, begin, length in _chunks(file, family, family.first, size):
        is_uneven |= begin - 4 - family.size.size != due
        due = begin + length + (length % 2 if family.pads else 0)
        if name == b"fmt ":
            form = _read(file, begin, begin + min(length, 1 << 10))
        elif name == b"ds64":
            wide = int.from_bytes(_read(file, begin + 8, begin + 16), "little")
        elif name == family.samples:
            if wide is not None and length == _LARGEST:
                length = wide
            found = _of_chunk(file, family, head[:4], form, range(begin, size), length)
            if is_uneven and form and found.pieces is None:
                # No library looks for chunks where this one's are.
                part = range(begin, begin + found.held)
                return found._replace(pieces=_with_new_header(form, part))
            return found
    return None


def _of_au(head: bytes, size: int) -> SampleBytes | None:
    begin, length = struct.unpack(">II" if head[:1] == b"." else "<II", head[4:12])
    held = size - begin
    if begin < 24 or held <= 0:
        return None
    claimed = None if length == 0 or (length > held and length >= _UNKNOWN) else length
    # Libsndfile takes a size of half of what there is room for, and more, for one below nothing.
    if 0 <= held - length <= _TRIFLE_BYTES or held < length < _UNKNOWN or length == _LARGEST:
        return SampleBytes(begin, held, claimed, None)
    return SampleBytes(begin, held, claimed, [range(8), b"\xff" * 4, range(12, size)])


def _of_chunk(
    file: BinaryIO, family: _Family, magic: bytes, form: bytes, rest: range, length: int
) -> SampleBytes:
    """Judge what a header says of the samples that begin where `rest` does."""
    # An aiff counts 8 bytes before the first sample.
    least = 8 if magic == b"FORM" else 0
    begin, held = rest.start, len(rest)
    is_unknown = length <= least or (length > held and length >= _UNKNOWN)
    claimed = None if is_unknown else length
    if length == held or (length > held and magic != b"caff"):
        return SampleBytes(begin, held, claimed, None, form)
    if length > held:
        # Libsndfile believes no caf that claims more than there is.
        return SampleBytes(begin, held, claimed, _with_size(family, rest, held), form)
    end = begin + length
    ends = {end, end + length % 2} if family.pads else {end}
    if held - length <= _TRIFLE_BYTES or (
        # Of samples that are not there nothing tells where they would end.
        length >= least and any(_is_rest(file, family, range(e, rest.stop)) for e in ends)
    ):
        return SampleBytes(begin, length, length, None, form)
    if family.pads and magic != b"FORM":
        pieces = _with_new_header(form, rest)
    else:
        pieces = _with_size(family, rest, 0 if magic == b"FORM" and held > _LARGEST else held)
    return SampleBytes(begin, held, claimed, pieces, form)


def _with_size(family: _Family, rest: range, size: int) -> list[Piece]:
    """Give the file with another size of the samples, which begin where `rest` does."""
    begin = rest.start
    return [range(begin - family.size.size), family.size.pack(size), rest]


def _with_new_header(form: bytes, rest: range) -> list[Piece]:
    held = len(rest)
    fmt = b"fmt " + struct.pack("<I", len(form)) + form + b"\0" * (len(form) % 2)
    whole = 4 + len(fmt) + 8 + held
    if whole + 36 <= _LARGEST:
        head = b"RIFF" + struct.pack("<I", whole) + b"WAVE"
        return [head + fmt + b"data" + struct.pack("<I", held), rest]
    wide = b"ds64" + struct.pack("<IQQQI", 28, whole + 36, held, 0, 0)
    head = b"RF64" + b"\xff" * 4 + b"WAVE" + wide
    return [head + fmt + b"data" + b"\xff" * 4, rest]


def _chunks(
    file: BinaryIO, family: _Family, place: int, size: int
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, and where and how long is what it holds."""
    head_bytes = 4 + family.size.size
    for _ in range(_MOST_CHUNKS):
        head = _read(file, place, place + head_bytes)
        if len(head) < head_bytes:
            return
        (length,) = family.size.unpack(head[4:])
        begin = place + head_bytes
        yield head[:4], begin, length
        if length < 0:
            return
        place = begin + length
        if family.pads and length % 2:
            # Some forget the byte that makes it even.
            name = _read(file, place, place + 5)
            place += not (_is_name(name[:4]) and not _is_name(name[1:]))
        if place >= size:
            return


def _is_rest(file: BinaryIO, family: _Family, rest: range) -> bool:
    """Tell whether what follows the samples is other chunks, a tag, or nothing."""
    if tag_length(_read(file, rest.start, rest.start + 32), 0):
        return True
    if not _is_more_than_zeros(file, rest):
        return True
    for name, begin, length in _chunks(file, family, rest.start, rest.stop):
        if name in _KNOWN:
            return True
        # Four letters may be chance, a chain of chunks to the end of the file is none.
        if not _is_name(name) or not 0 <= length <= rest.stop + 1 - begin:
            return False
    return True


def _is_more_than_zeros(file: BinaryIO, part: range) -> bool:
    return any(
        any_but_zeros(_read(file, begin, min(begin + _READ_BYTES, part.stop)))
        for begin in range(part.start, part.stop, _READ_BYTES)
    )


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name)


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)
