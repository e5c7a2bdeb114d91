"""The front end: a waveform to mel frames in decibels, and to half-second columns.

Training and the program use this one implementation, so a model hears the same thing in both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from emoviz.units import COLUMN_S, Samples

# A column may lack this much at the very end of a song: resampling rounds the length down.
_MISSING_S = 0.01

_COLUMNS = 4
"""So many are worked on at once: fewer calls, and still all of it in the cores' own memory."""


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
    def span_length(self) -> int:
        """Samples from the start of a column's first frame to the end of its last."""
        return (self.frames_per_column - 1) * self.hop_length + self.frame_length

    @property
    def lead_length(self) -> int:
        """Samples by which the first frame of a column starts before the column does."""
        return (self.span_length - self.column_length) // 2

    @property
    def no_frames(self) -> npt.NDArray[np.float32]:
        """Frames of no columns at all, (0, frames, bands)."""
        return np.zeros((0, self.frames_per_column, self.bands), np.float32)


class Framer:
    """Turns blocks of samples (n, channels), as they come, into mel frames of their power.

    The powers of the channels are added, so that sound that is out of phase does not cancel. A
    constant offset, which nobody hears, makes no difference.
    """

    def __init__(self, front_end: FrontEnd) -> None:
        self._front_end = front_end
        self._spectrum = _MelSpectrum(front_end)
        self._buffer: Samples | None = None
        """What is still needed, (channels, samples)."""
        self._span = front_end.column_length + 2 * front_end.lead_length + 1

    def push(self, block: Samples) -> npt.NDArray[np.float32]:
        """Take samples (n, channels); give what is whole now, (columns, frames, bands) in dB."""
        if not len(block):
            return self._front_end.no_frames
        if self._buffer is None:
            # What came before is the offset of the first sample: silence would make it a click.
            self._buffer = np.repeat(block[:1].T, self._front_end.lead_length, axis=1)
        self._buffer = np.concatenate([self._buffer, block.T], axis=1)
        column = self._front_end.column_length
        ready = max(0, (self._buffer.shape[1] - self._span) // column + 1)
        frames_db = self._spectrum.frames_db(self._buffer, ready)
        self._buffer = self._buffer[:, ready * column :]
        return frames_db

    def finish(self) -> npt.NDArray[np.float32]:
        """Give what is left at the end of the song, (columns, frames, bands) in decibels."""
        if self._buffer is None:
            return self._front_end.no_frames
        front_end = self._front_end
        missing = int(_MISSING_S * front_end.sample_rate_hz)
        heard = self._buffer.shape[1] - front_end.lead_length + missing
        left = max(0, heard // front_end.column_length)
        padded = np.pad(self._buffer, ((0, 0), (0, self._span)), mode="edge")
        return self._spectrum.frames_db(padded, left)


def mel_frames(blocks: Iterable[Samples], front_end: FrontEnd) -> Iterator[npt.NDArray[np.float32]]:
    """Turn blocks of samples (n, channels) into mel frames, column by column.

    Yields arrays of shape (columns, frames_per_column, bands) in decibels re full scale, as soon
    as the samples they need have come; of one channel without an offset equal to
    `librosa.feature.melspectrogram(center=False, power=2)` and `librosa.power_to_db(top_db=None)`.
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


class _MelSpectrum:
    """Samples to mel levels, in double precision: the transforms are no faster in single.

    The filters are kept without their zeros: each touches a short run of the spectrum. A dense
    product would go to BLAS, whose threads spin on the cores that draw and play.
    """

    def __init__(self, front_end: FrontEnd) -> None:
        self._front_end = front_end
        runs = [np.flatnonzero(row) for row in front_end.filters]
        # A band without weights reads one bin, whose weight is 0.
        spans = [(run[0], run[-1] + 1) if len(run) else (0, 1) for run in runs]
        bins = np.concatenate([np.arange(*span) for span in spans])
        self._used = slice(int(bins.min()), int(bins.max()) + 1)
        self._bins = bins - self._used.start
        self._weights = np.concatenate(
            [row[slice(*span)] for row, span in zip(front_end.filters, spans, strict=True)]
        ).astype(np.float64)
        self._starts = np.cumsum([0] + [stop - start for start, stop in spans[:-1]])
        self._window = _hann(front_end.frame_length)
        self._fade = _hann(front_end.span_length)
        self._fade /= self._fade.sum()
        # Made once: to get memory anew for each part takes as long as the transforms.
        columns, frames, length = _COLUMNS, front_end.frames_per_column, front_end.frame_length
        self._sound = np.empty((columns, front_end.span_length))
        self._frames = sliding_window_view(self._sound, length, axis=1)[:, :: front_end.hop_length]
        self._framed = np.empty((columns, frames, length))
        self._spectrum = np.empty((columns, frames, length // 2 + 1), np.complex128)
        self._power = np.empty((columns, frames, self._used.stop - self._used.start))
        self._square = np.empty_like(self._power)
        self._weighed = np.empty((columns, frames, len(bins)))

    def frames_db(self, buffer: Samples, columns: int) -> npt.NDArray[np.float32]:
        """Give the first columns of (channels, samples): (columns, frames, bands) in decibels."""
        front_end = self._front_end
        frames_db = np.empty((columns, *front_end.no_frames.shape[1:]), np.float32)
        if not columns:
            return frames_db
        sounds = sliding_window_view(buffer, front_end.span_length, axis=1)
        sounds = sounds[:, :: front_end.column_length][:, :columns]
        for first in range(0, columns, _COLUMNS):
            part = slice(first, first + _COLUMNS)
            mel = self._mel(sounds[:, part])
            frames_db[part] = 10.0 * np.log10(np.maximum(mel, front_end.floor_power))
        return frames_db

    def _mel(self, sounds: Samples) -> npt.NDArray[np.float64]:
        """Give (columns, frames, bands) of a few columns, (channels, columns, samples)."""
        columns = slice(sounds.shape[1])
        power, square = self._power[columns], self._square[columns]
        weighed = self._weighed[columns]
        power[:] = 0.0
        for number, sound in enumerate(sounds):
            # A song in stereo is often the same on both sides, and surrounds are often silent.
            if not number or not np.array_equal(sound, sounds[number - 1]):
                self._transform(sound)
            used = self._spectrum[columns, :, self._used]
            power += np.square(used.real, out=square)
            power += np.square(used.imag, out=square)
        np.take(power, self._bins, axis=2, out=weighed, mode="clip")
        weighed *= self._weights
        mel: npt.NDArray[np.float64] = np.add.reduceat(weighed, self._starts, axis=2)
        return mel

    def _transform(self, channel: Samples) -> None:
        """Make spectra of a few columns, (columns, samples)."""
        columns = slice(len(channel))
        sound, framed = self._sound[columns], self._framed[columns]
        sound[:] = channel
        # The offset of the half-second, not of each frame: that would take low notes for one.
        sound -= (sound * self._fade).sum(axis=1, keepdims=True)
        np.multiply(self._frames[columns], self._window, out=framed)
        np.fft.rfft(framed, axis=2, out=self._spectrum[columns])


def _hann(length: int) -> npt.NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
