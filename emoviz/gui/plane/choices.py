"""What the user chooses about the plane: kept in the settings, and shown by the menus' checks."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from emoviz.gui import settings as remembered
from emoviz.gui.panels.readout import ReadoutPanel
from emoviz.gui.plane.view import PlaneView
from emoviz.gui.settings import FOLLOW, SONG, WHOLE, Settings
from emoviz.tracks.circumplex import Circumplex

_ZOOM = 0.8
_VIEW_ACTIONS = {"fit_song": SONG, "toggle_follow": FOLLOW, "plane_whole": WHOLE}


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
        plane.view_changed.connect(self._on_view)

    def restore(self) -> None:
        """Be as the settings say."""
        get = self._settings.get
        self._actions["toggle_density"].setChecked(get(remembered.DENSITY))
        self._actions[f"words_{get(remembered.WORDS)}"].setChecked(True)
        # A length that was written into the file by hand is in no menu.
        if (action := self._actions.get(f"trail_{get(remembered.TRAIL_S):g}")) is not None:
            action.setChecked(True)
        self._show_words(get(remembered.WORDS))
        self._plane.set_trail_length(get(remembered.TRAIL_S))
        self._plane.set_density(get(remembered.DENSITY))
        self._show(get(remembered.VIEW))

    def fit_song(self) -> None:
        """Show the song as large as the view has room for it."""
        self._show(SONG)

    def toggle_follow(self) -> None:
        """Zoom to the trail and go with it, or show the song."""
        self._show(FOLLOW if self._actions["toggle_follow"].isChecked() else SONG)

    def toggle_relative(self) -> None:
        """Show the song relative to its own mean, or on the plane itself; that is not kept."""
        self._plane.set_relative(self._actions["toggle_relative"].isChecked())
        self._on_view(SONG)

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
        self._show(WHOLE)

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

    def _show(self, view: str) -> None:
        self._plane.set_view(view)
        self._on_view(view)

    def _on_view(self, view: str) -> None:
        for name, shown in _VIEW_ACTIONS.items():
            self._actions[name].setChecked(shown == view)
        # What was moved by hand is not found again.
        self._settings.put(remembered.VIEW, view or SONG)
