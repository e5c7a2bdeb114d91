"""Plays for minutes while other songs are analysed on both cores; `measuring` starts it.

    python -m build_scripts.bench.steady RESULT SONG DURATION_S

Whatever is left of the processor is taken by `emoviz analyze`, two songs at a time, begun anew
whenever it is through. What is counted is how often the sound device ran dry.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from build_scripts.bench.window import (
    CallbackMeter,
    LoopMeter,
    PaintMeter,
    Script,
    passed,
    run_program,
    window_and_plane,
    write,
)

_JOBS = 2
_LONGEST_S = 200.0
"""The song is begun anew before its end."""
_SETTLE_S = 3.0


class Analyses:
    """Songs that are analysed by another program, without end."""

    def __init__(self, song: Path) -> None:
        self._folder = song.parent
        self._songs = [self._folder / f"beside{number}.mp3" for number in range(_JOBS)]
        for beside in self._songs:
            beside.write_bytes(song.read_bytes())
        self.begun = 0
        self._process: subprocess.Popen[bytes] | None = None

    def go_on(self) -> None:
        """Begin again if the last analysis is through."""
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "emoviz", "analyze", "--jobs", str(_JOBS)]
            self.begun += 1
            # What stands in a folder is not tracked again for it.
            output = self._folder / f"beside{self.begun}"
            self._process = subprocess.Popen([*command, *self._songs, "-o", output])

    def end(self) -> None:
        """Stop the analysis."""
        if self._process is not None:
            # As Ctrl+C does: it ends the processes that it works with, too.
            self._process.send_signal(signal.SIGINT)
            self._process.wait()


@contextmanager
def analyses(song: Path) -> Iterator[Analyses]:
    """Give analyses that end with the block."""
    made = Analyses(song)
    try:
        yield made
    finally:
        made.end()


def watch(result: Path, song: str, duration_s: float) -> int:
    """Play, and write how often the device ran dry."""
    meter = CallbackMeter()
    meter.watch()

    def at_exec() -> None:
        window, plane = window_and_plane()
        paint_meter = PaintMeter(plane)

        def playing(until_s: float, beside: Analyses) -> bool:
            beside.go_on()
            if window.playback.time_s > _LONGEST_S:
                window.seek(0.0)
            return time.monotonic() > until_s

        def script() -> Script:
            yield lambda: window.trajectory is not None
            yield passed(_SETTLE_S)
            player = window.playback._player
            underflows_before, calls_before = player.underflows, meter.calls
            meter.worst_s, began_s = 0.0, time.perf_counter()
            with analyses(Path(song)) as beside:
                until_s = time.monotonic() + duration_s
                yield lambda: playing(until_s, beside)
                paint_times_s = sorted(paint_meter.paint_times_since(began_s))
                measured: dict[str, Any] = {
                    "underflows": player.underflows - underflows_before,
                    "calls": meter.calls - calls_before,
                    "worst_s": meter.worst_s,
                    "frames_per_s": len(paint_times_s) / duration_s,
                    "frame_95th_s": paint_times_s[int(0.95 * len(paint_times_s))],
                    "analyses": beside.begun * _JOBS,
                }
            write(result, measured)
            window.close()

        window.loop_meter = LoopMeter(script())

    return run_program(song, at_exec)


if __name__ == "__main__":
    sys.exit(watch(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
