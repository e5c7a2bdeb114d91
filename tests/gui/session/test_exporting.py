"""What the window exports: the format follows the dialog, and what is in the way is asked about."""

import sys
from pathlib import Path

import pandas
import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from emoviz.export.formats import FORMATS
from emoviz.gui.main_window import MainWindow
from emoviz.tracks import labels
from tests.gui.conftest import Songs
from tests.gui.driving import action, banner_of, choose_in_dialog, open_and_track, part
from tests.gui.driving import labels as shown


def choose_format(window: MainWindow, name: str) -> None:
    """Choose a format in the file dialog that is open."""
    (dialog,) = window.findChildren(QFileDialog)
    (chosen,) = [text for text in dialog.nameFilters() if text.startswith(FORMATS[name].title)]
    dialog.selectNameFilter(chosen)
    dialog.filterSelected.emit(chosen)


def test_the_formats_are_those_of_the_command_line(
    qtbot: QtBot, window: MainWindow, songs: Songs
) -> None:
    open_and_track(qtbot, window, songs.short)
    action(window, "export_track").trigger()
    dialog = part(window, QFileDialog)
    assert len(dialog.nameFilters()) == len(FORMATS)
    assert dialog.nameFilters()[0] == "Comma-separated values (*.csv)"
    dialog.reject()


@pytest.mark.parametrize(
    ("name", "typed", "written"),
    [
        ("csv", "mine.json", ["mine.json"]),
        ("json", "mine", ["mine.json"]),
        ("parquet", "mine", ["mine.parquet"]),
        ("audacity", "mine.txt", ["mine.txt"]),
        ("sonic-visualiser", "mine", ["mine.arousal.csv", "mine.valence.csv"]),
        ("deam", "mine.csv", ["mine.arousal.csv", "mine.valence.csv"]),
    ],
)
def test_the_format_follows_the_ending_and_the_choice(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    tmp_path: Path,
    name: str,
    typed: str,
    written: list[str],
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    open_and_track(qtbot, window, songs.short)
    action(window, "export_track").trigger()
    choose_format(window, name)
    choose_in_dialog(qtbot, window, folder / typed)
    qtbot.waitUntil(lambda: any("was written to" in text for text in shown(window)))
    assert sorted(path.name for path in folder.iterdir()) == written
    assert banner_of(window) == ""
    if name == "deam":
        assert len(labels.read(folder / written[0]).of("1")) == 16
    if name == "parquet":
        assert len(pandas.read_parquet(folder / written[0])) == 16


def test_files_the_dialog_does_not_know_of_are_asked_about(
    qtbot: QtBot, window: MainWindow, songs: Songs, tmp_path: Path
) -> None:
    open_and_track(qtbot, window, songs.short)
    beside = tmp_path / "mine.arousal.csv"
    beside.write_text("precious")
    for answer, kept in (("Cancel", True), ("Yes", False)):
        action(window, "export_track").trigger()
        choose_format(window, "deam")
        choose_in_dialog(qtbot, window, tmp_path / "mine")
        question = part(window, QMessageBox)
        assert "mine.arousal.csv" in question.text()
        button = question.button(QMessageBox.StandardButton[answer])
        button.click()
        qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))
        assert (beside.read_text() == "precious") == kept
        assert (tmp_path / "mine.valence.csv").exists() != kept


def test_parquet_without_pyarrow_is_said_in_the_banner(
    qtbot: QtBot,
    window: MainWindow,
    songs: Songs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_and_track(qtbot, window, songs.short)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    action(window, "export_track").trigger()
    choose_in_dialog(qtbot, window, tmp_path / "mine.parquet")
    qtbot.waitUntil(lambda: banner_of(window) != "")
    assert "pip install 'emoviz[parquet]'" in banner_of(window)
    assert not (tmp_path / "mine.parquet").exists()
