"""Pictures of a song as files: PNG at any size, SVG and PDF. Works without a display."""

import math
import os
import re
import sys
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QRectF,
    QSize,
    QSizeF,
)
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QImageWriter,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from emoviz.export.pictures import (
    CURVES,
    PDF,
    PLANE,
    PNG,
    POSTER,
    SPECTROGRAM,
    SVG,
    suffix_of,
)
from emoviz.gui.look.theme import FONT_FAMILIES, Colours
from emoviz.gui.pictures import poster
from emoviz.gui.pictures.panels import Subject
from emoviz.hearing.mel_store import MelLevels, MelStore
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Report, Song
from emoviz.system import files
from emoviz.tracking.tracker import File2Track, Update
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.track import Track

_PLAIN_AREA_PX = 780_000
"""A picture of this area has texts as large as the window's."""
_LEAST_SCALE = 0.8
"""In a smaller one they are hardly smaller, as long as there is room for what it is of."""
_LEAST_SIDE_PX = {POSTER: 450, PLANE: 300, CURVES: 180, SPECTROGRAM: 180}

_DPI = 96
_POINTS_PER_PX = 72 / _DPI


def save_picture(
    kind: str, subject: Subject, path: Path, size: tuple[int, int], colours: Colours
) -> None:
    """Draw one of `pictures.KINDS` and write it to `path` in the form that its ending names.

    `size` is width and height in pixels, of which 96 are an inch in SVG and PDF. Raises
    `errors.OutputError`.
    """
    form = {PNG: png, SVG: svg, PDF: pdf}[suffix_of(path)]
    application = drawing_application()
    files.write_whole({path: form(kind, subject, QSize(*size), colours)})
    del application


def image(
    kind: str, subject: Subject, size: QSize, colours: Colours, shrunk: float = 1.0
) -> QImage:
    """Draw a picture of `size` pixels; `shrunk` gives the same picture in as much fewer of them."""
    shown = (QSizeF(size) * shrunk).toSize().expandedTo(QSize(1, 1))
    made = QImage(shown, QImage.Format.Format_RGB32)
    scale = _scale(kind, size)
    made.setDevicePixelRatio(scale * shrunk)
    painter = QPainter(made)
    poster.draw(kind, painter, QSizeF(size) / scale, subject, colours)
    painter.end()
    # For whoever shows it on a screen of another ratio, these are pixels.
    made.setDevicePixelRatio(1.0)
    return made


def png(kind: str, subject: Subject, size: QSize, colours: Colours) -> bytes:
    """Give a picture as the bytes of a PNG file."""
    return png_bytes(image(kind, subject, size, colours))


def png_bytes(made: QImage) -> bytes:
    """Give an image as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Not image.save: some versions of PySide take its format as str only, their stubs as bytes.
    QImageWriter(buffer, QByteArray(b"PNG")).write(made)
    return bytes(buffer.data().data())


def svg(kind: str, subject: Subject, size: QSize, colours: Colours) -> bytes:
    """Give a picture as SVG: lines as lines, text as text, the spectrogram as an image in it."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setResolution(_DPI)
    generator.setTitle(subject.title)
    painter = QPainter(generator)
    _draw_scaled(kind, painter, subject, size, colours)
    written = bytes(buffer.data().data()).decode()
    # Qt writes the size in millimetres, rounded, and no font for who has none of its families.
    pixels = f'width="{size.width()}" height="{size.height()}"'
    written = re.sub(r'width="[\d.]+mm" height="[\d.]+mm"', pixels, written, count=1)
    families = ",".join(FONT_FAMILIES)
    return written.replace(f'"{families}"', f'"{families},sans-serif"').encode()


def pdf(kind: str, subject: Subject, size: QSize, colours: Colours) -> bytes:
    """Give a picture as one page of PDF, in the same way as `svg`."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(subject.title)
    writer.setCreator("emoviz")
    writer.setResolution(_DPI)
    page = QPageSize(
        QSizeF(size) * _POINTS_PER_PX,
        QPageSize.Unit.Point,
        "",
        QPageSize.SizeMatchPolicy.ExactMatch,
    )
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter(writer)
    _draw_scaled(kind, painter, subject, size, colours)
    return bytes(buffer.data().data())


def track_subject(song: Song, estimator: Estimator, report: Report) -> tuple[Track, Subject]:
    """Track a song, and keep what a picture shows of it. Raises `errors.SongError`."""
    store = MelStore()

    def keep(update: Update) -> None:
        if len(update.new_frames_db):
            store.add(MelLevels.of(update.new_frames_db))

    trajectory = File2Track(estimator)(song, report=report, on_update=keep)
    subject = Subject(
        song.title,
        song.artist,
        song.cover,
        trajectory.values,
        len(trajectory) * 0.5,
        store,
        estimator.front_end,
        f"{estimator.info.title} {estimator.info.version}",
        Circumplex.music(),
    )
    return trajectory, subject


def _draw_scaled(
    kind: str, painter: QPainter, subject: Subject, size: QSize, colours: Colours
) -> None:
    scale = _scale(kind, size)
    painter.scale(scale, scale)
    poster.draw(kind, painter, QSizeF(size) / scale, subject, colours)
    painter.end()


def _scale(kind: str, size: QSize) -> float:
    by_area = math.sqrt(size.width() * size.height() / _PLAIN_AREA_PX)
    by_side = min(size.width(), size.height()) / _LEAST_SIDE_PX[kind]
    return min(max(_LEAST_SCALE, by_area), by_side)


def drawing_application() -> QCoreApplication:
    """Give the application that drawing needs, one without a display if there is none yet.

    It lasts as long as whoever holds it.
    """
    running = QGuiApplication.instance()
    if running is not None:
        return running
    if sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication([])
