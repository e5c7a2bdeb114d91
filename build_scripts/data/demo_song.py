"""Render the demo song: one public-domain concertino that visits all four quadrants.

The score is Weber's Concertino, op. 26, in Oliver Seely's encoding, which the `music21` corpus
ships as "Released to Public Domain". Its solo line and its piano reduction are re-orchestrated in
four sections (sad, serene, tense, triumphant; see demo_song.toml), each played by FluidSynth with
the FluidR3 sound font, brought to its own loudness and laid end to end so that every reverb tail
rings into the next section.

Example:
    python -m build_scripts.data.demo_song -o resources/demo/demo.ogg
"""

from __future__ import annotations

import argparse
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import numpy as np
    import soundfile
    from music21 import corpus
    from music21.exceptions21 import CorpusException

    from build_scripts.data.demo_song_performance import (
        Bar,
        Event,
        Section,
        duration,
        lay_out,
        read_arrangement,
        section_events,
    )
except ImportError as error:
    raise SystemExit(f"{error.name} is missing: run `pip install {error.name}`.") from None

if TYPE_CHECKING:
    from music21.stream import Score

SCORE = "weber/concertino_clarinet"
ARRANGEMENT = Path(__file__).with_name("demo_song.toml")
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
RATE = 44_100
TAIL = 2.7  # seconds for the last notes and the reverb to die away
PEAK = 10 ** (-1.9 / 20)  # Vorbis overshoots by some tenths of a decibel
SIZE_LIMIT = 1_000_000  # bytes
TAGS = {
    "title": "A walk through the plane",
    "artist": "Carl Maria von Weber",
    "album": "Concertino, op. 26, arranged from mm. 1-45 and 180-241",
    "license": "CC0 1.0",
}


class DemoSongError(Exception):
    """What is missing, and the remedy, in one sentence."""


def read_score() -> Score:
    """Return the concertino at sounding pitch."""
    try:
        score: Score = corpus.parse(SCORE).toSoundingPitch()
    except CorpusException:
        remedy = "run `pip install --force-reinstall music21`."
        raise DemoSongError(f"The score {SCORE} is missing from music21: {remedy}") from None
    return score


def midi_file(events: Iterable[Event]) -> bytes:
    """Return a Standard MIDI File of one track whose ticks are milliseconds."""
    track = bytearray(b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big"))
    now = 0
    for seconds, _, message in sorted(events):
        delta = round(1000 * seconds) - now
        now += delta
        digits = [delta & 0x7F]
        while delta := delta >> 7:
            digits.append(0x80 | delta & 0x7F)
        track += bytes(reversed(digits)) + message
    track += b"\x00\xff\x2f\x00"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 1000)
    return header + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def play(bars: list[Bar], section: Section, sound_font: Path, folder: Path) -> np.ndarray:
    """Return the section as stereo samples, at its level, with its tail."""
    score, wave = folder / "section.mid", folder / "section.wav"
    score.write_bytes(midi_file(section_events(bars, section, TAIL)))
    synthesise(score, wave, sound_font)
    samples, _ = soundfile.read(wave, dtype="float64", always_2d=True)
    body = samples[: round(duration(bars) * RATE)]
    gain = float(10 ** (section.level / 20) / np.sqrt(np.mean(body**2)))
    return np.asarray(samples * gain)


def synthesise(score: Path, wave: Path, sound_font: Path) -> None:
    """Run FluidSynth."""
    command = ["fluidsynth", "-n", "-i", "-q", "-F", str(wave), "-T", "wav", "-O", "float"]
    command += ["-r", str(RATE), "-g", "0.3", "-C", "0", "-R", "1"]
    command += ["-o", "synth.reverb.room-size=0.8", "-o", "synth.reverb.level=0.7"]
    command += ["-o", "synth.polyphony=1024", str(sound_font), str(score)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode or not wave.exists():
        reason = result.stderr.strip().splitlines() or ["no reason given"]
        raise DemoSongError(f"FluidSynth could not play the score ({reason[-1]}): update it.")


def limit(samples: np.ndarray) -> np.ndarray:
    """Turn down what exceeds the peak level, with a gain that changes within 20 ms."""
    block = RATE // 200
    count = -(-len(samples) // block)
    padded = np.zeros((count * block, 2))
    padded[: len(samples)] = samples
    peaks = np.abs(padded).reshape(count, -1).max(axis=1)
    gain = np.minimum(1, PEAK / np.maximum(peaks, 1e-9))
    wide = np.lib.stride_tricks.sliding_window_view(np.pad(gain, 5, mode="edge"), 11).min(axis=1)
    smooth = np.convolve(np.pad(wide, 4, mode="edge"), np.hanning(11)[1:-1] / 5, mode="valid")
    centres = (np.arange(count) + 0.5) * block
    curve = np.interp(np.arange(len(samples)), centres, smooth)
    return np.clip(samples * curve[:, None], -PEAK, PEAK)


def render(score: Score, sound_font: Path) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Return the whole song and where each section begins, in seconds."""
    parts: list[tuple[int, np.ndarray]] = []
    boundaries = []
    start = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for section in read_arrangement(ARRANGEMENT):
            bars = lay_out(score, section)
            parts.append((round(start * RATE), play(bars, section, sound_font, Path(folder))))
            boundaries.append((section.name, start))
            start += duration(bars)
    song = np.zeros((round((start + TAIL) * RATE), 2))
    for first, samples in parts:
        last = min(len(song), first + len(samples))
        song[first:last] += samples[: last - first]
    for fade, edge in ((0.05, song), (2.5, song[::-1])):
        length = round(fade * RATE)
        edge[:length] *= np.sin(np.linspace(0, np.pi / 2, length))[:, None] ** 2
    return limit(song), boundaries


def write(song: np.ndarray, path: Path) -> None:
    """Write Ogg Vorbis in the best quality within the size limit, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    for compression in np.arange(0.5, 1.0, 0.02):
        with soundfile.SoundFile(
            partial, "w", RATE, 2, "VORBIS", format="OGG", compression_level=float(compression)
        ) as file:
            for tag, value in TAGS.items():
                setattr(file, tag, value)
            for first in range(0, len(song), RATE):  # libsndfile overflows on long Vorbis writes
                file.write(song[first : first + RATE])
        if partial.stat().st_size < SIZE_LIMIT:
            partial.replace(path)
            return
    partial.unlink()
    raise DemoSongError(f"{path.name} exceeds {SIZE_LIMIT:,} bytes: shorten the passages.")


def main() -> int:
    """Render the song named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound-font", type=Path, default=SOUND_FONT)
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/demo/demo.ogg"))
    options = parser.parse_args()
    try:
        if shutil.which("fluidsynth") is None:
            raise DemoSongError("fluidsynth is missing: run `apt install fluidsynth`.")
        if not options.sound_font.is_file():
            remedy = "run `apt install fluid-soundfont-gm` or name another with --sound-font."
            raise DemoSongError(f"The sound font {options.sound_font} is missing: {remedy}")
        song, boundaries = render(read_score(), options.sound_font)
        write(song, options.output)
    except DemoSongError as error:
        print(f"demo_song: {error}", file=sys.stderr)
        return 1
    for name, start in boundaries:
        print(f"{start:6.1f} s  {name}")
    print(f"{len(song) / RATE:6.1f} s  end, {options.output.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
