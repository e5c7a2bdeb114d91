"""Whole sounds with a label for each half-second, for what is scored by ear and not by columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emoviz import errors
from emoviz.songs.song import MISSING_S, Song
from emoviz.training.data.dataset import ClipRow, Floats, aligned
from emoviz.units import COLUMN_S, Samples

RATE_HZ = 22050
"""What every sound of the laboratory is decoded to: the rate of the collections."""

COLUMN_SAMPLES = int(RATE_HZ * COLUMN_S)
"""Samples in a half-second."""


@dataclass(frozen=True)
class LabelledSound:
    """Samples (n,) at `RATE_HZ`, and labels (columns, 2) in the order of `DIMENSIONS`.

    Labels lie on [-1, 1], NaN where there is none; the sound may end a little after the last.
    """

    samples: Samples
    labels: Floats

    def part(self, first: int, columns: int) -> "LabelledSound":
        """Cut out so many half-seconds from one on."""
        stop = first + columns
        return LabelledSound(
            self.samples[first * COLUMN_SAMPLES : stop * COLUMN_SAMPLES], self.labels[first:stop]
        )


def decoded(audio: Path) -> Samples:
    """Decode a file to mono, the mean of its channels, (n,) at `RATE_HZ`.

    Raises `errors.SongError` for audio that does not decode, and `errors.DataError` where parts of
    it are damaged or missing.
    """
    said: list[str] = []
    with Song.open(audio) as song:
        sound = np.concatenate(list(song.sound_blocks(RATE_HZ, said.append)))
    if said:
        raise errors.DataError(audio, f"its audio is not whole: {said[0]}")
    samples: Samples = sound.mean(axis=1)
    return samples


def count_columns(samples: Samples) -> int:
    """Give how many half-seconds there are in samples (n,), the last a hair short at most."""
    return int((len(samples) + MISSING_S * RATE_HZ) / COLUMN_SAMPLES)


def labelled_sound(row: ClipRow) -> LabelledSound:
    """Decode a clip and lay its labels beside. Raises as `decoded`, and for a clip without any."""
    samples = decoded(row.audio)
    labels, _ = aligned(row, count_columns(samples))
    return LabelledSound(samples, labels)


def whole_columns(samples: Samples, columns: int | None = None) -> Samples:
    """Cut samples (n,), or fill them up by a hair, to so many half-seconds, else to all of them."""
    length = (count_columns(samples) if columns is None else columns) * COLUMN_SAMPLES
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def joined(parts: Sequence[LabelledSound]) -> LabelledSound:
    """Put sounds in a row, each cut or filled up by a hair to whole half-seconds."""
    return LabelledSound(
        np.concatenate([whole_columns(part.samples, len(part.labels)) for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )
