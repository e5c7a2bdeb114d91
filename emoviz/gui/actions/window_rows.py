"""The one table of actions, from which menus, shortcuts and tool tips are made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from emoviz.gui.actions.file_actions import FILE_ACTIONS
from emoviz.gui.actions.spec import (
    COLOURS,
    COMPARE,
    HELP,
    MODEL,
    PLANE,
    PLAYBACK,
    THEME,
    TRAIL,
    VIEW,
    WORDS,
    ActionSpec,
)
from emoviz.gui.look import colour_maps

if TYPE_CHECKING:
    from emoviz.gui.main_window import MainWindow

ACTIONS = (
    *FILE_ACTIONS,
    ActionSpec(
        "toggle_play",
        PLAYBACK,
        "&Play or pause",
        "Play or pause (Space)",
        ("Space",),
        part="playback",
    ),
    ActionSpec("step_back", PLAYBACK, "&Back 5 s", "5 s back (Left)", ("Left",), part="playback"),
    ActionSpec(
        "step_forward", PLAYBACK, "&Forward 5 s", "5 s forward (Right)", ("Right",), part="playback"
    ),
    ActionSpec(
        "nudge_back", PLAYBACK, "Back ½ s", "Half a second back", ("Shift+Left",), part="playback"
    ),
    ActionSpec(
        "nudge_forward",
        PLAYBACK,
        "Forward ½ s",
        "Half a second on",
        ("Shift+Right",),
        part="playback",
    ),
    ActionSpec(
        "go_previous",
        PLAYBACK,
        "Pre&vious song",
        "Previous song",
        ("PgUp",),
        part="queue",
        begins_group=True,
    ),
    ActionSpec("go_next", PLAYBACK, "&Next song", "Next song", ("PgDown",), part="queue"),
    ActionSpec("to_start", PLAYBACK, "To the &start", "To the start", ("Home",), part="playback"),
    ActionSpec("to_end", PLAYBACK, "To the &end", "To the end", ("End",), part="playback"),
    ActionSpec(
        "toggle_loop",
        PLAYBACK,
        "L&oop",
        "Loop the region, or the whole song (L)",
        ("L",),
        checkable=True,
        part="loop",
        begins_group=True,
    ),
    ActionSpec(
        "region_from_here",
        PLAYBACK,
        "&Region from here",
        "Have the region begin at the playhead",
        ("[",),
        part="loop",
    ),
    ActionSpec(
        "region_to_here",
        PLAYBACK,
        "Region &to here",
        "Have the region end at the playhead",
        ("]",),
        part="loop",
    ),
    ActionSpec(
        "undo_region",
        PLAYBACK,
        "&Undo the change of the region",
        "Take the last change of the region back",
        ("Ctrl+Z",),
        part="loop",
    ),
    ActionSpec(
        "clear_region", PLAYBACK, "&Clear the region", "Have no region", ("Escape",), part="loop"
    ),
    ActionSpec(
        "slower",
        PLAYBACK,
        "Slo&wer",
        "Play slower, at the same pitch (<)",
        ("<",),
        part="playback",
        begins_group=True,
    ),
    ActionSpec(
        "faster", PLAYBACK, "F&aster", "Play faster, at the same pitch (>)", (">",), part="playback"
    ),
    ActionSpec(
        "normal_speed",
        PLAYBACK,
        "Normal speed",
        "Play as fast as the song is",
        ("Backspace",),
        part="playback",
    ),
    ActionSpec(
        "louder", PLAYBACK, "&Louder", "Louder", ("+", "="), part="playback", begins_group=True
    ),
    ActionSpec("softer", PLAYBACK, "So&fter", "Softer", ("-",), part="playback"),
    ActionSpec(
        "toggle_mute",
        PLAYBACK,
        "&Mute",
        "Mute, or be heard again (M)",
        ("M",),
        checkable=True,
        part="playback",
    ),
    ActionSpec(
        "look_for_devices",
        PLAYBACK,
        "Loo&k for devices again",
        "Find sound devices that were connected or removed",
        part="playback",
        begins_group=True,
    ),
    ActionSpec(
        "toggle_listen",
        PLAYBACK,
        "L&isten",
        "Track what sounds: a microphone, or what the computer plays (Ctrl+L)",
        ("Ctrl+L",),
        checkable=True,
        part="listening",
        begins_group=True,
    ),
    ActionSpec(
        "toggle_record",
        PLAYBACK,
        "&Record what is heard…",
        "Write what is listened to to a FLAC file, and its track (Ctrl+R)",
        ("Ctrl+R",),
        checkable=True,
        part="listening",
    ),
    ActionSpec(
        "show_map",
        VIEW,
        "Library &map",
        "All songs of the library on the plane (Ctrl+M)",
        ("Ctrl+M",),
        part="library_map",
    ),
    ActionSpec("show_all", VIEW, "Show the &whole song", "Show the whole song", ("Ctrl+0",)),
    ActionSpec(
        "toggle_follow",
        VIEW,
        "&Follow the trail",
        "Zoom to the trail (F)",
        ("F",),
        checkable=True,
        part="plane_choices",
        begins_group=True,
    ),
    ActionSpec(
        "toggle_density",
        VIEW,
        "De&nsity of the song",
        "Show where the song's values gather on the plane (D)",
        ("D",),
        checkable=True,
        part="plane_choices",
    ),
    ActionSpec(
        "plane_nearer",
        VIEW,
        "Plane &nearer",
        "Zoom in on the plane (Z)",
        ("Z",),
        part="plane_choices",
        submenu=PLANE,
    ),
    ActionSpec(
        "plane_farther",
        VIEW,
        "Plane f&arther",
        "Zoom out on the plane (Shift+Z)",
        ("Shift+Z",),
        part="plane_choices",
        submenu=PLANE,
    ),
    ActionSpec(
        "plane_whole",
        VIEW,
        "&Whole plane",
        "Show the whole plane (W)",
        ("W",),
        part="plane_choices",
        submenu=PLANE,
    ),
    *(
        ActionSpec(
            f"trail_{seconds}",
            VIEW,
            f"{seconds} s",
            f"Show the last {seconds} seconds as the trail",
            checkable=True,
            part="plane_choices",
            submenu=TRAIL,
        )
        for seconds in (5, 10, 15, 30, 60)
    ),
    ActionSpec(
        "words_russell1980",
        VIEW,
        "&Russell 1980: 28 words",
        "Name places of the plane by Russell's words of affect",
        checkable=True,
        part="plane_choices",
        submenu=WORDS,
    ),
    ActionSpec(
        "words_hevner1936",
        VIEW,
        "&Hevner 1936: 8 groups",
        "Name places of the plane by Hevner's groups of words for music",
        checkable=True,
        part="plane_choices",
        submenu=WORDS,
    ),
    *(
        ActionSpec(
            f"colour_map_{name}",
            VIEW,
            f"&{name.capitalize()}",
            f"Colour the spectrogram in {name}",
            checkable=True,
            part="spectrogram",
            submenu=COLOURS,
        )
        for name in colour_maps.CHOICES
    ),
    ActionSpec(
        "toggle_stage",
        VIEW,
        "The &plane on the whole screen",
        "The plane alone, on the second screen if there is one",
        ("F11",),
        checkable=True,
        begins_group=True,
    ),
    ActionSpec(
        "theme_system",
        VIEW,
        "As the &system has it",
        "Dark or light as the system is",
        checkable=True,
        submenu=THEME,
        part="theme_choice",
    ),
    ActionSpec(
        "theme_light",
        VIEW,
        "&Light theme",
        "Dark on light",
        checkable=True,
        submenu=THEME,
        part="theme_choice",
    ),
    ActionSpec(
        "theme_dark",
        VIEW,
        "&Dark theme",
        "Light on dark",
        checkable=True,
        submenu=THEME,
        part="theme_choice",
    ),
    ActionSpec(
        "compare_song",
        COMPARE,
        "With another &song…",
        "Compare with another song",
        needs_track=True,
        part="comparison",
    ),
    ActionSpec(
        "compare_model",
        COMPARE,
        "With another &model",
        "Compare with another model",
        needs_track=True,
        part="comparison",
    ),
    ActionSpec(
        "compare_labels",
        COMPARE,
        "With &labels (CSV)…",
        "Compare with what listeners said",
        needs_track=True,
        part="comparison",
    ),
    ActionSpec(
        "stop_comparing",
        COMPARE,
        "S&top comparing",
        "Stop comparing",
        needs_track=True,
        part="comparison",
        begins_group=True,
    ),
    ActionSpec("about_model", MODEL, "&How good it is…", "The model's card: data, figures, limits"),
    ActionSpec(
        "stop_analysis",
        MODEL,
        "&Stop the analysis",
        "Stop the analysis of this song",
        begins_group=True,
    ),
    ActionSpec(
        "show_shortcuts", HELP, "&Keys and mouse…", "What every key does", ("?",), part="help"
    ),
    ActionSpec(
        "show_licences", HELP, "&Licences…", "What emoviz is made of, and its licences", part="help"
    ),
)


def make_actions(window: QWidget, specs: Sequence[ActionSpec] = ACTIONS) -> dict[str, QAction]:
    """Make an action of every row of a table, bound to the window's method of that name."""
    actions = {}
    for spec in specs:
        action = QAction(window.tr(spec.text), window)
        action.setObjectName(spec.name)
        action.setToolTip(window.tr(spec.tip))
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        action.setEnabled(not spec.needs_track)
        action.setCheckable(spec.checkable)
        owner = getattr(window, spec.part) if spec.part else window
        method = getattr(owner, spec.name)
        action.triggered.connect(lambda _checked=False, method=method: method())
        actions[spec.name] = action
        window.addAction(action)
    return actions


def fill_menus(window: "MainWindow", actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Make the menus of the table's rows, in their order."""
    menus: dict[str, QMenu] = {}
    groups: dict[str, QActionGroup] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = window.menuBar().addMenu(window.tr(spec.menu))
        menu = menus[spec.menu]
        if spec.begins_group:
            menu.addSeparator()
        if spec.submenu:
            if spec.submenu not in menus:
                menus[spec.submenu] = menu.addMenu(window.tr(spec.submenu))
                groups[spec.submenu] = QActionGroup(window)
            menu = menus[spec.submenu]
            if spec.checkable:
                groups[spec.submenu].addAction(actions[spec.name])
        menu.addAction(actions[spec.name])
    return menus
