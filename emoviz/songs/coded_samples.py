"""Sound that is coded, and stands in a file as if it were samples: to play as it is, it is noise.

DTS compact discs are copied so, and what a player sends to a receiver through S/PDIF (IEC 61937).
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

import numpy as np

from emoviz.songs.chunks import SampleBytes
from emoviz.songs.mp3_aac.headers import sure_kind_at
from emoviz.songs.pieces import any_but_zeros
from emoviz.units import Samples

_PEEK_BYTES = 64
_GLANCE_BYTES = 1 << 14
_LOOKED_AT_BYTES = 1 << 18
_PCM = b"\x01\x00"
_FORMS = {
    # 16 bits of each word, in either order of its bytes, or 14 of them.
    b"\x7f\xfe\x80\x01": "dts",
    b"\xfe\x7f\x01\x80": "dts",
    b"\x1f\xff\xe8\x00": "dts",
    b"\xff\x1f\x00\xe8": "dts",
    b"\x72\xf8\x1f\x4e": "spdif",
}
"""What packets begin with, and the format of these"""
_AC3_SYNCS = (b"\x0b\x77", b"\x77\x0b")
"""As it is, and with the bytes of each word turned round"""
_WORDS = [
    (sync, np.frombuffer(sync, "<u2")[0], np.frombuffer(sync, "<u2")[1] if sync[2:] else None)
    for sync in (*_FORMS, *_AC3_SYNCS)
]
"""Each, and its two samples"""
_AC3_KBPS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)
_LAYER2_KBPS = {
    3: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_LAYER2_RATES_HZ = {3: (44100, 48000, 32000, 0), 2: (22050, 24000, 16000, 0)}
_LEAST_SYNCS = 3


class CodedSamples(NamedTuple):
    """Which bytes of a file are in which of FFmpeg's formats."""

    form: str
    part: range


def coded_samples(file: BinaryIO, samples: SampleBytes) -> CodedSamples | None:
    """Tell what the samples of a wav, aiff, caf or au are if they are none. Raises `OSError`."""
    if samples.form and samples.form[:2] != _PCM:
        return None
    begin, end = samples.begin, samples.begin + samples.held
    file.seek(begin)
    data = file.read(min(samples.held, _GLANCE_BYTES))
    if not any_but_zeros(data[:_PEEK_BYTES]) and not any_but_zeros(data):
        # Discs may begin with some.
        data = file.read(_LOOKED_AT_BYTES)
        begin += _GLANCE_BYTES
    # No packet is longer than a glance: where none begins there, none does behind it.
    if _is_mpeg(data):
        return CodedSamples("mp3", range(begin, end))
    seen = _seen_in(data)
    if not seen:
        return None
    found = _found_in(data + file.read(_LOOKED_AT_BYTES), seen)
    return None if found is None else CodedSamples(found[0], range(begin + found[1], end))


def form_of_samples(samples: Samples) -> str:
    """Tell what samples of 16 bits, (samples, channels), are if they are none; "" if they are."""
    data = np.round(samples * 32768.0).clip(-32768, 32767).astype("<i2").tobytes()
    found = _found_in(data, _seen_in(data))
    return "" if found is None else found[0]


def _found_in(data: bytes, seen: list[bytes]) -> tuple[str, int] | None:
    """Give the format of packets that follow each other, and where the first of them begins.

    That begins with one of those that were `seen`.
    """
    for sync in seen:
        # Four bytes so often are no chance.
        if sync in _FORMS and data.count(sync) >= _LEAST_SYNCS:
            return _FORMS[sync], data.index(sync)
    for sync in set(seen) & set(_AC3_SYNCS):
        place = data.find(sync, 0, _GLANCE_BYTES)
        while place >= 0:
            words = np.frombuffer(data[place:], "<u2", min(len(data) - place, _GLANCE_BYTES) // 2)
            packets = words.tobytes() if sync == _AC3_SYNCS[0] else words.byteswap().tobytes()
            for form, length_of in (("ac3", _ac3_bytes), ("eac3", _eac3_bytes)):
                if _are_packets(packets, length_of):
                    return form, place
            place = data.find(sync, place + 1, _GLANCE_BYTES)
    return None


def _seen_in(data: bytes) -> list[bytes]:
    """Give what packets may begin with and is in `data`: quickly, since mostly there is nothing."""
    words = np.frombuffer(data, "<u2", len(data) // 2)
    seen = []
    for sync, first, second in _WORDS:
        found = words == first
        # Not `any`, which takes far longer.
        if np.count_nonzero(found) and (second is None or second in words[1:][found[:-1]]):
            seen.append(sync)
    return seen


def _are_packets(data: bytes, length_of: Callable[[bytes], int]) -> bool:
    """Tell whether packets follow each other as long as each says."""
    place = 0
    for _ in range(_LEAST_SYNCS):
        length = length_of(data[place : place + 8])
        if not length:
            return False
        place += length
    return True


def _ac3_bytes(head: bytes) -> int:
    """Give the length of a packet by its head: ATSC A/52, table 5.18; 0 if it is none."""
    if head[:2] != _AC3_SYNCS[0] or len(head) < 6 or head[5] >> 3 > 10:
        return 0
    rate, size = head[4] >> 6, head[4] & 63
    if rate == 3 or size >> 1 >= len(_AC3_KBPS):
        return 0
    kbps = _AC3_KBPS[size >> 1]
    return 2 * (2 * kbps, kbps * 96000 // 44100 + (size & 1), 3 * kbps)[rate]


def _eac3_bytes(head: bytes) -> int:
    """The same of Dolby Digital Plus: annex E."""
    if head[:2] != _AC3_SYNCS[0] or len(head) < 6 or not 11 <= head[5] >> 3 <= 16:
        return 0
    return 2 * ((head[2] & 7) << 8 | head[3]) + 2


def _is_mpeg(data: bytes) -> bool:
    """Tell whether `data` begins with packets of layer II or III."""
    return data[:1] == b"\xff" and (
        sure_kind_at(data, 0) is not None or _are_packets(data, _layer2_bytes)
    )


def _layer2_bytes(head: bytes) -> int:
    """The same of layer II: ISO 11172-3 and 13818-3."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xF6 != 0xF4:
        return 0
    version = head[1] >> 3 & 3
    rate_hz = _LAYER2_RATES_HZ[version][head[2] >> 2 & 3]
    kbps = _LAYER2_KBPS[version][head[2] >> 4]
    return 144000 * kbps // rate_hz + (head[2] >> 1 & 1) if rate_hz and kbps else 0
