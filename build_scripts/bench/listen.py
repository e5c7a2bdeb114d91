"""Listens in the window to bursts of music; `measuring` starts it, after `write_bursts`.

    python -m build_scripts.bench.listen RESULT SONG BURSTS PULSE_FOLDER

What is measured is from sound to trail: from the first sample that a sink plays after silence to
the first picture of the plane that knows of it.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from build_scripts import ROOT
from build_scripts.bench.window import (
    LoopMeter,
    PaintMeter,
    Script,
    passed,
    run_program,
    window_and_plane,
    write,
)

_BURSTS = 6
_BURST_S = 1.5
_PERIOD_S = 6.06
"""The silence between two bursts lets the track be neutral again, and each burst comes at
another place within its half-second."""
_AUDIBLE = 0.002
_SETTLE_S = 1.0
_SIZE = (1280, 800)


def write_bursts(path: Path) -> None:
    """Write bursts of the demo song in silence."""
    demo, rate_hz = soundfile.read(
        ROOT / "resources" / "demo" / "demo.ogg", dtype="float32", always_2d=True
    )
    period = round(_PERIOD_S * rate_hz)
    sound = np.zeros((_BURSTS * period, demo.shape[1]), np.float32)
    loud = demo[60 * rate_hz :][: round(_BURST_S * rate_hz)]
    for end in range(period, len(sound) + 1, period):
        sound[end - len(loud) : end] = loud
    soundfile.write(path, sound, rate_hz)


class OnsetWatch:
    """Notes when the plane is told that something sounds after silence, which is neutral."""

    def __init__(self, plane: Any) -> None:  # noqa: ANN401
        self._pass_on = plane.set_track
        self._neutral = False
        self.told_s: list[float] = []
        plane.set_track = self._set_track

    def _set_track(self, values: Any, *rest: Any, **named: Any) -> None:  # noqa: ANN401
        self._pass_on(values, *rest, **named)
        if not len(values):
            return
        neutral = not values[-1, :2].any()
        if self._neutral and not neutral:
            self.told_s.append(time.perf_counter())
        self._neutral = neutral


def watch(result: Path, song: str, bursts: str, pulse_folder: str) -> int:
    """Listen while another program plays bursts; write how late the plane shows each."""
    from tests.support.audio import RECORDING_RATE_HZ, PulseSink

    # The sink that `measuring` has started there.
    sink = PulseSink(Path(pulse_folder))

    def at_exec() -> None:
        window, plane = window_and_plane()
        window.resize(*_SIZE)
        meter, onsets = PaintMeter(plane), OnsetWatch(plane)

        def all_shown() -> bool:
            told_s = onsets.told_s
            return len(told_s) == _BURSTS and meter.painted_s[-1] > told_s[-1]

        def script() -> Script:
            yield passed(_SETTLE_S)
            # What is measured is listening, not what a song that is analysed meanwhile costs it.
            window.stop_analysis()
            window.listening.toggle_listen()
            yield lambda: window.listening.trajectory is not None
            onsets.told_s.clear()
            with sink.recorder() as recorder, sink.playing(Path(bursts)):
                yield all_shown
                loud = np.flatnonzero(np.abs(recorder.sound()).max(axis=1) > _AUDIBLE)
                first = np.diff(loud, prepend=-10 * RECORDING_RATE_HZ) > RECORDING_RATE_HZ
                # On Linux, where PulseAudio is, time.monotonic is time.perf_counter.
                sounded_s = list(recorder.times_s(loud[first]))
            shown_s = [next(t for t in meter.painted_s if t > told) for told in onsets.told_s]
            pairs = zip(shown_s, sounded_s, strict=True)
            write(result, {"latencies_s": [shown - sounded for shown, sounded in pairs]})
            window.close()

        window.loop_meter = LoopMeter(script())

    return run_program(song, at_exec)


if __name__ == "__main__":
    sys.exit(watch(Path(sys.argv[1]), *sys.argv[2:]))
