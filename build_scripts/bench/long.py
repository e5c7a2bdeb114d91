"""Opens songs of three hours and seeks in them; `measuring` starts it, after `write_songs`.

    python -m build_scripts.bench.long RESULT SONG LONG_SONG...

What is measured is the player's own clock, which stands still until the new place is heard and
then says how long ago that was: from the call that a click makes to the first sample that has left
the device.
"""

import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from build_scripts import machine
from build_scripts.bench.window import (
    LoopMeter,
    Script,
    passed,
    run_program,
    window_and_plane,
    write,
)

DURATION_S = 3 * 3600.0
FORMATS = ("wav", "mp3", "ogg", "m4a")
_BASE_S = 120.0
_SEEKS = (0.9, 0.1, 0.7, 0.35, 0.6)
_SETTLE_S = 1.0
_WHOLE = "mp3"
"""What is tracked to its end, since that is when most memory is held"""


def write_songs(folder: Path) -> list[Path]:
    """Write one song of three hours in each format: two minutes, over and over."""
    paths = []
    for suffix in FORMATS:
        path, base = folder / f"long.{suffix}", folder / f"base.{suffix}"
        if suffix == "wav":
            _write_wav(path)
        else:
            if suffix == "m4a":
                machine.write_song(base.with_suffix(".wav"), _BASE_S)
                _encode_aac(base.with_suffix(".wav"), base)
            else:
                machine.write_song(base, _BASE_S)
            _repeat(base, path)
        paths.append(path)
    return paths


def _write_wav(path: Path) -> None:
    """Write silence that takes no room on the disk: samples are what they are in a wav."""
    import soundfile

    rate_hz = 48000
    size = 4 * round(rate_hz * DURATION_S)
    with soundfile.SoundFile(path, "w", rate_hz, 2, subtype="PCM_16"):
        pass
    with path.open("r+b") as file:
        file.truncate(44 + size)
        for place, number in ((4, 36 + size), (40, size)):
            file.seek(place)
            file.write(number.to_bytes(4, "little"))


def _encode_aac(source: Path, path: Path) -> None:
    import av

    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        stream = made.add_stream("aac", rate=given.streams.audio[0].rate, layout="stereo")
        for decoded in given.decode(audio=0):
            made.mux(stream.encode(decoded))
        made.mux(stream.encode(None))


def _repeat(base: Path, path: Path) -> None:
    """Write the packets of `base` again and again: encoding three hours would take minutes."""
    import av

    with av.open(str(base)) as given, av.open(str(path), "w") as made:
        source = given.streams.audio[0]
        stream = made.add_stream_from_template(source)
        packets = [(bytes(p), p.duration or 0) for p in given.demux(source) if p.size]
        tick_s = source.time_base or Fraction(1, 1)
        time_ticks = 0
        while time_ticks * tick_s < DURATION_S:
            for data, ticks in packets:
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, tick_s
                packet.pts = packet.dts = time_ticks
                packet.duration = ticks
                time_ticks += ticks
                made.mux(packet)


class Ear:
    """Notes when the player first hears a place, by its own clock."""

    def __init__(self, playback: Any) -> None:  # noqa: ANN401
        self._playback = playback
        self._place_s = 0.0
        self.heard_s: float | None = None
        """When that was (`time.perf_counter`), once it has been"""
        playback.ticked.connect(self._look)

    def wait_for(self, place_s: float) -> None:
        """Be about to hear `place_s` of a song."""
        self._place_s, self.heard_s = place_s, None

    def _look(self) -> None:
        # The window looks once a refresh: how far the song has come says how long ago it began.
        since_s = self._playback.time_s - self._place_s
        if self.heard_s is None and 0.0 < since_s < _SETTLE_S:
            self.heard_s = time.perf_counter() - since_s


def watch(result: Path, song: str, long_songs: list[str]) -> int:
    """Open each song and seek in it; write how long it took until it was heard."""

    def at_exec() -> None:
        window, _ = window_and_plane()
        measured: dict[str, Any] = {}
        ear = Ear(window.playback)

        def script() -> Script:
            # By then the device has found its pace, and its clock is right.
            yield lambda: bool(window.playback.time_s > 3.0)
            for path in map(Path, long_songs):
                # Whoever has heard nothing of the new song is at this place of the old one.
                window.seek(window.duration_s / 2)
                yield passed(_SETTLE_S)
                ear.wait_for(0.0)
                began_s = time.perf_counter()
                window.open_song(path)
                yield lambda: ear.heard_s is not None
                open_s = ear.heard_s - began_s
                seeks_s: list[float] = []
                for share in _SEEKS:
                    yield passed(_SETTLE_S)
                    place_s = share * DURATION_S
                    ear.wait_for(place_s)
                    began_s = time.perf_counter()
                    window.seek(place_s)
                    yield lambda: ear.heard_s is not None
                    seeks_s.append(ear.heard_s - began_s)
                measured[path.suffix[1:]] = {"open_s": open_s, "seeks_s": seeks_s}
            window.open_song(Path(next(x for x in long_songs if x.endswith(_WHOLE))))
            yield passed(_SETTLE_S)
            yield lambda: window.trajectory is not None
            write(result, measured)
            window.close()

        window.loop_meter = LoopMeter(script())

    return run_program(song, at_exec)


if __name__ == "__main__":
    sys.exit(watch(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
