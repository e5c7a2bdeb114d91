"""Draws the valence-arousal plane, for the screen and for pictures alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from emoviz.gui.look.ramp import even_ramp
from emoviz.gui.look.texts import format_time, with_deviation
from emoviz.gui.look.theme import Colours, with_alpha
from emoviz.gui.plane.camera import WHOLE_PLANE, Camera
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.ground import Label, PlaneGround, near, opacity
from emoviz.gui.plane.motion import (
    Stroke,
    draw_ellipse,
    draw_glow,
    draw_head,
    draw_trail,
    ellipse_box,
    trail_box,
)
from emoviz.gui.plane.overlay import (
    draw_inset,
    draw_tip,
    draw_turn,
    draw_turn_time,
    point_near,
    turn_box,
)
from emoviz.gui.plane.path import PATH_PX, PathStroke, draw_path, points_along, shades_of
from emoviz.gui.plane.second_path import SecondPath
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.density import EXTENT, density_of
from emoviz.tracks.saying import Sayer
from emoviz.tracks.sections import Section, index_of_section
from emoviz.tracks.trail import deviation_at, head_at, time_of, trail_at
from emoviz.units import Values

TRAIL_S = 15.0
"""Length of the trail if nothing else is asked for."""

_TRAIL_STEP_S = 0.125
_YOUNGEST_PX = 6.5
"""Width of the trail where it is youngest; where it is oldest it is as wide as the path."""

_PATH_LIGHT = 0.6
"""How bright the path is beside its last seconds."""

_OPAQUE_FROM = 0.12
"""Share of the highest density from which its map hides the ground."""

_LABEL_GROUND = 0.72
"""How much the ground of a label hides of the path that runs through it."""


@dataclass
class _Stills:
    """What does not move, drawn once and kept, and what it was drawn for."""

    size: QSize
    pixel_ratio: float
    camera: Camera
    labels: list[Label]
    ground: QPixmap
    # Ground and ghost apart: while a song is analysed the path changes ten times a second.
    whole: QPixmap | None = None
    near_head: tuple[Label, ...] = ()


class PlanePainter:
    """Draws a track on the plane at any size; what does not move is drawn once and kept."""

    def __init__(self, circumplex: Circumplex, colours: Colours) -> None:
        self._sayer = Sayer(circumplex)
        self._colours = colours
        self._ground = PlaneGround(circumplex, colours)
        self._values: Values = np.zeros((0, 2))
        self._path = self._values
        self._turns: list[Section] = []
        self._shades = shades_of(colours, _PATH_LIGHT)
        self._stills: _Stills | None = None
        self._density: QImage | None = None
        self._shows_density = self._relative = False
        self._second = SecondPath()
        self.camera = WHOLE_PLANE
        self.trail_s = TRAIL_S
        self.marked: int | None = None
        """Index of the value whose tip is shown."""

    def set_colours(self, colours: Colours) -> None:
        """Draw in these colours from now on."""
        self._colours = self._ground.colours = colours
        self._shades = shades_of(colours, _PATH_LIGHT)
        self._stills = self._density = None

    def set_words(self, circumplex: Circumplex) -> None:
        """Write these words around the circle."""
        self._sayer = Sayer(circumplex)
        self._ground.set_words(circumplex)
        self._stills = None

    def set_taken(self, box: QRectF) -> None:
        """Keep words from a box that something else lies on."""
        self._ground.taken = box
        self._stills = None

    @property
    def middle(self) -> tuple[float, float] | None:
        """The mean that the song is shown relative to; None where it is not."""
        return self._ground.middle

    def set_relative(self, relative: bool) -> None:
        """Draw the song relative to its own mean, or on the plane itself."""
        self._relative = relative
        self._take_middle()

    def _take_middle(self) -> None:
        middle = None
        if self._relative and not np.isnan(self._values[:, :2]).all():
            valence, arousal = np.nanmean(self._values[:, :2], axis=0).tolist()
            middle = (valence, arousal)
        if middle != self._ground.middle:
            self._ground.middle = middle
            self._stills = None

    def set_track(self, values: Values) -> None:
        """Draw the path of `values`, NaN where nothing is known yet."""
        self._values = values
        self._take_middle()
        self._path = points_along(values)
        self._density = None
        if self.marked is not None and self.marked >= len(values):
            self.marked = None
        self._forget_path()

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Mark where sections begin with a jump."""
        self._turns = [each for each in sections if each.abrupt]
        self._forget_path()

    def set_second_track(self, values: Values) -> None:
        """Draw a second path over the first, none of no values."""
        self._second.values = values
        self._forget_path()

    def set_density(self, shown: bool) -> None:
        """Draw where the song's values gather, or do not."""
        self._shows_density = shown
        self._forget_path()

    def geometry(self, size: QSize) -> Geometry:
        """Give where things lie in a picture of `size`."""
        return self._ground.geometry(size, self.camera)

    def draw(self, painter: QPainter, size: QSize, pixel_ratio: float, time_s: float) -> None:
        """Draw the plane, and the trail as it is at `time_s`."""
        geometry = self.geometry(size)
        head = head_at(self._values, time_s)
        head_place = None if head is None else geometry.point(*head)
        stills = self._drawn_stills(geometry, pixel_ratio, head_place)
        assert stills.whole is not None
        painter.drawPixmap(0, 0, stills.whole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        deviation = deviation_at(self._values, time_s)
        draw_ellipse(painter, ellipse_box(geometry, head, deviation), self._colours)
        if head_place is not None:
            draw_glow(painter, geometry, head_place, self._colours)
        full = round(self.trail_s / _TRAIL_STEP_S)
        draw_trail(painter, geometry, self.trail(time_s), full, self._trail_stroke(time_s))
        if head_place is not None:
            draw_head(painter, geometry, head_place, self._colours)
        self._second.draw_moving(painter, geometry, self._colours, time_s, self.trail_s)
        if head_place is not None:
            for label in stills.near_head:
                painter.setOpacity(opacity(label, head_place, geometry.scale))
                self._ground.draw_label(painter, label)
            painter.setOpacity(1.0)
        if (turn := self._turn_before(time_s)) is not None:
            draw_turn_time(painter, geometry, *self._turn_label(geometry, turn), self._colours)
        if self.marked is not None:
            place = geometry.point(*self._values[self.marked, :2])
            draw_tip(painter, geometry, place, self._tip(self.marked), self._colours)
        draw_inset(painter, geometry, self._path, head, self._colours)
        if not geometry.inset.isEmpty():
            self._second.draw_in_inset(painter, geometry, self._colours, time_s)

    def trail(self, time_s: float) -> Values:
        """Give the trail at `time_s`, (m, 2), the oldest point first."""
        return trail_at(self._values, time_s, self.trail_s, _TRAIL_STEP_S)

    def is_within_deviation(self, time_s: float) -> bool:
        """Tell whether the trail at `time_s` moves by less than the deviation of its values."""
        trail, deviation = self.trail(time_s), deviation_at(self._values, time_s)
        if deviation is None or not len(trail):
            return False
        moves = np.nanmax(trail, axis=0) - np.nanmin(trail, axis=0)
        return bool((moves < 2.0 * np.array(deviation)).all())

    def said_at(self, index: int) -> str:
        """Give what is said of a value of the path, in the words around the plane."""
        return self._sayer.said(self._values)[index]

    def value_near(self, size: QSize, place: QPointF) -> int | None:
        """Give the index of the value of the path that a place in the picture is on, if any."""
        return point_near(self._values, self.geometry(size), place)

    def moving_area(self, size: QSize, time_s: float) -> QRectF:
        """Give the rectangle that trail, head and ellipse take up at `time_s`, if any."""
        geometry = self.geometry(size)
        second = self._second.moving_area(geometry, time_s, self.trail_s)
        area = trail_box(geometry, self.trail(time_s))
        if area.isEmpty():
            return second
        area = area.united(second)
        head, deviation = head_at(self._values, time_s), deviation_at(self._values, time_s)
        ellipse = ellipse_box(geometry, head, deviation)
        if not ellipse.isEmpty():
            area = area.united(ellipse.adjusted(-2, -2, 2, 2))
        if self._stills is not None and head is not None:
            for label in near(self._stills.labels, geometry.point(*head), geometry.scale):
                area = area.united(label.extent)
        if (turn := self._turn_before(time_s)) is not None:
            area = area.united(self._turn_label(geometry, turn)[0])
        return area.united(geometry.inset)

    def _turn_before(self, time_s: float) -> Section | None:
        """Give the section that is heard if it began with a jump."""
        index = index_of_section(self._turns, time_s)
        return None if index is None else self._turns[index]

    def _turn_label(self, geometry: Geometry, turn: Section) -> tuple[QRectF, str]:
        """Give where the time of a turn is written, beside its place, and how."""
        text = QCoreApplication.translate("PlanePainter", "{0} turn")
        place = head_at(self._values, turn.start_s)
        text = text.format(format_time(turn.start_s))
        if place is None:
            return QRectF(), text
        return turn_box(geometry, geometry.point(*place), text), text

    def _drawn_stills(
        self, geometry: Geometry, pixel_ratio: float, head: QPointF | None
    ) -> _Stills:
        stills, size = self._stills, geometry.size
        if stills is None or (size, pixel_ratio, self.camera) != (
            stills.size,
            stills.pixel_ratio,
            stills.camera,
        ):
            labels = self._ground.labels(geometry)
            ground = self._draw_ground(geometry, pixel_ratio)
            stills = _Stills(size, pixel_ratio, self.camera, labels, ground)
            self._stills = stills
        near_head = () if head is None else near(stills.labels, head, geometry.scale)
        if stills.whole is None or near_head != stills.near_head:
            stills.near_head = near_head
            stills.whole = self._draw_whole(stills, geometry)
        return stills

    def _draw_ground(self, geometry: Geometry, pixel_ratio: float) -> QPixmap:
        pixmap = QPixmap(geometry.size * pixel_ratio)
        pixmap.setDevicePixelRatio(pixel_ratio)
        pixmap.fill(QColor(self._colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground.draw_quadrants(painter, geometry)
        painter.end()
        return pixmap

    def _draw_whole(self, stills: _Stills, geometry: Geometry) -> QPixmap:
        pixmap = stills.ground.copy()
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shows_density:
            self._draw_density(painter, geometry)
        self._ground.draw_lines(painter, geometry)
        for label in stills.labels:
            if label not in stills.near_head:
                self._ground.draw_label(painter, label)
        stroke = PathStroke(self._shades, self._colours.panel)
        draw_path(painter, geometry, self._path, stroke)
        self._lift_labels(painter, geometry, stills)
        for turn in self._turns:
            if (place := head_at(self._values, turn.start_s)) is not None:
                draw_turn(painter, geometry, geometry.point(*place), self._colours)
        self._second.draw_ghost(painter, geometry, self._colours)
        painter.end()
        return pixmap

    def _lift_labels(self, painter: QPainter, geometry: Geometry, stills: _Stills) -> None:
        """Write those labels once more that the path runs through, on a ground of their own."""
        middle, camera = geometry.centre, geometry.camera
        x = middle.x() + (self._path[:, 0] - camera.valence) * geometry.radius_px
        y = middle.y() + (camera.arousal - self._path[:, 1]) * geometry.radius_px
        for label in stills.labels:
            box = label.rect
            inside = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
            if label not in stills.near_head and inside.any():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(with_alpha(self._colours.panel, _LABEL_GROUND))
                painter.drawRoundedRect(label.rect.adjusted(-3, 0, 3, 0), 3, 3)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                self._ground.draw_label(painter, label)

    def _draw_density(self, painter: QPainter, geometry: Geometry) -> None:
        if self._density is None:
            self._density = _density_image(density_of(self._values), self._colours)
        box = QRectF(geometry.point(-EXTENT, EXTENT), geometry.point(EXTENT, -EXTENT))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._density)

    def _trail_stroke(self, time_s: float) -> Stroke:
        """Give the stroke of a trail that grows out of the path as this is there."""
        last_s = time_of(max(len(self._values) - 1, 0))
        place = min(int(time_s / last_s * len(self._shades)), len(self._shades) - 1)
        shade = self._shades[place].name()
        return Stroke(self._colours.trail, shade, PATH_PX, _YOUNGEST_PX)

    def _tip(self, index: int) -> list[str]:
        value = [float(part) for part in self._values[index]]
        deviations = value[2:] if len(value) == 4 else (None, None)
        valence = QCoreApplication.translate("PlanePainter", "valence {0}")
        arousal = QCoreApplication.translate("PlanePainter", "arousal {0}")
        return [
            f"{format_time(time_of(index), decimals=1)}  {self.said_at(index)}",
            valence.format(with_deviation(value[0], deviations[0])),
            arousal.format(with_deviation(value[1], deviations[1])),
        ]

    def _forget_path(self) -> None:
        if self._stills is not None:
            self._stills.whole = None


def _density_image(density: np.ndarray, colours: Colours) -> QImage:
    ramp = even_ramp(colours.panel, colours.density, 256)
    alpha = np.clip(np.arange(256) / 255 / _OPAQUE_FROM, 0.0, 1.0)[:, None]
    # Qt's premultiplied format, blue first.
    table = np.column_stack([ramp[:, ::-1] * alpha, 255 * alpha]).round().astype(np.uint8)
    pixels = np.ascontiguousarray(table[np.round(255 * density).astype(int)])
    rows, columns = density.shape
    image_format = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, columns, rows, 4 * columns, image_format).copy()
