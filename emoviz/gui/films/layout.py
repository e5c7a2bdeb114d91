"""Where things lie in a film's picture, for each of its sizes."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize

_SCALES = {"720p": 1.5, "1080p": 2.25, "square": 2.25, "vertical": 2.25}
"""Pixels of the film for each of its picture's units: texts are as large as a phone needs them."""

_MARGIN = 20
_LINE = 20
"""Height of the line below the spectrogram."""
_BESIDE_PLANE = 16
_ROW = 17
"""Height of the row of sections."""
_SAFE = 56
"""What is left free below a vertical film, where phones lay their own texts over it."""


@dataclass(frozen=True)
class FilmLayout:
    """Boxes in units that are `scale` pixels."""

    scale: float
    pixels: QSize
    plane: QRect
    title: QRect
    title_pt: float
    word: QRect
    sections: QRect
    """The row of sections, above the spectrogram and as wide"""
    spectrogram: QRect
    below: QRect
    """The line with the time and the name of the program"""
    word_ends_right: bool = False
    """Whether word and values end at the right instead of beginning at the left"""


def layout_of(size: str, width_px: int, height_px: int) -> FilmLayout:
    """Lay out one of `film_file.SIZES`."""
    scale = _SCALES[size]
    lay_out = {"square": _square, "vertical": _vertical}.get(size, _wide)
    return lay_out(scale, QSize(width_px, height_px), int(width_px / scale), int(height_px / scale))


def _wide(scale: float, pixels: QSize, width: int, height: int) -> FilmLayout:
    row, strip, below = _lowest(width, height - 12, 56)
    side = 276
    plane = QRect(0, 0, width - side - _MARGIN, row.top() - 6)
    left = plane.width() + _BESIDE_PLANE
    title = QRect(left, 32, side - _BESIDE_PLANE, 120)
    word = QRect(left, 176, side - _BESIDE_PLANE, 72)
    return FilmLayout(scale, pixels, plane, title, 15.0, word, row, strip, below)


def _square(scale: float, pixels: QSize, width: int, height: int) -> FilmLayout:
    row, strip, below = _lowest(width, height - 12, 52)
    word_width, head = 212, 68
    title = QRect(_MARGIN, 16, width - 2 * _MARGIN - word_width - 8, head)
    word = QRect(width - _MARGIN - word_width, 16, word_width, head)
    plane = QRect(0, 16 + head, width, row.top() - 6 - 16 - head)
    return FilmLayout(
        scale, pixels, plane, title, 13.0, word, row, strip, below, word_ends_right=True
    )


def _vertical(scale: float, pixels: QSize, width: int, height: int) -> FilmLayout:
    row, strip, below = _lowest(width, height - _SAFE, 88)
    title = QRect(_MARGIN, 48, width - 2 * _MARGIN, 72)
    word = QRect(_MARGIN, row.top() - 20 - 72, width - 2 * _MARGIN, 72)
    plane = QRect(0, title.bottom() + 1, width, word.top() - title.bottom() - 1)
    return FilmLayout(scale, pixels, plane, title, 17.0, word, row, strip, below)


def _lowest(width: int, bottom: int, strip_height: int) -> tuple[QRect, QRect, QRect]:
    """Give the boxes of the sections, of the spectrogram and of the line below it."""
    below = QRect(_MARGIN, bottom - _LINE, width - 2 * _MARGIN, _LINE)
    strip_top = below.top() - 4 - strip_height
    strip = QRect(_MARGIN, strip_top, width - 2 * _MARGIN, strip_height)
    return strip.adjusted(0, -4 - _ROW, 0, -4 - strip_height), strip, below
