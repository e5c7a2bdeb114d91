"""The views of time, by mouse and keys: pan, scrub, the window of the view, the colours."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from emoviz.gui.app import make_window
from emoviz.gui.look import colour_maps
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from emoviz.gui.time_views.overview import OverviewView
from emoviz.gui.time_views.ruler import RulerView
from emoviz.gui.time_views.spectrogram import SpectrogramView
from emoviz.gui.time_views.timeline import TimelineView
from emoviz.playing.player import SilentPlayer
from emoviz.units import COLUMN_S
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    click,
    drag,
    open_and_track,
    part,
    place_of,
    turn_wheel,
)

PLOTS = (TimelineView, SpectrogramView)


@pytest.fixture
def zoomed(qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs) -> MainWindow:
    """Give the window on the four-minute song, paused, with the minute around 2:00 in view."""
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("long"))
    player.pause()
    window.seek(120.0)
    turn_wheel(part(window, TimelineView), 0.5, 6)
    return window


@pytest.fixture
def tracked(qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs) -> MainWindow:
    """Give the window on a song of twelve seconds, tracked and paused."""
    open_and_track(qtbot, window, songs.other)
    player.pause()
    return window


def in_view_s(window: MainWindow, player: SilentPlayer) -> tuple[float, float]:
    """Give the times at both ends of the curves by clicking there."""
    ends = []
    for share in (0.0, 1.0):
        click(part(window, TimelineView), share)
        ends.append(player.position_s)
    return ends[0], ends[1]


@pytest.mark.parametrize("kind", PLOTS)
def test_a_drag_pans_what_is_zoomed_and_does_not_seek(
    zoomed: MainWindow, player: SilentPlayer, kind: type[QWidget]
) -> None:
    start_s, end_s = in_view_s(zoomed, player)
    length_s = end_s - start_s
    before_s = player.position_s
    drag(part(zoomed, kind), 0.6, 0.5, 0.2)
    assert player.position_s == before_s
    moved_start_s, moved_end_s = in_view_s(zoomed, player)
    assert moved_start_s == pytest.approx(start_s + 0.4 * length_s, abs=0.3)
    assert moved_end_s - moved_start_s == pytest.approx(length_s, abs=0.2)
    drag(part(zoomed, kind), 0.1, 9.0)
    assert in_view_s(zoomed, player)[0] == pytest.approx(0.0, abs=0.2)


def test_the_ruler_scrubs_at_every_zoom(zoomed: MainWindow, player: SilentPlayer) -> None:
    start_s, end_s = in_view_s(zoomed, player)
    asked: list[float] = []
    ruler = part(zoomed, RulerView)
    ruler.seek_requested.connect(asked.append)
    drag(ruler, 0.2, 0.3, 0.6)
    shares = np.array([0.2, 0.3, 0.6])
    assert asked[:3] == pytest.approx(start_s + shares * (end_s - start_s), abs=0.2)
    assert in_view_s(zoomed, player) == pytest.approx((start_s, end_s), abs=0.2)


def test_the_frame_in_the_overview_is_dragged_and_beside_it_one_scrubs(
    zoomed: MainWindow, player: SilentPlayer
) -> None:
    overview = part(zoomed, OverviewView)
    start_s, _ = in_view_s(zoomed, player)
    before_s = player.position_s
    drag(overview, 0.5, 0.6, 0.7)
    assert player.position_s == before_s
    assert in_view_s(zoomed, player)[0] == pytest.approx(start_s + 0.2 * 240.0, abs=0.5)
    # What does not move is a click, on the frame as well.
    click(overview, 0.7)
    assert player.position_s == pytest.approx(0.7 * 240.0, abs=0.5)
    drag(overview, 0.1, 0.2)
    assert player.position_s == pytest.approx(0.2 * 240.0, abs=0.5)


def test_the_frame_of_a_moment_of_a_long_song_can_be_taken_hold_of(
    zoomed: MainWindow, player: SilentPlayer
) -> None:
    for _ in range(4):
        turn_wheel(part(zoomed, TimelineView), 0.0, 6)
    start_s, end_s = in_view_s(zoomed, player)
    assert end_s - start_s < 2.5
    share = (start_s + end_s) / 2 / 240.0
    drag(part(zoomed, OverviewView), share + 0.003, share + 0.1)
    assert in_view_s(zoomed, player)[0] == pytest.approx(start_s + 0.097 * 240.0, abs=0.5)


def picture_of(view: QWidget) -> QImage:
    """Give what a view shows."""
    return view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def column(view: QWidget, x: int) -> npt.NDArray[np.int_]:
    """Give the colours of one column of pixels of a view, (rows, 3)."""
    image = picture_of(view)
    return np.array([image.pixelColor(x, y).getRgb()[:3] for y in range(image.height())])


def test_the_spectrogram_is_coloured_as_chosen_and_the_choice_is_kept(
    qtbot: QtBot, tracked: MainWindow, settings_file: Path
) -> None:
    spectrogram = part(tracked, SpectrogramView)
    pictures = []
    for name in colour_maps.CHOICES:
        action(tracked, f"colour_map_{name}").trigger()
        pictures.append(picture_of(spectrogram))
        checked = [c for c in colour_maps.CHOICES if action(tracked, f"colour_map_{c}").isChecked()]
        assert checked == [name]
    assert all(one != other for i, one in enumerate(pictures) for other in pictures[:i])
    tracked.close()
    again = make_window(Settings(settings_file))
    qtbot.addWidget(again)
    assert action(again, f"colour_map_{colour_maps.CHOICES[-1]}").isChecked()
    again.close()


def test_the_spectrogram_reaches_to_half_the_rate_of_the_file_on_request(
    qtbot: QtBot, tracked: MainWindow
) -> None:
    spectrogram = part(tracked, SpectrogramView)
    qtbot.waitUntil(lambda: spectrogram._image.image is not None)
    plain = spectrogram._image.image.copy()
    action(tracked, "toggle_full_band").trigger()

    def shows_all() -> bool:
        image = spectrogram._image.image
        return image.shape[1] == 128 and len(image) >= 0.98 * len(plain)

    qtbot.waitUntil(shows_all)
    action(tracked, "toggle_full_band").trigger()
    qtbot.waitUntil(lambda: np.array_equal(spectrogram._image.image, plain))


@pytest.mark.parametrize("theme", ["theme_dark", "theme_light"])
@pytest.mark.parametrize("name", colour_maps.CHOICES)
def test_the_playhead_is_seen_on_every_colour_map(
    tracked: MainWindow, theme: str, name: str
) -> None:
    action(tracked, theme).trigger()
    action(tracked, f"colour_map_{name}").trigger()
    spectrogram = part(tracked, SpectrogramView)
    click(spectrogram, 0.5)
    middle = place_of(spectrogram, 0.5).x()
    rows = slice(10, spectrogram.height() - 10)
    stripes = [
        column(spectrogram, x)[rows].mean(axis=(0, 1)) for x in range(middle - 3, middle + 4)
    ]
    # Nearly black and nearly white side by side: one of them stands out from any ground.
    assert max(stripes) > 240
    assert min(stripes) < 40


def test_a_playhead_that_jumps_leaves_nothing_behind_whatever_is_painted_meanwhile(
    qtbot: QtBot, tracked: MainWindow
) -> None:
    view = part(tracked, TimelineView)

    def seen() -> QImage:
        """Give what the window shows of the view, old pixels and new."""
        whole = tracked.screen().grabWindow(tracked.winId()).toImage()
        place = QRect(view.mapTo(tracked, QPoint()), view.size())
        return whole.copy(place).convertToFormat(QImage.Format.Format_RGB32)

    for time_s in (9.0, 3.0):
        view.seek(time_s)
        view.viewport().repaint(int(view.x_at(time_s)) - 9, 0, 30, 20)
        qtbot.waitUntil(lambda: seen() == picture_of(view))


def test_a_table_of_colours_goes_from_dark_to_light() -> None:
    for name in colour_maps.CHOICES:
        table = colour_maps.table(name)
        assert table.shape == (256, 3)
        lightness = table @ [0.299, 0.587, 0.114]
        assert (np.diff(lightness) > -2.0).all()
        assert lightness[-1] - lightness[0] > 120


def test_what_is_not_analysed_yet_looks_different(tracked: MainWindow) -> None:
    overview = part(tracked, OverviewView)
    values = np.full((round(12.0 / COLUMN_S), 2), 0.3)
    values[len(values) // 2 :] = np.nan
    overview.set_track(values)
    image = picture_of(overview)
    y = overview.height() // 2
    left, right = place_of(overview, 0.05).x(), place_of(overview, 0.45).x()
    shift = place_of(overview, 0.5).x() - left
    ground = image.pixelColor(2, 2)

    def inked(begin: int, end: int) -> int:
        return sum(image.pixelColor(x, y) != ground for x in range(begin, end))

    assert inked(left, right) > 2 * inked(left + shift, right + shift) > 0
