"""The shapes on the transport's buttons, drawn rather than stored: sharp at every size."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPixmap, QPolygonF

ICON_PX = 22


def pixmap(path: QPainterPath, colour: str, ratio: float) -> QPixmap:
    """Fill a shape with a colour, for a screen of this pixel ratio."""
    pixmap = QPixmap(QSize(ICON_PX, ICON_PX) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, QColor(colour))
    painter.end()
    return pixmap


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def play() -> QPainterPath:
    """A triangle that points on."""
    return _polygon((6, 3), (19, 11), (6, 19))


def pause() -> QPainterPath:
    """Two bars."""
    path = QPainterPath()
    path.addRoundedRect(5, 3.5, 4, 15, 1, 1)
    path.addRoundedRect(13, 3.5, 4, 15, 1, 1)
    return path


def forward() -> QPainterPath:
    """Two triangles that point on."""
    path = _polygon((3, 5), (10.5, 11), (3, 17))
    path.addPath(_polygon((10.5, 5), (18, 11), (10.5, 17)))
    return path


def back() -> QPainterPath:
    """Two triangles that point back."""
    path = _polygon((19, 5), (11.5, 11), (19, 17))
    path.addPath(_polygon((11.5, 5), (4, 11), (11.5, 17)))
    return path


def next_one() -> QPainterPath:
    """A triangle that points on to a bar."""
    path = _polygon((4, 4), (14, 11), (4, 18))
    path.addRect(15.5, 4, 2.5, 14)
    return path


def previous() -> QPainterPath:
    """A triangle that points back to a bar."""
    path = _polygon((18, 4), (8, 11), (18, 18))
    path.addRect(4, 4, 2.5, 14)
    return path


def stop() -> QPainterPath:
    """A square."""
    path = QPainterPath()
    path.addRoundedRect(6, 6, 10, 10, 1.5, 1.5)
    return path


def speaker() -> QPainterPath:
    """A loudspeaker."""
    return _polygon((3, 8), (7, 8), (12, 4), (12, 18), (7, 14), (3, 14))


def speaker_struck_through() -> QPainterPath:
    """A loudspeaker with a stroke through it."""
    stroke = _polygon((2.6, 3.4), (4.0, 2.0), (19.4, 17.4), (18.0, 18.8))
    around = _polygon((1.2, 4.8), (5.4, 0.6), (20.8, 16.0), (16.6, 20.2))
    return speaker().subtracted(around).united(stroke)


def loop() -> QPainterPath:
    """An arrow that runs round into itself."""
    way = QPainterPath(QPointF(14.0, 5.5))
    way.lineTo(7.5, 5.5)
    way.arcTo(QRectF(2.5, 5.5, 10, 11), 90, 180)
    way.lineTo(14.5, 16.5)
    way.arcTo(QRectF(9.5, 5.5, 10, 11), 270, 130)
    return _stroked(way).united(_polygon((13.0, 1.5), (18.5, 5.5), (13.0, 9.5)))


def _stroked(way: QPainterPath) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(1.8)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    return stroker.createStroke(way).simplified()


def picture() -> QPainterPath:
    """A framed picture of hills and a sun."""
    path = QPainterPath()
    path.addRoundedRect(2.5, 4, 17, 14, 2, 2)
    inside = QPainterPath()
    inside.addRoundedRect(4.2, 5.7, 13.6, 10.6, 1, 1)
    path = path.subtracted(inside)
    path.addPath(_polygon((5.2, 15.3), (9.2, 9.8), (12, 13.4), (13.8, 11.4), (16.8, 15.3)))
    path.addEllipse(QPointF(14.4, 8.6), 1.4, 1.4)
    return path
