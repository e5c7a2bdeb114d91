"""The plane under a user's hand: zooming, panning, following, pointing at the song's path."""

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.look.theme import DARK_COLOURS
from emoviz.gui.main_window import MainWindow
from emoviz.gui.plane.camera import WHOLE_PLANE
from emoviz.gui.plane.ground import PlaneGround
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import Settings
from emoviz.playing.player import SilentPlayer
from emoviz.tracks.circumplex import HEVNER, Circumplex
from tests.gui.conftest import Songs
from tests.gui.driving import action, by_the_default_model, labels, open_and_track, part

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier
_SHARES = r"\w+\u00a0\d+%(, \w+\u00a0\d+%)*"


def turn_wheel(plane: PlaneView, place: QPoint, notches: int) -> None:
    at = QPointF(place)
    event = QWheelEvent(
        at,
        plane.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        NO_BUTTON,
        NO_KEY,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plane, event)


def move(plane: PlaneView, place: QPoint, buttons: Qt.MouseButton = NO_BUTTON) -> None:
    at = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, plane.mapToGlobal(at), NO_BUTTON, buttons, NO_KEY
    )
    QApplication.sendEvent(plane, event)


def drag(plane: PlaneView, *places: QPoint) -> None:
    QTest.mousePress(plane, LEFT, NO_KEY, places[0])
    for place in places[1:]:
        move(plane, place, LEFT)
    QTest.mouseRelease(plane, LEFT, NO_KEY, places[-1])


def pinch(plane: PlaneView, place: QPoint, growth: float) -> None:
    at = QPointF(place)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        plane.mapToGlobal(at),
        growth,
        QPointF(),
    )
    QApplication.sendEvent(plane, event)


def under(plane: PlaneView, place: QPoint) -> tuple[float, float]:
    """Give the point of the plane that is seen at a place."""
    ground = PlaneGround(Circumplex.music(), DARK_COLOURS)
    return ground.geometry(plane.size(), plane.camera).on_plane(QPointF(place))


def wait_until_at_rest(qtbot: QtBot, plane: PlaneView) -> None:
    qtbot.waitUntil(lambda: plane.resting)


def place_on_path(plane: PlaneView) -> QPoint:
    """Move the pointer over the plane until it becomes a hand."""
    for y in range(20, plane.height() - 20, 4):
        for x in range(120, plane.width() - 20, 4):
            move(plane, QPoint(x, y))
            if plane.cursor().shape() == Qt.CursorShape.PointingHandCursor:
                return QPoint(x, y)
    raise AssertionError("there is no path to point at")


@pytest.fixture
def plane(window: MainWindow) -> PlaneView:
    return part(window, PlaneView)


def test_the_wheel_zooms_at_the_pointer_and_no_farther_out_than_the_whole(
    qtbot: QtBot, plane: PlaneView
) -> None:
    place = plane.rect().center() + QPoint(70, -40)
    before = under(plane, place)
    turn_wheel(plane, place, 3)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera.reach == pytest.approx(0.8**3)
    assert under(plane, place) == pytest.approx(before, abs=0.01)
    turn_wheel(plane, place, -20)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera == WHOLE_PLANE


def test_a_pinch_zooms_where_the_fingers_are(qtbot: QtBot, plane: PlaneView) -> None:
    place = plane.rect().center() + QPoint(-60, 30)
    before = under(plane, place)
    pinch(plane, place, 0.6)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera.reach == pytest.approx(1 / 1.6)
    assert under(plane, place) == pytest.approx(before, abs=0.01)


def test_a_drag_takes_the_plane_along_and_a_double_click_brings_it_back(
    qtbot: QtBot, plane: PlaneView
) -> None:
    middle = plane.rect().center()
    turn_wheel(plane, middle, 5)
    wait_until_at_rest(qtbot, plane)
    grabbed = under(plane, middle)
    drag(plane, middle, middle + QPoint(30, 10), middle + QPoint(60, 25))
    assert under(plane, middle + QPoint(60, 25)) == pytest.approx(grabbed, abs=1e-6)
    QTest.mouseDClick(plane, LEFT, NO_KEY, middle)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera == WHOLE_PLANE


def test_keys_zoom_as_the_wheel_does(qtbot: QtBot, window: MainWindow, plane: PlaneView) -> None:
    QTest.keyClick(window, Qt.Key.Key_Z)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera.reach == pytest.approx(0.8)
    QTest.keyClick(window, Qt.Key.Key_Z)
    QTest.keyClick(window, Qt.Key.Key_W)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera == WHOLE_PLANE


def test_zooming_by_hand_ends_the_following_and_is_remembered(
    qtbot: QtBot,
    window: MainWindow,
    plane: PlaneView,
    player: SilentPlayer,
    songs: Songs,
    settings_file: Path,
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    follow = action(window, "toggle_follow")
    follow.trigger()
    wait_until_at_rest(qtbot, plane)
    assert plane.camera.reach < 0.5
    turn_wheel(plane, plane.rect().center(), -1)
    wait_until_at_rest(qtbot, plane)
    assert not follow.isChecked()
    assert Settings(settings_file).get(remembered.VIEW) == remembered.SONG
    assert 0.1 < plane.camera.reach < 0.9
    follow.trigger()
    wait_until_at_rest(qtbot, plane)
    followed = plane.camera
    follow.trigger()
    wait_until_at_rest(qtbot, plane)
    assert action(window, "fit_song").isChecked()
    assert plane.camera.reach >= followed.reach


def test_the_plane_opens_fitted_to_the_song_and_a_key_shows_all_of_it(
    qtbot: QtBot,
    window: MainWindow,
    plane: PlaneView,
    player: SilentPlayer,
    songs: Songs,
    settings_file: Path,
) -> None:
    window.resize(1280, 800)
    open_and_track(qtbot, window, songs.middling)
    player.pause()
    wait_until_at_rest(qtbot, plane)
    fitted = plane.camera
    assert fitted.reach < 0.8
    assert action(window, "fit_song").isChecked()
    QTest.keyClick(window, Qt.Key.Key_W)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera == WHOLE_PLANE
    assert not action(window, "fit_song").isChecked()
    assert Settings(settings_file).get(remembered.VIEW) == remembered.WHOLE
    QTest.keyClick(window, Qt.Key.Key_S)
    wait_until_at_rest(qtbot, plane)
    assert plane.camera == fitted


def test_of_a_trail_that_is_followed_it_is_said_that_it_moves_less_than_is_sure(
    qtbot: QtBot, plane: PlaneView
) -> None:
    def doubts() -> bool:
        return any("less than the deviation" in each.text() for each in plane.findChildren(QLabel))

    still = np.column_stack([np.full((20, 2), 0.1), np.full((20, 2), 0.2)])
    moving = still.copy()
    moving[:, 0] = np.linspace(-0.5, 0.5, 20)
    plane.set_track(still)
    plane.set_view(remembered.FOLLOW)
    plane.seek(9.0)
    assert doubts()
    plane.set_track(moving)
    plane.seek(9.0)
    assert not doubts()
    plane.set_track(still)
    plane.set_view(remembered.SONG)
    plane.seek(9.5)
    assert not doubts()


@by_the_default_model
def test_a_click_on_the_path_goes_there_and_a_drag_does_not(
    qtbot: QtBot, window: MainWindow, plane: PlaneView, player: SilentPlayer, songs: Songs
) -> None:
    action(window, "theme_dark").trigger()
    open_and_track(qtbot, window, songs.short)
    player.pause()
    action(window, "to_start").trigger()
    # Else it is zoomed at what is seen on the way to the song.
    wait_until_at_rest(qtbot, plane)
    turn_wheel(plane, plane.rect().center(), 2)
    wait_until_at_rest(qtbot, plane)
    place = place_on_path(plane)
    drag(plane, place, place + QPoint(20, 0), place)
    assert player.position_s == 0.0
    place = place_on_path(plane)
    QTest.mouseClick(plane, LEFT, NO_KEY, place)
    assert player.position_s > 0.0
    assert player.position_s * 2 == pytest.approx(round(player.position_s * 2))
    # The head has come to where the pointer is, perhaps beneath the card of hints.
    around = plane.picture().copy(place.x() - 12, place.y() - 12, 24, 24)
    colours = {around.pixelColor(x, y).name() for x in range(24) for y in range(24)}
    assert DARK_COLOURS.trail in colours


def test_pointing_at_the_path_shows_a_tip_that_goes_when_the_pointer_does(
    qtbot: QtBot, window: MainWindow, plane: PlaneView, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    wait_until_at_rest(qtbot, plane)
    move(plane, QPoint(5, 5))
    without = plane.grab().toImage()
    place_on_path(plane)
    assert plane.grab().toImage() != without
    QApplication.sendEvent(plane, QEvent(QEvent.Type.Leave))
    assert plane.grab().toImage() == without
    assert plane.cursor().shape() != Qt.CursorShape.PointingHandCursor


def test_the_words_are_a_choice_of_plane_and_readout(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs, settings_file: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    (likeliest,) = [text for text in labels(window) if re.fullmatch(_SHARES, text)]
    before = part(window, PlaneView).grab().toImage()
    action(window, "words_hevner1936").trigger()
    (likeliest_now,) = [text for text in labels(window) if re.fullmatch(_SHARES, text)]
    words = {word.text for word in Circumplex.of(HEVNER).words}
    assert likeliest_now != likeliest
    assert {share.split("\u00a0")[0] for share in likeliest_now.split(", ")} <= words
    assert part(window, PlaneView).grab().toImage() != before
    assert not action(window, "words_music").isChecked()
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    assert action(again, "words_hevner1936").isChecked()


@pytest.mark.parametrize("name", ["trail_60", "toggle_density"])
def test_what_is_shown_of_the_song_is_a_choice_that_is_kept(
    qtbot: QtBot,
    window: MainWindow,
    plane: PlaneView,
    player: SilentPlayer,
    songs: Songs,
    settings_file: Path,
    name: str,
) -> None:
    open_and_track(qtbot, window, songs.long)
    player.pause()
    player.seek(100.0)
    qtbot.waitUntil(lambda: "1:40" in " ".join(labels(window)))
    before = plane.grab().toImage()
    action(window, name).trigger()
    assert plane.grab().toImage() != before
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    assert action(again, name).isChecked()
    assert not action(again, "trail_5").isChecked()


def test_settings_of_the_plane_that_make_no_sense_are_not_taken(settings_file: Path) -> None:
    settings = Settings(settings_file)
    settings.put(remembered.TRAIL_S, 600.0)
    settings.put(remembered.WORDS, "../elsewhere")
    assert settings.get(remembered.TRAIL_S) == 15.0
    assert settings.get(remembered.WORDS) == "music"


def test_words_stand_on_both_sides_in_a_window_of_the_usual_size(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1280, 800)
    # The set that has the most of them.
    action(window, "words_russell1980").trigger()
    plane = part(window, PlaneView)
    qtbot.waitUntil(lambda: plane.width() > 900)
    picture = plane.grab().toImage()
    colours = {
        side: {
            picture.pixelColor(round(plane.width() * x), y).name()
            for x in (0.25, 0.5 + side * 0.2)
            for y in range(plane.height())
        }
        for side in (-1, 1)
    }
    assert len(colours[-1]) > 10
    assert len(colours[1]) > 10
