"""Folders become a queue: the songs follow each other by themselves and by the keys."""

import shutil
from pathlib import Path

import mutagen.flac
import pytest
from PySide6.QtCore import QModelIndex, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QListWidget, QWidget
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import Theme
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.folder_offer import FolderOffer
from emoviz.gui.session import song_queue
from emoviz.gui.session.queue_sheet import QueueSheet
from emoviz.gui.session.song_queue import SongQueue
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import RATE_HZ, Songs
from tests.gui.driving import action, banner_of, drop, labels, open_and_track, part
from tests.support.audio import write_music
from tests.support.clocks import ToldClock


def folder_of(songs: Songs, folder: Path) -> Path:
    """Make a folder of two songs, one of them in a subfolder, and a file that is none."""
    (folder / "more").mkdir(parents=True)
    shutil.copy(songs.short, folder / "first.wav")
    shutil.copy(songs.other, folder / "more" / "second.flac")
    (folder / "notes.txt").write_text("no song")
    return folder


def shows(window: MainWindow, title: str) -> bool:
    return window.windowTitle().startswith(title)


def test_a_folder_that_is_dropped_becomes_the_queue(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    folder = folder_of(songs, tmp_path / "album")
    assert not action(window, "go_next").isEnabled()
    assert drop(window, QUrl.fromLocalFile(str(folder)))
    offer = part(window, FolderOffer)
    assert offer.isVisible()
    qtbot.waitUntil(lambda: shows(window, "first"))
    assert action(window, "go_next").isEnabled()
    assert not action(window, "go_previous").isEnabled()
    action(window, "go_next").trigger()
    qtbot.waitUntil(lambda: shows(window, "second"))
    assert not action(window, "go_next").isEnabled()
    action(window, "go_previous").trigger()
    qtbot.waitUntil(lambda: shows(window, "first"))


def test_the_next_song_begins_when_one_is_over(
    qtbot: QtBot,
    window: MainWindow,
    player: SilentPlayer,
    clock: ToldClock,
    songs: Songs,
    tmp_path: Path,
) -> None:
    window.open_songs([folder_of(songs, tmp_path / "album")])
    qtbot.waitUntil(lambda: shows(window, "first"))
    window.seek(window.duration_s - 0.2)
    clock.pass_s(0.3)
    qtbot.waitUntil(lambda: shows(window, "second"))
    assert player.is_playing
    assert player.position_s == 0.0


def test_the_last_song_of_all_stops_at_its_end(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, clock: ToldClock, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    window.seek(window.duration_s - 0.1)
    clock.pass_s(0.2)
    qtbot.waitUntil(lambda: not window.playback.is_playing)
    assert shows(window, "short")
    assert player.position_s == player.duration_s


def test_a_folder_that_may_not_be_looked_into_is_named_with_the_reason(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    target = folder / "loop"
    target.symlink_to(folder, target_is_directory=True)
    assert drop(window, QUrl.fromLocalFile(str(folder)))
    qtbot.waitUntil(lambda: f"{target}: this link leads back" in banner_of(window))


def test_a_folder_without_songs_is_named(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    window.open_songs([empty])
    qtbot.waitUntil(lambda: "no song in this folder" in banner_of(window))
    assert str(empty) in banner_of(window)


def test_several_files_are_queued_in_their_order(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    urls = [QUrl.fromLocalFile(str(path)) for path in (songs.other, songs.short)]
    assert drop(window, *urls)
    qtbot.waitUntil(lambda: shows(window, "other"))
    action(window, "go_next").trigger()
    qtbot.waitUntil(lambda: shows(window, "short"))


def test_a_search_for_songs_that_breaks_off_is_told_of_and_the_next_one_works(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = folder_of(songs, tmp_path / "album")

    def break_off(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(song_queue, "find_songs", break_off)
        window.open_songs([folder])
        qtbot.waitUntil(lambda: "could not be looked through" in banner_of(window))
    assert str(folder) in banner_of(window)
    assert "in break_off" in caplog.text
    window.open_songs([folder])
    qtbot.waitUntil(lambda: shows(window, "first"))


def test_the_panel_says_which_song_of_how_many_it_is_and_the_button_what_comes_next(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    window.open_songs([songs.other, songs.short, songs.middling])
    qtbot.waitUntil(lambda: shows(window, "other"))
    assert any("1 of 3, next: short" in text for text in labels(window))
    assert "short" in action(window, "go_next").toolTip()
    action(window, "go_next").trigger()
    qtbot.waitUntil(lambda: shows(window, "short"))
    assert any("2 of 3" in text for text in labels(window))
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: shows(window, "long"))
    assert not any(" of 3" in text for text in labels(window))


def test_the_queue_is_listed_with_covers_and_can_be_put_in_another_order(
    qtbot: QtBot, tmp_path: Path
) -> None:
    write_music(tmp_path / "first.flac", 1.0, RATE_HZ)
    cover = QImage(60, 40, QImage.Format.Format_RGB32)
    cover.fill(QColor("red"))
    cover.save(str(tmp_path / "cover.png"))
    tagged = mutagen.flac.FLAC(tmp_path / "first.flac")
    tagged["title"] = "The first"
    picture = mutagen.flac.Picture()
    picture.data, picture.mime, picture.type = (
        (tmp_path / "cover.png").read_bytes(),
        "image/png",
        3,
    )
    tagged.add_picture(picture)
    tagged.save()
    queue = SongQueue()
    queue.put([tmp_path / f"{name}.flac" for name in ("first", "second", "third")])
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = QueueSheet(parent, Theme(), queue)
    sheet.show()
    (shown,) = sheet.findChildren(QListWidget)

    def names() -> list[str]:
        return [shown.item(row).text() for row in range(shown.count())]

    qtbot.waitUntil(lambda: names() == ["The first", "second", "third"])
    drawn = shown.item(0).icon().pixmap(36).toImage()
    assert drawn.pixelColor(18, 18) == QColor("red")
    assert shown.item(0).font().bold()
    # By the keys, and as Qt has it when one is dragged.
    shown.setCurrentRow(0)
    next(each for each in sheet.actions() if each.shortcut().toString() == "Ctrl+Down").trigger()
    assert names() == ["second", "The first", "third"]
    shown.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
    assert [song.stem for song in queue.songs] == ["third", "second", "first"]
    # What plays plays on, and is the last one now.
    assert queue.place == (3, 3)
    assert [shown.item(row).font().bold() for row in range(3)] == [False, False, True]
    with qtbot.waitSignal(queue.song_asked) as asked:
        shown.itemActivated.emit(shown.item(1))
    assert asked.args == [tmp_path / "second.flac"]
    sheet.end()
