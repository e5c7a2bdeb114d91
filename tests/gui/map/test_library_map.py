"""The map of the library: dots that are pointed at, clicked, searched, chosen and travelled."""

import hashlib
import multiprocessing
import sqlite3
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QTableView,
)
from pytestqt.qtbot import QtBot

from emoviz.gui import settings as remembered
from emoviz.gui.actions.map_rows import MAP_ACTIONS
from emoviz.gui.main_window import MainWindow
from emoviz.gui.map.notice import MapNotice
from emoviz.gui.map.status import MapStatus
from emoviz.gui.map.view import MapView
from emoviz.gui.map.window import MapWindow
from emoviz.gui.panels.banner import Banner
from emoviz.gui.panels.folder_offer import FolderOffer
from emoviz.gui.settings import Settings
from emoviz.library.records import FileState, SongRecord
from emoviz.library.store import Library
from emoviz.models import estimator
from emoviz.system import files
from emoviz.tracks.track import Provenance, Track
from tests.gui.conftest import Songs
from tests.gui.driving import action, choose_in_dialog, part

MODEL = "cae"
LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier

ROW = [("First", -0.6), ("Second", -0.3), ("Third", 0.0), ("Fourth", 0.3), ("Fifth", 0.6)]
"""Songs in a row below the middle, at an arousal of -0.5; the one that is played is above it."""


def put(
    library: Library,
    path: Path,
    place: tuple[float, float],
    tags: tuple[str, str, str],
    duration_s: float = 100.0,
) -> None:
    """Put a song in that lies at one place of the plane; its file need not be there."""
    is_there = path.exists()
    state = FileState.of(path) if is_there else FileState(1, 1)
    version = estimator.describe(MODEL).version
    sha256 = (
        files.sha256_of_file(path) if is_there else hashlib.sha256(path.name.encode()).hexdigest()
    )
    provenance = Provenance(path.name, sha256, tags[0], MODEL, version, "0.1.0")
    values = np.tile(np.array(place), (16, 1))
    record = SongRecord(path, state, *tags, duration_s)
    library.put(record, Track.from_values(values, provenance))


@pytest.fixture
def library_file(window: MainWindow, tmp_path: Path, songs: Songs) -> Path:
    """Give a library of six songs, of which one has a file, and have the window use it."""
    file = tmp_path / "data" / "library.db"
    with Library.open(file) as library:
        put(library, songs.short, (0.2, 0.6), ("Short", "Somebody", "Once"), 8.0)
        for number, (title, valence) in enumerate(ROW):
            tags = (title, "The Même" if number % 2 else "Others", "In a row")
            put(library, tmp_path / f"{title}.flac", (valence, -0.5), tags)
    window.library.use(file)
    return file


def open_map(qtbot: QtBot, window: MainWindow) -> MapWindow:
    action(window, "show_map").trigger()
    shown = window.library_map.window
    assert shown is not None
    qtbot.waitExposed(shown)
    return shown


@pytest.fixture
def shown(qtbot: QtBot, window: MainWindow, library_file: Path) -> MapWindow:
    """Give the map of the six songs."""
    made = open_map(qtbot, window)
    qtbot.waitUntil(lambda: "6 songs" in status(made))
    qtbot.waitUntil(lambda: made._durations_s is not None)
    # Fitted to them.
    qtbot.waitUntil(lambda: made.view.camera.reach < 0.9 and made.view._camera.resting)
    return made


def view(shown: MapWindow) -> MapView:
    return shown.view


def status(shown: MapWindow) -> str:
    found = shown.findChild(MapStatus)
    assert found is not None
    return found.text


def banner(shown: MapWindow) -> str:
    found = shown.findChild(Banner)
    assert found is not None
    return found.sentence


def notice(shown: MapWindow) -> str:
    found = shown.findChild(MapNotice)
    assert found is not None
    return found.sentence


def place(shown: MapWindow, valence: float, arousal: float) -> QPoint:
    geometry = shown.view._painter.geometry(shown.view.size())
    return geometry.point(valence, arousal).toPoint()


def move_to(shown: MapWindow, to: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    at = QPointF(to)
    moved = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        shown.view.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        held,
        NO_KEY,
    )
    QApplication.sendEvent(shown.view, moved)


def draw(shown: MapWindow, *corners: tuple[float, float], button: Qt.MouseButton = LEFT) -> None:
    """Press at the first place of the plane, move over the others and let go at the last."""
    places = [place(shown, *corner) for corner in corners]
    QTest.mousePress(shown.view, button, NO_KEY, places[0])
    for before, after in pairwise(places):
        for step in range(1, 21):
            move_to(shown, before + (after - before) * step / 20, button)
    QTest.mouseRelease(shown.view, button, NO_KEY, places[-1])


def lasso_row(shown: MapWindow) -> None:
    draw(shown, (-0.7, -0.4), (0.7, -0.4), (0.7, -0.6), (-0.7, -0.6))


def titles(shown: MapWindow) -> list[str]:
    table = shown.findChild(QTableView)
    assert table is not None
    model = table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def button(shown: MapWindow, text: str) -> QPushButton:
    (found,) = [b for b in shown.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def write(shown: MapWindow, text: str) -> QLineEdit:
    (search,) = [
        line for line in shown.findChildren(QLineEdit) if "Search" in line.placeholderText()
    ]
    search.setFocus()
    search.selectAll()
    QTest.keyClicks(search, text)
    return search


def test_pointing_at_a_dot_names_its_song(shown: MapWindow) -> None:
    move_to(shown, place(shown, -0.3, -0.5))
    assert view(shown)._painter.tip[:3] == ["Second", "The Même", "In a row"]
    assert "valence −0.30, arousal −0.50" in view(shown)._painter.tip[3]
    move_to(shown, place(shown, -0.3, 0.3))
    assert view(shown)._painter.marked is None


def test_a_click_on_a_dot_plays_its_song_and_rings_it(
    qtbot: QtBot, window: MainWindow, shown: MapWindow
) -> None:
    asked: list[object] = []
    shown.song_asked.connect(asked.append)
    QTest.mouseClick(shown.view, LEFT, NO_KEY, place(shown, 0.2, 0.6))
    QTest.mouseDClick(shown.view, LEFT, NO_KEY, place(shown, 0.2, 0.6))
    assert len(asked) == 1
    qtbot.waitUntil(lambda: window.windowTitle().startswith("short"))
    qtbot.waitUntil(lambda: view(shown).shown.playing is not None)
    playing = view(shown).shown.playing
    songs = view(shown).shown.songs
    assert songs is not None
    assert playing is not None
    assert songs.points.arousal[playing] == pytest.approx(0.6)


def test_a_song_whose_file_is_gone_is_said(window: MainWindow, shown: MapWindow) -> None:
    QTest.mouseClick(shown.view, LEFT, NO_KEY, place(shown, 0.6, -0.5))
    assert "Fifth.flac" in banner(shown)
    assert window.windowTitle() == "emoviz"


def test_a_lasso_makes_a_list_that_is_saved_as_a_playlist(
    qtbot: QtBot, shown: MapWindow, tmp_path: Path
) -> None:
    lasso_row(shown)
    assert sorted(titles(shown)) == sorted(title for title, _ in ROW)
    assert shown._list._total.text() == "5 songs, 8:20"
    button(shown, "&Save playlist…").click()
    playlist = tmp_path / "row.m3u8"
    choose_in_dialog(qtbot, shown, playlist)
    lines = playlist.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXTINF:100,The Même - Second" in lines
    assert sorted(line for line in lines if not line.startswith("#")) == sorted(
        f"{title}.flac" for title, _ in ROW
    )
    assert str(playlist) in banner(shown)
    # Good news are no warning.
    assert not shown._banner.is_warning


def test_play_all_opens_what_is_there_and_says_what_is_not(
    qtbot: QtBot, window: MainWindow, shown: MapWindow, songs: Songs
) -> None:
    QTest.keyClick(shown.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(titles(shown)) == 6
    button(shown, "&Play all").click()
    qtbot.waitUntil(lambda: list(window.queue.songs) == [songs.short])
    assert banner(shown).startswith("5 of the 6 songs are no longer where they were")


def test_a_path_makes_a_playlist_in_its_order(shown: MapWindow) -> None:
    QTest.keyClick(shown.view, Qt.Key.Key_P)
    draw(shown, (0.65, -0.45), (-0.65, -0.55))
    count = shown.findChild(QSpinBox)
    assert count is not None
    assert count.isVisible()
    count.setValue(3)
    assert titles(shown) == ["Fifth", "Third", "First"]
    count.setValue(5)
    assert titles(shown) == [title for title, _ in reversed(ROW)]
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    assert titles(shown) == []
    assert view(shown).shown.path is None
    # What is far from a path is not offered for it.
    draw(shown, (-0.6, 0.2), (0.0, 0.2))
    assert titles(shown) == []
    assert "No song lies near" in banner(shown)


def test_what_is_searched_stands_out_and_enter_opens_the_one(
    qtbot: QtBot, window: MainWindow, shown: MapWindow
) -> None:
    search = write(shown, "meme row")
    qtbot.waitUntil(lambda: status(shown).endswith("2 found"))
    # Only what was found can be chosen now.
    lasso_row(shown)
    assert titles(shown) == ["Second", "Fourth"]
    write(shown, "short")
    QTest.keyClick(search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("short"))
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert view(shown).shown.matches is None
    assert titles(shown) == ["Second", "Fourth"]


def test_every_key_of_the_map_is_in_its_table(shown: MapWindow) -> None:
    told = {QKeySequence(key).toString() for spec in MAP_ACTIONS for key in spec.shortcuts}
    actions = shown.findChildren(QAction)
    assert {key.toString() for made in actions for key in made.shortcuts()} == told
    assert {made.objectName() for made in shown.actions()} == {spec.name for spec in MAP_ACTIONS}


def test_keys_move_and_zoom_the_map(qtbot: QtBot, shown: MapWindow) -> None:
    QTest.keyClick(shown.view, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: view(shown).camera.reach < 0.75)
    QTest.keyClick(shown.view, Qt.Key.Key_Right)
    QTest.keyClick(shown.view, Qt.Key.Key_Up)
    assert view(shown).camera.valence > 0.05
    assert view(shown).camera.arousal > 0.05
    QTest.keyClick(shown.view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view(shown).camera.reach == 1.0)


def test_the_middle_button_moves_the_map_and_chooses_nothing(
    qtbot: QtBot, shown: MapWindow
) -> None:
    view(shown).show_whole()
    qtbot.waitUntil(lambda: view(shown).camera.reach == 1.0)
    view(shown).zoom(0.5)
    qtbot.waitUntil(lambda: view(shown).camera.reach == 0.5)
    draw(shown, (0.0, 0.0), (-0.2, -0.1), button=Qt.MouseButton.MiddleButton)
    assert view(shown).camera.valence == pytest.approx(0.2, abs=0.02)
    assert view(shown).camera.arousal == pytest.approx(0.1, abs=0.02)
    assert titles(shown) == []


def test_colours_tell_albums_when_they_are_asked_to(shown: MapWindow) -> None:
    groups = view(shown).shown.groups
    assert groups is not None
    assert [group.name for group in groups.named] == ["Others", "The Même", "Somebody"]
    grouping = shown.findChild(QComboBox)
    assert grouping is not None
    grouping.setCurrentIndex(1)
    groups = view(shown).shown.groups
    assert groups is not None
    assert {group.name for group in groups.named} == {"In a row", "Once"}
    assert "Once: 1" in shown._legend.accessibleDescription()


def test_songs_that_another_program_adds_appear(
    qtbot: QtBot, shown: MapWindow, library_file: Path, tmp_path: Path
) -> None:
    lasso_row(shown)
    before = view(shown).shown.groups
    assert before is not None
    with Library.open(library_file) as library:
        put(library, tmp_path / "new.flac", (-0.5, 0.5), ("New", "Somebody", "Twice"))
        put(library, tmp_path / "more.flac", (-0.5, 0.4), ("More", "Somebody", "Twice"))
        put(library, tmp_path / "last.flac", (-0.4, 0.4), ("Last", "Somebody", "Twice"))
        # The same song once more, as another file and not quite of the same length.
        put(library, tmp_path / "copy.mp3", (-0.61, -0.5), ("First", "Others", "Hits"), 100.4)
    qtbot.waitUntil(lambda: "9 songs" in status(shown))
    # What was chosen stays chosen.
    assert len(titles(shown)) == 5
    # Who has the most songs is another one now, and nobody has another colour.
    after = view(shown).shown.groups
    assert after is not None
    assert after.named[0].name == "Somebody" != before.named[0].name
    assert {g.name: g.colour for g in after.named} == {g.name: g.colour for g in before.named}


def test_a_map_of_few_songs_is_fitted_to_them_and_names_them(
    qtbot: QtBot, shown: MapWindow, library_file: Path, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: len(view(shown)._painter.names) == 6)
    assert view(shown).camera.reach < 0.9
    assert "Second" in view(shown)._painter.names.values()
    # From so near only two of them are seen.
    shown.view._zoom_at(QPointF(place(shown, 0.0, -0.5)), 0.2)
    qtbot.waitUntil(lambda: set(view(shown)._painter.names.values()) == {"Third"})
    QTest.keyClick(shown.view, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(view(shown)._painter.names) == 6)


def test_an_empty_library_says_what_to_do_and_is_filled_from_a_folder(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, songs: Songs
) -> None:
    window.library.use(tmp_path / "data" / "library.db")
    shown = open_map(qtbot, window)
    qtbot.waitUntil(lambda: "no songs in the library yet" in notice(shown))
    assert "emoviz library add FOLDER" in notice(shown)
    assert not (tmp_path / "data").exists()
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "one.wav").write_bytes(songs.short.read_bytes())
    (folder / "two.flac").write_bytes(songs.other.read_bytes())
    (folder / "three.mp3").write_text("no song")
    button(shown, "Add a folder…").click()
    choose_in_dialog(qtbot, shown, folder)
    qtbot.waitUntil(lambda: "2 songs" in status(shown))
    qtbot.waitUntil(lambda: "2 added, 1 could not be read" in banner(shown))
    assert "three.mp3" in banner(shown)
    assert notice(shown) == ""
    assert button(shown, "Add a folder…").isEnabled()


def test_closing_the_window_ends_what_is_being_added(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, songs: Songs
) -> None:
    file = tmp_path / "data" / "library.db"
    window.library.use(file)
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.wav").write_bytes(songs.long.read_bytes())
    # As it is offered of a folder that is dropped.
    offer = part(window, FolderOffer)
    offer.make([folder])
    (join,) = offer.findChildren(QPushButton)
    join.click()
    assert not offer.isVisible()
    shown = window.library_map.window
    assert shown is not None
    qtbot.waitUntil(lambda: "songs" in status(shown))
    window.close()
    assert multiprocessing.active_children() == []
    with Library.open(file) as library:
        assert 0 < len(library) < 20


def test_a_library_that_another_program_holds_is_read_when_it_lets_go(
    qtbot: QtBot, window: MainWindow, library_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emoviz.library.database.BUSY_S", 0.05)
    other = sqlite3.connect(library_file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("DELETE FROM songs WHERE id = 1")
    shown = open_map(qtbot, window)
    qtbot.waitUntil(lambda: "another program is writing" in notice(shown))
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: "6 songs" in status(shown))
    assert notice(shown) == ""


def test_a_damaged_library_is_said_on_the_map_and_begun_anew(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    file = tmp_path / "library.db"
    file.write_bytes(b"no database" * 100)
    window.library.use(file)
    shown = open_map(qtbot, window)
    qtbot.waitUntil(lambda: "is damaged. It can be kept aside" in notice(shown))
    button(shown, "Keep it aside and begin a new one…").click()
    (box,) = shown.findChildren(QMessageBox)
    box.button(QMessageBox.StandardButton.Yes).click()
    qtbot.waitUntil(lambda: "no songs in the library yet" in notice(shown))
    (kept,) = tmp_path.glob("library-*.db")
    assert kept.read_bytes() == b"no database" * 100


def test_a_library_of_a_newer_program_is_said_on_the_map(
    qtbot: QtBot, window: MainWindow, library_file: Path
) -> None:
    connection = sqlite3.connect(library_file)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    shown = open_map(qtbot, window)
    qtbot.waitUntil(lambda: "a newer emoviz made this library" in notice(shown))


def test_the_map_can_be_used_without_a_mouse_and_read_out(shown: MapWindow) -> None:
    lasso_row(shown)
    kinds = (QAbstractButton, QLineEdit, QComboBox, QSpinBox, QTableView, MapView)
    controls = [w for kind in kinds for w in shown.findChildren(kind) if w.isVisible()]
    controls = [w for w in controls if not w.objectName().startswith("qt_")]
    assert len(controls) > 8
    for widget in controls:
        spoken = QAccessible.queryAccessibleInterface(widget)
        name = spoken.text(QAccessible.Text.Name)
        assert name or isinstance(widget.parent(), (QLineEdit, QTableView)), widget
    order, widget = [], shown.view
    while widget not in order:
        order.append(widget)
        widget = widget.nextInFocusChain()
    reached = [
        type(w).__name__
        for w in order
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and w in controls
    ]
    first = reached.index("QLineEdit")
    assert [*reached[first:], *reached[:first]] == [
        "QLineEdit",
        "QToolButton",
        "QToolButton",
        "QToolButton",
        "MapView",
        "QPushButton",
        "QComboBox",
        "QTableView",
        "QPushButton",
        "QPushButton",
    ]


def test_the_map_remembers_its_place_and_goes_with_the_window(
    qtbot: QtBot, window: MainWindow, shown: MapWindow, settings_file: Path
) -> None:
    shown.resize(900, 600)
    shown.close()
    assert not Settings(settings_file).get(remembered.MAP_GEOMETRY).isEmpty()
    action(window, "show_map").trigger()
    assert shown.isVisible()
    assert (shown.width(), shown.height()) == (900, 600)
    window.close()
    assert not shown.isVisible()


def test_a_reading_that_breaks_off_is_told_of_and_the_next_change_is_read(
    qtbot: QtBot,
    window: MainWindow,
    shown: MapWindow,
    library_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_off(*_: object) -> None:
        raise MemoryError("no room")

    def add(name: str) -> None:
        with Library.open(library_file) as library:
            put(library, tmp_path / f"{name}.flac", (0.5, 0.5), (name, "Late", "Later"))

    with monkeypatch.context() as broken:
        broken.setattr(Library, "points", break_off)
        add("Seventh")
        qtbot.waitUntil(lambda: "the library could not be read" in banner(shown))
    assert "no room" in caplog.text
    assert str(library_file) in banner(shown)
    assert "in break_off" in caplog.text
    add("Eighth")
    qtbot.waitUntil(lambda: "8 songs" in status(shown))
