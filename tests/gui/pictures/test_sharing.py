"""Pictures saved, copied and dragged out of the window, and the values of now as text."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK_COLOURS
from emoviz.gui.main_window import MainWindow
from emoviz.gui.panels.hints import HintsCard
from emoviz.gui.pictures.caption import captioned
from emoviz.gui.pictures.dialog import PictureDialog
from emoviz.gui.pictures.handle import PictureHandle
from emoviz.gui.pictures.sharing import drag_data, values_text
from emoviz.gui.plane.camera import WHOLE_PLANE
from emoviz.gui.plane.view import Now, PlaneView
from emoviz.playing.player import SilentPlayer
from tests.gui.conftest import Songs
from tests.gui.driving import (
    action,
    banner_of,
    choose_in_dialog,
    label_named,
    labels,
    open_and_track,
    part,
)
from tests.gui.pictures.test_picture import pixels
from tests.support.places import read_only

SHIFT_CTRL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def control(dialog: PictureDialog, name: str) -> QComboBox | QSpinBox:
    (found,) = [
        widget
        for kind in (QComboBox, QSpinBox)
        for widget in dialog.findChildren(kind)
        if widget.accessibleName() == name
    ]
    return found


def open_dialog(qtbot: QtBot, window: MainWindow) -> PictureDialog:
    action(window, "save_picture").trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(PictureDialog)))
    return part(window, PictureDialog)


def press_save(dialog: PictureDialog) -> None:
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    (save,) = [
        button
        for button in buttons.buttons()
        if buttons.buttonRole(button) == QDialogButtonBox.ButtonRole.AcceptRole
    ]
    save.click()


# Values.


def test_values_are_written_as_other_programs_read_them() -> None:
    assert values_text(Now(83.5, 0.3149, -0.12, "calm")) == (
        "valence 0.31, arousal -0.12 at 1:23.5, calm"
    )
    assert values_text(Now(0.0, -0.001, 0.0, "neutral")) == (
        "valence 0.00, arousal 0.00 at 0:00.0, neutral"
    )


def test_ctrl_c_copies_the_values_that_are_shown(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    window.seek(4.2)
    qtbot.waitUntil(lambda: label_named(window, "Time").startswith("0:04.2"))
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    found = re.fullmatch(r"valence (.+), arousal (.+) at 0:04\.2, (\w.*)", copied)
    assert found
    assert window.trajectory is not None
    # 4.2 s is in the half-second that ends at 4.5 s, the ninth.
    assert float(found[1]) == pytest.approx(window.trajectory.valence[8], abs=0.005)
    assert float(found[2]) == pytest.approx(window.trajectory.arousal[8], abs=0.005)
    assert found[3] == window.trajectory.said[8]
    assert any(copied in text for text in labels(window))


def test_before_there_is_a_track_there_is_nothing_to_copy(qtbot: QtBot, window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("before")
    action(window, "copy_values").trigger()
    assert QGuiApplication.clipboard().text() == "before"
    assert "There are no values here to copy." in labels(window)


# The plane's picture.


def test_the_plane_is_copied_as_it_is_seen(
    qtbot: QtBot, window: MainWindow, player: SilentPlayer, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    player.pause()
    plane = part(window, PlaneView)
    part(window, HintsCard).hide()
    qtbot.waitUntil(lambda: not window.playback.is_playing)
    # The song comes into view in a glide.
    action(window, "plane_whole").trigger()
    qtbot.waitUntil(lambda: plane.camera == WHOLE_PLANE)
    QTest.keyClick(window, Qt.Key.Key_C, SHIFT_CTRL)
    whole = pixels(QGuiApplication.clipboard().image())
    # Above it stands what it is of.
    copied = whole[-plane.height() :]
    assert copied.shape[:2] == (plane.height(), plane.width())
    assert len(np.unique(whole[: -plane.height()].reshape(-1, whole.shape[2]), axis=0)) > 2
    seen = pixels(plane.grab().toImage())
    different = (copied != seen).any(axis=2)
    # All but the buttons in the corner.
    different[:60, :400] = False
    assert different.mean() < 0.001
    window.plane_choices.plane_nearer()
    qtbot.waitUntil(lambda: plane.camera.reach < 0.81)
    action(window, "copy_picture").trigger()
    assert (pixels(QGuiApplication.clipboard().image()) != whole).any()


def test_a_copied_picture_says_what_it_is_of(qtbot: QtBot) -> None:
    image = QImage(400, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    made = [
        pixels(captioned(image, title, time, DARK_COLOURS))
        for title, time in (("A song", "0:01.0  sad"), ("A song", "0:02.0  sad"), ("B", "0:01.0"))
    ]
    for one in made:
        assert (one[-100:] == pixels(image)).all()
    first, later, other = (one[:-100] for one in made)
    assert (first[:, :200] == later[:, :200]).all()
    assert (first[:, 200:] != later[:, 200:]).any()
    assert (first[:, :200] != other[:, :200]).any()
    # However long the title, the time stands there.
    long = pixels(captioned(image, "A song " * 50, "0:01.0  sad", DARK_COLOURS))[:-100]
    assert (long[:, 330:] == first[:, 330:]).all()


def test_a_drag_carries_the_image_and_a_file_of_it(qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    data = drag_data(image, tmp_path / "song.png")
    assert (pixels(data.imageData()) == pixels(image)).all()
    (url,) = data.urls()
    assert Path(url.toLocalFile()) == tmp_path / "song.png"
    assert (pixels(QImage(url.toLocalFile())) == pixels(image)).all()


def test_a_drag_without_room_for_a_file_carries_the_image(qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    folder = tmp_path / "folder"
    folder.mkdir()
    with read_only(folder):
        data = drag_data(image, folder / "song.png")
    assert data.hasImage()
    assert not data.hasUrls()


def test_the_handle_drags_the_planes_picture_and_a_click_copies_it(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    handle = part(window, PictureHandle)
    assert handle.isVisible()
    drag = handle.drag()
    data = drag.mimeData()
    assert data.urls()[0].fileName() == "short.png"
    assert Path(data.urls()[0].toLocalFile()).is_file()
    assert not drag.pixmap().isNull()
    drag.cancel()
    QGuiApplication.clipboard().clear()
    before = window.playback.time_s
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton)
    assert not QGuiApplication.clipboard().image().isNull()
    assert window.playback.time_s >= before


def test_what_was_dragged_out_is_no_song_to_open(
    qtbot: QtBot, window: MainWindow, songs: Songs, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_and_track(qtbot, window, songs.short)
    data: QMimeData = window.sharing.dragged_data()
    enter = QDragEnterEvent(
        QPoint(200, 200),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter.ignore()
    # No drag can be under way where there is no desktop: the source is all that tells it.
    monkeypatch.setattr(QDragEnterEvent, "source", lambda _: window)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


# Pictures in files.


@pytest.mark.parametrize(
    ("kind", "name", "size"),
    [("Poster", "p.png", (1080, 1350)), ("Curves", "c.svg", (900, 300))],
)
def test_a_picture_is_chosen_seen_and_saved(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    tmp_path: Path,
    kind: str,
    name: str,
    size: tuple[int, int],
) -> None:
    open_and_track(qtbot, window, songs.short)
    dialog = open_dialog(qtbot, window)
    preview = next(
        label for label in dialog.findChildren(QLabel) if label.accessibleName() == "Preview"
    )
    first = pixels(preview.pixmap().toImage())
    control(dialog, "Picture").setCurrentText(kind)
    control(dialog, "Colours").setCurrentText("Light")
    control(dialog, "Width in pixels").setValue(size[0])
    control(dialog, "Height in pixels").setValue(size[1])
    shown = pixels(preview.pixmap().toImage())
    assert abs(shown.shape[1] / shown.shape[0] - size[0] / size[1]) < 0.02
    assert shown.shape != first.shape or (shown != first).any()
    press_save(dialog)
    choose_in_dialog(qtbot, window, tmp_path / name)
    qtbot.waitUntil(lambda: any("picture was written to" in text for text in labels(window)))
    if name.endswith(".png"):
        saved = pixels(QImage(str(tmp_path / name)))
        assert saved.shape == (size[1], size[0], 3)
        assert np.median(saved) == 255
    else:
        assert b'width="900" height="300"' in (tmp_path / name).read_bytes()


def test_the_picture_is_of_the_song_that_was_shown_when_it_was_chosen(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    dialog = open_dialog(qtbot, window)
    control(dialog, "Picture").setCurrentText("Spectrogram")
    choice, subject = dialog.choice, dialog._subject
    window.sharing.write_picture(subject, choice, tmp_path / "before.png", songs.short)
    # What a queue does at the end of a song.
    open_and_track(qtbot, window, songs.other)
    press_save(dialog)
    choose_in_dialog(qtbot, window, tmp_path / "after.png")
    qtbot.waitUntil((tmp_path / "after.png").exists)
    assert (tmp_path / "after.png").read_bytes() == (tmp_path / "before.png").read_bytes()


def test_the_kind_brings_its_size(qtbot: QtBot, window: MainWindow, songs: Songs) -> None:
    open_and_track(qtbot, window, songs.short)
    dialog = open_dialog(qtbot, window)
    assert (dialog.choice.kind, dialog.choice.size) == ("poster", (1600, 2000))
    control(dialog, "Picture").setCurrentText("Spectrogram")
    assert (dialog.choice.kind, dialog.choice.size) == ("spectrogram", (1920, 640))
    dialog.reject()


def test_pictures_that_cannot_be_written_are_said(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    song = tmp_path / "song.png"
    shutil.copy(songs.short, song)
    open_and_track(qtbot, window, song)
    folder = tmp_path / "folder.png"
    folder.mkdir()
    for place, sentence in (
        (song, "it is the song itself"),
        (folder, "something that is no file has this name"),
        (tmp_path / "picture.jpg", "ends in .png, .svg or .pdf"),
    ):
        dialog = open_dialog(qtbot, window)
        choice, subject = dialog.choice, dialog._subject
        dialog.reject()
        qtbot.waitUntil(lambda: not window.findChildren(PictureDialog))
        window.sharing.write_picture(subject, choice, place, song)
        assert sentence in banner_of(window)
    assert song.read_bytes() == songs.short.read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.p*")) == ["folder.png", "song.png"]


def test_there_is_nothing_to_draw_before_the_track_is_whole(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    assert not action(window, "save_picture").isEnabled()
    open_and_track(qtbot, window, songs.short)
    assert action(window, "save_picture").isEnabled()
    window.open_song(songs.long)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("long"))
    assert not action(window, "save_picture").isEnabled()
    assert not window.findChildren(QFileDialog)
