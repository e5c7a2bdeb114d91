"""Where the words around the circle are written, so that none covers another."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from emoviz.circumplex import Word

_GAP_PX = 10.0
_LEADER_PX = 6.0


@dataclass(frozen=True)
class PlacedWord:
    """A word's text rectangle, and the line that joins it to its true place on the circle."""

    word: Word
    rect: QRectF
    on_circle: QPointF
    leader_end: QPointF
    right_side: bool


def place_words(
    words: tuple[Word, ...], centre: QPointF, radius_px: float, metrics: QFontMetricsF
) -> list[PlacedWord]:
    """Place each word outside the circle, at its own height or as near to it as there is room.

    Words on one side are kept in the order of their heights, one line apart at least; a thin
    leader keeps the published angle visible where a word had to move.
    """
    placed = []
    for right_side in (True, False):
        side = [word for word in words if (word.valence >= 0) == right_side]
        side.sort(key=lambda word: -word.arousal)
        wanted = [-word.arousal * (radius_px + _GAP_PX) for word in side]
        heights = _spread(wanted, metrics.height())
        for word, height in zip(side, heights, strict=True):
            placed.append(_place(word, height, right_side, centre, radius_px, metrics))
    return placed


def _spread(wanted: list[float], spacing: float) -> list[float]:
    """Move heights apart to at least `spacing`, as little as possible in the least-squares sense.

    Pool adjacent violators (Ayer et al. 1955) on the heights less their rank times the spacing.
    """
    pools: list[tuple[float, int]] = []
    for rank, height in enumerate(wanted):
        mean, count = height - rank * spacing, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [mean + rank * spacing for rank, mean in enumerate(flat)]


def _place(
    word: Word,
    height: float,
    right_side: bool,
    centre: QPointF,
    radius_px: float,
    metrics: QFontMetricsF,
) -> PlacedWord:
    side = 1.0 if right_side else -1.0
    # The rectangle's corner nearest to the circle decides how far out the word has to go.
    nearest = max(0.0, abs(height) - metrics.height() / 2)
    outer = radius_px + _GAP_PX
    x = math.sqrt(max(0.0, outer**2 - nearest**2)) + _LEADER_PX
    width = metrics.horizontalAdvance(word.text)
    left = centre.x() + (x if right_side else -x - width)
    rect = QRectF(left, centre.y() + height - metrics.height() / 2, width, metrics.height())
    on_circle = centre + QPointF(word.valence, -word.arousal) * radius_px
    leader_end = QPointF(centre.x() + side * (x - 3.0), centre.y() + height)
    return PlacedWord(word, rect, on_circle, leader_end, right_side)
