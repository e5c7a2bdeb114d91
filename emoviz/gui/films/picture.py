"""Draws the pictures of a film: the plane with its trail, the word of now, the spectrogram.

What does not move is drawn once; of each picture only that is drawn anew which has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from emoviz.gui.films.layout import FilmLayout
from emoviz.gui.look import colour_maps
from emoviz.gui.look.section_colours import section_colour
from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import (
    DARK_COLOURS,
    LIGHT_COLOURS,
    fitting_font,
    interface_font,
    mixed,
)
from emoviz.gui.plane.camera import Camera, PlaneCamera, extent_of_song
from emoviz.gui.plane.painter import TRAIL_S, PlanePainter
from emoviz.gui.settings import FOLLOW, SONG
from emoviz.hearing.mel_pieces import Levels
from emoviz.tracks.circumplex import MUSIC, Circumplex
from emoviz.tracks.saying import said_along
from emoviz.tracks.sections import Section
from emoviz.tracks.trail import index_at
from emoviz.units import Values

_WORD_PT, _VALUE_PT, _SMALL_PT = 25.0, 12.0, 9.0
_ARTIST_SHARE = 0.75
"""Size of the artist's name, as a share of the title's."""
_MARK = "emoviz"
_PLAYHEAD, _PLAYHEAD_EDGE = 2.0, 4.0
_SECTION_PT, _SECTION_TINT, _SECTION_GAP = 8.5, 0.5, 6.0
_AT_ONCE_S = 1e3


@dataclass(frozen=True)
class FilmSubject:
    """What a film is of.

    `levels` is a picture (columns, bands) of the sound from `start_s` to `end_s`, which is what
    the film shows; `values` and `sections` are those of the whole song.
    """

    title: str
    artist: str
    values: Values
    levels: Levels
    start_s: float
    end_s: float
    sections: Sequence[Section] = ()


@dataclass(frozen=True)
class FilmLook:
    """How a film looks: what the window has chosen."""

    dark: bool = True
    colour_map: str = colour_maps.MAGMA
    words: str = MUSIC
    trail_s: float = TRAIL_S
    view: str = SONG
    """What the plane shows, one of `settings.VIEWS`"""


class FilmPicture:
    """The picture of a film at one moment after the other."""

    def __init__(self, layout: FilmLayout, subject: FilmSubject, look: FilmLook) -> None:
        self._layout = layout
        self._subject = subject
        self._colours = colours = DARK_COLOURS if look.dark else LIGHT_COLOURS
        circumplex = Circumplex.of(look.words)
        self._said = said_along(subject.values, circumplex)
        self._plane = PlanePainter(circumplex, colours)
        self._plane.set_track(subject.values)
        self._plane.set_sections(subject.sections)
        self._plane.trail_s = look.trail_s
        self._camera = self._placed_camera(look.view)
        self._drawn_s = subject.start_s - _AT_ONCE_S
        self._table = colour_maps.table(look.colour_map)
        self._ground = self._draw_ground()
        self._canvas = self._ground.copy()
        self._moved = QRectF(QRect(0, 0, layout.plane.width(), layout.plane.height()))
        self._playhead: QRectF = QRectF()
        self._time = ""
        self._shown: int | None = -1
        width, height = self._canvas.width(), self._canvas.height()
        self.pixels: npt.NDArray[np.uint8] = np.frombuffer(self._canvas.bits(), np.uint8).reshape(
            height, width, 4
        )
        """What was drawn last: (height, width, 4), blue, green, red, and nothing."""

    @property
    def image(self) -> QImage:
        """What was drawn last."""
        return self._canvas

    @property
    def camera(self) -> Camera:
        """What of the plane is seen in what was drawn last."""
        return self._plane.camera

    def draw(self, time_s: float) -> None:
        """Bring the picture to what the song is at `time_s`."""
        painter = QPainter(self._canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_plane(painter, time_s)
        self._draw_playhead(painter, time_s)
        self._draw_time(painter, time_s)
        self._draw_word(painter, time_s)
        painter.end()

    def _draw_plane(self, painter: QPainter, time_s: float) -> None:
        box = self._layout.plane
        self._move_camera(time_s)
        area = self._plane.moving_area(box.size(), time_s)
        if self._camera.now != self._plane.camera:
            self._plane.camera = self._camera.now
            area = QRectF(QRect(0, 0, box.width(), box.height()))
        changed = area.united(self._moved).toAlignedRect().adjusted(-1, -1, 1, 1)
        self._moved = area
        painter.save()
        painter.translate(box.topLeft())
        painter.setClipRect(changed.intersected(QRect(0, 0, box.width(), box.height())))
        self._plane.draw(painter, box.size(), self._layout.scale, time_s)
        painter.restore()

    def _placed_camera(self, view: str) -> PlaneCamera:
        """Give a camera that shows what is wanted, from the first picture on."""
        camera, size = PlaneCamera(), self._layout.plane.size()
        reach_px = self._plane.geometry(size).reach_px
        camera.shape = (size.width() / 2 / reach_px, size.height() / 2 / reach_px)
        if view == SONG:
            camera.fit(extent_of_song(self._subject.values))
        elif view == FOLLOW:
            camera.follow(self._plane.trail(self._subject.start_s))
        return camera

    def _move_camera(self, time_s: float) -> None:
        if self._camera.following:
            self._camera.aim(self._plane.trail(time_s))
        self._camera.glide(max(time_s - self._drawn_s, 0.0))
        self._drawn_s = time_s

    def _draw_playhead(self, painter: QPainter, time_s: float) -> None:
        subject, box = self._subject, QRectF(self._layout.spectrogram)
        share = (time_s - subject.start_s) / max(subject.end_s - subject.start_s, 1e-3)
        x = box.left() + min(max(share, 0.0), 1.0) * box.width()
        self._restore(painter, self._playhead)
        half = _PLAYHEAD_EDGE / 2
        self._playhead = QRectF(x - half - 1, box.top() - 3, 2 * half + 2, box.height() + 6)
        top, bottom = QPointF(x, box.top() - 1), QPointF(x, box.bottom() + 1)
        for colour, width in (
            (self._colours.playhead_edge, _PLAYHEAD_EDGE),
            (self._colours.playhead, _PLAYHEAD),
        ):
            pen = QPen(QColor(colour), width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(top, bottom)

    def _draw_time(self, painter: QPainter, time_s: float) -> None:
        text = format_time(time_s)
        if text == self._time:
            return
        self._time = text
        box = QRectF(self._layout.below)
        box.setWidth(box.width() / 3)
        self._restore(painter, box)
        painter.setPen(QColor(self._colours.text))
        _write(painter, box, text, _figures(_SMALL_PT))

    def _draw_word(self, painter: QPainter, time_s: float) -> None:
        """Write what is said of the half-second that sounds, and its values, as the window does."""
        index = index_at(self._subject.values, time_s)
        if index == self._shown:
            return
        self._shown = index
        box = QRectF(self._layout.word)
        self._restore(painter, box)
        # In a finished track nothing else is missing.
        word = QCoreApplication.translate("FilmPicture", "silent")
        if index is not None:
            word = self._said[index]
        side = (
            Qt.AlignmentFlag.AlignRight
            if self._layout.word_ends_right
            else Qt.AlignmentFlag.AlignLeft
        )
        font = fitting_font(word, _WORD_PT, box.width(), bold=True)
        # Measured at its full size, so that nothing below moves with the word.
        line = QFontMetricsF(interface_font(_WORD_PT, bold=True)).height()
        painter.setPen(QColor(self._colours.text))
        first = QRectF(box.left(), box.top(), box.width(), line)
        _write(painter, first, word, font, side)
        if index is not None:
            values = QRectF(box.left(), first.bottom(), box.width(), 24)
            self._draw_values(painter, values, index)

    def _draw_values(self, painter: QPainter, box: QRectF, index: int) -> None:
        font = _figures(_VALUE_PT)
        caption = interface_font(_SMALL_PT)
        width = QFontMetricsF(font).horizontalAdvance("+0.00")
        texts = (
            (QCoreApplication.translate("FilmPicture", "valence"), self._colours.valence),
            (QCoreApplication.translate("FilmPicture", "arousal"), self._colours.arousal),
        )
        metrics = QFontMetricsF(caption)
        lengths = [metrics.horizontalAdvance(text) + 6 + width for text, _ in texts]
        gap = 18.0
        x = box.right() - sum(lengths) - gap if self._layout.word_ends_right else box.left()
        baseline = box.top() + QFontMetricsF(font).ascent() + 2
        for dimension, (text, colour) in enumerate(texts):
            painter.setFont(caption)
            painter.setPen(QColor(self._colours.dim))
            painter.drawText(QPointF(x, baseline), text)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            value = signed(float(self._subject.values[index, dimension]))
            at = x + metrics.horizontalAdvance(text) + 6
            painter.drawText(QPointF(at, baseline), value)
            x += lengths[dimension] + gap

    def _restore(self, painter: QPainter, box: QRectF) -> None:
        """Put back what does not move."""
        scale = self._layout.scale
        pixels = QRectF(
            box.left() * scale, box.top() * scale, box.width() * scale, box.height() * scale
        ).toAlignedRect()
        place = QRectF(
            pixels.left() / scale,
            pixels.top() / scale,
            pixels.width() / scale,
            pixels.height() / scale,
        )
        painter.drawImage(place, self._ground, QRectF(pixels))

    def _draw_ground(self) -> QImage:
        layout, subject, colours = self._layout, self._subject, self._colours
        ground = QImage(layout.pixels, QImage.Format.Format_RGB32)
        ground.setDevicePixelRatio(layout.scale)
        ground.fill(QColor(colours.panel))
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_title(painter)
        self._draw_sections(painter)
        self._draw_spectrogram(painter)
        below, small = QRectF(layout.below), _figures(_SMALL_PT)
        painter.setPen(QColor(colours.dim))
        end = format_time(subject.end_s)
        _write(painter, below, end, small, Qt.AlignmentFlag.AlignRight)
        _write(painter, below, _MARK, small, Qt.AlignmentFlag.AlignHCenter)
        painter.end()
        return ground

    def _draw_title(self, painter: QPainter) -> None:
        box, title_pt = QRectF(self._layout.title), self._layout.title_pt
        font, small = interface_font(title_pt, bold=True), interface_font(_ARTIST_SHARE * title_pt)
        line, small_line = QFontMetricsF(font).height(), QFontMetricsF(small).height()
        painter.setPen(QColor(self._colours.text))
        top, room = box.top(), int((box.height() - small_line) // line)
        for text in _wrapped(self._subject.title, font, box.width(), room):
            _write(painter, QRectF(box.left(), top, box.width(), line), text, font)
            top += line
        painter.setPen(QColor(self._colours.dim))
        artist = _wrapped(self._subject.artist, small, box.width(), 1)[0]
        _write(painter, QRectF(box.left(), top + 1, box.width(), small_line), artist, small)

    def _draw_sections(self, painter: QPainter) -> None:
        """Draw what may be said of each section, over the time that it takes."""
        subject, row, colours = self._subject, QRectF(self._layout.sections), self._colours
        per_s = row.width() / max(subject.end_s - subject.start_s, 1e-3)
        font = interface_font(_SECTION_PT)
        metrics = QFontMetricsF(font)
        for section in subject.sections:
            left = row.left() + max(section.start_s - subject.start_s, 0.0) * per_s
            right = row.left() + (min(section.end_s, subject.end_s) - subject.start_s) * per_s
            if right - left < 1.0:
                continue
            box = QRectF(left, row.top(), right - left - 1.0, row.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(colours.panel, section_colour(section, colours), _SECTION_TINT))
            painter.drawRoundedRect(box, 2.5, 2.5)
            room = box.adjusted(_SECTION_GAP, 0, -_SECTION_GAP / 2, 0)
            if metrics.horizontalAdvance(section.name[:3]) < room.width():
                text = metrics.elidedText(section.name, Qt.TextElideMode.ElideRight, room.width())
                painter.setPen(QColor(colours.text))
                _write(painter, room, text, font)

    def _draw_spectrogram(self, painter: QPainter) -> None:
        levels, box = self._subject.levels, QRectF(self._layout.spectrogram)
        # Lowest band last, as a picture has its rows from above.
        colours = np.zeros((*levels.T.shape, 4), np.uint8)
        colours[..., 2::-1] = self._table[levels.T[::-1]]
        if not colours.size:
            return
        rows, columns = colours.shape[:2]
        image = QImage(colours.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, image)
        painter.restore()


def _write(
    painter: QPainter,
    box: QRectF,
    text: str,
    font: QFont,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font)
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)


def _figures(size_pt: float) -> QFont:
    font = interface_font(size_pt)
    # Figures of one width keep the clock from trembling.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _wrapped(text: str, font: QFont, width: float, most_lines: int) -> list[str]:
    """Break a text at its spaces into lines; what has no room ends in an ellipsis."""
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    words = text.split()
    while words:
        taken = 1
        while (
            taken < len(words) and metrics.horizontalAdvance(" ".join(words[: taken + 1])) <= width
        ):
            taken += 1
        if len(lines) == most_lines - 1:
            taken = len(words)
        line = " ".join(words[:taken])
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
        words = words[taken:]
    return lines or [""]
