"""Measures how far the position is from what is heard: a click track through a null sink.

    python -m build_scripts.bench.ear RESULT DURATION_S

The sink's monitor is recorded while `position_s` is logged. Each click of the recording is an
error: the position at the moment it sounded less the place it has in the song.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

_RATE_HZ = 44100
_CLICK_S = 0.002
# No two distances follow each other twice soon, so that a click lost would be noticed.
_DISTANCES_S = (0.41, 0.53, 0.47, 0.59, 0.37)
_LOG_S = 0.004
_LEVEL = 0.3
_QUIET_S = 0.2

Floats = npt.NDArray[np.float64]


def write_click_track(path: Path, duration_s: float) -> Floats:
    """Write clicks and give where they are, in seconds."""
    places_s = np.cumsum(np.resize(_DISTANCES_S, round(duration_s / np.mean(_DISTANCES_S))))
    sound = np.zeros(round((places_s[-1] + 1.0) * _RATE_HZ), np.float32)
    for place in np.round(places_s * _RATE_HZ).astype(int):
        sound[place : place + round(_CLICK_S * _RATE_HZ)] = 0.8
    soundfile.write(path, sound, _RATE_HZ)
    rounded: Floats = np.round(places_s * _RATE_HZ) / _RATE_HZ
    return rounded


def onsets(recorded: npt.NDArray[np.floating], rate_hz: int) -> npt.NDArray[np.int64]:
    """Give the indices at which clicks begin."""
    loud = np.flatnonzero(np.abs(recorded) > _LEVEL)
    apart = np.diff(loud, prepend=-rate_hz) > _QUIET_S * rate_hz
    return loud[apart]


def measure(duration_s: float) -> tuple[Floats, Floats, int]:
    """Play, record and log for `duration_s`.

    Gives the places of the clicks and how far ahead of each the position was, in seconds, and the
    number of underflows.
    """
    from tests.support.audio import RECORDING_RATE_HZ, PulseSink

    with tempfile.TemporaryDirectory(prefix="emoviz-ear-") as name:
        folder = Path(name)
        sink = PulseSink(folder)
        os.environ.update(sink.environment)
        sink.start()
        try:
            from emoviz.playing.player import SoundDevicePlayer
            from emoviz.songs.song import Song

            places_s = write_click_track(folder / "clicks.wav", duration_s)
            player = SoundDevicePlayer()
            with sink.recorder() as recorder, Song.open(folder / "clicks.wav") as song:
                player.load(song)
                player.play()
                log = []
                while player.is_playing:
                    log.append((time.monotonic(), player.position_s))
                    time.sleep(_LOG_S)
                recorder.wait_for(0.3)
                heard_s = recorder.times_s(onsets(recorder.sound()[:, 0], RECORDING_RATE_HZ))
            underflows = player.underflows
            player.close()
        finally:
            sink.stop()
    if len(heard_s) != len(places_s):
        raise SystemExit(f"{len(places_s)} clicks were played and {len(heard_s)} were heard.")
    moments_s, positions_s = np.array(log).T
    errors_s = np.interp(heard_s, moments_s, positions_s) - places_s
    return places_s, errors_s, underflows


def summary(places_s: Floats, errors_s: Floats, underflows: int) -> dict[str, float]:
    """Give what is to be said of the errors; the drift is from the first tenth to the last."""
    tenth = max(1, len(errors_s) // 10)
    return {
        "clicks": len(errors_s),
        "error_95th_s": float(np.percentile(np.abs(errors_s), 95)),
        "error_worst_s": float(np.abs(errors_s).max()),
        "error_median_s": float(np.median(errors_s)),
        "drift_s": float(np.median(errors_s[-tenth:]) - np.median(errors_s[:tenth])),
        "duration_s": float(places_s[-1]),
        "underflows": underflows,
    }


if __name__ == "__main__":
    measured = summary(*measure(float(sys.argv[2])))
    Path(sys.argv[1]).write_text(json.dumps(measured), encoding="utf-8")
