"""What the user chooses about the plane: kept in the settings, and shown by the menus' checks."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from emoviz.gui import settings as remembered
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import Settings
from emoviz.tracks.circumplex import Circumplex

_ZOOM = 0.8


class PlaneChoices(QObject):
    """Applies what is chosen about the plane, and remembers it.

    Its public methods, apart from `take` and `restore`, are what rows of the table of actions call.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._actions: dict[str, QAction] = {}

    def take(self, plane: PlaneView, readout: ReadoutPanel, actions: dict[str, QAction]) -> None:
        """Take the views to apply choices to, and the actions that show them."""
        self._plane, self._readout, self._actions = plane, readout, actions
        plane.following_changed.connect(self._on_following)

    def restore(self) -> None:
        """Be as the settings say."""
        get = self._settings.get
        self._actions["toggle_follow"].setChecked(get(remembered.FOLLOW))
        self._actions["toggle_density"].setChecked(get(remembered.DENSITY))
        self._actions[f"words_{get(remembered.WORDS)}"].setChecked(True)
        # A length that was written into the file by hand is in no menu.
        if (action := self._actions.get(f"trail_{get(remembered.TRAIL_S):g}")) is not None:
            action.setChecked(True)
        self._show_words(get(remembered.WORDS))
        self._plane.set_trail_length(get(remembered.TRAIL_S))
        self._plane.set_density(get(remembered.DENSITY))
        self._plane.set_following(get(remembered.FOLLOW))

    def toggle_follow(self) -> None:
        """Zoom to the trail and go with it, or show the whole plane."""
        following = self._actions["toggle_follow"].isChecked()
        self._settings.put(remembered.FOLLOW, following)
        self._plane.set_following(following)

    def toggle_density(self) -> None:
        """Show where the song's values gather, or do not."""
        shown = self._actions["toggle_density"].isChecked()
        self._settings.put(remembered.DENSITY, shown)
        self._plane.set_density(shown)

    def plane_nearer(self) -> None:
        """Zoom in at the trail's head."""
        self._plane.zoom(_ZOOM)

    def plane_farther(self) -> None:
        """Zoom out at the trail's head."""
        self._plane.zoom(1.0 / _ZOOM)

    def plane_whole(self) -> None:
        """Show the whole plane."""
        self._plane.show_whole()

    def choose_trail(self, length_s: float) -> None:
        """Show the last `length_s` seconds."""
        self._settings.put(remembered.TRAIL_S, length_s)
        self._plane.set_trail_length(length_s)

    def choose_words(self, word_set: str) -> None:
        """Name places by the words of this set."""
        self._settings.put(remembered.WORDS, word_set)
        self._show_words(word_set)

    def _show_words(self, word_set: str) -> None:
        words = Circumplex.of(word_set)
        self._plane.set_words(words)
        self._readout.set_words(words)

    def _on_following(self, following: bool) -> None:
        self._actions["toggle_follow"].setChecked(following)
        self._settings.put(remembered.FOLLOW, following)
