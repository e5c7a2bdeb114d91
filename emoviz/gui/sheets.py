"""The help menu and its sheets: the model's card, what every key does, and licences."""

import html
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QMainWindow,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from emoviz import __version__, errors
from emoviz.gui.actions.making import keys_of
from emoviz.gui.actions.map_rows import MAP_ACTIONS, MAP_MOUSE
from emoviz.gui.actions.window_rows import ACTIONS, MOUSE
from emoviz.gui.dialogs import open_calmly
from emoviz.models.estimator import ModelInfo
from emoviz.system import paths

_ABOUT_SIZE = QSize(560, 480)
_CARD_SIZE = QSize(900, 640)
_KEYS_SIZE = QSize(520, 640)
_TEXTS_SIZE = QSize(760, 640)

_ABOUT = """# emoviz {0}

It plays a song and draws its perceived emotion, as a model predicts it for each half-second, as a
trail through Russell's plane of valence and arousal.

## To cite it

The emoviz developers. *emoviz* (version {0}). Computer program. `CITATION.cff` beside the source
has it in a form for programs. Its models and its plane stand on:

* Aljanaki, A., Yang, Y.-H., Soleymani, M. (2017). Developing a benchmark for emotional analysis of
  music. PLoS ONE 12(3). doi:10.1371/journal.pone.0173392
* Soleymani, M. et al. (2013). 1000 songs for emotional analysis of music.
  doi:10.1145/2506364.2506365
* Russell, J. A. (1980). A circumplex model of affect. Journal of Personality and Social Psychology
  39(6). doi:10.1037/h0077714

## The guide

It comes with the source, in the folder `docs`, and begins with `index.md`. Here in the window,
**Help › Keys and mouse** says what every key does, and **Model › How good it is** what the figures
are worth.
"""

KEYS = ((ACTIONS, "Mouse", MOUSE), (MAP_ACTIONS, "Mouse on the map", MAP_MOUSE))
"""For each of the two windows: its table of actions, and what the mouse does there"""


class Help(QObject):
    """Shows the sheets of the help menu. Its public methods without arguments are actions."""

    said = Signal(str)
    """A sentence about what went wrong"""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window

    def show_shortcuts(self) -> None:
        """Show what every key does."""
        show_shortcuts(self._window)

    def show_about(self) -> None:
        """Show version, citation and guide."""
        show_about(self._window)

    def show_licences(self) -> None:
        """Show what emoviz is made of, and under which licences."""
        try:
            show_licences(self._window)
        except errors.ProgramFileError as error:
            self.said.emit(str(error))


def show_about(parent: QWidget) -> QDialog:
    """Show which version this is, how to cite it, and where to read on."""
    sheet, page = _sheet(parent, parent.tr("About emoviz"), _ABOUT_SIZE)
    page.setMarkdown(parent.tr(_ABOUT).format(__version__))
    open_calmly(sheet)
    return sheet


def show_card(parent: QWidget, model: ModelInfo) -> QDialog:
    """Show what a model is and how good, in its own words.

    Raises `errors.ModelBrokenError` if the card cannot be read.
    """
    try:
        text = model.card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.ModelBrokenError(model.folder, "it has no readable CARD.md") from error
    sheet, page = _sheet(parent, model.title, _CARD_SIZE)
    page.setMarkdown(text)
    open_calmly(sheet)
    return sheet


def show_shortcuts(parent: QWidget) -> QDialog:
    """Show every action that has a key, menu by menu and for the map, and what the mouse does."""
    sheet, page = _sheet(parent, parent.tr("Keys and mouse"), _KEYS_SIZE)
    page.setHtml(shortcuts_html(parent))
    open_calmly(sheet)
    return sheet


def show_licences(parent: QWidget) -> QDialog:
    """Show what emoviz is made of; a button turns to the texts of all licences.

    Raises `errors.ProgramFileError`.
    """
    overview = _program_text(paths.resources() / "LICENSES.md")
    texts = _program_text(paths.resources() / "THIRD_PARTY_LICENSES.txt")
    sheet, page = _sheet(parent, parent.tr("Licences"), _TEXTS_SIZE)
    page.setMarkdown(overview)
    (buttons,) = sheet.findChildren(QDialogButtonBox)
    turn = buttons.addButton(parent.tr("&All texts"), QDialogButtonBox.ButtonRole.ActionRole)
    turn.setCheckable(True)
    # Enter closes, as on the other sheets.
    turn.setAutoDefault(False)
    turn.toggled.connect(lambda on: page.setPlainText(texts) if on else page.setMarkdown(overview))
    open_calmly(sheet)
    return sheet


def shortcuts_html(parent: QWidget) -> str:
    """Write the table of keys from the tables of actions."""
    parts: list[str] = []
    for specs, mouse, gestures in KEYS:
        for menu in dict.fromkeys(spec.menu for spec in specs):
            rows = [
                (keys_of(spec), parent.tr(spec.text))
                for spec in specs
                if spec.menu == menu and spec.shortcuts
            ]
            if rows:
                parts.append(_table(_plain(parent.tr(menu)), rows))
        rows = [(parent.tr(what), parent.tr(does)) for what, does in gestures]
        parts.append(_table(parent.tr(mouse), rows))
    return "".join(parts)


def _sheet(parent: QWidget, title: str, size: QSize) -> tuple[QDialog, QTextBrowser]:
    sheet = QDialog(parent)
    sheet.setWindowTitle(title)
    sheet.resize(size.boundedTo(parent.screen().availableSize() * 0.9))
    page = QTextBrowser()
    page.setAccessibleName(title)
    # What is written comes with the program; nothing in it leads out of it.
    page.setOpenLinks(False)
    page.document().setDocumentMargin(16)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(sheet.reject)
    layout = QVBoxLayout(sheet)
    layout.addWidget(page)
    layout.addWidget(buttons)
    return sheet, page


def _program_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise errors.ProgramFileError(path) from error


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td width='150'><b>{html.escape(left)}</b></td>"
        f"<td>{html.escape(_plain(right))}</td></tr>"
        for left, right in rows
    )
    return f"<h3>{html.escape(title)}</h3><table cellspacing='4'>{cells}</table>"


def _plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…")
