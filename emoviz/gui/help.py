"""Help: what every key does, and what may be done with emoviz and all that it is made of."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from emoviz import errors
from emoviz.gui import sheets


class Help(QObject):
    """Shows the sheets of the help menu. Its public methods without arguments are actions."""

    said = Signal(str)
    """A sentence about what went wrong"""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window

    def show_shortcuts(self) -> None:
        """Show what every key does."""
        sheets.show_shortcuts(self._window)

    def show_licences(self) -> None:
        """Show what emoviz is made of, and under which licences."""
        try:
            sheets.show_licences(self._window)
        except errors.ProgramFileError as error:
            self.said.emit(str(error))
