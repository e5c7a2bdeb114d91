"""Colours and fonts of the window, dark and light."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

SYSTEM, LIGHT, DARK = "system", "light", "dark"
CHOICES = (SYSTEM, LIGHT, DARK)

SIDE_PANEL_WIDTH_PX = 312
"""Of the column beside the plane"""

FONT_FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "DejaVu Sans"]


@dataclass(frozen=True)
class Colours:
    """One set of colours, as "#rrggbb".

    Valence and arousal are Okabe and Ito's blue and orange, which all common forms of colour
    blindness keep apart; those of a second track are their bluish green and reddish purple. The
    quadrants go from positive and excited counter-clockwise. The density is of a hue that nothing
    else on the plane has. Those of groups of songs, and of songs in none, are kept well apart with
    every form of colour blindness, by their lightness where not by their hue.
    """

    window: str
    panel: str
    line: str
    text: str
    dim: str
    accent: str
    trail: str
    ghost: str
    valence: str
    arousal: str
    second_trail: str
    second_valence: str
    second_arousal: str
    playhead: str
    playhead_edge: str
    warning: str
    density: str
    quadrants: tuple[str, str, str, str]
    groups: tuple[str, ...]
    ungrouped: str


DARK_COLOURS = Colours(
    window="#14161a",
    panel="#1b1e24",
    line="#343a44",
    text="#e9ecf1",
    dim="#98a1af",
    accent="#f2b84b",
    trail="#ffd27a",
    ghost="#7d8796",
    valence="#56b4e9",
    arousal="#e69f00",
    second_trail="#e3a6ff",
    second_valence="#2fc79b",
    second_arousal="#e58bbf",
    playhead="#ffffff",
    playhead_edge="#000000",
    warning="#4a3413",
    density="#4cc0d8",
    quadrants=("#e8b23a", "#d8573f", "#4f7fd0", "#3fae8c"),
    groups=("#54d4ff", "#ff8f05", "#009c64", "#ffadaf", "#5666f2", "#eff680", "#d74017"),
    ungrouped="#656e7c",
)

LIGHT_COLOURS = Colours(
    window="#f4f5f7",
    panel="#ffffff",
    line="#cfd4dc",
    text="#1c2026",
    dim="#5b6472",
    accent="#965800",
    trail="#c2410c",
    ghost="#8b94a3",
    valence="#0072b2",
    arousal="#b25f00",
    second_trail="#7a2f9e",
    second_valence="#007a5a",
    second_arousal="#a23a78",
    playhead="#000000",
    playhead_edge="#ffffff",
    warning="#fdeccb",
    density="#17809c",
    quadrants=("#b07d00", "#c8452e", "#3a69bd", "#2b8a6b"),
    groups=("#2c99f6", "#e07814", "#12784e", "#a14f8b", "#002e99", "#b22b00", "#422325"),
    ungrouped="#a9b0bc",
)


class Theme(QObject):
    """The colours in force: the user's choice, or the system's, followed as it changes."""

    changed = Signal()

    def __init__(self, choice: str = SYSTEM) -> None:
        super().__init__()
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(lambda _: self._apply())
        self.choice = choice
        self.colours = DARK_COLOURS
        self.choose(choice)

    @property
    def is_light(self) -> bool:
        """Whether it is dark on light."""
        return self.colours is LIGHT_COLOURS

    def choose(self, choice: str) -> None:
        """Take one of `CHOICES` and tell the views."""
        self.choice = choice
        scheme = {
            SYSTEM: Qt.ColorScheme.Unknown,
            LIGHT: Qt.ColorScheme.Light,
            DARK: Qt.ColorScheme.Dark,
        }
        self._hints.setColorScheme(scheme[choice])
        self._apply()

    def _apply(self) -> None:
        # A system that states no preference gets dark: it is the calmer ground for a moving light.
        light = self._hints.colorScheme() == Qt.ColorScheme.Light
        if self.choice != SYSTEM:
            light = self.choice == LIGHT
        self.colours = LIGHT_COLOURS if light else DARK_COLOURS
        application = QGuiApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette_of(self.colours))
        self.changed.emit()


def palette_of(colours: Colours) -> QPalette:
    """Make Qt's palette for the standard controls."""
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.panel),
        (role.AlternateBase, colours.window),
        (role.Text, colours.text),
        (role.Button, colours.panel),
        (role.ButtonText, colours.text),
        (role.ToolTipBase, colours.panel),
        (role.ToolTipText, colours.text),
        (role.PlaceholderText, colours.dim),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.window),
        (role.Link, colours.accent),
        (role.Mid, colours.line),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(colours.ghost))
    return palette


def link_style(colours: Colours) -> str:
    """Give the style sheet of a button that reads like a link."""
    return (
        f"QPushButton {{ color: {colours.accent}; border: none; padding: 0; text-align: left; }}"
        f"QPushButton:disabled {{ color: {colours.dim}; }}"
        "QPushButton:hover, QPushButton:focus { text-decoration: underline; }"
    )


def progress_style(colours: Colours) -> str:
    """Give the style sheet of a slim bar of progress."""
    return (
        f"QProgressBar {{ background: {colours.line}; border: none; border-radius: 3px; }}"
        f"QProgressBar::chunk {{ background: {colours.accent}; border-radius: 3px; }}"
    )


def scroll_bar_style(colours: Colours) -> str:
    """Give the style sheet of a slim scroll bar at the edge of a panel."""
    return (
        f"QScrollBar {{ background: {colours.panel}; width: 8px; border: none; }}"
        f"QScrollBar::handle {{ background: {colours.line}; border-radius: 3px;"
        " min-height: 24px; margin: 1px; }"
        "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
        "QScrollBar::add-page, QScrollBar::sub-page { background: none; }"
    )


def interface_font(size_pt: float, *, bold: bool = False) -> QFont:
    """Give the interface's font at a size in points."""
    font = QFont()
    font.setFamilies(FONT_FAMILIES)
    font.setPointSizeF(size_pt)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def fitting_font(text: str, size_pt: float, width_px: float, *, bold: bool = False) -> QFont:
    """Give the interface's font at a size, or as much smaller as the text needs to have room."""
    font = interface_font(size_pt, bold=bold)
    needed_px = QFontMetricsF(font).horizontalAdvance(text)
    # Letters are as wide as whole pixels let them be, so a text does not shrink evenly.
    while needed_px > width_px and size_pt > 1.0:
        size_pt = max(1.0, min(size_pt - 0.5, size_pt * width_px / needed_px))
        font = interface_font(size_pt, bold=bold)
        needed_px = QFontMetricsF(font).horizontalAdvance(text)
    return font


def with_alpha(colour: str, alpha: float) -> QColor:
    """Give a colour with an opacity between 0 and 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def mixed(ground: str, colour: str, share: float) -> QColor:
    """Give what a colour looks like on a ground with an opacity between 0 and 1."""
    below, above = QColor(ground), QColor(colour)
    return QColor.fromRgbF(
        below.redF() + share * (above.redF() - below.redF()),
        below.greenF() + share * (above.greenF() - below.greenF()),
        below.blueF() + share * (above.blueF() - below.blueF()),
    )
