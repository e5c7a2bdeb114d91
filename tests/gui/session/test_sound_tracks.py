"""A file of several sound tracks in the window: which is heard, and how another is chosen."""

from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from emoviz.gui.films.making import FilmOrder
from emoviz.gui.main_window import MainWindow
from emoviz.library.store import Library
from tests.gui.conftest import RATE_HZ, Songs
from tests.gui.driving import banner_of, is_tracked, open_and_track
from tests.support.audio import music, write_sound_tracks


def menu_of(window: MainWindow) -> QMenu:
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.title() == "Sound track"]
    return menu


def entries(window: MainWindow) -> list[QAction]:
    menu = menu_of(window)
    menu.aboutToShow.emit()
    return menu.actions()


def test_another_sound_track_is_chosen_from_a_menu(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    film, file = tmp_path / "film.mka", tmp_path / "songs.db"
    write_sound_tracks(film, [music(4.0, RATE_HZ), music(6.0, RATE_HZ, 1)], RATE_HZ)
    window.library.use(file)
    open_and_track(qtbot, window, songs.short)
    assert not menu_of(window).isEnabled()
    open_and_track(qtbot, window, film)
    assert window.trajectory is not None
    assert len(window.trajectory) == 8
    assert "of its 2 sound tracks number 1 was heard" in banner_of(window)
    assert menu_of(window).isEnabled()
    listed = [(entry.text(), entry.isChecked()) for entry in entries(window)]
    assert listed == [("1: flac, stereo", True), ("2: flac, stereo", False)]
    entries(window)[1].trigger()
    qtbot.waitUntil(lambda: len(window.trajectory or ()) == 12)
    assert "of its 2 sound tracks number 2 was heard, as chosen" in banner_of(window)
    assert [entry.isChecked() for entry in entries(window)] == [False, True]
    # What is made of it is of the sound that was chosen.
    order = window.film._order()
    assert isinstance(order, FilmOrder)
    assert order.sound_track == 2
    entries(window)[0].trigger()
    qtbot.waitUntil(lambda: len(window.trajectory or ()) == 8 and is_tracked(window, "film"))
    # The library keeps one track of a file: of the sound that is heard unasked.
    with Library.open(file) as library:
        found = library.track(film, "cae")
    assert found is not None
    assert len(found) == 8
