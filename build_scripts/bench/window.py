"""Runs the program's window in this process and watches it from outside; `measuring` starts it.

    python -m build_scripts.bench.window RESULT start BEGAN SONG
    python -m build_scripts.bench.window RESULT play SONG OTHER_SONG...

The window is opened by the program's own command line. What is watched, through Qt's event filter
and a timer, is what a person would see: paint events of the plane, and how late the event loop is.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6 import QtWidgets
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

_TICK_S = 0.005
_SETTLE_S = 1.0
_PLAY_S = 10.0
_SIZE = (1280, 800)

Script = Iterator[Callable[[], bool]]
"""What a person would do; each thing it yields is waited for until it is true."""


class PaintMeter(QObject):
    """Notes when a widget paints (`time.perf_counter`)."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.painted_s: list[float] = []
        self.first_done_s: float | None = None
        """When the first painting was over and handed to the screen (`time.monotonic`)."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Note a paint event and let it pass."""
        if event.type() == QEvent.Type.Paint:
            if not self.painted_s:
                # Qt paints a new window in one go; a posted event comes when that is over, and
                # before any timer of the program.
                QCoreApplication.postEvent(
                    self, QEvent(QEvent.Type.User), Qt.EventPriority.HighEventPriority.value
                )
            self.painted_s.append(time.perf_counter())
        return False

    def event(self, event: QEvent) -> bool:
        """Note that the first painting is over."""
        if event.type() == QEvent.Type.User:
            self.first_done_s = time.monotonic()
        return super().event(event)

    def paint_times_since(self, start_s: float) -> list[float]:
        """Give the times from picture to picture since `start_s`, in seconds."""
        times_s = [start_s, *(t for t in self.painted_s if t > start_s)]
        return [after - before for before, after in itertools.pairwise(times_s)]


class LoopMeter(QObject):
    """A fast timer that measures how late it comes, and drives a script by the way."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.worst_late_s = 0.0
        self._script = script
        self._waiting_for = next(script)
        self._last_s = time.perf_counter()
        self._timer = QTimer(self, interval=round(_TICK_S * 1000))
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.worst_late_s = max(self.worst_late_s, now_s - self._last_s - _TICK_S)
        if self._waiting_for():
            self._waiting_for = next(self._script, lambda: False)
        self._last_s = time.perf_counter()


class TrackWatch:
    """Knows, from what the window tells the plane, whether the song just opened has a trail."""

    def __init__(self, plane: Any) -> None:  # noqa: ANN401
        self._pass_on = plane.set_track
        self._cleared = False
        self.known_s: float | None = None
        plane.set_track = self._set_track

    def forget(self) -> None:
        """Wait for the next song."""
        self._cleared, self.known_s = False, None

    def _set_track(self, values: Any, *rest: Any, **named: Any) -> None:  # noqa: ANN401
        self._pass_on(values, *rest, **named)
        known = bool((values == values).any())
        self._cleared = self._cleared or not known
        if self._cleared and known and self.known_s is None:
            self.known_s = time.perf_counter()


class CallbackMeter:
    """Times the audio callback inside PortAudio's thread."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self.calls = 0
        self.underflows = 0

    def watch(self) -> None:
        """Have every stream that is opened from now on timed."""
        try:
            import sounddevice
        except OSError:
            return
        make_stream = sounddevice.OutputStream

        def make_timed(*, callback: Callable[..., None], **options: Any) -> Any:  # noqa: ANN401
            return make_stream(callback=self._timed(callback), **options)

        sounddevice.OutputStream = make_timed

    def _timed(self, callback: Callable[..., None]) -> Callable[..., None]:
        def timed(out: Any, frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
            began_s = time.perf_counter()
            callback(out, frames, times, status)
            self.worst_s = max(self.worst_s, time.perf_counter() - began_s)
            self.calls += 1
            self.underflows += bool(status.output_underflow)

        return timed


def watch_start(result: Path, began_s: float, song: str) -> int:
    """Write how long after `began_s` (`time.monotonic`) the window had painted itself."""

    def at_exec() -> None:
        window, plane = window_and_plane()
        meter = PaintMeter(plane)

        def script() -> Script:
            yield lambda: meter.first_done_s is not None
            assert meter.first_done_s is not None
            write(result, {"start_s": meter.first_done_s - began_s})
            window.close()

        window.loop_meter = LoopMeter(script())

    return run_program(song, at_exec)


def watch_play(result: Path, song: str, other_songs: list[str]) -> int:
    """Open songs in turn and play; write what was measured meanwhile."""
    callback_meter = CallbackMeter()
    callback_meter.watch()

    def at_exec() -> None:
        window, plane = window_and_plane()
        window.resize(*_SIZE)
        paint_meter = PaintMeter(plane)
        track = TrackWatch(plane)

        def script() -> Script:
            measured: dict[str, Any] = {}
            # What is measured is the analysis, not the memory of one.
            window.library.use(None)
            yield _analysed(window)
            yield passed(_SETTLE_S)
            openings: list[dict[str, float]] = []
            for path in map(Path, other_songs):
                yield from _open(window, path, paint_meter, track, openings)
                yield passed(_SETTLE_S)
            measured["openings"] = openings
            yield from _play(window, paint_meter, measured)
            measured["callback"] = {
                "worst_s": callback_meter.worst_s,
                "calls": callback_meter.calls,
                "underflows": callback_meter.underflows,
            }
            write(result, measured)
            window.close()

        window.loop_meter = LoopMeter(script())

    return run_program(song, at_exec)


def _open(
    window: Any,  # noqa: ANN401
    path: Path,
    paint_meter: PaintMeter,
    track: TrackWatch,
    openings: list[dict[str, float]],
) -> Script:
    track.forget()
    analysed = _analysed(window)
    window.loop_meter.worst_late_s = 0.0
    began_s = time.perf_counter()
    window.open_song(path)
    yield lambda: bool(track.known_s and paint_meter.painted_s[-1] > track.known_s)
    first_trail_s = time.perf_counter() - began_s
    yield analysed
    openings.append(
        {
            "first_trail_s": first_trail_s,
            "analysed_s": time.perf_counter() - began_s,
            "worst_late_s": window.loop_meter.worst_late_s,
            # From the first trail on: before it nothing moves and no picture is due.
            "longest_frame_s": max(paint_meter.paint_times_since(began_s + first_trail_s)),
        }
    )


def _play(window: Any, paint_meter: PaintMeter, measured: dict[str, Any]) -> Script:  # noqa: ANN401
    import psutil

    process = psutil.Process()
    window.loop_meter.worst_late_s = 0.0
    began_s, cpu = time.perf_counter(), process.cpu_times()
    yield passed(_PLAY_S)
    took_s, used = time.perf_counter() - began_s, process.cpu_times()
    paint_times_s = sorted(paint_meter.paint_times_since(began_s))
    measured["playing"] = {
        "frames_per_s": len(paint_times_s) / took_s,
        "frame_95th_s": paint_times_s[int(0.95 * len(paint_times_s))],
        "frame_longest_s": paint_times_s[-1],
        "core_share": (used.user + used.system - cpu.user - cpu.system) / took_s,
        "worst_late_s": window.loop_meter.worst_late_s,
        "size": [window.width(), window.height()],
        "resident_bytes": process.memory_info().rss,
    }


def _analysed(window: QMainWindow) -> Callable[[], bool]:
    """Give a condition: the export was greyed for a new song and can be used again."""
    export = window.findChild(QAction, "export_track")
    assert isinstance(export, QAction)
    seen_greyed = False

    def analysed() -> bool:
        nonlocal seen_greyed
        seen_greyed = seen_greyed or not export.isEnabled()
        return seen_greyed and export.isEnabled()

    return analysed


def passed(duration_s: float) -> Callable[[], bool]:
    """Give a condition: so much time has passed since it was first asked for."""
    end_s: float | None = None

    def passed() -> bool:
        nonlocal end_s
        end_s = end_s or time.perf_counter() + duration_s
        return time.perf_counter() >= end_s

    return passed


def window_and_plane() -> tuple[Any, QWidget]:
    """Give the program's window and the plane in it."""
    from emoviz.gui.main_window import MainWindow
    from emoviz.gui.plane.view import PlaneView

    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    plane = window.findChild(PlaneView)
    assert plane is not None
    return window, plane


def run_program(song: str, at_exec: Callable[[], None]) -> int:
    """Run the program's command line; `at_exec` is called when its window has been shown."""

    class WatchedApplication(QApplication):
        @staticmethod
        def exec() -> int:
            at_exec()
            return QApplication.exec()

    QtWidgets.QApplication = WatchedApplication  # type: ignore[misc]
    from emoviz.cli.program import main

    return main([song])


def write(result: Path, measured: dict[str, Any]) -> None:
    """Hand what was measured to the benchmark."""
    result.write_text(json.dumps(measured), encoding="utf-8")


def _main(result: str, job: str, *rest: str) -> int:
    if job == "start":
        return watch_start(Path(result), float(rest[0]), rest[1])
    return watch_play(Path(result), rest[0], list(rest[1:]))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
