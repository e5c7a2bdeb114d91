"""The file dialogs. None of them blocks: each calls back with the file that was chosen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from emoviz.library import SONG_SUFFIXES


def choose_song(parent: QWidget, folder: str, then: Callable[[Path], None]) -> None:
    """Let the user choose a song, beginning in `folder`."""
    dialog = QFileDialog(parent, parent.tr("Open a song"), folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    # Thirty endings are no help in choosing.
    dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
    patterns = " ".join(f"*{suffix}" for suffix in sorted(SONG_SUFFIXES))
    dialog.setNameFilters([parent.tr("Songs ({0})").format(patterns), parent.tr("All files (*)")])
    _open(dialog, then)


def choose_export(parent: QWidget, proposed: Path, then: Callable[[Path], None]) -> None:
    """Let the user choose where a CSV file is written; `proposed` is what stands there first."""
    dialog = QFileDialog(parent, parent.tr("Export the prediction"), str(proposed.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(parent.tr("Comma-separated values (*.csv)"))
    dialog.setDefaultSuffix("csv")
    dialog.selectFile(proposed.name)
    _open(dialog, then)


def _open(dialog: QFileDialog, then: Callable[[Path], None]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()
