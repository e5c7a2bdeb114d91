"""Where the words around the circle are written, so that none covers another."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from emoviz.tracks.circumplex import NEUTRAL_RADIUS, Word

GAP_PX = 10.0
"""How far from the circle a word is at least: the trail's head, on the circle, does not reach."""

LEADER_PX = 6.0

_LEVEL = 1e-9
"""A direction as flat or as steep as this is one along an axis."""


@dataclass(frozen=True)
class PlacedWord:
    """A word's text rectangle, and the line that joins it to its true place on the circle."""

    word: Word
    rect: QRectF
    on_circle: QPointF
    leader_end: QPointF
    right_side: bool


def place_words(
    words: tuple[Word, ...],
    centre: QPointF,
    radius_px: float,
    metrics: QFontMetricsF,
    room: QRectF,
    taken: tuple[QRectF, ...] = (),
    scale: float = 1.0,
) -> list[PlacedWord]:
    """Place each word outside the circle, at its own height or as near to it as there is room.

    Words on one side are kept in the order of their heights, one line apart at least; a thin
    leader keeps the published angle visible where a word had to move. A word that has no place
    inside `room`, or only one that is `taken`, is left out, those first that lie closest together.
    `scale` is that of the gaps.
    """
    placed = []
    for right_side in (True, False):
        side = [word for word in words if (word.valence >= 0) == right_side]
        side.sort(key=lambda word: -word.arousal)
        while len(side) * metrics.height() > room.height():
            del side[_most_crowded(side)]
        while True:
            found = _place_side(side, right_side, centre, radius_px, metrics, room, scale)
            misfits = [
                index
                for index, entry in enumerate(found)
                if not room.contains(entry.rect) or any(map(entry.rect.intersects, taken))
            ]
            if not misfits:
                break
            del side[max(misfits, key=lambda index: found[index].rect.width())]
        placed += found
    return placed


def place_at_edge(
    word: Word,
    origin: QPointF,
    radius_px: float,
    metrics: QFontMetricsF,
    room: QRectF,
) -> QRectF | None:
    """Give the box of a word where its direction, seen from the origin, leaves `room`.

    For a view from near, in which the word's place on the circle is not. None where its direction
    does not come through the view, or leaves it so near to the middle that it means little there.
    """
    width, height = metrics.horizontalAdvance(word.text), metrics.height()
    inner = room.adjusted(width / 2, height / 2, -width / 2, -height / 2)
    if inner.width() <= 0 or inner.height() <= 0:
        return None
    way = QPointF(word.valence, -word.arousal) / math.hypot(word.valence, word.arousal)
    enters, leaves = 0.0, radius_px
    for start, step, low, high in (
        (origin.x(), way.x(), inner.left(), inner.right()),
        (origin.y(), way.y(), inner.top(), inner.bottom()),
    ):
        if abs(step) < _LEVEL:
            if not low <= start <= high:
                return None
            continue
        one, other = sorted(((low - start) / step, (high - start) / step))
        enters, leaves = max(enters, one), min(leaves, other)
    if leaves < max(enters, NEUTRAL_RADIUS * radius_px):
        return None
    middle = origin + way * leaves
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _most_crowded(side: list[Word]) -> int:
    """Give the index of the word that lies closest to its neighbours; the outermost stay."""
    if len(side) < 3:
        return 0
    heights = [word.arousal for word in side]
    return min(range(1, len(side) - 1), key=lambda at: heights[at - 1] - heights[at + 1])


def _place_side(
    side: list[Word],
    right_side: bool,
    centre: QPointF,
    radius_px: float,
    metrics: QFontMetricsF,
    room: QRectF,
    scale: float,
) -> list[PlacedWord]:
    line_px = metrics.height()
    wanted = [-word.arousal * (radius_px + GAP_PX * scale) for word in side]
    top = room.top() - centre.y() + line_px / 2
    bottom = room.bottom() - centre.y() - line_px / 2
    heights = _spread(wanted, line_px, top, bottom)
    return [
        _place(word, height, right_side, centre, radius_px, metrics, scale)
        for word, height in zip(side, heights, strict=True)
    ]


def _spread(wanted: list[float], spacing: float, top: float, bottom: float) -> list[float]:
    """Move heights apart to at least `spacing`, as little as possible in the least-squares sense.

    Pool adjacent violators (Ayer et al. 1955) on the heights less their rank times the spacing;
    held between `top` and `bottom`, where they have room.
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
    last = bottom - (len(wanted) - 1) * spacing
    return [max(min(mean, last), top) + rank * spacing for rank, mean in enumerate(flat)]


def _place(
    word: Word,
    height: float,
    right_side: bool,
    centre: QPointF,
    radius_px: float,
    metrics: QFontMetricsF,
    scale: float,
) -> PlacedWord:
    side = 1.0 if right_side else -1.0
    # The rectangle's corner nearest to the circle decides how far out the word has to go.
    nearest = max(0.0, abs(height) - metrics.height() / 2)
    outer = radius_px + GAP_PX * scale
    x = math.sqrt(max(0.0, outer**2 - nearest**2)) + LEADER_PX * scale
    width = metrics.horizontalAdvance(word.text)
    left = centre.x() + (x if right_side else -x - width)
    rect = QRectF(left, centre.y() + height - metrics.height() / 2, width, metrics.height())
    on_circle = centre + QPointF(word.valence, -word.arousal) * radius_px
    leader_end = QPointF(centre.x() + side * (x - 3.0), centre.y() + height)
    return PlacedWord(word, rect, on_circle, leader_end, right_side)
