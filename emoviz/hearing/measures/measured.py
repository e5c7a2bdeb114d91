"""Measures a song in one pass: loudness, brightness, onsets, tempo and key, each half-second."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from emoviz.hearing.measures.chroma import Chroma, pitch_classes
from emoviz.hearing.measures.key import Key, key_of_all, keys_along
from emoviz.hearing.measures.loudness import RATE_HZ, KWeighting, integrated_lufs, short_term_lufs
from emoviz.hearing.measures.rhythm import FRAMES, OnsetStrength, Tempo, onset_density
from emoviz.units import Samples

Floats = npt.NDArray[np.float64]

_COLUMN = RATE_HZ // 2
_SHORT, _LONG = 2048, 16384
_LONG_FRAMES = 2
_AROUND = _LONG // 2
_BANDS = 40
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 16000.0


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a song: over all of it, and (n,) along its half-seconds.

    `integrated_lufs` and `loudness_lufs`, of the three seconds around each half-second, are of
    ITU-R BS.1770-4, where a mono song counts as one channel; `brightness_hz` is the spectral
    centroid; `onsets_per_s` of the three seconds around; `tempo_bpm` and `key` of all,
    `tempos_bpm` of the eight seconds around and `keys` as `Key.numbered` takes them, -1 for none.
    NaN and None where there is nothing to measure.
    """

    integrated_lufs: float | None
    loudness_lufs: Floats
    brightness_hz: Floats
    onsets_per_s: Floats
    tempo_bpm: float | None
    tempos_bpm: Floats
    key: Key | None
    keys: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.loudness_lufs)


class Meter:
    """Takes samples at `loudness.RATE_HZ` as `Song.sound_blocks` gives them."""

    def __init__(self, *, is_mono: bool) -> None:
        self._weighting = KWeighting()
        # Blocks of several channels have half the power that BS.1770 adds up.
        self._counts = 1.0 if is_mono else 2.0
        self._rises = OnsetStrength()
        self._chroma = Chroma(_LONG, RATE_HZ)
        self._short_window, self._long_window = (_hann(length) for length in (_SHORT, _LONG))
        self._hz = np.fft.rfftfreq(_SHORT, 1.0 / RATE_HZ)
        edges_hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)
        # Low bands are narrower than a bin: some would be the same one twice.
        self._edges = np.unique(np.round(edges_hz * _SHORT / RATE_HZ).astype(int))
        self._buffer: Samples | None = None
        self._samples = 0
        self._powers: list[Floats] = []
        self._brightness: list[float] = []
        self._strength: list[Floats] = []
        self._thirds: list[Floats] = []

    def push(self, block: Samples) -> None:
        """Take the samples that follow, (n, channels)."""
        if not len(block):
            return
        self._samples += len(block)
        if self._buffer is None:
            self._buffer = np.zeros((block.shape[1], _AROUND), np.float32)
        self._buffer = np.concatenate([self._buffer, block.T], axis=1)
        while self._buffer.shape[1] >= _COLUMN + 2 * _AROUND:
            self._listen(self._buffer[:, : _COLUMN + 2 * _AROUND])
            self._buffer = self._buffer[:, _COLUMN:]

    def finish(self) -> Measured:
        """Give what was measured; a last half-second counts that has sounded for half of it."""
        left = round(self._samples / _COLUMN) - len(self._powers)
        if self._buffer is not None and left > 0:
            padded = np.pad(self._buffer, ((0, 0), (0, left * _COLUMN + 2 * _AROUND)))
            for column in range(left):
                start = column * _COLUMN
                self._listen(padded[:, start : start + _COLUMN + 2 * _AROUND])
        powers = np.concatenate([np.zeros(0), *self._powers])
        strength = np.concatenate([np.zeros(0), *self._strength])
        classes = pitch_classes(np.array(self._thirds)) if self._thirds else np.zeros((0, 12))
        loud_lufs, tempo = short_term_lufs(powers), Tempo(strength)
        silent = np.isnan(loud_lufs)
        return Measured(
            integrated_lufs=integrated_lufs(powers),
            loudness_lufs=loud_lufs,
            brightness_hz=np.array(self._brightness),
            onsets_per_s=np.where(silent, np.nan, onset_density(strength)),
            tempo_bpm=tempo.overall,
            tempos_bpm=np.where(silent, np.nan, tempo.along),
            key=key_of_all(classes),
            keys=np.where(silent, -1, keys_along(classes)),
        )

    def _listen(self, sound: Samples) -> None:
        """Measure a half-second, with what sounds around it: (channels, samples)."""
        inner = slice(_AROUND, _AROUND + _COLUMN)
        self._powers.append(self._counts * self._weighting.powers(sound[:, inner]))
        short = _magnitudes(sound, self._short_window, FRAMES)
        bands = np.add.reduceat(short[:, : self._edges[-1]], self._edges[:-1], axis=1)
        self._strength.append(self._rises.rises(bands))
        self._brightness.append(self._centroid_hz(short))
        long = _magnitudes(sound, self._long_window, _LONG_FRAMES)
        self._thirds.append(self._chroma.folded(long))

    def _centroid_hz(self, magnitudes: Floats) -> float:
        total = magnitudes.sum()
        # Below is no sound, but what dither makes of it.
        if total < 1e-3:
            return float("nan")
        return float((magnitudes.sum(axis=0) @ self._hz) / total)


def _magnitudes(sound: Samples, window: Samples, frames: int) -> Floats:
    """Give the magnitudes (frames, bins) of the middle half-second, a tone of full scale being 1.

    Frames lie around the middles of its parts, and the powers of the channels are added.
    """
    length, hop = len(window), _COLUMN // frames
    first = _AROUND + hop // 2 - length // 2
    part = sound[:, max(first, 0) : first + (frames - 1) * hop + length]
    if first < 0:
        part = np.pad(part, ((0, 0), (-first, 0)))
    power = np.zeros((frames, length // 2 + 1))
    for number, channel in enumerate(part):
        if not number or not np.array_equal(channel, part[number - 1]):
            framed = sliding_window_view(channel, length)[::hop] * window
            spectrum = np.fft.rfft(framed, axis=1)
            own = np.square(spectrum.real) + np.square(spectrum.imag)
        power += own
    magnitudes: Floats = np.sqrt(power)
    return magnitudes


def _hann(length: int) -> Samples:
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    scaled: Samples = (2.0 * window / window.sum()).astype(np.float32)
    return scaled
