"""Why the music turned, and why it is as it is here: what differences owe to what is heard."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emoviz.gui.look.texts import format_time, signed
from emoviz.gui.look.theme import Theme, interface_font
from emoviz.tracks.reasons import Part, Why
from emoviz.tracks.sections import index_of_section
from emoviz.tracks.track import Track

HELD_S = 2.0
"""What is said of a moment is of so long a span, and holds for it: it can be read."""
TURN_S = 10.0
"""For so long a turn is told of after it was heard, or asked for."""

_ROWS = 4
_BAR_PX = 7.0
_NAME_SHARE, _VALUE_PX = 0.42, 44.0
_LEAST = 0.005
"""What rounds to nothing is no reason."""


class WhyBlock(QWidget):
    """Bars of the parts that add up to a difference, in the dimension that differs more.

    After a turn it is that between the two sections, elsewhere that between the moment and the
    song. The smallest parts are put together, so that what is shown adds up.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._track: Track | None = None
        self._time_s = 0.0
        self._chosen: int | None = None
        self._chosen_at_s = 0.0
        self._arrived = False
        self._told: tuple[str, int] | None = None
        self._why: Why | None = None
        self._caption = ""
        self._keeps_order = False
        self._small, self._font = interface_font(8.5), interface_font(9.0)
        self._row_px = QFontMetricsF(self._font).height() + 1.0
        self._caption_px = QFontMetricsF(self._small).height() + 3.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleName(self.tr("Why it turned"))
        self.setToolTip(
            self.tr(
                "What the model's estimate owes to what it hears, as exact parts of a difference: "
                "after a turn that between this section's mean and that of the one before it, "
                "elsewhere that between these two seconds and the song's mean"
            )
        )
        theme.changed.connect(self.update)
        self.hide()

    @property
    def knows(self) -> bool:
        """Whether there is a track that knows its reasons."""
        return self._track is not None

    def set_track(self, track: Track | None) -> None:
        """Tell of a whole track, if it knows its reasons; of none while it is not whole."""
        self._track = None if track is None or track.reasons is None else track
        self._chosen = self._told = None
        self.show_why(None, "")
        self.seek(self._time_s)

    def seek(self, time_s: float) -> None:
        """Tell of what is heard at `time_s`."""
        self._time_s = time_s
        if self._track is None:
            return
        turn = self._turn(self._track)
        told = ("moment", int(time_s / HELD_S)) if turn is None else ("turn", turn)
        if told != self._told:
            self._told = told
            self._tell(self._track, turn)

    def choose_turn(self, time_s: float, reach_s: float) -> None:
        """Tell of the turn that is at most `reach_s` from a time that is gone to, if there is one.

        It is told of until the playhead, once it is there, has gone on.
        """
        self._chosen, self._arrived = None, False
        if self._track is None:
            return
        starts = enumerate(section.start_s for section in self._track.sections())
        away = [(abs(start_s - time_s), index) for index, start_s in starts if index]
        if away and min(away)[0] <= reach_s:
            self._chosen, self._chosen_at_s = min(away)[1], time_s
            self.seek(self._time_s)

    def _turn(self, track: Track) -> int | None:
        """Give the index of the section whose beginning is to be told of."""
        near = abs(self._time_s - self._chosen_at_s) < TURN_S
        self._arrived |= near
        if self._chosen is not None and (near or not self._arrived):
            return self._chosen
        self._chosen = None
        sections = track.sections()
        index = index_of_section(sections, self._time_s)
        if not index or self._time_s - sections[index].start_s >= TURN_S:
            return None
        return index

    def _tell(self, track: Track, turn: int | None) -> None:
        self._keeps_order = turn is None
        if turn is not None:
            at = format_time(track.sections()[turn].start_s)
            self.show_why(track.why(turn), self.tr("WHY IT TURNED AT {0}").format(at))
            return
        start_s = int(self._time_s / HELD_S) * HELD_S
        caption = self.tr("HERE, BESIDE THE SONG")
        self.show_why(track.why_between(start_s, start_s + HELD_S), caption)

    def show_why(self, why: Why | None, caption: str) -> None:
        """Show why something differs; the caption says what from what."""
        self._why, self._caption = why, caption
        self.setAccessibleDescription("" if why is None else why.said())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Give the height of the caption and all rows."""
        return QSize(200, round(self._caption_px + _ROWS * self._row_px))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the caption, the difference, and a row for each part."""
        if self._why is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        dimension = "arousal" if abs(self._why.arousal) >= abs(self._why.valence) else "valence"
        hue = colours.arousal if dimension == "arousal" else colours.valence
        head = QRectF(0, 0, self.width(), self._caption_px)
        self._write(painter, head, self._caption, colours.dim, small=True)
        total = f"{self.tr(dimension)} {signed(getattr(self._why, dimension))}"
        self._write(painter, head, total, hue, right=True, small=True)
        rows = shown_parts(self._why, dimension, keeps_order=self._keeps_order)
        longest = max((abs(value) for _, value in rows), default=1.0) or 1.0
        for index, (words, value) in enumerate(rows):
            top = self._caption_px + index * self._row_px
            row = QRectF(0, top, self.width(), self._row_px)
            self._write(painter, row, words, colours.text)
            self._write(painter, row, signed(value), colours.text, right=True)
            self._draw_bar(painter, row, value / longest, QColor(hue), QColor(colours.ghost))
        painter.end()

    def _draw_bar(
        self, painter: QPainter, row: QRectF, share: float, hue: QColor, against: QColor
    ) -> None:
        """Draw a bar to the right of the middle for a rise, and to its left for a fall."""
        left, right = row.width() * _NAME_SHARE, row.right() - _VALUE_PX - 6.0
        middle, reach = (left + right) / 2, (right - left) / 2
        painter.fillRect(QRectF(middle - 0.5, row.top(), 1.0, row.height()), against)
        length = share * reach
        bar = QRectF(middle, row.center().y() - _BAR_PX / 2, length, _BAR_PX).normalized()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue)
        painter.drawRoundedRect(bar, 2.0, 2.0)

    def _write(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        colour: str,
        *,
        right: bool = False,
        small: bool = False,
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(self._small if small else self._font)
        painter.setPen(QColor(colour))
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


def shown_parts(why: Why, dimension: str, *, keeps_order: bool = False) -> list[tuple[str, float]]:
    """Give the words and values of the largest parts, and of all others together if any are left.

    They add up to the difference. The largest comes first, or they keep the order of causes: what
    is shown one after the other then changes places less.
    """

    def value(part: Part) -> float:
        return float(getattr(part, dimension))

    ranked = sorted((p for p in why.parts if abs(value(p)) >= _LEAST), key=lambda p: -abs(value(p)))
    most = ranked[: _ROWS if len(ranked) <= _ROWS else _ROWS - 1]
    if keeps_order:
        most.sort(key=why.parts.index)
    shown = [(part.words, value(part)) for part in most]
    rest = getattr(why, dimension) - sum(number for _, number in shown)
    return [*shown, ("all else", rest)] if len(ranked) > _ROWS else shown
