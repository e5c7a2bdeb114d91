"""The panel beside the plane: the word and values of now, the song as a whole, the model."""

import html
import math

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emoviz.gui.look.texts import format_time, with_deviation
from emoviz.gui.look.theme import Theme, fitting_font, interface_font, link_style
from emoviz.gui.look.wrapped_label import WrappedLabel
from emoviz.gui.panels.song_summary import SongSummary
from emoviz.gui.panels.why_block import WhyBlock
from emoviz.models.estimator import ModelInfo
from emoviz.songs.song import Song
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import Sayer, shares_of
from emoviz.tracks.track import Track
from emoviz.tracks.trail import index_at, place_at
from emoviz.units import COLUMN_S, Mask, Values

_LIKELIEST = 3
_LEAST_SHARE = 0.01
"""What rounds to nothing is no share worth a word."""
_WHOLE = 3
"""Which of the captions stands above what is said of the whole."""
_TITLE_LINES = 3
_ARTIST_LINES = 2
_UNKNOWN = "–"
_SAID_PT = 25.0
_VALUE_PT, _NARROW_VALUE_PT = 15.0, 12.5
_MARGINS_PX, _NARROW_MARGINS_PX = (16, 10, 18, 8), (10, 6, 10, 6)


class ReadoutPanel(QWidget):
    """Says in words and numbers what the plane shows. Every number is a value of the track."""

    room_changed = Signal()
    """It needs more or less height than before."""

    def __init__(self, theme: Theme, circumplex: Circumplex, about_model: QAction) -> None:
        """Show the track in words; `about_model` is offered beside the model's name."""
        super().__init__()
        self._theme = theme
        self._circumplex = circumplex
        self._sayer = Sayer(circumplex)
        self._said: list[str] = []
        self._values: Values = np.zeros((0, 2))
        self._silent: Mask = np.zeros(0, bool)
        self._shown: int | None = -1
        self._is_silent = False
        self._below = self._place = ""
        self._brief = False
        self._title, self._artist = WrappedLabel(_TITLE_LINES), WrappedLabel(_ARTIST_LINES)
        self._title.setFont(interface_font(13, bold=True))
        self._artist.setFont(interface_font(10))
        self._word, self._likeliest = _SaidLabel(), _label(10)
        self._valence, self._arousal = _label(_VALUE_PT), _label(_VALUE_PT)
        self._valence.setAccessibleName(self.tr("valence now"))
        self._arousal.setAccessibleName(self.tr("arousal now"))
        self._what, self._model = _label(8.5), WrappedLabel(1)
        self._model.setFont(interface_font(9.5))
        self._doubt = _label(8.5)
        self._doubt.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._doubt.hide()
        self._has_doubt = False
        self._captions = [
            _label(8.5, text=text)
            for text in (
                self.tr("NOW"),
                self.tr("valence"),
                self.tr("arousal"),
                self.tr("THE SONG"),
                self.tr("MODEL"),
            )
        ]
        self.summary = SongSummary(theme)
        self._why = WhyBlock(theme)
        self._about = QPushButton(self.tr("How good it is"))
        self._about.clicked.connect(about_model.trigger)
        about_model.enabledChanged.connect(self._about.setEnabled)
        self._about.setFont(interface_font(9.5))
        self._about.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._about.setCursor(Qt.CursorShape.PointingHandCursor)
        self._what.setText(self.tr("Perceived emotion, as listeners rate it, −1\u00a0to\u00a0+1"))
        for label in (self._what, self._doubt, self._likeliest):
            label.setWordWrap(True)
        self._lay_out()
        theme.changed.connect(self._take_colours)
        self._take_colours()
        self.seek(0.0)

    def set_narrow(self, narrow: bool) -> None:
        """Make do with less width."""
        size_pt = _NARROW_VALUE_PT if narrow else _VALUE_PT
        for label in (self._valence, self._arousal):
            label.setFont(interface_font(size_pt))
        self._values_grid.setHorizontalSpacing(8 if narrow else 14)
        self.summary.set_narrow(narrow)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(*(_NARROW_MARGINS_PX if narrow else _MARGINS_PX))

    def set_terse(self, terse: bool) -> None:
        """Say of the song as a whole only how likely it is where."""
        self.summary.set_terse(terse)

    def set_brief(self, brief: bool) -> None:
        """Say of now only, and nothing of the song as a whole and of the model."""
        self._brief = brief
        self._why.setVisible(self._why.knows and not brief)
        for part in (*self._captions[_WHOLE:], self.summary, self._model, self._about, self._what):
            part.setVisible(not brief)
        self._doubt.setVisible(self._has_doubt and not brief)

    @property
    def height_of_all_px(self) -> int:
        """The height that all of it needs, whether it is brief now or not."""
        layout = self.layout()
        assert layout is not None
        height_px = layout.heightForWidth(self.width())
        if self.summary.isHidden():
            of_whole = (*self._captions[_WHOLE:], self.summary, self._about)
            height_px += self._why.sizeHint().height() if self._why.knows else 0
            height_px += sum(part.sizeHint().height() + layout.spacing() for part in of_whole)
            explained = (self._what, self._doubt) if self._has_doubt else (self._what,)
            width_px, gap_px = self.width(), layout.spacing()
            height_px += sum(part.heightForWidth(width_px) + gap_px for part in explained)
        return height_px + self.summary.left_out_px

    def set_song(self, song: Song) -> None:
        """Name the song."""
        self._show_names(song.title, song.artist)
        self._captions[_WHOLE].setText(self.tr("THE SONG"))
        self._doubt.setMinimumHeight(0)

    def set_input(self, name: str) -> None:
        """Name what is listened to, instead of a song; "" is the system's default."""
        self._place = ""
        self._show_names(self.tr("Listening"), name)
        self._captions[_WHOLE].setText(self.tr("SO FAR"))
        # Nothing below moves when there is less to be said of the deviation.
        self._doubt.setMinimumHeight(2 * self._doubt.fontMetrics().lineSpacing())

    def set_place(self, place: int, count: int, next_name: str) -> None:
        """Say which of how many songs of a queue this is, and which comes next, if one does."""
        self._place = self.tr("{0} of {1}").format(place, count) if count > 1 else ""
        if next_name:
            self._place += self.tr(", next: {0}").format(next_name)
        self._show_names(self._title.text(), self._below)

    def forget_song(self) -> None:
        """Name nothing."""
        self._show_names("", "")

    def _show_names(self, title: str, below: str) -> None:
        self._below = below
        second = " · ".join(part for part in (below, self._place) if part)
        for label, text in ((self._title, title), (self._artist, second)):
            label.setText(text)
            # Escaped, since a tool tip would take a title in angle brackets for markup.
            label.setToolTip(html.escape(text))
        self._artist.setVisible(bool(second))

    def set_model(self, model: ModelInfo) -> None:
        """Name the model."""
        self._model.setText(f"{model.title} {model.version}")
        self._model.setToolTip(html.escape(model.summary))
        self.explain_deviation()
        self._has_doubt = model.has_deviation
        self._doubt.setVisible(self._has_doubt and not self._brief)

    def explain_deviation(self, wider_until_s: float | None = None) -> None:
        """Say what ellipse and bands are, and until how much has been heard they are wider."""
        text = self.tr("Ellipse and bands hold 90 % of mean ratings")
        if wider_until_s is not None:
            until_s = math.ceil(wider_until_s)
            until = self.tr("wider until {0} s have been heard").format(until_s)
            text = f"{text}; {until}"
        if text != self._doubt.text():
            self._doubt.setText(text)

    def set_words(self, circumplex: Circumplex) -> None:
        """Say how it is now in these words."""
        self._circumplex = circumplex
        self._sayer = Sayer(circumplex)
        shown = self._shown
        self.set_track(self._values)
        if shown != -1:
            self._say(shown)

    def set_silence(self, silent: Mask) -> None:
        """Say that it is silent where that is so, of as many half-seconds as the track has."""
        self._silent = silent

    def set_track(self, values: Values) -> None:
        """Read from `values`, NaN where it is silent and where nothing is known yet."""
        self._values = values
        self._said = self._sayer.said(values)
        self._shown = -1
        self.summary.set_track(values, self._said)

    def set_reasons(self, track: Track | None) -> None:
        """Tell why a whole track is as it is, if it knows; of none while it is not whole."""
        self._why.set_track(track)
        self._why.setVisible(self._why.knows and not self._brief)
        self.room_changed.emit()

    def choose_turn(self, time_s: float, reach_s: float) -> None:
        """Tell of the turn that is at most `reach_s` from a time, if there is one."""
        self._why.choose_turn(time_s, reach_s)

    def seek(self, time_s: float) -> None:
        """Show the value of the half-second that sounds at `time_s`."""
        self._why.seek(time_s)
        index = index_at(self._values, time_s)
        place = place_at(len(self._silent), time_s)
        is_silent = index is None and place is not None and bool(self._silent[place])
        if (index, is_silent) != (self._shown, self._is_silent):
            self._is_silent = is_silent
            self._say(index)

    def _say(self, index: int | None) -> None:
        self._shown = index
        self._captions[0].setText(self._since(index))
        if index is None:
            self._word.setText(self.tr("silent") if self._is_silent else "…")
            self._valence.setText(_UNKNOWN)
            self._arousal.setText(_UNKNOWN)
            self._likeliest.setText(" ")
            return
        value = self._values[index]
        valence, arousal = float(value[0]), float(value[1])
        self._word.setText(self._said[index])
        deviations = value[2:] if len(value) == 4 else (None, None)
        self._valence.setText(with_deviation(valence, deviations[0]))
        self._arousal.setText(with_deviation(arousal, deviations[1]))
        self._likeliest.setText(self._shares(index))

    def _since(self, index: int | None) -> str:
        """Say since when the same has been said, in a song that has said something else before."""
        now = self.tr("NOW")
        if index is None:
            return now
        first = index
        while first and self._said[first - 1] == self._said[index]:
            first -= 1
        if not first:
            return now
        since = self.tr("SINCE {0}").format(format_time(first * COLUMN_S))
        return f"{now}, {since}"

    def _shares(self, index: int) -> str:
        """Give the likeliest words with how much of the value's distribution each has."""
        shares = shares_of(self._values[[index]], self._circumplex).words[0]
        ranked = [at for at in shares.argsort()[::-1].tolist() if shares[at] >= _LEAST_SHARE]
        return ", ".join(
            f"{self._circumplex.words[at].text}\u00a0{shares[at]:.0%}" for at in ranked[:_LIKELIEST]
        )

    def _lay_out(self) -> None:
        now, valence, arousal, song, model = self._captions
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*_MARGINS_PX)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addWidget(self._artist)
        layout.addSpacing(8)
        layout.addWidget(now)
        layout.addWidget(self._word)
        layout.addWidget(self._likeliest)
        values = self._values_grid = QGridLayout()
        values.setContentsMargins(0, 6, 0, 0)
        values.setHorizontalSpacing(14)
        for column, (caption, value) in enumerate(
            ((valence, self._valence), (arousal, self._arousal))
        ):
            values.addWidget(caption, 0, column)
            values.addWidget(value, 1, column)
            values.setColumnStretch(column, 1)
        layout.addLayout(values)
        layout.addWidget(self._what)
        layout.addWidget(self._doubt)
        layout.addStretch(1)
        layout.addWidget(self._why)
        layout.addStretch(1)
        layout.addWidget(song)
        layout.addWidget(self.summary)
        layout.addStretch(1)
        layout.addWidget(model)
        row = QHBoxLayout()
        row.addWidget(self._model, 1)
        row.addWidget(self._about)
        layout.addLayout(row)

    def _take_colours(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(f"ReadoutPanel {{ background: {colours.panel}; }}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for label in (*self._captions, self._artist, self._what, self._doubt, self._likeliest):
            label.setStyleSheet(f"color: {colours.dim};")
        self._about.setStyleSheet(link_style(colours))
        self._valence.setStyleSheet(f"color: {colours.valence};")
        self._arousal.setStyleSheet(f"color: {colours.arousal};")


class _SaidLabel(QLabel):
    """A line that is written as large as it has room; nothing moves with what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFont(interface_font(_SAID_PT, bold=True))
        self.setFixedHeight(self.fontMetrics().height())

    def setText(self, text: str) -> None:  # noqa: N802
        """Write a text."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Write it as large as there is room now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFont(fitting_font(self.text(), _SAID_PT, self.width(), bold=True))


def _label(size_pt: float, *, bold: bool = False, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setFont(interface_font(size_pt, bold=bold))
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
