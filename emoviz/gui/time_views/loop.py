"""The region that the listener has marked, and whether it, or the whole song, is looped."""

import math
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from emoviz.gui.time_views.axis import TimeAxis
from emoviz.playing.route import Region

SHORTEST_S = 0.2
WHOLE_SONG = Region(0.0, math.inf)


class Loop(QObject):
    """What all time views show and the player plays by.

    Its public methods without arguments are actions; each is named after its row of the table.
    """

    changed = Signal()
    """Region and looping look different from before."""
    settled = Signal()
    """`played` is to be played by: not while a region is being dragged."""

    def __init__(self, axis: TimeAxis, playhead_s: Callable[[], float]) -> None:
        super().__init__()
        self.region: Region | None = None
        self.looping = False
        self._axis = axis
        self._playhead_s = playhead_s
        self._before: list[tuple[Region | None, bool]] = []
        self._at_rest: tuple[Region | None, bool] = (None, False)

    @property
    def played(self) -> Region | None:
        """What is played again and again."""
        return (self.region or WHOLE_SONG) if self.looping else None

    def show_in(self, actions: Mapping[str, QAction]) -> None:
        """Keep the actions of the table like the loop: checked, and of use."""

        def show() -> None:
            actions["toggle_loop"].setChecked(self.looping)
            actions["undo_region"].setEnabled(bool(self._before))
            actions["clear_region"].setEnabled(self.region is not None)

        self.changed.connect(show)
        show()

    def toggle_loop(self) -> None:
        """Loop the region, or the whole song if there is none; or end that."""
        self.looping = not self.looping
        self._at_rest = (self.region, self.looping)
        self._tell()

    def region_from_here(self) -> None:
        """Have the region begin at the playhead."""
        end_s = self.region.end_s if self.region else self._axis.duration_s
        here_s = self._playhead_s()
        self.mark(here_s, end_s if end_s > here_s else self._axis.duration_s)
        self.settle()

    def region_to_here(self) -> None:
        """Have the region end at the playhead."""
        start_s = self.region.start_s if self.region else 0.0
        here_s = self._playhead_s()
        self.mark(here_s, start_s if start_s < here_s else 0.0)
        self.settle()

    def undo_region(self) -> None:
        """Take the last change of the region back."""
        if self._before:
            self.region, self.looping = self._at_rest = self._before.pop()
            self._tell()

    def clear_region(self) -> None:
        """Have no region, and no loop."""
        if self.region is not None:
            self.region, self.looping = None, False
            self.settle()

    def mark(self, fixed_s: float, moved_s: float) -> None:
        """Show and loop the region between two times while the second of them is moved."""
        duration_s = self._axis.duration_s
        if duration_s < SHORTEST_S:
            return
        fixed_s, moved_s = (min(max(time_s, 0.0), duration_s) for time_s in (fixed_s, moved_s))
        start_s, end_s = sorted((fixed_s, moved_s))
        if end_s - start_s < SHORTEST_S:
            start_s = min(start_s, duration_s - SHORTEST_S)
            end_s = start_s + SHORTEST_S
        self.region, self.looping = Region(start_s, end_s), True
        self.changed.emit()

    def settle(self) -> None:
        """Play by the region as it is marked now."""
        if (self.region, self.looping) != self._at_rest:
            self._before.append(self._at_rest)
            self._at_rest = (self.region, self.looping)
            self._tell()

    def forget(self) -> None:
        """Begin without a region: another song is there."""
        self.region, self.looping = self._at_rest = (None, False)
        self._before.clear()
        self._tell()

    def restore(self, region: Region | None, looping: bool) -> None:
        """Be as the loop was before."""
        self.region, self.looping = self._at_rest = (region, looping)
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.settled.emit()
