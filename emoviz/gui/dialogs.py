"""The file dialogs. None of them blocks: each calls back with the file that was chosen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)

from emoviz.export import formats, pictures
from emoviz.export.formats import Format
from emoviz.songs.formats import SONG_SUFFIXES
from emoviz.tracks.labels import Labels

_ARROWS = {
    "backButton": Qt.ArrowType.LeftArrow,
    "forwardButton": Qt.ArrowType.RightArrow,
    "toParentButton": Qt.ArrowType.UpArrow,
}
"""Buttons of Qt's own file dialog"""


def open_calmly(dialog: QDialog) -> None:
    """Open a dialog that goes when it is closed, without the icons that Qt puts on its buttons."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for button in dialog.findChildren(QPushButton):
        button.setIcon(QIcon())
    # Their icons are black, whatever they lie on.
    for name, arrow in _ARROWS.items():
        if (tool := dialog.findChild(QToolButton, name)) is not None:
            tool.setArrowType(arrow)
    dialog.open()


def choose_song(
    parent: QWidget, folder: str, then: Callable[[Path], None], *, title: str = ""
) -> None:
    """Let the user choose a song, beginning in `folder`."""
    dialog = QFileDialog(parent, title or parent.tr("Open a song"), folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    # Thirty endings are no help in choosing.
    dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
    patterns = " ".join(f"*{suffix}" for suffix in sorted(SONG_SUFFIXES))
    dialog.setNameFilters([parent.tr("Songs ({0})").format(patterns), parent.tr("All files (*)")])
    _open(dialog, then)


def choose_labels(parent: QWidget, folder: str, then: Callable[[Path], None]) -> None:
    """Let the user choose a file of labels, beginning in `folder`."""
    dialog = QFileDialog(parent, parent.tr("Compare with labels"), folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([parent.tr("Comma-separated values (*.csv)"), parent.tr("All files (*)")])
    _open(dialog, then)


def choose_labelled_song(parent: QWidget, labels: Labels, then: Callable[[str], None]) -> None:
    """Let the user choose which of the songs of a table is the one that is shown."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(parent.tr("Compare with labels"))
    dialog.setLabelText(
        parent.tr("{0} labels {1} songs. The number of this one is:").format(
            labels.path.name, len(labels.songs)
        )
    )
    dialog.setComboBoxItems(list(labels.songs))
    # Among 1,800 songs a number is sooner typed than found.
    dialog.setComboBoxEditable(True)
    dialog.textValueSelected.connect(lambda chosen: then(chosen.strip()))
    open_calmly(dialog)


def choose_scale(
    parent: QWidget, path: Path, scales: list[str], then: Callable[[str], None]
) -> None:
    """Let the user say on which scale labels are that could be on several."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(parent.tr("Compare with labels"))
    dialog.setLabelText(parent.tr("The labels in {0} are on the scale:").format(path.name))
    dialog.setComboBoxItems(scales)
    dialog.textValueSelected.connect(then)
    open_calmly(dialog)


def choose_folder(
    parent: QWidget, folder: str, then: Callable[[Path], None], *, title: str = ""
) -> None:
    """Let the user choose a folder of songs, beginning in `folder`."""
    dialog = QFileDialog(parent, title or parent.tr("Open a folder"), folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _open(dialog, then)


def confirm(parent: QWidget, question: str, then: Callable[[], None]) -> None:
    """Ask before something is done that cannot be undone."""
    box = QMessageBox(QMessageBox.Icon.Question, "emoviz", question, parent=parent)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.accepted.connect(then)
    open_calmly(box)


def choose_export(parent: QWidget, proposed: Path, then: Callable[[Path, Format], None]) -> None:
    """Let the user choose where and as what a track is written.

    `proposed` is what stands there first. A name's ending tells the format, and where it tells
    none, or could be of several, the choice of the dialog does.
    """
    filters = {
        f"{parent.tr(each.title)} (*{each.suffix})": each for each in formats.FORMATS.values()
    }
    dialog = _saving(parent, parent.tr("Export the prediction"), proposed, list(filters))
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen].suffix))

    def chosen(name: str) -> None:
        path = Path(name)
        then(path, formats.format_for(path, filters[dialog.selectedNameFilter()]))

    dialog.fileSelected.connect(chosen)
    open_calmly(dialog)


def choose_picture(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a picture is written; `proposed` is what stands there first."""
    filters = {
        parent.tr("PNG, an image (*.png)"): pictures.PNG,
        parent.tr("SVG, lines and text (*.svg)"): pictures.SVG,
        parent.tr("PDF, a page to print (*.pdf)"): pictures.PDF,
    }
    dialog = _saving(parent, parent.tr("Save the picture"), proposed, list(filters))
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen]))
    _open(dialog, then)


def choose_table(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a table is written; `proposed` is what stands there first."""
    tables = parent.tr("Comma-separated values (*.csv)")
    _open(_saving(parent, parent.tr("Export the comparison"), proposed, [tables]), then)


def choose_playlist(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a playlist is written; `proposed` is what stands there first."""
    playlists = parent.tr("Playlists (*.m3u8 *.m3u)")
    _open(_saving(parent, parent.tr("Save the playlist"), proposed, [playlists]), then)


def choose_recording(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a recording is written; `proposed` is what stands there first."""
    files = parent.tr("FLAC files (*{0})").format(proposed.suffix)
    _open(_saving(parent, parent.tr("Record what is heard"), proposed, [files]), then)


def choose_film(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a film is written; `proposed` is what stands there first."""
    films = parent.tr("MP4 films (*{0})").format(proposed.suffix)
    _open(_saving(parent, parent.tr("Export film"), proposed, [films]), then)


def _saving(parent: QWidget, title: str, proposed: Path, filters: list[str]) -> QFileDialog:
    """Make a dialog for a file to be written, as `proposed` until the user says otherwise."""
    dialog = QFileDialog(parent, title, str(proposed.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(filters)
    dialog.setDefaultSuffix(proposed.suffix)
    dialog.selectFile(proposed.name)
    return dialog


def _open(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    open_calmly(dialog)
