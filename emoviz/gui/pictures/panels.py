"""The panels that pictures of a song are made of: plane, curves, spectrogram, each with a legend.

Each draws into a box of the picture, in lines and texts that stay lines and texts in SVG and PDF.
"""

from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTransform

from emoviz.gui.look import colour_maps
from emoviz.gui.look.texts import format_time
from emoviz.gui.look.theme import Colours, with_alpha
from emoviz.gui.pictures.path import SongPath, picture_font
from emoviz.gui.plane.camera import WHOLE_PLANE
from emoviz.gui.plane.ground import PlaneGround
from emoviz.gui.plane.path import round_pen, shades_of
from emoviz.gui.time_views.curve_shapes import band_outline, limit_of, scale_marks
from emoviz.gui.time_views.ruler import ticks
from emoviz.gui.time_views.spectrogram import marks, places_hz
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import CEILING_DB, FLOOR_DB, MelStore
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.trail import outline
from emoviz.units import Values, end_times_s

_SMALL_PT = 8.5
_AXIS_PX = 46.0
"""Room for the scales to the left of what lies over time."""
_GAP_PX = 7.0
_MOST_COLUMNS = 4000
_BAR_PX = 92.0


@dataclass(frozen=True)
class Subject:
    """What a picture shows of a song: names, track, sound, and what judged it.

    `values` as in `trail.Values`; `cover` the bytes of an image, if there is one.
    """

    title: str
    artist: str
    cover: bytes | None
    values: Values
    duration_s: float
    store: MelStore
    front_end: FrontEnd
    model: str
    words: Circumplex
    colour_map: str = colour_maps.MAGMA


class Panels:
    """Draws the panels of one song in one set of colours."""

    def __init__(self, painter: QPainter, subject: Subject, colours: Colours) -> None:
        self._painter = painter
        self._subject = subject
        self._colours = colours
        self._small = picture_font(_SMALL_PT)
        self.line_px = QFontMetricsF(self._small).height()

    def plane(self, box: QRectF) -> None:
        """Draw the plane with the song's whole path, from dim at its start to bright at its end."""
        painter, colours = self._painter, self._colours
        painter.save()
        painter.translate(box.topLeft())
        ground = PlaneGround(self._subject.words, colours)
        geometry = ground.geometry(box.size().toSize(), WHOLE_PLANE)
        path = SongPath(self._subject.values, colours)
        loupe = path.loupe(geometry)
        ground.taken = loupe
        ground.draw_quadrants(painter, geometry)
        ground.draw_lines(painter, geometry)
        for label in ground.labels(geometry):
            ground.draw_label(painter, label)
        path.draw(painter, geometry)
        if not loupe.isEmpty():
            path.draw_loupe(painter, geometry, loupe)
        painter.restore()

    def path_legend(self, box: QRectF) -> None:
        """Explain the colours of the path: a bar from the song's start to its end."""
        begin, end = format_time(0.0), format_time(self._subject.duration_s)
        width = QFontMetricsF(self._small).horizontalAdvance
        length = width(begin) + width(end) + _BAR_PX + 2 * _GAP_PX
        box = box.adjusted((box.width() - length) / 2, 0, 0, 0)
        left = self._draw_text(box, begin) + _GAP_PX
        bar = QRectF(left, box.center().y() - 2.0, _BAR_PX, 4.0)
        shades = shades_of(self._colours)
        step = bar.width() / len(shades)
        self._painter.setPen(Qt.PenStyle.NoPen)
        for index, shade in enumerate(shades):
            # A little wider than its share: no ground shows between two.
            self._painter.setBrush(shade)
            self._painter.drawRect(
                QRectF(bar.left() + index * step, bar.top(), step + 0.4, bar.height())
            )
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw_text(box.adjusted(bar.right() + _GAP_PX - box.left(), 0, 0, 0), end)

    def curves(self, box: QRectF) -> None:
        """Draw valence and arousal against time, with their bands, and explain them above."""
        painter, colours, values = self._painter, self._colours, self._subject.values
        self._curves_legend(QRectF(box.topLeft(), box.topRight() + QPointF(0, self.line_px)))
        plot = self._plot(box)
        limit = limit_of(values)
        painter.setPen(QPen(QColor(colours.line), 1.0))
        heights = []
        for value, text in scale_marks(limit):
            y = plot.center().y() - value / limit * plot.height() / 2
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            heights.append((y, text))
        to_plot = QTransform()
        to_plot.translate(plot.left(), plot.center().y())
        to_plot.scale(plot.width() / self._subject.duration_s, -plot.height() / 2 / limit)
        times_s, most = end_times_s(len(values)), max(256, int(2 * plot.width()))
        tints = (colours.valence, colours.arousal)
        for dimension, colour in enumerate(tints):
            band = to_plot.map(band_outline(times_s, values, dimension, most, limit))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillPath(band, with_alpha(colour, 0.14))
        for dimension, colour in enumerate(tints):
            edge_s, edge = outline(times_s, values[:, dimension], most)
            painter.setPen(round_pen(colour, 2.0))
            painter.drawPath(to_plot.map(arrayToQPath(edge_s, edge, connect="finite")))
        self._write_scale(plot, heights)
        self._write_times(plot)

    def spectrogram(self, box: QRectF) -> None:
        """Draw the mel-spectrogram, and explain its colours above."""
        painter, subject = self._painter, self._subject
        self._level_legend(QRectF(box.topLeft(), box.topRight() + QPointF(0, self.line_px)))
        plot = self._plot(box)
        painter.fillRect(plot, QColor(self._colours.line))
        columns = min(_MOST_COLUMNS, round(plot.width() * self._pixels_per_unit()))
        levels, start_s, end_s = subject.store.image(0.0, subject.duration_s, columns)
        if len(levels):
            table = colour_maps.table(subject.colour_map)
            pixels = np.ascontiguousarray(table[levels.T[::-1]])
            rows, columns = pixels.shape[:2]
            image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
            per_s = plot.width() / subject.duration_s
            left, right = plot.left() + start_s * per_s, plot.left() + end_s * per_s
            place = QRectF(left, plot.top(), right - left, plot.height()).intersected(plot)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        band_px = plot.height() / subject.front_end.bands
        shown = marks(places_hz(subject.front_end), band_px)
        self._write_scale(plot, [(plot.bottom() - band * band_px, text) for band, text in shown])
        self._write_times(plot)

    def _curves_legend(self, box: QRectF) -> None:
        colours = self._colours
        box = box.adjusted(_AXIS_PX, 0, 0, 0)
        for text, colour in (
            (QCoreApplication.translate("Picture", "valence"), colours.valence),
            (QCoreApplication.translate("Picture", "arousal"), colours.arousal),
        ):
            y = box.center().y()
            self._painter.setPen(round_pen(colour, 3.0))
            self._painter.drawLine(QPointF(box.left() + 1.5, y), QPointF(box.left() + 12.0, y))
            right = self._draw_text(box.adjusted(12.0 + _GAP_PX, 0, 0, 0), text)
            box.setLeft(right + 2.0 * _GAP_PX)
        if self._subject.values.shape[1] == 4:
            bands = QCoreApplication.translate("Picture", "bands hold 90 % of mean ratings")
            if QFontMetricsF(self._small).horizontalAdvance(bands) <= box.width():
                self._draw_text(box, bands, right=True)

    def _level_legend(self, box: QRectF) -> None:
        high, low = f"{CEILING_DB:+.0f} dB", f"{FLOOR_DB:.0f} dB".replace("-", "−")
        metrics = QFontMetricsF(self._small)
        bar_right = box.right() - metrics.horizontalAdvance(high) - _GAP_PX
        bar = QRectF(bar_right - _BAR_PX, box.center().y() - 3.0, _BAR_PX, 6.0)
        self._draw_text(box, high, right=True)
        self._draw_text(box.adjusted(0, 0, bar.left() - _GAP_PX - box.right(), 0), low, right=True)
        table = np.ascontiguousarray(colour_maps.table(self._subject.colour_map))
        image = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._painter.drawImage(bar, image)
        title = QCoreApplication.translate("Picture", "mel-spectrogram")
        room = bar.left() - metrics.horizontalAdvance(low) - 3 * _GAP_PX - box.left() - _AXIS_PX
        if metrics.horizontalAdvance(title) <= room:
            self._draw_text(box.adjusted(_AXIS_PX, 0, 0, 0), title)

    def _plot(self, box: QRectF) -> QRectF:
        """Give what of a panel's box is left within its legend and scales."""
        return box.adjusted(_AXIS_PX, self.line_px + 5.0, 0, -self.line_px - 4.0)

    def _write_scale(self, plot: QRectF, heights: list[tuple[float, str]]) -> None:
        right = plot.left() - _GAP_PX
        for y, text in heights:
            line = QRectF(plot.left() - _AXIS_PX, y - self.line_px / 2, 0, self.line_px)
            line.setRight(right)
            self._draw_text(line, text, right=True)

    def _write_times(self, plot: QRectF) -> None:
        duration_s, metrics = self._subject.duration_s, QFontMetricsF(self._small)
        for tick in ticks(0.0, duration_s, plot.width()):
            if not tick.text:
                continue
            x = plot.left() + tick.time_s / duration_s * plot.width()
            width = metrics.horizontalAdvance(tick.text) + 1.0
            # The first and the last stand a little inwards, so that they are whole.
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            self._painter.setPen(QPen(QColor(self._colours.ghost), 1.0))
            self._painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 3.0))
            self._draw_text(QRectF(left, plot.bottom() + 4.0, width, self.line_px), tick.text)

    def _draw_text(self, box: QRectF, text: str, *, right: bool = False) -> float:
        """Write a small text into a line's box, and give where it ends."""
        self._painter.setFont(self._small)
        self._painter.setPen(QColor(self._colours.dim))
        draw_line(self._painter, box, text, right=right)
        return box.left() + QFontMetricsF(self._small).horizontalAdvance(text)

    def _pixels_per_unit(self) -> float:
        transform = self._painter.deviceTransform()
        return max(1.0, abs(transform.m11()))


def draw_line(painter: QPainter, box: QRectF, text: str, *, right: bool = False) -> None:
    """Write one line of text in the painter's font, to a side of a box and in its middle's height.

    A point to begin at, and not a box: text in a box is laid out anew by what reads an SVG.
    """
    metrics = QFontMetricsF(painter.font())
    left = box.right() - metrics.horizontalAdvance(text) if right else box.left()
    middle = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(left, middle), text)


def elided(text: str, font: QFont, width_px: float) -> str:
    """Shorten a text to a width, with an ellipsis."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width_px)
