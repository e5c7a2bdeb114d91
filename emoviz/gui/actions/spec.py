"""What one row of the table of actions says, and the menus it may stand in."""

from dataclasses import dataclass

FILE, PLAYBACK, VIEW = "&File", "&Playback", "&View"
SECTIONS, MODEL, COMPARE, HELP = "&Sections", "&Model", "&Compare", "&Help"
PLANE, TRAIL, WORDS = "&Zoom of the plane", "&Trail", "W&ords"
LANES = "M&easured lanes"
COLOURS, THEME = "&Colours of the spectrogram", "T&heme"

MAP = "Library map"
"""Stands for the window of the map, which has no menus."""


@dataclass(frozen=True)
class ActionSpec:
    """An action: its name, that of the method it calls, and how a person reaches it.

    The method is one of the window's, or of the window's `part` of that name. Rows that are
    choices call `method` instead, and give it their `choice`. Of the checkable actions of one
    `submenu`, one is checked. In the menu a line sets a row that begins a group apart from the row
    before it. The tip says what is done, not by which keys.
    """

    name: str
    menu: str
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    needs_track: bool = False
    checkable: bool = False
    part: str = ""
    method: str = ""
    choice: float | str | None = None
    submenu: str = ""
    begins_group: bool = False
