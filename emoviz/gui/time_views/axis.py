"""The one time axis of all time views: the song's duration and the part of it in view."""

from PySide6.QtCore import QObject, Signal

_SHORTEST_VIEW_S = 0.25
_REACH_PX = 6.0

LEFT_MARGIN_PX = 64
RIGHT_MARGIN_PX = 70
"""Beside every time view: room for the scale of its other axis, and for what explains it."""


def plot_width(width_px: float) -> float:
    """Give how much of a view's width its time axis has."""
    return max(1.0, width_px - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)


class TimeAxis(QObject):
    """What all time views share; `changed` is emitted when duration or view have changed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.duration_s = 0.0
        self.start_s = 0.0
        self.end_s = 1.0

    @property
    def shows_all(self) -> bool:
        """Whether the whole song is in view."""
        return self.end_s - self.start_s >= self.duration_s - 1e-6

    def time_at(self, x_px: float, width_px: float) -> float:
        """Give the time at a place of a view of this width, perhaps outside the song."""
        share = (x_px - LEFT_MARGIN_PX) / plot_width(width_px)
        return self.start_s + share * (self.end_s - self.start_s)

    def x_at(self, time_s: float, width_px: float) -> float:
        """Give the place of a time in a view of this width, perhaps outside the view."""
        share = (time_s - self.start_s) / (self.end_s - self.start_s)
        return LEFT_MARGIN_PX + share * plot_width(width_px)

    def reach_s(self, width_px: float) -> float:
        """Give how many seconds from something a click still means it, in a view of this width."""
        return _REACH_PX / plot_width(width_px) * (self.end_s - self.start_s)

    def held(self, time_s: float) -> float:
        """Give the time of the song that is nearest to a time."""
        return min(max(time_s, 0.0), self.duration_s)

    def set_duration(self, duration_s: float) -> None:
        """Show the whole of a song of this duration."""
        self.duration_s = duration_s
        self._show(0.0, duration_s)

    def correct_duration(self, duration_s: float) -> None:
        """Take the true duration of the song that is shown; a view of a part of it stays."""
        length = duration_s if self.shows_all else min(self.end_s - self.start_s, duration_s)
        self.duration_s = duration_s
        self._show(self.start_s, length)

    def extend(self, duration_s: float) -> None:
        """Take a longer duration; a view that reaches to the end goes along with it."""
        by_s = duration_s - self.duration_s if self.end_s >= self.duration_s - 1e-6 else 0.0
        self.duration_s = duration_s
        self._show(self.start_s + by_s, self.end_s - self.start_s)

    def restore(self, duration_s: float, start_s: float, end_s: float) -> None:
        """Show a part of a song of this duration, as it was shown before."""
        self.duration_s = duration_s
        self._show(start_s, end_s - start_s)

    def zoom(self, about_s: float, factor: float) -> None:
        """Make the view `factor` times as long, with `about_s` staying where it is."""
        length = self.end_s - self.start_s
        shortest = min(_SHORTEST_VIEW_S, self.duration_s)
        new_length = min(max(length * factor, shortest), self.duration_s)
        share = (about_s - self.start_s) / length
        self._show(about_s - share * new_length, new_length)

    def pan(self, by_s: float) -> None:
        """Move the view along the song."""
        self._show(self.start_s + by_s, self.end_s - self.start_s)

    def bring_into_view(self, time_s: float) -> None:
        """Turn to the page that `time_s` is on, if it is not in view."""
        length = self.end_s - self.start_s
        if not self.start_s <= time_s <= self.end_s:
            self._show(time_s - 0.05 * length, length)

    def follow(self, from_s: float, to_s: float) -> None:
        """Turn the page as time runs out of view; a view that was moved away from it stays."""
        if self.start_s <= from_s <= self.end_s:
            self.bring_into_view(to_s)

    def _show(self, start_s: float, length_s: float) -> None:
        start_s = max(0.0, min(start_s, self.duration_s - length_s))
        self.start_s, self.end_s = start_s, start_s + max(length_s, 1e-3)
        self.changed.emit()
