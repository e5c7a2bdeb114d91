"""Ogg files in which songs were put one after the other, each perhaps with a rate of its own."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from emoviz.songs.decoder import Conformer, Damage, Decoder, ignore_damage
from emoviz.units import Samples

_MAGIC = b"OggS"
_HEADER_BYTES = 27
_BEGINS = 2
"""The flag of a page that begins a stream."""
_LONGEST_PAGE = 27 + 255 + 255 * 255


class _Page(NamedTuple):
    offset: int
    length: int
    begins: bool
    serial: bytes


def links_of(file: BinaryIO, size: int) -> list[range]:
    """Give which bytes of `file` the songs are that it is a chain of; empty if it is no Ogg file.

    What follows its first `size` bytes is none of it.

    Raises `OSError`.
    """
    file.seek(0)
    links: list[range] = []
    begin = 0 if file.read(4) == _MAGIC else size
    while begin < size:
        end = _end_of_link(file, begin, size)
        links.append(range(begin, end))
        begin = end
    return links


class ChainDecoder:
    """Decoders one after the other, all brought to the rate and the channels of the first."""

    def __init__(self, links: Sequence[Decoder]) -> None:
        self._links = links
        self.sample_rate_hz = links[0].sample_rate_hz
        self.channels = links[0].channels
        self.remark = links[0].remark
        self.sound_tracks = links[0].sound_tracks

    @property
    def duration_s(self) -> float:
        """How long all of them are."""
        return sum(link.duration_s for link in self._links)

    @property
    def claimed_s(self) -> None:
        """None: nothing says how long the whole is."""

    def blocks(self, start_sample: int = 0, on_damage: Damage = ignore_damage) -> Iterator[Samples]:
        """Yield blocks of shape (samples, channels); see `Decoder.blocks`."""
        begin_s = 0.0
        for link in self._links:
            begin = round(begin_s * self.sample_rate_hz)
            begin_s += link.duration_s
            is_last = link is self._links[-1]
            if is_last or start_sample < round(begin_s * self.sample_rate_hz):
                own_rate = link.sample_rate_hz / self.sample_rate_hz
                start = round(max(0, start_sample - begin) * own_rate)
                conformer = Conformer(link.sample_rate_hz, self.sample_rate_hz, self.channels)

                def damaged(
                    first: int, stop: int, begin: int = begin, rate: float = own_rate
                ) -> None:
                    on_damage(begin + round(first / rate), begin + round(stop / rate))

                for block in link.blocks(start, damaged):
                    yield conformer.take(block)
                yield conformer.finish()

    def close(self) -> None:
        """Give the file back."""
        for link in self._links:
            link.close()


def _end_of_link(file: BinaryIO, begin: int, size: int) -> int:
    """Find by halving where the first page begins that is of no stream of the link at `begin`."""
    serials = _streams_at(file, begin)
    last = _pages(file, max(begin, size - 2 * _LONGEST_PAGE), size)
    if not serials or not last or last[-1].serial in serials:
        return size
    end = last[-1].offset
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        page = _first_page(file, middle, end)
        if page is None:
            high = middle
        elif page.serial in serials:
            low = page.offset + 1
        else:
            end, high = page.offset, middle
    return end


def _streams_at(file: BinaryIO, offset: int) -> set[bytes]:
    """Give the serials of the streams that begin at `offset`: their first pages come first."""
    serials: set[bytes] = set()
    while (page := _first_page(file, offset, offset + 1)) and page.begins:
        serials.add(page.serial)
        offset += page.length
    return serials


def _first_page(file: BinaryIO, begin: int, end: int) -> _Page | None:
    """Give the first page that begins in [begin, end)."""
    while begin < end:
        stop = min(end, begin + _LONGEST_PAGE)
        if pages := _pages(file, begin, stop):
            return pages[0]
        begin = stop
    return None


def _pages(file: BinaryIO, begin: int, end: int) -> Sequence[_Page]:
    """Give the pages that begin in [begin, end)."""
    file.seek(begin)
    data = file.read(end - begin + _HEADER_BYTES + 255)
    pages = []
    place = data.find(_MAGIC)
    while 0 <= place < end - begin:
        head = data[place : place + _HEADER_BYTES + 255]
        if len(head) >= _HEADER_BYTES and head[4] == 0:
            segments = head[_HEADER_BYTES : _HEADER_BYTES + head[26]]
            length = _HEADER_BYTES + len(segments) + sum(segments)
            pages.append(_Page(begin + place, length, bool(head[5] & _BEGINS), head[14:18]))
        place = data.find(_MAGIC, place + 1)
    return pages
