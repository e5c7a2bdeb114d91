"""Pictures of a song: the poster, which has everything, and plane, curves or spectrogram alone."""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath

from emoviz.export.pictures import CURVES, PLANE, POSTER
from emoviz.gui.look.theme import Colours
from emoviz.gui.pictures.panels import Panels, Subject, draw_line, elided
from emoviz.gui.pictures.path import picture_font
from emoviz.tracks.saying import said_of_song

_MARGIN_SHARE, _LEAST_MARGIN_PX = 0.045, 14.0
_GAP_PX = 14.0
_TITLE_PT, _ARTIST_PT, _SAID_PT, _NOTE_PT = 24.0, 14.0, 10.5, 8.5
_PLAIN_TITLE_PT = 12.0
_LEAST_TITLE_PT = 15.0
_COVER_PX = 84.0
_COVER_CORNER_PX = 5.0
_MOST_COVER_PIXELS = 1200
_WIDE_FROM = 1.25
"""From this ratio of width to height on, the plane stands beside the rest and not above it."""
_WIDE_PLANE_SHARE, _PLANE_RATIO = 0.56, 1.3
_OVER_TIME_SHARE, _LEAST_PANEL_LINES = 0.33, 5.0


def draw(kind: str, painter: QPainter, size: QSizeF, subject: Subject, colours: Colours) -> None:
    """Draw one of `pictures.KINDS` at a size, in the painter's own units.

    Each is as a picture of about 800 x 1000 of them is meant to be; scale the painter for others.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(QPointF(0, 0), size), QColor(colours.panel))
    margin = max(_LEAST_MARGIN_PX, _MARGIN_SHARE * min(size.width(), size.height()))
    page = QRectF(QPointF(0, 0), size).adjusted(margin, margin, -margin, -margin)
    drawn = _Page(painter, subject, colours)
    if kind == POSTER:
        drawn.draw_poster(page, wide=size.width() >= _WIDE_FROM * size.height())
    else:
        drawn.draw_single(kind, page)


class _Page:
    """Lays the panels of a picture out."""

    def __init__(self, painter: QPainter, subject: Subject, colours: Colours) -> None:
        self._painter = painter
        self._subject = subject
        self._colours = colours
        self._panels = Panels(painter, subject, colours)
        cover = QImage.fromData(subject.cover) if subject.cover else QImage()
        self._cover = None if cover.isNull() else _squared(cover)

    def draw_poster(self, page: QRectF, *, wide: bool) -> None:
        """Names above, notes below; between them the plane, and beside or below it the rest."""
        top = self._draw_names(page) + 1.2 * _GAP_PX
        bottom = self._draw_notes(page) - _GAP_PX
        body = QRectF(QPointF(page.left(), top), QPointF(page.right(), bottom))
        if wide:
            plane, over_time = QRectF(body), QRectF(body)
            plane.setWidth(min(_WIDE_PLANE_SHARE * body.width(), _PLANE_RATIO * body.height()))
            over_time.setLeft(plane.right() + 2.0 * _GAP_PX)
        else:
            least_px = 2 * _LEAST_PANEL_LINES * self._panels.line_px + _GAP_PX
            over_time, plane = _cut_below(body, max(_OVER_TIME_SHARE * page.height(), least_px))
        self._draw_plane(plane)
        spectrogram, curves = _cut_below(over_time, (over_time.height() - _GAP_PX) / 2)
        self._panels.curves(curves)
        self._panels.spectrogram(spectrogram)

    def draw_single(self, kind: str, page: QRectF) -> None:
        """One panel under the song's name."""
        font = picture_font(_PLAIN_TITLE_PT, bold=True)
        title = QRectF(page.left(), page.top(), page.width(), QFontMetricsF(font).height())
        names = [self._subject.title, self._subject.artist]
        self._write(title, " – ".join(filter(None, names)), _PLAIN_TITLE_PT, bold=True)
        notes_top = self._draw_notes(page)
        panel = QRectF(
            QPointF(page.left(), title.bottom() + 0.7 * _GAP_PX),
            QPointF(page.right(), notes_top - 0.7 * _GAP_PX),
        )
        if kind == PLANE:
            self._draw_plane(panel)
        elif kind == CURVES:
            self._panels.curves(panel)
        else:
            self._panels.spectrogram(panel)

    def _draw_plane(self, box: QRectF) -> None:
        legend, plane = _cut_below(box, self._panels.line_px)
        self._panels.plane(plane)
        self._panels.path_legend(legend)

    def _draw_names(self, page: QRectF) -> float:
        """Write names and what is said of the song beside the cover; give where they end."""
        subject = self._subject
        said = self._said()
        names = QRectF(page)
        if self._cover is not None:
            side = min(_COVER_PX, 0.3 * page.width())
            names.setLeft(page.left() + side + 1.2 * _GAP_PX)
        # A long title is written smaller before any of it is left out.
        fits = names.width() / _bold_width(subject.title, _TITLE_PT)
        title_pt = min(max(_TITLE_PT * fits, _LEAST_TITLE_PT), _TITLE_PT)
        title_px = QFontMetricsF(picture_font(title_pt, bold=True)).height()
        artist_px = QFontMetricsF(picture_font(_ARTIST_PT)).height() if subject.artist else 0.0
        said_px = QFontMetricsF(picture_font(_SAID_PT)).height() if said else 0.0
        if self._cover is not None:
            cover = QRectF(page.left(), page.top(), side, side)
            self._draw_cover(cover)
            names.setTop(page.top() + max(0.0, (side - title_px - artist_px - said_px) / 2))
        title = QRectF(names.left(), names.top(), names.width(), title_px)
        self._write(title, subject.title, title_pt, bold=True)
        artist = QRectF(names.left(), title.bottom(), names.width(), artist_px)
        self._write(artist, subject.artist, _ARTIST_PT, dim=True)
        below = QRectF(names.left(), artist.bottom(), names.width(), said_px)
        self._write(below, said, _SAID_PT, dim=True)
        return below.bottom() if self._cover is None else max(below.bottom(), cover.bottom())

    def _said(self) -> str:
        """Say what may be said of the whole song, nothing of one that is silent."""
        said = said_of_song(self._subject.values, self._subject.words)
        whole = QCoreApplication.translate("Picture", "On the whole: {0}")
        return whole.format(said) if said else ""

    def _draw_notes(self, page: QRectF) -> float:
        """Write at the foot what the numbers are and who says so; give where that begins."""
        line_px = self._panels.line_px
        scale = QCoreApplication.translate(
            "Picture", "Perceived emotion, as listeners rate it, −1 to +1"
        )
        model = QCoreApplication.translate("Picture", "predicted by {0}").format(
            self._subject.model
        )
        font = picture_font(_NOTE_PT)
        width = QFontMetricsF(font).horizontalAdvance
        one_line = width(scale) + width(model) + 2 * _GAP_PX <= page.width()
        line = QRectF(page.left(), page.bottom() - line_px, page.width(), line_px)
        if one_line:
            self._write(line, scale, _NOTE_PT, dim=True)
            self._write(line, model, _NOTE_PT, dim=True, right=True)
            return line.top()
        self._write(line, model, _NOTE_PT, dim=True)
        above = line.translated(0, -line_px)
        self._write(above, scale, _NOTE_PT, dim=True)
        return above.top()

    def _draw_cover(self, box: QRectF) -> None:
        assert self._cover is not None
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._painter.drawImage(box, self._cover)

    def _write(
        self,
        box: QRectF,
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        dim: bool = False,
        right: bool = False,
    ) -> None:
        font = picture_font(size_pt, bold=bold)
        self._painter.setFont(font)
        self._painter.setPen(QColor(self._colours.dim if dim else self._colours.text))
        draw_line(self._painter, box, elided(text, font, box.width()), right=right)


def _bold_width(text: str, size_pt: float) -> float:
    return max(1.0, QFontMetricsF(picture_font(size_pt, bold=True)).horizontalAdvance(text))


def _cut_below(box: QRectF, height: float) -> tuple[QRectF, QRectF]:
    """Divide a box into its lowest part and what is above that, with a gap between them."""
    top = box.bottom() - height
    lower = QRectF(QPointF(box.left(), top), box.bottomRight())
    return lower, QRectF(box.topLeft(), QPointF(box.right(), top - _GAP_PX))


def _squared(cover: QImage) -> QImage:
    """Cut the middle square out of a cover, with rounded corners, and no finer than is seen."""
    side = min(cover.width(), cover.height())
    left, top = (cover.width() - side) // 2, (cover.height() - side) // 2
    square = cover.copy(left, top, side, side)
    if side > _MOST_COVER_PIXELS:
        square = square.scaled(
            _MOST_COVER_PIXELS,
            _MOST_COVER_PIXELS,
            mode=Qt.TransformationMode.SmoothTransformation,
        )
    side = square.width()
    rounded = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    path = QPainterPath()
    corner = side * _COVER_CORNER_PX / _COVER_PX
    path.addRoundedRect(QRectF(0, 0, side, side), corner, corner)
    painter = QPainter(rounded)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    painter.drawImage(0, 0, square)
    painter.end()
    return rounded
