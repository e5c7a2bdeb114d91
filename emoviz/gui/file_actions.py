"""The rows of menu File in the table of actions."""

from emoviz.gui.action_spec import FILE, ActionSpec

FILE_ACTIONS = (
    ActionSpec("open_dialog", FILE, "&Open…", "Open a song", ("Ctrl+O",)),
    ActionSpec(
        "open_folder", FILE, "Open a &folder…", "Open all songs of a folder", ("Ctrl+Shift+O",)
    ),
    ActionSpec("open_demo", FILE, "Open the &demo song", "Open the song that comes with emoviz"),
    ActionSpec(
        "export_csv",
        FILE,
        "&Export CSV…",
        "Write the prediction to a file",
        ("Ctrl+E",),
        True,
        part="exporting",
    ),
    ActionSpec(
        "reset_settings", FILE, "Reset all &settings…", "Put every setting back as it was at first"
    ),
    ActionSpec("close", FILE, "&Quit", "Close the window", ("Ctrl+Q",)),
)
