"""Music without labels and what the large ears tell of it: what the encoder learns from.

A lesson is some seconds of a song, as it is or changed in ways that make new music of it: the large
ears are asked of the changed sound, so whatever is done to it their answer is right.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from emoviz import errors
from emoviz.hearing.columns import frames_of
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_frames import joined
from emoviz.system import files
from emoviz.training.data.sounds import COLUMN_SAMPLES, RATE_HZ, decoded
from emoviz.training.ears.teachers import Components, Teachers
from emoviz.units import Samples

COLUMNS = 24
"""Half-seconds of a lesson, at most."""

_SPEEDS = (0.83, 1.2)
_MIXED = 0.3
_MIXED_DB = (-9.0, 0.0)
_GAIN_DB = (-8.0, 3.0)
_EQUALISER_DB = 5.0
_EQUALISER_HZ = 60.0
_EQUALISER_POINTS = 8
_LOUDEST = 0.99


@dataclass(frozen=True)
class Source:
    """A song or clip that lessons are made of."""

    audio: Path
    collection: str

    @property
    def name(self) -> str:
        """Name it in the lessons' folder."""
        return f"{self.collection}-{self.audio.stem}"


@dataclass(frozen=True)
class Lesson:
    """What is heard of some half-seconds, and what the large ears tell of them.

    `mel_db` is (columns, frames, bands), `pitch_db` (columns, frames, pitches), `told`
    (columns, components), all in 16 bits.
    """

    mel_db: np.ndarray
    pitch_db: np.ndarray
    told: np.ndarray


@dataclass(frozen=True)
class Classroom:
    """What it takes to make lessons in `folder`."""

    folder: Path
    front_ends: tuple[FrontEnd, FrontEnd]
    teachers: Teachers
    components: Components

    def make(self, source: Source, other: Source, round_: int) -> None:
        """Make one lesson, unless it is there: round 0 as the song is, later ones changed.

        A lesson may be mixed with part of the `other`. What is too short gives none.

        Raises as `sounds.decoded`, and `errors.OutputError`.
        """
        path = lesson_path(self.folder, source, round_)
        if path.is_file():
            return
        random = np.random.default_rng(_seed(source.name, round_))
        samples = _part(_decoded(source.audio), random)
        if round_:
            samples = changed(samples, other.audio, random)
        if len(samples) < 2 * COLUMN_SAMPLES:
            return
        mel_db, pitch_db = joined(frames_of([samples[:, None]], self.front_ends)).by_front_end
        told = self.components.of(self.teachers(samples))
        columns = min(len(mel_db), len(told))
        buffer = io.BytesIO()
        np.savez(
            buffer,
            mel_db=mel_db[:columns].astype(np.float16),
            pitch_db=pitch_db[:columns].astype(np.float16),
            told=told[:columns].astype(np.float16),
        )
        files.write_whole({path: buffer.getvalue()})


def lesson_path(folder: Path, source: Source, round_: int) -> Path:
    """Give where a lesson lies, or will."""
    return folder / f"{round_:02d}-{source.name}.npz"


def read_lesson(path: Path) -> Lesson:
    """Read a lesson. Raises `errors.DataError` for a file that is none."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Lesson(stored["mel_db"], stored["pitch_db"], stored["told"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise errors.DataError(path, "this lesson is damaged; delete it") from error


def changed(samples: Samples, other: Path, random: np.random.Generator) -> Samples:
    """Make other music of samples (n,): faster or slower, filtered, louder, mixed with another."""
    samples = _at_speed(samples, random.uniform(*_SPEEDS))
    if random.random() < _MIXED:
        mixed = _part(_decoded(other), random)
        level = 10 ** (random.uniform(*_MIXED_DB) / 20)
        shared = min(len(samples), len(mixed))
        samples = samples[:shared] + np.float32(level) * mixed[:shared]
    samples = _equalised(samples, random)
    samples = samples * np.float32(10 ** (random.uniform(*_GAIN_DB) / 20))
    highest = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(_LOUDEST / highest) if highest > _LOUDEST else samples


def _at_speed(samples: Samples, speed: float) -> Samples:
    faster: Samples = soxr.resample(samples, RATE_HZ * speed, RATE_HZ).astype(np.float32)
    return faster


def _equalised(samples: Samples, random: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(samples)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 1.0) / _EQUALISER_HZ)
    places = np.linspace(0.0, np.log2(RATE_HZ / 2 / _EQUALISER_HZ), _EQUALISER_POINTS)
    gains_db = random.normal(0.0, _EQUALISER_DB, _EQUALISER_POINTS)
    spectrum *= 10 ** (np.interp(octaves, places, gains_db) / 20)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def _part(samples: Samples, random: np.random.Generator) -> Samples:
    length = COLUMNS * COLUMN_SAMPLES
    if len(samples) <= length:
        return samples
    first = int(random.integers((len(samples) - length) // COLUMN_SAMPLES + 1)) * COLUMN_SAMPLES
    return samples[first : first + length]


@lru_cache(maxsize=16)
def _decoded(audio: Path) -> Samples:
    return decoded(audio)


def _seed(name: str, round_: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{name} {round_}".encode()).digest()[:4], "big")
