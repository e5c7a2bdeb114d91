"""The front end: a waveform to mel frames in decibels, and to half-second columns.

Training and the program use this one implementation, so a model hears the same thing in both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.units import COLUMN_S, Samples

# A column may lack this much at the very end of a song: resampling rounds the length down.
_MISSING_S = 0.01


@dataclass(frozen=True)
class FrontEnd:
    """How a model hears: frames of a Hann window, mel bands, decibels, and columns of frames.

    The defaults are the paper's front end as its author coded it: 22,050 Hz, 60 ms frames, 29 ms
    hop, 96 mel bands, 17 frames in a half-second (Yang, "Short-time emotion tracker using a
    convolutional autoencoder"). The frames lie centred in their half-second, and each half-second
    starts anew at its own sample, so that columns do not drift against the labels: 17 hops are
    26 samples short of half a second.

    `filters` has shape (bands, frame_length // 2 + 1), made by `librosa.filters.mel`.
    """

    filters: npt.NDArray[np.float32]
    sample_rate_hz: int = 22050
    frame_length: int = 1323
    hop_length: int = 647
    frames_per_column: int = 17
    floor_power: float = 1e-10

    @property
    def bands(self) -> int:
        """Number of mel bands."""
        return int(self.filters.shape[0])

    @property
    def column_length(self) -> int:
        """Samples from the start of one column to the start of the next."""
        return int(self.sample_rate_hz * COLUMN_S)

    @property
    def lead_length(self) -> int:
        """Samples by which the first frame of a column starts before the column does."""
        span = (self.frames_per_column - 1) * self.hop_length + self.frame_length
        return (span - self.column_length) // 2


class Framer:
    """Turns blocks of mono samples, as they come, into the mel frames of one front end."""

    def __init__(self, front_end: FrontEnd) -> None:
        self._front_end = front_end
        self._bank = _FilterBank(front_end.filters)
        self._buffer = np.zeros(front_end.lead_length, np.float32)
        self._span = front_end.column_length + 2 * front_end.lead_length + 1

    def push(self, block: Samples) -> npt.NDArray[np.float32]:
        """Take samples; give what is whole now, (columns, frames, bands) in decibels."""
        self._buffer = np.concatenate([self._buffer, block])
        column = self._front_end.column_length
        ready = max(0, (len(self._buffer) - self._span) // column + 1)
        frames_db = _frames_db(self._buffer, ready, self._front_end, self._bank)
        self._buffer = self._buffer[ready * column :]
        return frames_db

    def finish(self) -> npt.NDArray[np.float32]:
        """Give what is left at the end of the song, (columns, frames, bands) in decibels."""
        front_end = self._front_end
        missing = int(_MISSING_S * front_end.sample_rate_hz)
        heard = len(self._buffer) - front_end.lead_length + missing
        left = max(0, heard // front_end.column_length)
        padded = np.concatenate([self._buffer, np.zeros(self._span, np.float32)])
        return _frames_db(padded, left, front_end, self._bank)


def mel_frames(blocks: Iterable[Samples], front_end: FrontEnd) -> Iterator[npt.NDArray[np.float32]]:
    """Turn blocks of mono samples into mel frames, column by column.

    Yields arrays of shape (columns, frames_per_column, bands) in decibels re full scale, as soon
    as the samples they need have come; equal to `librosa.feature.melspectrogram(center=False,
    power=2)` and `librosa.power_to_db(top_db=None)` of the same samples.
    """
    framer = Framer(front_end)
    for block in blocks:
        frames_db = framer.push(block)
        if len(frames_db):
            yield frames_db
    frames_db = framer.finish()
    if len(frames_db):
        yield frames_db


def columns_of(frames_db: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Average (columns, frames, bands) in decibels to the model's input, (columns, bands)."""
    columns_db: npt.NDArray[np.float32] = frames_db.mean(axis=1)
    return columns_db


class _FilterBank:
    """The filters without their zeros: each touches a short run of the spectrum.

    A dense product would go to BLAS, whose threads spin on the cores that draw and play.
    """

    def __init__(self, filters: npt.NDArray[np.float32]) -> None:
        runs = [np.flatnonzero(row) for row in filters]
        # A band without weights reads one bin, whose weight is 0.
        spans = [(run[0], run[-1] + 1) if len(run) else (0, 1) for run in runs]
        self._bins = np.concatenate([np.arange(*span) for span in spans])
        self._weights = np.concatenate(
            [row[slice(*span)] for row, span in zip(filters, spans, strict=True)]
        ).astype(np.float64)
        self._starts = np.cumsum([0] + [stop - start for start, stop in spans[:-1]])

    def apply(self, power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Sum (frames, bins) of power to (frames, bands)."""
        weighted = power[:, self._bins] * self._weights
        mel: npt.NDArray[np.float64] = np.add.reduceat(weighted, self._starts, axis=1)
        return mel


def _frames_db(
    buffer: Samples, columns: int, front_end: FrontEnd, bank: _FilterBank
) -> npt.NDArray[np.float32]:
    hop, length = front_end.hop_length, front_end.frame_length
    if not columns:
        return np.zeros((0, front_end.frames_per_column, front_end.bands), np.float32)
    starts = (
        np.arange(columns)[:, None] * front_end.column_length
        + np.arange(front_end.frames_per_column)[None, :] * hop
    )
    framed = np.lib.stride_tricks.sliding_window_view(buffer, length)[starts.ravel()]
    spectrum = np.fft.rfft(framed * _hann(length), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = bank.apply(power)
    decibel = 10.0 * np.log10(np.maximum(mel, front_end.floor_power))
    return decibel.reshape(columns, front_end.frames_per_column, -1).astype(np.float32)


def _hann(length: int) -> npt.NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
