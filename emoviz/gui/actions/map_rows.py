"""The rows of the map's window in the table of actions. It has no menus, but keys and buttons."""

from emoviz.gui.actions.spec import MAP, ActionSpec

MAP_ACTIONS = (
    ActionSpec(
        "take_lasso",
        MAP,
        "Lasso",
        "Drag around dots to choose their songs",
        ("L",),
        checkable=True,
        part="view",
    ),
    ActionSpec(
        "take_path",
        MAP,
        "Path",
        "Draw a path that songs lie along",
        ("P",),
        checkable=True,
        part="view",
    ),
    ActionSpec(
        "take_hand",
        MAP,
        "Move",
        "Drag the map, as the middle button always does",
        ("M",),
        checkable=True,
        part="view",
    ),
    ActionSpec(
        "go_to_search",
        MAP,
        "Search",
        "Search; Enter opens the one song that was found, or chooses all that were",
        ("Ctrl+F",),
        part="bar",
    ),
    ActionSpec(
        "choose_all", MAP, "Choose all", "Choose all songs, or all that were found", ("Ctrl+A",)
    ),
    ActionSpec(
        "save_chosen", MAP, "Save playlist…", "Save the chosen songs as a playlist", ("Ctrl+S",)
    ),
    ActionSpec("zoom_in", MAP, "Nearer", "Zoom in on the map", ("+", "="), part="view"),
    ActionSpec("zoom_out", MAP, "Farther", "Zoom out on the map", ("-",), part="view"),
    ActionSpec(
        "fit_songs",
        MAP,
        "Fit the songs",
        "Show all songs as large as there is room",
        ("S",),
        part="view",
    ),
    ActionSpec(
        "show_whole", MAP, "Show the whole map", "Show the whole map", ("Ctrl+0",), part="view"
    ),
    ActionSpec(
        "take_back",
        MAP,
        "Take back",
        "Take back what is searched for, then what is chosen",
        ("Escape",),
    ),
    ActionSpec("close", MAP, "Close the map", "Close the map", ("Ctrl+W",)),
)

MAP_MOUSE = (
    ("click", "a dot: play its song"),
    ("drag", "go around dots, draw a path or move the map, as Lasso, Path and Move say"),
    ("middle button", "move the map; the arrow keys do so, too"),
    ("wheel", "zoom at the pointer"),
)
"""What the mouse does: the gesture, and where and what"""
