"""Films from the window: what is asked, that it plays on, what is left after a cancel."""

from pathlib import Path

import av
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from emoviz.export.film_file import FilmFormat
from emoviz.gui import settings as remembered
from emoviz.gui.app import make_window
from emoviz.gui.films.card import FilmCard
from emoviz.gui.films.dialog import FilmDialog
from emoviz.gui.films.making import FilmOrder
from emoviz.gui.films.picture import FilmLook
from emoviz.gui.main_window import MainWindow
from emoviz.gui.settings import Settings
from tests.gui.conftest import RATE_HZ, Songs
from tests.gui.driving import (
    action,
    banner_of,
    choose_in_dialog,
    labels,
    open_and_track,
    part,
)
from tests.support.audio import write_music


def ask_for_film(qtbot: QtBot, window: MainWindow, target: Path, *choices: str) -> None:
    """Choose File > Export film…, a size and a rate, and the file it goes to."""
    action(window, "export_film").trigger()
    dialog = part(window, FilmDialog)
    for name in choices:
        button = dialog.findChild(QRadioButton, name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    (go_on,) = (
        button
        for button in buttons.buttons()
        if buttons.buttonRole(button) == QDialogButtonBox.ButtonRole.AcceptRole
    )
    QTest.mouseClick(go_on, Qt.MouseButton.LeftButton)
    choose_in_dialog(qtbot, window, target)


class _Opener(QObject):
    """Stands for the programs of a desktop that open files and folders."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        """Take what is to be opened."""
        self.opened.append(Path(url.toLocalFile()))


def opened_by(card: FilmCard, text: str) -> Path:
    """Click a button of the card, and give what it has the desktop open."""
    opener = _Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    try:
        (button,) = (each for each in card.findChildren(QPushButton) if each.text() == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    (opened,) = opener.opened
    return opened


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_film_is_made_while_the_song_plays(
    qtbot: QtBot, window: MainWindow, settings_file: Path, tmp_path: Path
) -> None:
    assert not action(window, "export_film").isEnabled()
    write_music(tmp_path / "song.wav", 3.0, RATE_HZ)
    open_and_track(qtbot, window, tmp_path / "song.wav")
    target = tmp_path / "film.mp4"
    window.loop.mark(1.0, 2.0)
    window.loop.settle()
    ask_for_film(qtbot, window, target, "square", "60", "follow")
    card = part(window, FilmCard)
    assert card.isVisible()
    assert not action(window, "export_film").isEnabled()
    said = f"The film was written to {target}."
    qtbot.waitUntil(lambda: said in labels(window))
    assert action(window, "export_film").isEnabled()
    assert opened_by(card, "Play") == target
    assert opened_by(card, "Show in folder") == tmp_path
    with av.open(str(target)) as container:
        picture = container.streams.video[0]
        assert (picture.width, picture.height, picture.average_rate) == (1080, 1080, 60)
        assert container.metadata["title"] == window._session.song.title
        # Of the region that was marked, no more.
        assert picture.frames == 60
    # What was chosen is chosen the next time.
    other = make_window(Settings(settings_file))
    qtbot.addWidget(other)
    assert other._settings.get(remembered.FILM_SIZE) == "square"


def test_a_film_that_is_cancelled_leaves_nothing(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.middling)
    folder = tmp_path / "films"
    folder.mkdir()
    ask_for_film(qtbot, window, folder / "film.mp4")
    qtbot.waitUntil(lambda: bool(names(folder)))
    card = part(window, FilmCard)
    cancel = card.findChild(QToolButton)
    assert cancel is not None
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(folder) == [])
    assert not card.isVisible()
    assert action(window, "export_film").isEnabled()


def test_quitting_during_a_film_asks_and_leaves_nothing_of_it(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.middling)
    folder = tmp_path / "films"
    folder.mkdir()
    ask_for_film(qtbot, window, folder / "film.mp4")
    qtbot.waitUntil(lambda: bool(names(folder)))
    window.close()
    (question,) = window.findChildren(QMessageBox)
    assert window.isVisible()
    assert "A film is being made" in question.text()
    QTest.mouseClick(question.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert names(folder) == []


def test_what_goes_wrong_is_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(songs.short.read_bytes())
    open_and_track(qtbot, window, song)
    order = FilmOrder(song, song, "cae", FilmFormat(), FilmLook(), window._session.values)
    window.film.make(order)
    assert "it is the song itself" in banner_of(window)
    assert song.read_bytes() == songs.short.read_bytes()
    song.unlink()
    ask_for_film(qtbot, window, tmp_path / "film.mp4")
    qtbot.waitUntil(lambda: "no such file" in banner_of(window))
    assert names(tmp_path) == ["settings"]
