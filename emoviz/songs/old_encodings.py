"""Texts of tags from before Unicode, which do not say in which alphabet they are.

ID3 knew only Latin letters, and whoever had others wrote them as their machine did. Only what is
plain is taken for one of the three that are met most: Cyrillic (windows-1251), simplified Chinese
(GBK) and Japanese (Shift-JIS); all else is Latin.
"""

import re
from collections.abc import Callable

_MOSTLY = 0.6
"""So much of a text has to be of an alphabet for it to be that one: 'Beyoncé' is Latin."""
_CYRILLIC = frozenset((*range(0xC0, 0x100), 0xA8, 0xB8))
_CAPITALS = range(0xC0, 0xE0)
_PUNCTUATION = frozenset(b"\x85\x91\x92\x93\x94\x96\x97\xa0\xab\xbb\xb9")
_GBK_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_COMMON_HANZI = range(0xB0, 0xD8)
"""First bytes of the 3,755 characters that are used most"""
_SJIS_PAIR = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]")
_LATIN = "cp1252"


def text_of(data: bytes) -> str:
    """Give the text that `data` most likely is, whole letters only."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    for encoding, fits in _FITTING.items():
        if fits(data):
            return data.decode(encoding, "ignore")
    try:
        return data.decode(_LATIN)
    except UnicodeDecodeError:
        # A few bytes are no letters in it.
        return data.decode("latin-1")


def _is_shift_jis(data: bytes) -> bool:
    pairs = _SJIS_PAIR.findall(data)
    early = sum(pair[0] < 0xA0 for pair in pairs)
    return _share(data, 2 * len(pairs)) >= _MOSTLY and 2 * early >= len(pairs)


def _is_gbk(data: bytes) -> bool:
    pairs = _GBK_PAIR.findall(data)
    common = sum(pair[0] in _COMMON_HANZI and pair[1] > 0xA0 for pair in pairs)
    if common > 1 and all(byte in _CAPITALS for byte in data if byte >= 0x80):
        # КИНО is of two characters too, but those of a text lie all over the table.
        return False
    return _share(data, 2 * common) >= _MOSTLY and common >= _MOSTLY * len(pairs)


def _is_cyrillic(data: bytes) -> bool:
    high = [byte for byte in data if byte >= 0x80]
    letters = sum(byte in _CYRILLIC for byte in high)
    known = letters + sum(byte in _PUNCTUATION for byte in high)
    return _share(data, letters) >= _MOSTLY and known == len(high)


def _share(data: bytes, count: int) -> float:
    """Give how much of what can be seen `count` bytes are."""
    shown = sum(byte >= 0x80 or chr(byte).isalnum() for byte in data)
    return count / max(1, shown)


_FITTING: dict[str, Callable[[bytes], bool]] = {
    "cp932": _is_shift_jis,
    "gbk": _is_gbk,
    "cp1251": _is_cyrillic,
}
