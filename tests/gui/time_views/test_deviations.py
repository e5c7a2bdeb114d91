"""How sure a model is, in the window: the ellipse, the bands, the numbers, and what they mean."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsPathItem, QLabel
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK_COLOURS
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.plane.painter import PlanePainter
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.models import estimator
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.trail import ELLIPSE_DEVIATIONS, deviation_at
from emoviz.units import BAND_DEVIATIONS, Values
from tests.gui.conftest import Songs
from tests.gui.driving import labels, open_and_track, part

SIZE = QSize(900, 640)
HEAD = (0.1, -0.2)
DEVIATIONS = (0.16, 0.2)
MEANING = "Ellipse and bands hold 90 % of mean ratings"


def still(columns: int = 40, *, deviations: bool = True) -> Values:
    """Give a track that stays where it is."""
    row = (*HEAD, *DEVIATIONS) if deviations else HEAD
    return np.tile(np.array(row), (columns, 1))


def pictured(painter: PlanePainter, time_s: float) -> QImage:
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    drawing = QPainter(image)
    painter.draw(drawing, SIZE, 1.0, time_s)
    drawing.end()
    return image


def pixels(image: QImage) -> np.ndarray:
    flat = np.array(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def plane(values: Values) -> PlanePainter:
    painter = PlanePainter(Circumplex.russell(), DARK_COLOURS)
    painter.set_track(values)
    return painter


def bands(view: TimelineView) -> list[QGraphicsPathItem]:
    return [item for item in view.plotItem.items if isinstance(item, QGraphicsPathItem)]


def test_the_ellipse_and_the_bands_hold_what_they_say() -> None:
    random = np.random.default_rng(1)
    ratings = random.standard_normal((20_000, 2))
    inside = (np.abs(ratings) <= BAND_DEVIATIONS).mean(axis=0)
    assert inside == pytest.approx([0.9, 0.9], abs=0.025)
    assert ((ratings**2).sum(axis=1) <= ELLIPSE_DEVIATIONS**2).mean() == pytest.approx(
        0.9, abs=0.025
    )


def test_deviations_glide_between_half_seconds() -> None:
    values = still()
    values[10, 2:] = (0.3, 0.4)
    assert deviation_at(values, 5.5) == pytest.approx((0.3, 0.4))
    assert deviation_at(values, 5.25) == pytest.approx((0.23, 0.3))
    assert deviation_at(values, 0.0) == pytest.approx(DEVIATIONS)
    assert deviation_at(values, 99.0) == pytest.approx(DEVIATIONS)
    values[12] = np.nan
    assert deviation_at(values, 6.4) is None
    assert deviation_at(still(deviations=False), 5.0) is None
    assert deviation_at(np.zeros((0, 4)), 0.0) is None


def test_the_ellipse_lies_around_the_head(qtbot: QtBot) -> None:
    with_it, without = plane(still()), plane(still(deviations=False))
    changed = (pixels(pictured(with_it, 10.0)) != pixels(pictured(without, 10.0))).any(axis=2)
    rows, columns = np.nonzero(changed)
    geometry = with_it.geometry(SIZE)
    middle = geometry.point(*HEAD)
    across = DEVIATIONS[0] * ELLIPSE_DEVIATIONS * geometry.radius_px
    upright = DEVIATIONS[1] * ELLIPSE_DEVIATIONS * geometry.radius_px
    assert columns.min() == pytest.approx(middle.x() - across, abs=2)
    assert columns.max() == pytest.approx(middle.x() + across, abs=2)
    assert rows.min() == pytest.approx(middle.y() - upright, abs=2)
    assert rows.max() == pytest.approx(middle.y() + upright, abs=2)


def test_what_moves_is_inside_the_moving_area(qtbot: QtBot) -> None:
    values = still(80)
    values[:, 0] += np.linspace(0.0, 0.4, 80)
    values[:, 2] += np.linspace(0.0, 0.1, 80)
    painter = plane(values)
    before, after = pixels(pictured(painter, 20.0)), pixels(pictured(painter, 24.0))
    rows, columns = np.nonzero((before != after).any(axis=2))
    area = painter.moving_area(SIZE, 20.0).united(painter.moving_area(SIZE, 24.0))
    found = QRectF(QPointF(columns.min(), rows.min()), QPointF(columns.max() + 1, rows.max() + 1))
    assert area.contains(found)
    without = plane(values[:, :2]).moving_area(SIZE, 24.0)
    assert without.width() < painter.moving_area(SIZE, 24.0).width()


def test_the_bands_end_where_they_say_and_leave_gaps_empty(window: MainWindow) -> None:
    values = still(60)
    values[20:30] = np.nan
    view = part(window, TimelineView)
    view.axis.set_duration(30.0)
    view.set_track(values)
    for band, middle, deviation in zip(bands(view), HEAD, DEVIATIONS, strict=True):
        box = band.path().boundingRect()
        assert box.top() == pytest.approx(middle - BAND_DEVIATIONS * deviation)
        assert box.bottom() == pytest.approx(middle + BAND_DEVIATIONS * deviation)
        assert band.path().contains(QPointF(5.0, middle))
        assert band.path().contains(QPointF(25.0, middle))
        assert not band.path().contains(QPointF(12.75, middle))
    low, high = view.viewRange()[1]
    assert high >= abs(HEAD[1]) + BAND_DEVIATIONS * DEVIATIONS[1]
    assert low == -high


def test_a_track_without_deviations_has_no_bands(window: MainWindow) -> None:
    view = part(window, TimelineView)
    view.axis.set_duration(20.0)
    view.set_track(still())
    view.set_track(still(deviations=False))
    assert all(band.path().isEmpty() for band in bands(view))


def test_the_pointer_shows_the_deviations(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    open_and_track(qtbot, window, songs.short)
    view = part(window, TimelineView)
    QTest.mouseMove(view.viewport(), QPoint(view.width() // 2, view.height() // 2))
    (hover,) = [label for label in view.findChildren(QLabel) if label.text().startswith("0:0")]
    assert hover.text().count("±") == 2


def test_the_readout_says_what_the_deviation_is(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    shown = labels(window)
    assert MEANING in shown
    assert sum("±" in text for text in shown) == 2
    readout = part(window, ReadoutPanel)
    info = estimator.load().info
    plain = dataclasses.replace(info, outputs=estimator.OUTPUTS)
    readout.set_model(plain)
    assert MEANING not in labels(window)
