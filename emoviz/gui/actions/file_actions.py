"""The rows of menu File in the table of actions."""

from emoviz.gui.actions.spec import FILE, ActionSpec

FILE_ACTIONS = (
    ActionSpec("open_dialog", FILE, "&Open…", "Open a song", ("Ctrl+O",)),
    ActionSpec(
        "open_folder", FILE, "Open a &folder…", "Open all songs of a folder", ("Ctrl+Shift+O",)
    ),
    ActionSpec("open_demo", FILE, "Open the &demo song", "Open the song that comes with emoviz"),
    ActionSpec(
        "export_track",
        FILE,
        "&Export…",
        "Write the prediction to a file, for a table or another program",
        ("Ctrl+E",),
        True,
        part="exporting",
        begins_group=True,
    ),
    ActionSpec(
        "save_picture",
        FILE,
        "Save &picture…",
        "Save a poster of the song, its plane, curves or spectrogram",
        ("Ctrl+Shift+E",),
        True,
        part="sharing",
    ),
    ActionSpec(
        "copy_values",
        FILE,
        "&Copy the values of now",
        "Copy valence, arousal, time and word as text",
        ("Ctrl+C",),
        part="sharing",
        begins_group=True,
    ),
    ActionSpec(
        "copy_picture",
        FILE,
        "Copy the p&lane",
        "Copy the picture of the plane as it is seen",
        ("Ctrl+Shift+C",),
        part="sharing",
    ),
    ActionSpec(
        "export_film",
        FILE,
        "Export fil&m…",
        "Make a film of the song: plane, spectrogram and sound",
        needs_track=True,
        part="film",
    ),
    ActionSpec(
        "reset_settings",
        FILE,
        "Reset all &settings…",
        "Put every setting back as it was at first, and forget the recent songs",
        begins_group=True,
    ),
    ActionSpec("close", FILE, "&Quit", "Close the window", ("Ctrl+Q",), begins_group=True),
)
