"""Small collections of moving music, with real audio made on the spot."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from emoviz.units import COLUMN_S

RATE_HZ = 22050
BAR_S = 2.0


def write_quadrants(folder: Path, clips: int = 8, clip_s: float = 24.0) -> Path:
    """Write a folder of clips: what is loud is arousal, what is high is valence."""
    (folder / "audio").mkdir(parents=True)
    rows: list[list[object]] = []
    for number in range(clips):
        quadrant = number % 4 + 1
        is_loud, is_high = quadrant in (1, 2), quadrant in (1, 4)
        samples = tone(880.0 if is_high else 220.0, 0.3 if is_loud else 0.003, clip_s)
        _write(folder / "audio" / f"clip{number}.ogg", samples)
        rows.append([f"clip{number}", quadrant])
    _write_csv(folder / "clips.csv", ["id", "quadrant"], rows)
    return folder


def write_pieces(folder: Path, pieces: int = 3, bars: int = 12) -> Path:
    """Write a folder of pieces whose notes grow louder and softer, and arousal with them.

    Pieces 1 and 2 are of one series. Halves of the raters agree on all but the last. Valence goes
    the other way.
    """
    (folder / "audio").mkdir(parents=True)
    (folder / "midi").mkdir()
    table: list[list[object]] = []
    labels: list[list[object]] = []
    for number in range(1, pieces + 1):
        name, duration_s = f"piece{number}", bars * BAR_S
        levels = 0.5 + 0.4 * np.sin(0.9 * np.arange(bars) + number)
        beats = np.arange(0.0, duration_s, COLUMN_S)
        loudness = levels[(beats / BAR_S).astype(int)]
        write_midi(folder / "midi" / f"{name}.mid", duration_s)
        _write(folder / "audio" / f"{name}.ogg", plucked(loudness))
        agreed = 0.8 if number < pieces else 0.1
        series = f"Series {max(1, number - 1)}"
        table.append([name, series, duration_s, bars, agreed, agreed])
        labels += [
            [name, f"{t_s + COLUMN_S}", round(-level, 4), round(level, 4)]
            for t_s, level in zip(beats, loudness, strict=True)
        ]
    columns = ["piece", "series", "duration_s", "bars"]
    agreement = ["split_half_r_arousal", "split_half_r_valence"]
    _write_csv(folder / "pieces.csv", [*columns, *agreement], table)
    _write_csv(folder / "labels_2hz.csv", ["piece", "t_s", "valence", "arousal"], labels)
    return folder


def write_midi(path: Path, duration_s: float, tempos: Sequence[tuple[float, int]] = ()) -> None:
    """Write a note a half-second, the last one ending at `duration_s`.

    `tempos` are (at which note, microseconds a quarter); a note is an eighth of 480 ticks in all.
    """
    track = b""
    for number in range(round(duration_s / COLUMN_S)):
        for _, microseconds in (one for one in tempos if one[0] == number):
            track += b"\x00\xff\x51\x03" + microseconds.to_bytes(3, "big")
        # On, and off 480 ticks later by running status.
        track += bytes([0x00, 0x90, 60, 80, 0x83, 0x60, 60, 0])
    # A long end after the last note is no music.
    track += b"\x9f\x00\xff\x2f\x00"
    header = b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + (480).to_bytes(2, "big")
    path.write_bytes(header + b"MTrk" + len(track).to_bytes(4, "big") + track)


def tone(pitch_hz: float, level: float, duration_s: float) -> npt.NDArray[np.float32]:
    """Make a tone with a little noise in it."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    hiss = 0.1 * np.random.default_rng(3).standard_normal(len(time_s))
    return (level * (np.sin(2 * np.pi * pitch_hz * time_s) + hiss)).astype(np.float32)


def plucked(levels: Iterable[float]) -> npt.NDArray[np.float32]:
    """Make a note a half-second that dies away, each of a level."""
    time_s = np.arange(round(COLUMN_S * RATE_HZ)) / RATE_HZ
    note = np.exp(-6.0 * time_s) * np.sin(2 * np.pi * 330.0 * time_s)
    return np.concatenate([0.5 * level * note for level in levels]).astype(np.float32)


def _write(path: Path, samples: npt.NDArray[np.float32]) -> None:
    soundfile.write(path, samples, RATE_HZ, format="OGG", subtype="VORBIS")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
