"""The strip above a copied picture that says what it is of."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from emoviz.gui.look.theme import Colours, interface_font

_TITLE_PT, _TIME_PT = 10.5, 9.5
_MARGIN_PX, _GAP_PX = 12.0, 16.0


def captioned(image: QImage, title: str, time: str, colours: Colours) -> QImage:
    """Give an image below a strip with a title and, to the right, a time.

    Both are written at the image's own pixel ratio; the title gives way where they have no room.
    """
    ratio = image.devicePixelRatio()
    fonts = (interface_font(_TITLE_PT, bold=True), interface_font(_TIME_PT))
    strip_px = round((QFontMetricsF(fonts[0]).height() + _MARGIN_PX) * ratio)
    made = QImage(image.width(), image.height() + strip_px, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(colours.panel))
    width, height = image.width() / ratio, strip_px / ratio
    box = QRectF(_MARGIN_PX, 0.0, width - 2 * _MARGIN_PX, height)
    middle = Qt.AlignmentFlag.AlignVCenter
    painter = QPainter(made)
    painter.setFont(fonts[1])
    painter.setPen(QColor(colours.dim))
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, time)
    room_px = box.width() - QFontMetricsF(fonts[1]).horizontalAdvance(time) - _GAP_PX
    painter.setFont(fonts[0])
    painter.setPen(QColor(colours.text))
    shown = QFontMetricsF(fonts[0]).elidedText(title, Qt.TextElideMode.ElideRight, room_px)
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, shown)
    painter.drawImage(QRectF(0.0, height, width, image.height() / ratio), image)
    painter.end()
    return made
