"""The user's choice of dark, light or the system's: an action each, kept in the settings."""

from PySide6.QtCore import QObject

from emoviz.gui import settings as remembered
from emoviz.gui.look import theme
from emoviz.gui.look.theme import Theme
from emoviz.gui.settings import Settings


class ThemeChoice(QObject):
    """Its public methods without arguments are actions; each is named after its row."""

    def __init__(self, settings: Settings, chosen: Theme) -> None:
        super().__init__()
        self._settings = settings
        self._theme = chosen

    def theme_system(self) -> None:
        """Follow the system's dark or light."""
        self._choose(theme.SYSTEM)

    def theme_light(self) -> None:
        """Show everything dark on light."""
        self._choose(theme.LIGHT)

    def theme_dark(self) -> None:
        """Show everything light on dark."""
        self._choose(theme.DARK)

    def _choose(self, choice: str) -> None:
        self._settings.put(remembered.THEME, choice)
        self._theme.choose(choice)
