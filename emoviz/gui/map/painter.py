"""Draws the map: the plane with a dot for each song, and what is chosen, drawn and pointed at."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF

from emoviz.gui.look.theme import Colours, interface_font, with_alpha
from emoviz.gui.map import dots
from emoviz.gui.map.dots import Layer, Picture, Pixels, Rgb, Viewport
from emoviz.gui.map.songs import Groups, Indices, MapSongs, Mask
from emoviz.gui.plane.camera import WHOLE_PLANE, Camera
from emoviz.gui.plane.geometry import Geometry
from emoviz.gui.plane.ground import PlaneGround
from emoviz.gui.plane.overlay import REACH_PX, draw_inset, draw_tip
from emoviz.library.travel import Route
from emoviz.tracks.circumplex import Circumplex

_FADED, _STEPPED_BACK = 0.16, 0.45
_MARGIN_PX = 160
_RING_PX = 9.0
_STOP_PX = 9.0
_STOP_PT = 8.0
_NAME_PT, _NAME_PX, _NAME_AWAY_PX = 8.5, 150.0, 6.0


@dataclass
class Shown:
    """What there is to see on the map; whoever changes it calls `MapPainter.forget`."""

    songs: MapSongs | None = None
    groups: Groups | None = None
    matches: Mask | None = None
    """The songs that a search has found, or None where nothing is searched for"""
    chosen: Indices = field(default_factory=lambda: np.zeros(0, np.intp))
    path: Route | None = None
    """A path that a playlist travels along; its stops are what is chosen"""
    playing: int | None = None


@dataclass
class _Tile:
    """Ground and dots, drawn once: the picture as `camera` saw it and `margin_px` around it."""

    pixmap: QPixmap
    size: QSize
    pixel_ratio: float
    camera: Camera
    margin_px: int


class MapPainter:
    """Draws the map at any size; ground and dots are kept while the plane is only moved."""

    def __init__(self, circumplex: Circumplex, colours: Colours) -> None:
        self._colours = colours
        self._ground = PlaneGround(circumplex, colours)
        self._tile: _Tile | None = None
        self._layers: list[Layer] | None = None
        self.camera = WHOLE_PLANE
        self.shown = Shown()
        self.marked: int | None = None
        """Index of the song whose tip is shown"""
        self.tip: list[str] = []
        self.stroke: list[QPointF] = []
        """What is being drawn by hand: places in the picture"""
        self.stroke_is_closed = False
        self.names: dict[int, str] = {}
        """What is written beside songs, by their indices"""

    def set_colours(self, colours: Colours) -> None:
        """Draw in these colours from now on."""
        self._colours = self._ground.colours = colours
        self.forget()

    def set_words(self, circumplex: Circumplex) -> None:
        """Write these words around the circle."""
        self._ground.set_words(circumplex)

    def forget(self) -> None:
        """Draw all dots anew."""
        self._tile = self._layers = None

    def geometry(self, size: QSize) -> Geometry:
        """Give where things lie in a picture of `size`."""
        return self._ground.geometry(size, self.camera)

    def place_of(self, size: QSize, index: int) -> QPointF:
        """Give where a song is in a picture of `size`."""
        return self._place(self.geometry(size), index)

    def song_near(self, size: QSize, place: QPointF) -> int | None:
        """Give the index of the song that a place in the picture is on, if any."""
        geometry, songs = self.geometry(size), self.shown.songs
        if songs is None or geometry.inset.contains(place):
            return None
        reach = REACH_PX / geometry.radius_px
        return songs.nearest(*geometry.on_plane(place), reach, self.shown.matches)

    def songs_seen(self, size: QSize) -> Indices:
        """Give the indices of the songs that are in a picture of `size`."""
        geometry, songs = self.geometry(size), self.shown.songs
        if songs is None:
            return np.zeros(0, np.intp)
        (left, top), (right, bottom) = (
            geometry.on_plane(corner)
            for corner in (geometry.picture.topLeft(), geometry.picture.bottomRight())
        )
        valence, arousal = songs.points.valence, songs.points.arousal
        inside = (valence >= left) & (valence <= right) & (arousal <= top) & (arousal >= bottom)
        if self.shown.matches is not None:
            inside &= self.shown.matches
        found: Indices = np.flatnonzero(inside)
        return found

    def songs_inside(self, size: QSize, outline: list[QPointF]) -> Indices:
        """Give the indices of the songs that an outline in the picture goes around."""
        songs = self.shown.songs
        if songs is None or len(outline) < 3:
            return np.zeros(0, np.intp)
        geometry, points = self.geometry(size), songs.points
        polygon = QPolygonF(outline)
        box = polygon.boundingRect().toAlignedRect().adjusted(-1, -1, 1, 1)
        image = QImage(box.size(), QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.translate(-box.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawPolygon(polygon, Qt.FillRule.WindingFill)
        painter.end()
        mask = np.frombuffer(image.constBits(), np.uint8)
        mask = mask.reshape(box.height(), image.bytesPerLine())
        origin, radius = geometry.origin, geometry.radius_px
        x = np.floor(origin.x() - box.left() + points.valence * radius)
        y = np.floor(origin.y() - box.top() - points.arousal * radius)
        near = np.flatnonzero((x >= 0) & (x < box.width()) & (y >= 0) & (y < box.height()))
        inside = mask[y[near].astype(np.intp), x[near].astype(np.intp)] > 0
        if self.shown.matches is not None:
            inside &= self.shown.matches[near]
        found: Indices = near[inside]
        return found

    def draw(self, painter: QPainter, size: QSize, pixel_ratio: float) -> None:
        """Draw the map."""
        geometry = self.geometry(size)
        tile = self._drawn_tile(geometry, pixel_ratio)
        moved = self._moved_px(tile, geometry)
        painter.drawPixmap(moved - QPointF(tile.margin_px, tile.margin_px), tile.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground.draw_grid(painter, geometry)
        for label in self._ground.labels(geometry):
            self._ground.draw_label(painter, label)
        self._draw_names(painter, geometry)
        self._draw_path(painter, geometry)
        self._draw_playing(painter, geometry)
        self._draw_stroke(painter)
        if self.marked is not None and self.tip:
            draw_tip(painter, geometry, self._place(geometry, self.marked), self.tip, self._colours)
        playing = self.shown.playing
        draw_inset(painter, geometry, np.zeros((0, 2)), self._values(playing), self._colours)

    def _drawn_tile(self, geometry: Geometry, pixel_ratio: float) -> _Tile:
        tile, same_view = self._tile, False
        if tile is not None:
            same_view = (tile.size, tile.pixel_ratio, tile.camera.reach) == (
                geometry.size,
                pixel_ratio,
                self.camera.reach,
            )
            moved = self._moved_px(tile, geometry)
            if same_view and max(abs(moved.x()), abs(moved.y())) <= tile.margin_px:
                return tile
        # While it is zoomed every picture is drawn anew, and needs nothing around it.
        margin_px = _MARGIN_PX if same_view else 0
        self._tile = self._draw_tile(geometry, pixel_ratio, margin_px)
        return self._tile

    def _moved_px(self, tile: _Tile, geometry: Geometry) -> QPointF:
        """Give how far what the tile shows has moved since, in whole pixels of the screen."""
        away = QPointF(
            tile.camera.valence - self.camera.valence, self.camera.arousal - tile.camera.arousal
        )
        ratio = tile.pixel_ratio
        away *= geometry.radius_px * ratio
        return QPointF(round(away.x()), round(away.y())) / ratio

    def _draw_tile(self, geometry: Geometry, pixel_ratio: float, margin_px: int) -> _Tile:
        margins = QSize(2 * margin_px, 2 * margin_px)
        pixmap = QPixmap((geometry.size + margins) * pixel_ratio)
        pixmap.setDevicePixelRatio(pixel_ratio)
        pixmap.fill(QColor(self._colours.panel))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(margin_px, margin_px)
        self._ground.draw_quadrants(painter, geometry)
        self._ground.draw_circle(painter, geometry)
        self._ground.draw_axes(painter, geometry)
        if self.shown.songs is not None:
            painter.resetTransform()
            painter.scale(1.0 / pixel_ratio, 1.0 / pixel_ratio)
            viewport = _viewport(geometry, pixmap.size(), pixel_ratio, margin_px)
            picture = dots.draw(self._drawn_layers(), self.shown.songs.crowding, viewport)
            _draw_picture(painter, picture)
        painter.end()
        return _Tile(pixmap, geometry.size, pixel_ratio, self.camera, margin_px)

    def _drawn_layers(self) -> list[Layer]:
        if self._layers is None:
            self._layers = self._make_layers()
        return self._layers

    def _make_layers(self) -> list[Layer]:
        """Sort the songs by how they are drawn: those that others are to lie over first."""
        shown = self.shown
        if shown.songs is None or shown.groups is None:
            return []
        points, codes = shown.songs.points, shown.groups.codes
        palette = tuple(map(_rgb, (self._colours.ungrouped, *self._colours.groups)))
        everything = Layer(
            points.valence, points.arousal, codes, palette, _rgb(self._colours.panel)
        )

        def part(of: Indices | Mask) -> Layer:
            return replace(
                everything,
                valence=points.valence[of],
                arousal=points.arousal[of],
                codes=codes[of],
            )

        # Grey beside grey would not stand out.
        brighter = (_rgb(self._colours.dim), *palette[1:])
        # What is chosen is seen by what is not: that steps back.
        back = _STEPPED_BACK if len(shown.chosen) else 1.0
        if shown.matches is not None:
            layers = [
                replace(part(~shown.matches), opacity=_FADED),
                replace(part(shown.matches), opacity=back, colours=brighter, stands_out=True),
            ]
        else:
            layers = [replace(part(which), opacity=back) for which in (codes == 0, codes > 0)]
        if len(shown.chosen):
            layers.append(replace(part(shown.chosen), colours=brighter, stands_out=True))
        return layers

    def _draw_names(self, painter: QPainter, geometry: Geometry) -> None:
        """Write the names that there is room for, beside their dots; none covers another."""
        songs = self.shown.songs
        if songs is None or not self.names:
            return
        font = interface_font(_NAME_PT * geometry.scale)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(self._colours.dim))
        taken = [label.rect for label in self._ground.labels(geometry)]
        if not geometry.inset.isEmpty():
            taken.append(geometry.inset)
        away = _NAME_AWAY_PX * geometry.scale
        dots = [QRectF(self._place(geometry, index), QSizeF()) for index in self.names]
        taken += [dot.adjusted(-away, -away, away, away) for dot in dots]
        for dot, name in zip(dots, self.names.values(), strict=True):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, _NAME_PX * geometry.scale)
            width, height = metrics.horizontalAdvance(text) + 1.0, metrics.height()
            for left in (dot.x() + away + 1.0, dot.x() - away - 1.0 - width):
                box = QRectF(left, dot.y() - height / 2, width, height)
                if geometry.picture.contains(box) and not any(map(box.intersects, taken)):
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
                    taken.append(box)
                    break

    def _draw_path(self, painter: QPainter, geometry: Geometry) -> None:
        path = self.shown.path
        if path is None:
            return
        corners = [geometry.point(*corner) for corner in path.tolist()]
        self._draw_line(painter, QPolygonF(corners))
        painter.setFont(interface_font(_STOP_PT * geometry.scale, bold=True))
        radius = _STOP_PX * geometry.scale
        written: list[QPointF] = []
        for number, index in enumerate(self.shown.chosen.tolist(), start=1):
            place = self._place(geometry, index)
            if any(math.hypot(*(place - other).toTuple()) < 2 * radius for other in written):
                continue
            written.append(place)
            painter.setPen(QPen(QColor(self._colours.panel), 1.5))
            painter.setBrush(QColor(self._colours.text))
            painter.drawEllipse(place, radius, radius)
            painter.setPen(QColor(self._colours.panel))
            box = QRectF(place.x() - 20, place.y() - 20, 40, 40)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_stroke(self, painter: QPainter) -> None:
        if len(self.stroke) < 2:
            return
        line = QPolygonF(self.stroke)
        if self.stroke_is_closed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(self._colours.accent, 0.12))
            painter.drawPolygon(line)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            line.append(line.first())
        self._draw_line(painter, line)

    def _draw_line(self, painter: QPainter, line: QPolygonF) -> None:
        # Two thin pens: any wider one is many times slower.
        for colour, width in ((self._colours.panel, 3.0), (self._colours.accent, 1.6)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawPolyline(line)

    def _draw_playing(self, painter: QPainter, geometry: Geometry) -> None:
        if self.shown.playing is None:
            return
        place, radius = self._place(geometry, self.shown.playing), _RING_PX * geometry.scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((self._colours.panel, 5.0), (self._colours.trail, 2.4)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, radius, radius)

    def _values(self, index: int | None) -> tuple[float, float] | None:
        songs = self.shown.songs
        if index is None or songs is None:
            return None
        return float(songs.points.valence[index]), float(songs.points.arousal[index])

    def _place(self, geometry: Geometry, index: int) -> QPointF:
        values = self._values(index)
        assert values is not None
        return geometry.point(*values)


def _draw_picture(painter: QPainter, picture: Picture) -> None:
    if picture.shades is not None:
        image = _image(picture.shades)
        box = QRectF(picture.left_px, picture.top_px, 0, 0)
        box.setSize(QSizeF(image.size()) * picture.cell_px)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, image)
    if picture.dots is not None:
        painter.drawImage(0, 0, _image(picture.dots))


def _image(pixels: Pixels) -> QImage:
    rows, columns = pixels.shape
    image_format = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, columns, rows, 4 * columns, image_format)


def _viewport(geometry: Geometry, size: QSize, pixel_ratio: float, margin_px: int) -> Viewport:
    origin = (geometry.origin + QPointF(margin_px, margin_px)) * pixel_ratio
    return Viewport(
        size.width(),
        size.height(),
        round(origin.x()),
        round(origin.y()),
        geometry.radius_px * pixel_ratio,
        pixel_ratio,
    )


def _rgb(colour: str) -> Rgb:
    parts = QColor(colour)
    return parts.red(), parts.green(), parts.blue()
