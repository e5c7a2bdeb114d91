"""Draws dots by the ten thousand: into an array of pixels, many at a time, without Qt."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint32]
"""Premultiplied alpha, red, green and blue, (rows, columns)"""

Rgb = tuple[int, int, int]

_LEAST_RADIUS_PX, _MOST_RADIUS_PX = 1.6, 5.5
_SHARE_OF_ROOM = 0.45
"""A dot's radius as a share of the way to the next."""

_CELL_PX = 2
_RIM_PX = 0.9
_RIM_OPACITY = 0.8
_DECKS = 4
"""Dots lie on so many decks, so that one that half covers another is told from it by its rim."""

_FAINTEST = 0.45
_FULL_AT = 3.0
"""A cell is as full as it looks with so many times what a typical song has around it."""

_MOST_DOTS_IN_A_CROWD = 20_000


@dataclass(frozen=True, eq=False)
class Layer:
    """Songs that are drawn alike, over those of the layers before.

    `valence`, `arousal` and `codes` have shape (n,); `colours` has an entry for each code. Layers
    that `stands_out` are drawn as dots also where the others are too many for that.
    """

    valence: npt.NDArray[np.float32]
    arousal: npt.NDArray[np.float32]
    codes: npt.NDArray[np.uint8]
    colours: tuple[Rgb, ...]
    rim: Rgb
    opacity: float = 1.0
    stands_out: bool = False


@dataclass(frozen=True)
class Viewport:
    """A picture in pixels of the screen: its size, where the plane's origin is, and its unit."""

    width_px: int
    height_px: int
    origin_x_px: int
    origin_y_px: int
    unit_px: float
    pixel_ratio: float = 1.0

    @property
    def cell_px(self) -> int:
        """Side of the cells that are shaded where dots are too many."""
        return round(_CELL_PX * self.pixel_ratio)


@dataclass(frozen=True, eq=False)
class Picture:
    """What is to be drawn: first the shades, enlarged, then the dots over them."""

    shades: Pixels | None
    """A pixel for each cell, if anything is shaded"""
    cell_px: int
    left_px: int
    top_px: int
    """Where the first cell begins in the picture"""
    dots: Pixels | None
    """The whole picture, if there are dots in it"""


def radius_px(crowding: float, view: Viewport) -> float:
    """Give how large dots are that lie so many to a unit of area; 0 if they are too many.

    It depends on how near the plane is seen, and not on what of it is seen: no dot grows or
    shrinks as the plane is moved.
    """
    room_px = view.unit_px / math.sqrt(crowding) if crowding > 0 else math.inf
    wanted = _SHARE_OF_ROOM * room_px
    if wanted < _LEAST_RADIUS_PX * view.pixel_ratio:
        return 0.0
    return min(wanted, _MOST_RADIUS_PX * view.pixel_ratio)


def draw(layers: list[Layer], crowding: float, view: Viewport) -> Picture:
    """Draw layers of dots, or where songs gather if dots would only cover each other."""
    radius = radius_px(crowding, view)
    # A dot that is outside by less than its size is partly seen, and drawn whole.
    margin = 2 * math.ceil(_MOST_RADIUS_PX * view.pixel_ratio + _RIM_PX)
    wide: Pixels | None = None
    shades: Pixels | None = None
    for layer in layers:
        x, y, codes = _seen(layer, view, margin)
        is_few = layer.stands_out and len(x) <= _MOST_DOTS_IN_A_CROWD
        if radius or is_few:
            size = max(radius, _LEAST_RADIUS_PX * view.pixel_ratio)
            if wide is None:
                height, width = view.height_px + 2 * margin, view.width_px + 2 * margin
                wide = np.zeros((height, width), np.uint32)
            _stamp(wide, layer, x + margin, y + margin, codes, size)
        else:
            if shades is None:
                shades = np.zeros(_cells_of(view), np.uint32)
            _shade(shades, layer, x, y, codes, crowding, view)
    dots = None if wide is None else np.ascontiguousarray(wide[margin:-margin, margin:-margin])
    cell = view.cell_px
    left, top = view.origin_x_px % cell - cell, view.origin_y_px % cell - cell
    return Picture(shades, cell, left, top, dots)


def _seen(
    layer: Layer, view: Viewport, margin: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Give the pixels of the dots that are in the picture, or in its margin."""
    # Rounded before the origin is added: dots keep their distances while the plane is moved.
    x = np.rint(layer.valence * np.float32(view.unit_px)).astype(np.int32) + view.origin_x_px
    y = view.origin_y_px - np.rint(layer.arousal * np.float32(view.unit_px)).astype(np.int32)
    half = margin // 2
    seen = (x >= -half) & (x < view.width_px + half) & (y >= -half) & (y < view.height_px + half)
    if seen.all():
        return x, y, layer.codes
    return x[seen], y[seen], layer.codes[seen]


def _stamp(
    picture: Pixels,
    layer: Layer,
    x: npt.NDArray[np.int32],
    y: npt.NDArray[np.int32],
    codes: npt.NDArray[np.uint8],
    radius: float,
) -> None:
    """Put a disc with a rim at every place."""
    flat, columns = picture.reshape(-1), picture.shape[1]
    places = (y * columns + x).astype(np.intp)
    reach = math.ceil(radius + _RIM_PX)
    around = range(-reach, reach + 1)
    offsets = sorted(((dx, dy) for dx in around for dy in around), key=_away, reverse=True)
    stamps = []
    for dx, dy in offsets:
        away = math.hypot(dx, dy)
        disc = min(max(radius + 0.5 - away, 0.0), 1.0)
        rim = min(max(radius + _RIM_PX + 0.5 - away, 0.0), 1.0)
        if rim > 0.05:
            opacity = layer.opacity * max(disc, rim * _RIM_OPACITY)
            pixels = [_mixed(layer.rim, colour, disc, opacity) for colour in layer.colours]
            stamps.append((dy * columns + dx, np.array(pixels, np.uint32)))
    for deck in range(_DECKS):
        places_here, codes_here = places[deck::_DECKS], codes[deck::_DECKS]
        for offset, table in stamps:
            flat[places_here + offset] = table[codes_here]


def _cells_of(view: Viewport) -> tuple[int, int]:
    return view.height_px // view.cell_px + 3, view.width_px // view.cell_px + 3


def _shade(
    shades: Pixels,
    layer: Layer,
    x: npt.NDArray[np.int32],
    y: npt.NDArray[np.int32],
    codes: npt.NDArray[np.uint8],
    crowding: float,
    view: Viewport,
) -> None:
    """Shade cells by how many songs are in them, in the mean of these songs' colours."""
    rows, columns = shades.shape
    # Cells hang on the plane, not on the picture: they do not shimmer while it is moved.
    cell = view.cell_px
    across = (x - view.origin_x_px % cell) // cell + 1
    upright = (y - view.origin_y_px % cell) // cell + 1
    held = (across >= 0) & (across < columns) & (upright >= 0) & (upright < rows)
    cells, codes = (upright * columns + across)[held], codes[held]
    counts = np.bincount(cells, minlength=rows * columns)
    filled = np.flatnonzero(counts)
    per_cell = counts[filled]
    colours = np.array(layer.colours, np.float32)
    typical = max(crowding * (cell / view.unit_px) ** 2, 1.0)
    fullness = np.minimum(np.log1p(per_cell) / math.log1p(_FULL_AT * typical), 1.0)
    opacity = layer.opacity * (_FAINTEST + (1.0 - _FAINTEST) * fullness)
    packed = (255 * opacity).astype(np.uint32) << np.uint32(24)
    for part, shift in enumerate((16, 8, 0)):
        sums = np.bincount(cells, weights=colours[codes, part], minlength=rows * columns)
        packed |= (sums[filled] / per_cell * opacity).astype(np.uint32) << np.uint32(shift)
    shades.reshape(-1)[filled] = packed


def _away(offset: tuple[int, int]) -> float:
    return math.hypot(*offset)


def _mixed(rim: Rgb, colour: Rgb, share: float, opacity: float) -> int:
    """Give a pixel that is so far the dot's colour and else the rim's, premultiplied."""
    parts = [
        (share * of_dot + (1.0 - share) * of_rim) * opacity
        for of_dot, of_rim in zip(colour, rim, strict=True)
    ]
    red, green, blue = (round(part) for part in parts)
    return round(255 * opacity) << 24 | red << 16 | green << 8 | blue
