"""What the program remembers: one schema, validated on reading, in an ini file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from emoviz.export.film_file import RATES, SIZES, VIEWS
from emoviz.gui.look import colour_maps, theme
from emoviz.models.estimator import DEFAULT_MODEL
from emoviz.tracks.circumplex import MUSIC, WORD_SETS

_MOST_RECENT = 10

SONG, FOLLOW, WHOLE = VIEWS
"""What the plane may show."""

NO_LANES, FEW_LANES, ALL_LANES = "none", "few", "all"
"""How much of what is measured of a song may be shown below its curves."""
LANE_CHOICES = (NO_LANES, FEW_LANES, ALL_LANES)


@dataclass(frozen=True)
class Setting:
    """One remembered thing: its key, type, default, and what values are valid."""

    key: str
    kind: type
    default: Any
    valid: Callable[[Any], bool] = lambda _: True


def _texts(stored: Any) -> list[str]:  # noqa: ANN401
    # The ini form of a list of one is the one itself.
    texts = [stored] if isinstance(stored, str) else list(stored)
    return [text for text in texts if text and isinstance(text, str)]


def _truth(stored: Any) -> bool:  # noqa: ANN401
    if str(stored).lower() not in ("true", "false"):
        raise ValueError(stored)
    return str(stored).lower() == "true"


# An ini file gives texts, and Qt's own casts make 0.0 of one that is no number.
_CASTS: dict[type, Callable[[Any], Any]] = {bool: _truth, float: float, list: _texts}

VOLUME = Setting("sound/volume", float, 0.8, lambda volume: 0.0 <= volume <= 1.0)
THEME = Setting("window/theme", str, theme.SYSTEM, lambda choice: choice in theme.CHOICES)
COLOUR_MAP = Setting(
    "views/colour_map", str, colour_maps.MAGMA, lambda choice: choice in colour_maps.CHOICES
)
VIEW = Setting("plane/view", str, SONG, lambda view: view in VIEWS)
DENSITY = Setting("plane/density", bool, False)
BANDS = Setting("views/bands", bool, True)
LANES = Setting("views/lanes", str, NO_LANES, lambda choice: choice in LANE_CHOICES)
TRAIL_S = Setting("plane/trail_s", float, 15.0, lambda length_s: 5.0 <= length_s <= 60.0)
WORDS = Setting("plane/words", str, MUSIC, lambda word_set: word_set in WORD_SETS)
GEOMETRY = Setting("window/geometry", QByteArray, QByteArray())
ACROSS = Setting("window/across", QByteArray, QByteArray())
DOWN = Setting("window/down", QByteArray, QByteArray())
MAP_GEOMETRY = Setting("map/geometry", QByteArray, QByteArray())
FOLDER = Setting("files/folder", str, "")
RECENT = Setting("files/recent", list, [])
MODEL = Setting("analysis/model", str, DEFAULT_MODEL)
FILM_SIZE = Setting("film/size", str, "720p", lambda size: size in SIZES)
FILM_RATE = Setting("film/rate", str, "30", lambda rate: rate in map(str, RATES))
DEVICE = Setting("sound/device", str, "")
INPUT = Setting("sound/input", str, "")
HINTS_SEEN = Setting("window/hints_seen", bool, False)


class Settings:
    """Reads and writes settings in one ini file."""

    def __init__(self, file: Path) -> None:
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    def get(self, setting: Setting) -> Any:  # noqa: ANN401
        """Give a setting's value; its default where the file holds none or an invalid one."""
        stored = self._store.value(setting.key, setting.default)
        try:
            value = _CASTS[setting.kind](stored) if setting.kind in _CASTS else stored
        except (TypeError, ValueError):
            return setting.default
        if not isinstance(value, setting.kind) or not setting.valid(value):
            return setting.default
        return value

    def put(self, setting: Setting, value: Any) -> None:  # noqa: ANN401
        """Remember a value."""
        self._store.setValue(setting.key, value)

    def place_for(self, name: str) -> Path:
        """Propose where a file of this name goes: to the folder of the song opened last."""
        return Path(self.get(FOLDER) or Path.home()) / name

    def reset(self) -> None:
        """Forget everything."""
        self._store.clear()

    def add_recent(self, song: Path) -> None:
        """Put a song at the head of the recent ones."""
        others = [path for path in self.get(RECENT) if path != str(song)]
        self.put(RECENT, [str(song), *others][:_MOST_RECENT])
