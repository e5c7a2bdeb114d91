"""A picture of a trajectory's path through the plane, as a PNG file."""

import os
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter

from emoviz import files
from emoviz.circumplex import Circumplex
from emoviz.gui.plane_painter import PlanePainter
from emoviz.gui.theme import DARK_COLOURS
from emoviz.trajectory import Trajectory

_SIZE = QSize(960, 800)
_PIXEL_RATIO = 2.0


def save_picture(trajectory: Trajectory, path: Path) -> None:
    """Draw the whole path, and the trail that leads to its end, as a PNG at `path`.

    Works without a display. Raises `errors.OutputError`.
    """
    application = QGuiApplication.instance() or _application_without_display()
    painter_of_plane = PlanePainter(Circumplex.russell(), DARK_COLOURS)
    painter_of_plane.set_track(np.column_stack([trajectory.valence, trajectory.arousal]))
    image = QImage(_SIZE * _PIXEL_RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_PIXEL_RATIO)
    painter = QPainter(image)
    painter_of_plane.draw(painter, _SIZE, _PIXEL_RATIO, float(trajectory.times_s[-1]))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Not image.save: some versions of PySide take its format as str only, their stubs as bytes.
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    files.write_whole({path: bytes(buffer.data().data())})
    del application


def _application_without_display() -> QGuiApplication:
    if sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication([])
