"""Parts of a file, and bytes that it should have had, as one file; and zeros that are no sound."""

import io
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import BinaryIO, TypeAlias

Piece: TypeAlias = "range | bytes"
"""Which bytes of a file, or others in their place."""

_BLOCK_BYTES = 1 << 15
"""So many zeros in a row no coded sound has: room that was set aside and never written."""
_GLANCE_BYTES = 64
_READ_BYTES = 32 * _BLOCK_BYTES


class PiecedFile(io.RawIOBase):
    """Pieces of a file one after the other as a file of their own, which closes that file."""

    def __init__(self, file: BinaryIO, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._file = file
        self._pieces = [piece for piece in pieces if len(piece)]
        self._begins = [0, *accumulate(len(piece) for piece in self._pieces)]
        self._place = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` as far as there are bytes; give how many they are."""
        into, filled = memoryview(buffer).cast("B"), 0
        # Never less than there is: libsndfile takes that for the end.
        while filled < len(into) and self._place < self._begins[-1]:
            number = bisect_right(self._begins, self._place) - 1
            piece, inside = self._pieces[number], self._place - self._begins[number]
            wanted = min(len(into) - filled, len(piece) - inside)
            data = self._bytes(piece, inside, wanted)
            into[filled : filled + len(data)] = data
            filled += len(data)
            self._place += len(data)
            if len(data) < wanted:
                break
        return filled

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._begins[-1]}
        self._place = max(0, origin[whence] + offset)
        return self._place

    def tell(self) -> int:
        """Give the place."""
        return self._place

    def readable(self) -> bool:
        """Say that there is something to read."""
        return True

    def seekable(self) -> bool:
        """Say that one can go to any place."""
        return True

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
        super().close()

    def _bytes(self, piece: Piece, inside: int, count: int) -> bytes:
        if isinstance(piece, bytes):
            return piece[inside : inside + count]
        self._file.seek(piece.start + inside)
        return self._file.read(count)


def end_of_bytes(file: BinaryIO, size: int) -> int:
    """Give where `file`, of `size` bytes, ends without zeros behind it if they are many.

    Raises `OSError`.
    """
    end = size
    # The last few bytes tell of almost every file.
    for length in (_GLANCE_BYTES, _BLOCK_BYTES):
        if any_but_zeros(_read(file, max(0, size - length), size)):
            return size
    while end and not any_but_zeros(data := _read(file, max(0, end - _READ_BYTES), end)):
        end -= len(data)
    begin = max(0, end - _READ_BYTES)
    end = begin + len(_read(file, begin, end).rstrip(b"\0"))
    return end


def remark_on_zeros(count: int) -> str:
    """Say of a file how much of its end was left out; nothing where nothing was."""
    if not count:
        return ""
    return (
        f"its last {count / 1e6:.1f} MB are zeros, as where a recording broke off; what comes "
        "before was used"
    )


def without_zeros(file: BinaryIO, pieces: Sequence[Piece], begin: int) -> list[Piece]:
    """Leave out of `pieces` what are nothing but zeros, many in a row, from byte `begin` on.

    Raises `OSError`.
    """
    left: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, bytes) or piece.stop <= begin:
            left.append(piece)
            continue
        left.append(range(piece.start, max(piece.start, begin)))
        left += _written(file, range(max(piece.start, begin), piece.stop))
    return left


def any_but_zeros(data: bytes) -> bool:
    """Tell whether there is anything but zeros in `data`."""
    return data.count(0) < len(data)


def _written(file: BinaryIO, part: range) -> Iterator[range]:
    """Give the parts of a part that are not left out, each as long as can be."""
    start = part.start
    for begin in range(part.start, part.stop, _READ_BYTES):
        data = _read(file, begin, min(begin + _READ_BYTES, part.stop))
        for place in range(0, len(data), _BLOCK_BYTES):
            block = data[place : place + _BLOCK_BYTES]
            if len(block) == _BLOCK_BYTES and not any_but_zeros(block):
                if start < begin + place:
                    yield range(start, begin + place)
                start = begin + place + _BLOCK_BYTES
    if start < part.stop:
        yield range(start, part.stop)


def _read(file: BinaryIO, begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)
