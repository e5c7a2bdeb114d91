"""Songs that were tracked before are there at once, and a library that is wrong stops nothing."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from emoviz.gui.main_window import MainWindow
from emoviz.gui.session.analysis_worker import AnalysisWorker
from emoviz.gui.session.song_library import SongLibrary
from emoviz.library.store import Library
from emoviz.songs.processes.pool import DecoderPool
from emoviz.songs.song import Song
from emoviz.system import files, paths
from tests.gui.conftest import Songs
from tests.gui.driving import analysis_threads, banner_of, open_and_track


@pytest.fixture
def library_file(window: MainWindow, tmp_path: Path) -> Path:
    """Have the window remember in a file of the test's own."""
    file = tmp_path / "data" / "library.db"
    window.library.use(file)
    return file


def wait_for_threads(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not analysis_threads())


def test_a_song_that_was_tracked_is_in_the_library(
    qtbot: QtBot, window: MainWindow, songs: Songs, library_file: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    wait_for_threads(qtbot)
    with Library.open(library_file) as library:
        (song,) = library.all_songs()
        assert song.path == songs.short
        assert library.track(songs.short, "cae") == window._session.trajectory


def test_a_known_song_is_whole_before_it_is_decoded_and_is_not_analysed(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    library_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_and_track(qtbot, window, songs.other)
    wait_for_threads(qtbot)
    first = window._session.trajectory
    loaded: list[str] = []
    monkeypatch.setattr("emoviz.models.estimator.load", loaded.append)
    shown: list[tuple[int, float]] = []
    window._session.finished.connect(
        lambda trajectory: shown.append((len(trajectory), window._store.duration_s))
    )
    window.open_song(songs.other)
    qtbot.waitUntil(lambda: bool(shown))
    assert window._session.trajectory == first
    assert loaded == []
    assert shown == [(24, 0.0)]
    # The picture follows.
    qtbot.waitUntil(lambda: window._store.duration_s >= 12.0)
    assert len(window._session.values) == 24
    assert not window._session.running


def test_a_song_that_has_changed_is_tracked_anew(
    qtbot: QtBot, window: MainWindow, songs: Songs, library_file: Path, tmp_path: Path
) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(songs.short.read_bytes())
    open_and_track(qtbot, window, song)
    wait_for_threads(qtbot)
    before = window._session.trajectory
    song.write_bytes(songs.other.read_bytes())
    window.open_song(song)
    qtbot.waitUntil(lambda: window._session.trajectory not in (None, before))
    assert window._session.trajectory is not None
    assert len(window._session.trajectory) == 24
    assert window._session.trajectory.provenance.song_sha256 == files.sha256_of_file(songs.other)


def test_a_damaged_library_is_asked_about_and_kept_aside(
    qtbot: QtBot, window: MainWindow, songs: Songs, library_file: Path
) -> None:
    library_file.parent.mkdir()
    library_file.write_bytes(b"no database" * 100)
    open_and_track(qtbot, window, songs.short)
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert f"The library {library_file} is damaged" in box.text()
    box.button(QMessageBox.StandardButton.Yes).click()
    qtbot.waitUntil(lambda: "is kept as" in banner_of(window))
    (kept,) = library_file.parent.glob("library-*.db")
    assert kept.read_bytes() == b"no database" * 100
    wait_for_threads(qtbot)
    open_and_track(qtbot, window, songs.other)
    wait_for_threads(qtbot)
    with Library.open(library_file) as library:
        assert songs.other in [song.path for song in library.all_songs()]


def test_a_library_that_cannot_be_written_is_said_once(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    window.library.use(tmp_path / "file" / "library.db")
    open_and_track(qtbot, window, songs.short)
    qtbot.waitUntil(lambda: "the library cannot be written" in banner_of(window))
    wait_for_threads(qtbot)
    open_and_track(qtbot, window, songs.other)
    wait_for_threads(qtbot)
    assert banner_of(window) == ""


def test_the_demo_song_is_not_put_in(
    qtbot: QtBot, window: MainWindow, songs: Songs, library_file: Path
) -> None:
    open_and_track(qtbot, window, paths.demo_song(), Song.open(paths.demo_song()).title)
    open_and_track(qtbot, window, songs.short)
    wait_for_threads(qtbot)
    with Library.open(library_file) as library:
        assert [song.path for song in library.all_songs()] == [songs.short]


def test_a_worker_without_a_library_remembers_nothing(window: MainWindow) -> None:
    assert AnalysisWorker(DecoderPool())._library is None
    assert SongLibrary(window).recall(Path("song.wav"), "cae") is None
