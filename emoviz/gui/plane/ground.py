"""What of the plane does not move with the song: quadrants, axes and grid, and the words."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QRadialGradient

from emoviz.gui.look.texts import signed
from emoviz.gui.look.theme import Colours, interface_font, mixed, with_alpha
from emoviz.gui.plane.camera import WHOLE_PLANE, Camera
from emoviz.gui.plane.geometry import HEAD_RADIUS_PX, Geometry, scale_of
from emoviz.gui.plane.words_layout import place_at_edge, place_words
from emoviz.tracks.circumplex import Circumplex

_WORD_PT, _AXIS_PT = 9.5, 8.5

_GRID_BELOW = 0.6
_GRID_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_GRID_PX = 52.0

_AXIS_ENDS = (
    (1, 0, ("positive valence", "valence +", "V+")),
    (0, 1, ("high arousal", "arousal +", "A+")),
    (-1, 0, ("negative valence", "valence −", "V−")),
    (0, -1, ("low arousal", "arousal −", "A−")),
)
"""Valence and arousal of each end, and its names, the longest first."""

_RELATIVE_ENDS = (
    (1, 0, "more positive than its mean"),
    (0, 1, "higher in arousal than its mean"),
    (-1, 0, "more negative than its mean"),
    (0, -1, "lower in arousal than its mean"),
)
"""The same of a plane whose middle is a song's mean"""

_TO_TRANSLATE = (
    QT_TRANSLATE_NOOP("PlaneGround", "more positive than its mean"),
    QT_TRANSLATE_NOOP("PlaneGround", "higher in arousal than its mean"),
    QT_TRANSLATE_NOOP("PlaneGround", "more negative than its mean"),
    QT_TRANSLATE_NOOP("PlaneGround", "lower in arousal than its mean"),
    QT_TRANSLATE_NOOP("PlaneGround", "positive valence"),
    QT_TRANSLATE_NOOP("PlaneGround", "valence +"),
    QT_TRANSLATE_NOOP("PlaneGround", "V+"),
    QT_TRANSLATE_NOOP("PlaneGround", "high arousal"),
    QT_TRANSLATE_NOOP("PlaneGround", "arousal +"),
    QT_TRANSLATE_NOOP("PlaneGround", "A+"),
    QT_TRANSLATE_NOOP("PlaneGround", "negative valence"),
    QT_TRANSLATE_NOOP("PlaneGround", "valence −"),
    QT_TRANSLATE_NOOP("PlaneGround", "V−"),
    QT_TRANSLATE_NOOP("PlaneGround", "low arousal"),
    QT_TRANSLATE_NOOP("PlaneGround", "arousal −"),
    QT_TRANSLATE_NOOP("PlaneGround", "A−"),
)

_END_GAP_PX = 8.0
_EDGE_PX = 8.0
_WORDS_APART_PX = 6.0
_INWARDS = (0.0, 0.6, 1.2, 1.8, 2.4)
"""How far a word gives way to what stands at its edge, in its own heights."""
_FEW_WORDS = 10

# A text that the head comes to fades on these last pixels. Nearer to the circle than this no word
# lies, so that only a head outside of it ever comes to one.
_FADED_AT_PX = HEAD_RADIUS_PX + 1.0
_FADES_FROM_PX = _FADED_AT_PX + 2.5


@dataclass(frozen=True)
class Label:
    """A word or the name of an axis: its text, box and font, and its place on the circle if any."""

    text: str
    rect: QRectF
    font: QFont
    is_word: bool
    leader: tuple[QPointF, QPointF] | None = None

    @property
    def extent(self) -> QRectF:
        """Box of all that is drawn."""
        if self.leader is None:
            return self.rect
        on_circle, end = self.leader
        return self.rect.united(QRectF(on_circle, end).normalized().adjusted(-3, -3, 3, 3))


class PlaneGround:
    """Draws the plane without a song, in parts, so that a song's own map can lie between them."""

    def __init__(self, circumplex: Circumplex, colours: Colours) -> None:
        self.colours = colours
        self.taken = QRectF()
        """What lies on the picture and may cover no word: a button, in its corner."""
        self.middle: tuple[float, float] | None = None
        """The valence and arousal that all else is shown relative to; None on the plane itself"""
        self._words = circumplex.words
        self._set_scale(1.0)

    def set_words(self, circumplex: Circumplex) -> None:
        """Write these words around the circle."""
        self._words = circumplex.words
        self._set_scale(self._scale)

    def geometry(self, size: QSize, camera: Camera) -> Geometry:
        """Give where things lie in a picture of `size`."""
        scale = scale_of(size)
        if scale != self._scale:
            self._set_scale(scale)
        return Geometry(size, self._widest_px, self._word_metrics.height(), scale, camera)

    def labels(self, geometry: Geometry) -> list[Label]:
        """Give the words and the names of the axes that are seen; none covers another."""
        covered = [box for box in (self.taken, geometry.inset) if not box.isEmpty()]
        if geometry.camera.reach < _GRID_BELOW:
            covered += self._scales(geometry)
        if self.middle is not None:
            return self._relative_labels(geometry, covered)
        labels = self._placed_labels(geometry, covered)
        if geometry.camera != WHOLE_PLANE:
            labels += self._edge_labels(geometry, covered, labels)
        return labels

    def _placed_labels(self, geometry: Geometry, covered: list[QRectF]) -> list[Label]:
        """Give those that stand at their places on the circle, as far as these are seen."""
        labels = self._axis_names(geometry)
        for placed in place_words(
            self._words,
            geometry.origin,
            geometry.radius_px,
            self._word_metrics,
            geometry.room_for_words,
            tuple(covered),
            geometry.scale,
        ):
            leader = (placed.on_circle, placed.leader_end)
            labels.append(Label(placed.word.text, placed.rect, self._word_font, True, leader))
        return [
            label
            for label in labels
            if geometry.picture.contains(label.rect)
            and not any(map(label.rect.intersects, covered))
        ]

    def _edge_labels(
        self, geometry: Geometry, covered: list[QRectF], placed: list[Label]
    ) -> list[Label]:
        """Give those whose places are out of view where their directions leave it."""
        seen = {label.text for label in placed}
        taken = [*covered, *(label.rect for label in placed)]
        room = geometry.picture.adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        if geometry.camera.reach < _GRID_BELOW:
            below, beside = self._scales(geometry)
            room = QRectF(room.topLeft(), QPointF(beside.left(), below.top()))
        found: list[Label] = []
        for text, rect in self._ends_of_axes(geometry, room, seen):
            if room.contains(rect) and not any(map(rect.intersects, taken)):
                found.append(Label(text, rect, self._axis_font, False))
                taken.append(rect)
        room.setTop(max(room.top(), self.taken.bottom()))
        for word in self._words:
            place = place_at_edge(
                word, geometry.origin, geometry.radius_px, self._word_metrics, room
            )
            if word.text in seen or place is None:
                continue
            # Nearer to the middle in the same direction, where something stands at the edge.
            way = QPointF(word.valence, -word.arousal) / math.hypot(word.valence, word.arousal)
            # Of many words that would fill the plane.
            for step in _INWARDS if len(self._words) <= _FEW_WORDS else _INWARDS[:1]:
                box = place.translated(way * (-step * place.height()))
                margin = box.adjusted(-_WORDS_APART_PX, 0, _WORDS_APART_PX, 0)
                if room.contains(box) and not any(map(margin.intersects, taken)):
                    found.append(Label(word.text, box, self._word_font, True))
                    taken.append(box)
                    break
        return found

    def _relative_labels(self, geometry: Geometry, covered: list[QRectF]) -> list[Label]:
        """Give the ends of the axes that cross at a song's mean; no word is relative."""
        room = geometry.picture.adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        if geometry.camera.reach < _GRID_BELOW:
            below, beside = self._scales(geometry)
            room = QRectF(room.topLeft(), QPointF(beside.left(), below.top()))
        names = {ends[:2]: ends[2] for ends in _RELATIVE_ENDS}
        found: list[Label] = []
        for text, rect in self._signs(geometry, room, names):
            if not any(map(rect.intersects, (*covered, *(label.rect for label in found)))):
                found.append(Label(text, rect, self._axis_font, False))
        return found

    def _ends_of_axes(
        self, geometry: Geometry, room: QRectF, seen: set[str]
    ) -> list[tuple[str, QRectF]]:
        """Give the ends of the axes that are not among what is seen as signs at the edges."""
        names = {
            (valence, arousal): names[0]
            for valence, arousal, names in _AXIS_ENDS
            if not any(QCoreApplication.translate("PlaneGround", name) in seen for name in names)
        }
        return self._signs(geometry, room, names)

    def _signs(
        self, geometry: Geometry, room: QRectF, names: dict[tuple[int, int], str]
    ) -> list[tuple[str, QRectF]]:
        """Give names of directions with arrows, beside the axes where these leave the view."""
        signs = []
        origin = geometry.point(*(self.middle or (0.0, 0.0)))
        for (valence, arousal), name in names.items():
            text = _sign(QCoreApplication.translate("PlaneGround", name), valence, arousal)
            width = self._axis_metrics.horizontalAdvance(text) + 1.0
            height = self._axis_metrics.height()
            left = {1: room.right() - width, -1: room.left()}.get(
                valence, _beside(origin.x(), 6.0, width, room.left(), room.right())
            )
            top = {1: room.top(), -1: room.bottom() - height}.get(
                arousal, _beside(origin.y(), 3.0, height, room.top(), room.bottom())
            )
            if arousal == 1 and left < self.taken.right() + _END_GAP_PX:
                left = self.taken.right() + _END_GAP_PX
            if valence == -1 and top + height > geometry.inset.top() - 2.0:
                top = min(top, geometry.inset.top() - height - 2.0)
            signs.append((text, QRectF(left, top, width, height)))
        return signs

    def draw_quadrants(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the circle and the tints of its quarters."""
        if self.middle is not None:
            return
        radius = geometry.radius_px
        box = QRectF(geometry.point(-1, 1), geometry.point(1, -1))
        painter.setPen(Qt.PenStyle.NoPen)
        for quarter, colour in enumerate(self.colours.quadrants):
            gradient = QRadialGradient(geometry.origin, radius)
            # Mixed, not translucent: not all that shows PDF can show gradients of transparency.
            gradient.setColorAt(0.0, mixed(self.colours.panel, colour, 0.03))
            gradient.setColorAt(1.0, mixed(self.colours.panel, colour, 0.16))
            painter.setBrush(gradient)
            painter.drawPie(box, quarter * 90 * 16, 90 * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw_lines(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the circle, the axes and, from near, the grid."""
        self.draw_circle(painter, geometry)
        self.draw_grid(painter, geometry)
        self.draw_axes(painter, geometry)

    def draw_circle(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the circle, and one of half its size; around a song's mean there is none."""
        if self.middle is not None:
            return
        painter.setPen(QPen(QColor(self.colours.line), 1.0))
        painter.drawEllipse(geometry.origin, geometry.radius_px / 2, geometry.radius_px / 2)
        painter.setPen(QPen(QColor(self.colours.ghost), 1.4))
        painter.drawEllipse(geometry.origin, geometry.radius_px, geometry.radius_px)

    def draw_axes(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw the axes."""
        painter.setPen(QPen(QColor(self.colours.line), 1.0))
        valence, arousal = self.middle or (0.0, 0.0)
        painter.drawLine(geometry.point(-1, arousal), geometry.point(1, arousal))
        painter.drawLine(geometry.point(valence, -1), geometry.point(valence, 1))

    def draw_label(self, painter: QPainter, label: Label) -> None:
        """Write a word, with the line to its place on the circle, or the name of an axis."""
        if label.leader is not None:
            on_circle, end = label.leader
            painter.setPen(QPen(QColor(self.colours.line), 1.0))
            painter.drawLine(on_circle, end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colours.ghost))
            painter.drawEllipse(on_circle, 1.8, 1.8)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(label.font)
        painter.setPen(QColor(self.colours.text if label.is_word else self.colours.dim))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        painter.drawText(label.rect, flags, label.text)

    def _set_scale(self, scale: float) -> None:
        self._scale = scale
        self._word_font = interface_font(_WORD_PT * scale)
        self._axis_font = interface_font(_AXIS_PT * scale)
        self._word_metrics = QFontMetricsF(self._word_font)
        self._axis_metrics = QFontMetricsF(self._axis_font)
        width = self._word_metrics.horizontalAdvance
        self._widest_px = max((width(word.text) for word in self._words), default=0.0)

    def _axis_names(self, geometry: Geometry) -> list[Label]:
        """Place the names of the axes' ends inside the circle, the longest that have room."""
        labels: list[Label] = []
        for length in range(len(_AXIS_ENDS[0][2])):
            labels = [
                self._axis_name(geometry, valence, arousal, names[length])
                for valence, arousal, names in _AXIS_ENDS
            ]
            widest = max(label.rect.width() for label in labels)
            if geometry.radius_px >= widest + 2 * _END_GAP_PX:
                break
        # In the smallest of planes with the largest of texts there is room for those of valence.
        valences, arousals = labels[::2], labels[1::2]
        return valences + [
            name for name in arousals if not any(name.rect.intersects(v.rect) for v in valences)
        ]

    def _axis_name(self, geometry: Geometry, valence: int, arousal: int, name: str) -> Label:
        text = QCoreApplication.translate("PlaneGround", name)
        width = self._axis_metrics.horizontalAdvance(text) + 1.0
        height = self._axis_metrics.height()
        end = geometry.point(valence, arousal)
        if valence:
            left = end.x() - valence * (width / 2 + _END_GAP_PX) - width / 2
            top = end.y() + 3
        else:
            # Beside the axis, and so far inside that the circle does not cut the text.
            left = end.x() + 6
            corner_depth = _depth_at(width + 10, geometry.radius_px)
            depth = max(height / 2 + _END_GAP_PX, corner_depth) + height / 2
            top = end.y() + arousal * depth - height / 2
        return Label(text, QRectF(left, top, width, height), self._axis_font, False)

    def _scales(self, geometry: Geometry) -> list[QRectF]:
        """Give where the values of the grid's lines are written."""
        width, height = geometry.size.width(), geometry.size.height()
        line_px = self._axis_metrics.height() + 6
        arousal = QCoreApplication.translate("PlaneGround", "arousal")
        column_px = max(map(self._axis_metrics.horizontalAdvance, ("−0.00", arousal))) + 12
        return [
            QRectF(0, height - line_px, width, line_px),
            QRectF(width - column_px, 0, column_px, height),
        ]

    def draw_grid(self, painter: QPainter, geometry: Geometry) -> None:
        """Draw lines of equal valence and arousal with their values: a near view needs a scale."""
        if geometry.camera.reach >= _GRID_BELOW:
            return
        camera, width, height = geometry.camera, geometry.size.width(), geometry.size.height()
        step = next(
            step for step in _GRID_STEPS if step * geometry.radius_px > _GRID_PX * geometry.scale
        )
        painter.setFont(self._axis_font)
        metrics = self._axis_metrics
        faint, dim = QPen(with_alpha(self.colours.line, 0.5), 1.0), QColor(self.colours.dim)
        valence = QCoreApplication.translate("PlaneGround", "valence")
        arousal = QCoreApplication.translate("PlaneGround", "arousal")
        half = width / 2 / geometry.radius_px
        end = width - metrics.horizontalAdvance(valence) - 8
        middle_valence, middle_arousal = self.middle or (0.0, 0.0)
        centre = camera.valence - middle_valence
        for line in _multiples(step, centre - half, centre + half):
            x = geometry.point(line + middle_valence, 0).x()
            painter.setPen(faint)
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
            painter.setPen(dim)
            if x + 4 + metrics.horizontalAdvance(_mark(line)) < end - 8:
                painter.drawText(QPointF(x + 4, height - 6), _mark(line))
        painter.setPen(dim)
        painter.drawText(QPointF(end, height - 6), valence)
        half = height / 2 / geometry.radius_px
        centre = camera.arousal - middle_arousal
        for line in _multiples(step, centre - half, centre + half):
            y = geometry.point(0, line + middle_arousal).y()
            painter.setPen(faint)
            painter.drawLine(QPointF(0, y), QPointF(width, y))
            painter.setPen(dim)
            left = width - metrics.horizontalAdvance(_mark(line)) - 8
            if 3 * metrics.height() < y < height - 2 * metrics.height():
                painter.drawText(QPointF(left, y - 4), _mark(line))
        left = width - metrics.horizontalAdvance(arousal) - 8
        painter.drawText(QPointF(left, metrics.height() + 2), arousal)


def _sign(name: str, valence: int, arousal: int) -> str:
    """Give the name of an axis' end with an arrow that points there."""
    if valence:
        return f"{name} →" if valence > 0 else f"← {name}"
    return f"↑ {name}" if arousal > 0 else f"↓ {name}"


def _beside(line: float, gap: float, length: float, low: float, high: float) -> float:
    """Give where something of a length begins beside a line, in the middle if that is not seen."""
    if low <= line and line + gap + length <= high:
        return line + gap
    return (low + high - length) / 2


def near(labels: list[Label], head: QPointF, scale: float) -> tuple[Label, ...]:
    """Give the labels that a head at a place in the picture covers or is about to."""
    return tuple(label for label in labels if _away_px(label.rect, head) < _FADES_FROM_PX * scale)


def opacity(label: Label, head: QPointF, scale: float) -> float:
    """Give how much of a label is seen beside the head: nothing is left where it covers it."""
    away_px = _away_px(label.rect, head) / scale
    return min(max((away_px - _FADED_AT_PX) / (_FADES_FROM_PX - _FADED_AT_PX), 0.0), 1.0)


def _away_px(rect: QRectF, place: QPointF) -> float:
    across = max(rect.left() - place.x(), place.x() - rect.right(), 0.0)
    upright = max(rect.top() - place.y(), place.y() - rect.bottom(), 0.0)
    return math.hypot(across, upright)


def _depth_at(across_px: float, radius_px: float) -> float:
    """Give how far below its top a circle lies at this distance from its middle."""
    return radius_px - math.sqrt(max(0.0, radius_px**2 - across_px**2))


def _multiples(step: float, low: float, high: float) -> list[float]:
    """Give the multiples of `step` between two values, as far as the plane goes."""
    first, last = math.ceil(max(low, -1.0) / step), math.floor(min(high, 1.0) / step)
    return [number * step for number in range(first, last + 1)]


def _mark(value: float) -> str:
    return signed(value) if abs(value) > 1e-9 else "0"
