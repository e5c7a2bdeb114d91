"""The song's spectrogram, and on request below it that of a song it is compared with."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from emoviz.gui.look.theme import Theme, interface_font
from emoviz.gui.time_views.axis import LEFT_MARGIN_PX
from emoviz.gui.time_views.spectrogram import LEAST_PX, SpectrogramView
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_store import MelStore

_LEAST_OF_TWO_PX = 40
_EDGE_PX = 6


class SpectrogramPair(QWidget):
    """Shares the room of one spectrogram with a second: nothing else moves."""

    def __init__(self, theme: Theme, first: SpectrogramView, second: SpectrogramView) -> None:
        super().__init__()
        self._views = (first, second)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for view in self._views:
            layout.addWidget(view, 1)
        self._letters = [
            _Letter(theme, view, letter) for view, letter in zip(self._views, "AB", strict=True)
        ]
        second.setAccessibleName(self.tr("Mel spectrogram of the second song"))
        first.colours_chosen.connect(second.take_colour_map)
        self.show_second(None, None)

    def show_second(self, store: MelStore | None, front_end: FrontEnd | None) -> None:
        """Show a second song's store, as its model hears it, or the first's alone."""
        second = self._views[1]
        shown = store is not None and front_end is not None
        if store is not None and front_end is not None:
            second.set_front_end(front_end)
            second.show_store(store)
        for view in self._views:
            view.setMinimumHeight(_LEAST_OF_TWO_PX if shown else LEAST_PX)
        second.setVisible(shown)
        for letter in self._letters:
            letter.setVisible(shown)


class _Letter(QLabel):
    """Says whose a spectrogram is."""

    def __init__(self, theme: Theme, view: QWidget, letter: str) -> None:
        super().__init__(letter, view)
        self._theme = theme
        self.setFont(interface_font(9, bold=True))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(LEFT_MARGIN_PX + _EDGE_PX, _EDGE_PX)
        theme.changed.connect(self._take_colours)
        self._take_colours()

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"background: {colours.panel}; color: {colours.text}; padding: 0px 4px;"
            f" border: 1px solid {colours.line}; border-radius: 3px;"
        )
        self.adjustSize()
