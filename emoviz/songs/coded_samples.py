"""Sound that is coded, and stands in a wav as if it were samples: to play as it is, it is noise.

DTS compact discs are copied so, and what a player sends to a receiver through S/PDIF (IEC 61937).
"""

import re
from typing import BinaryIO, NamedTuple

from emoviz.songs.chunks import SampleBytes
from emoviz.songs.pieces import any_but_zeros

_GLANCE_BYTES = 1 << 14
_LOOKED_AT_BYTES = 1 << 18
_PCM = b"\x01\x00"
_SYNCS = {
    # 16 bits of each word, in either order of its bytes, or 14 of them.
    "dts": (
        b"\x7f\xfe\x80\x01",
        b"\xfe\x7f\x01\x80",
        b"\x1f\xff\xe8\x00",
        b"\xff\x1f\x00\xe8",
    ),
    "spdif": (b"\x72\xf8\x1f\x4e",),
}
_AC3_SYNC = b"\x0b\x77"
_AC3_KBPS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)
_LEAST_SYNCS = 3


class CodedSamples(NamedTuple):
    """Which bytes of a file are in which of FFmpeg's formats."""

    form: str
    part: range


def coded_samples(file: BinaryIO, samples: SampleBytes) -> CodedSamples | None:
    """Tell what the samples of a wav are if they are none. Raises `OSError`."""
    if samples.form[:2] != _PCM:
        return None
    begin, end = samples.begin, samples.begin + samples.held
    file.seek(begin)
    data = file.read(min(samples.held, _GLANCE_BYTES))
    if not any_but_zeros(data):
        # Discs may begin with some.
        data = file.read(_LOOKED_AT_BYTES)
        begin += _GLANCE_BYTES
    # No packet is longer than a glance: where none begins there, none does behind it.
    seen = [(form, sync) for form, syncs in _SYNCS.items() for sync in syncs if sync in data]
    if seen:
        data += file.read(_LOOKED_AT_BYTES)
    for form, sync in seen:
        places = [match.start() for match in re.finditer(re.escape(sync), data)]
        # Four bytes so often are no chance.
        if len(places) >= _LEAST_SYNCS:
            return CodedSamples(form, range(begin + places[0], end))
    place = data.find(_AC3_SYNC)
    while place >= 0:
        if _is_ac3(data, place):
            return CodedSamples("ac3", range(begin + place, end))
        place = data.find(_AC3_SYNC, place + 1)
    return None


def _is_ac3(data: bytes, place: int) -> bool:
    """Tell whether packets follow each other as long as each says: ATSC A/52, table 5.18."""
    for _ in range(_LEAST_SYNCS):
        if data[place : place + 2] != _AC3_SYNC or place + 5 > len(data):
            return False
        rate, size = data[place + 4] >> 6, data[place + 4] & 63
        if rate == 3 or size >> 1 >= len(_AC3_KBPS):
            return False
        kbps = _AC3_KBPS[size >> 1]
        words = (2 * kbps, kbps * 96000 // 44100 + (size & 1), 3 * kbps)[rate]
        place += 2 * words
    return True
