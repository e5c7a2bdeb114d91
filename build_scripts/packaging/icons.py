"""Draws resources/icons/emoviz.svg in every size that desktops ask for.

python -m build_scripts.packaging.icons
"""

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from build_scripts import ROOT

SIZES_PX = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
_FOLDER = ROOT / "resources" / "icons"


def main() -> int:
    """Write one PNG per size; gives the exit status."""
    application = QGuiApplication(sys.argv)
    drawing = QSvgRenderer(str(_FOLDER / "emoviz.svg"))
    if not drawing.isValid():
        print(f"{_FOLDER / 'emoviz.svg'} is no picture", file=sys.stderr)
        return 1
    for size_px in SIZES_PX:
        image = QImage(size_px, size_px, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.render(painter, QRectF(image.rect()))
        painter.end()
        image.save(str(_FOLDER / f"emoviz-{size_px}.png"))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
