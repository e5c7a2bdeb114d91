"""Two versions of one piece against each other: where each moment of the first is in the second.

What is compared is chroma and the onsets in octave bands, fifty times a second, so neither loudness
nor mastering matters. An offset and a stretch are looked for coarsely everywhere, by
cross-correlation (Müller, *Fundamentals of Music Processing*, 2015, chapters 3 and 6), and then
more and more finely near the best places.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from emoviz.units import Samples

Floats = npt.NDArray[np.float64]

RATE_HZ = 22050
"""What `sound_print` hears at"""
HOP_S = 0.02
MOST_STRETCH = 0.08
"""The second may be so much slower or faster than the first."""

_HOP, _FRAME = round(HOP_S * RATE_HZ), 2048
_ROOM_S = 8.0
"""What is slower than this, such as a fade, is no mark to find a place by."""
_CHROMA_HZ = (180.0, 4000.0)
_OCTAVES_HZ = (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 7680.0)
_CLASSES = 12
_AT_ONCE = 64
"""Frames that are transformed together"""
_RISE = 2
"""Frames over which an onset rises"""
_QUIET_DB = 60.0
"""Below the loudest there is nothing but noise."""

_COARSE, _FINER = 25, 5
"""Hops that are pooled while places are looked for, and then while the best are compared"""
_EXCERPT_S = 300.0
_PEAKS = 6
_LEAST_SHARED = 0.4
"""Of the excerpt must sound in both."""
_LEAST_LIKENESS = 0.28
"""Of a minute and more: of 91 pairs of 14 pieces of game music none that is no version had more
than 0.24, but one of 10 s, which had up to 0.33."""
_LONG_S = 60.0
_MOST_DOUBT = 0.01
_SHORTEST_S = 4.0
_STEPS = 4
_UNMOVED_S = 0.03
"""A stretch that displaces nothing by more is none."""


@dataclass(frozen=True)
class Alignment:
    """Where the moments of one song are in another: at `offset_s` + `stretch` times their own.

    `likeness` is the correlation of what sounds at the same moment then, up to 1; 1 of an
    alignment that nobody has looked for.
    """

    offset_s: float = 0.0
    stretch: float = 1.0
    likeness: float = 1.0

    def there(self, time_s: float) -> float:
        """Give the second's time of a moment of the first, perhaps outside of it."""
        return self.offset_s + self.stretch * time_s

    def here(self, time_s: float) -> float:
        """Give the first's time of a moment of the second, perhaps outside of it."""
        return (time_s - self.offset_s) / self.stretch

    @property
    def inverse(self) -> "Alignment":
        """The second against the first."""
        return Alignment(-self.offset_s / self.stretch, 1.0 / self.stretch, self.likeness)


NONE = Alignment()
"""By the clock: both begin at once and run alike."""


def sound_print(blocks: Iterable[Samples]) -> Floats:
    """Give what a song is recognised by, (frames, features), a frame every `HOP_S`.

    `blocks` are samples (n, channels) at `RATE_HZ`. Frame i is about i x `HOP_S`; the features are
    12 chroma and the onsets of 7 octaves.
    """
    parts, buffer = [], np.zeros((0, 0))
    spectrum = _Spectrum()
    for block in blocks:
        if not buffer.size:
            buffer = np.zeros((_FRAME // 2, block.shape[1]))
        buffer = np.concatenate([buffer, block])
        count = max(0, (len(buffer) - _FRAME) // _HOP + 1)
        for first in range(0, count, _AT_ONCE):
            frames = sliding_window_view(buffer, _FRAME, axis=0)[first * _HOP :: _HOP]
            parts.append(spectrum(frames[: min(_AT_ONCE, count - first)]))
        buffer = buffer[count * _HOP :]
    if not parts:
        return np.zeros((0, _CLASSES + len(_OCTAVES_HZ) - 1))
    return _marks(np.concatenate(parts))


def align(one: Floats, other: Floats) -> Alignment | None:
    """Find where `one`, as `sound_print` gives it, is in `other`; None if they are not alike."""
    if min(len(one), len(other)) * HOP_S < _SHORTEST_S:
        return None
    if len(one) > len(other):
        found = align(other, one)
        return None if found is None else found.inverse
    excerpt = _Excerpt.middle_of(one, round(_EXCERPT_S / HOP_S))
    coarse = _Guesses.everywhere(excerpt.pooled(_COARSE), _pooled(other, _COARSE))
    for pool in (_FINER, 1):
        pooled, whole = excerpt.pooled(pool), _pooled(other, pool)
        coarse = sorted(
            (_refined(pooled, whole, guess) for guess in coarse), key=lambda guess: -guess.likeness
        )[: 2 if pool > 1 else 1]
    best = coarse[0]
    while excerpt.reach < len(one):
        # An error of the stretch grows with the time: the longer, the more exactly it is known.
        excerpt = _Excerpt.middle_of(one, 2 * excerpt.reach)
        best = _refined(excerpt, other, best)
    length_s = len(one) * HOP_S
    # The fewer moments, the more alike any two are by chance.
    least = _LEAST_LIKENESS * max(1.0, np.sqrt(_LONG_S / length_s))
    if best.likeness < min(least, 0.6) or abs(best.stretch - 1.0) > MOST_STRETCH + _MOST_DOUBT:
        return None
    stretch = 1.0 if abs(best.stretch - 1.0) * length_s < _UNMOVED_S else best.stretch
    offset_s = best.middle_s - stretch * excerpt.middle_s
    # What is finer is below what a frame can tell.
    return Alignment(round(float(offset_s), 3), round(float(stretch), 6), best.likeness)


@dataclass(frozen=True)
class _Guess:
    """Where the middle of an excerpt is, how fast it runs, and how alike the two are then."""

    middle_s: float
    stretch: float
    likeness: float


@dataclass(frozen=True)
class _Excerpt:
    """Features (frames, n) of a part of a song, a frame every `hop_s`, about `middle_s`."""

    features: Floats
    hop_s: float
    middle_s: float

    @classmethod
    def middle_of(cls, features: Floats, most: int) -> "_Excerpt":
        first = max(0, (len(features) - most) // 2)
        part = features[first : first + most]
        return cls(part, HOP_S, (first + (len(part) - 1) / 2) * HOP_S)

    @property
    def reach(self) -> int:
        return len(self.features)

    @property
    def times_s(self) -> Floats:
        """When each frame is, from the middle on."""
        return (np.arange(self.reach, dtype=float) - (self.reach - 1) / 2) * self.hop_s

    def pooled(self, pool: int) -> "_Excerpt":
        features = _pooled(self.features, pool)
        # What does not fill a pool is left out at the end.
        shift_s = (len(features) * pool - self.reach) / 2 * self.hop_s
        return _Excerpt(features, pool * self.hop_s, self.middle_s + shift_s)


class _Guesses:
    """Looks everywhere, for every stretch that may be."""

    @staticmethod
    def everywhere(excerpt: _Excerpt, whole: Floats) -> list[_Guess]:
        """Give the best places for the middle of `excerpt` in `whole`, pooled alike."""
        step = excerpt.hop_s / (excerpt.reach * excerpt.hop_s)
        count = int(MOST_STRETCH / step)
        found: list[_Guess] = []
        correlate = _Correlation(whole, excerpt.reach)
        for number in range(-count, count + 1):
            stretch = 1.0 + number * step
            likeness, first = correlate(_stretched(excerpt.features, stretch))
            length = round(excerpt.reach * stretch)
            for place in np.argsort(likeness)[-_PEAKS:]:
                middle = first + place + (length - 1) / 2
                # A pool's middle is half a pool after its first frame, less half a hop.
                middle_s = middle * excerpt.hop_s + (excerpt.hop_s - HOP_S) / 2
                found.append(_Guess(float(middle_s), stretch, float(likeness[place])))
        return _apart(found, excerpt.hop_s)


class _Correlation:
    """Correlates excerpts with all of a song at once, by Fourier transforms."""

    def __init__(self, whole: Floats, longest: int) -> None:
        most = round(longest * (1 + MOST_STRETCH)) + 1
        self._length = len(whole)
        self._size = 1 << int(np.ceil(np.log2(len(whole) + most)))
        self._whole = self._transform(whole)
        self._power = self._transform((whole**2).sum(axis=1)[:, np.newaxis])
        self._there = self._transform(np.ones((len(whole), 1)))

    def __call__(self, part: Floats) -> tuple[Floats, int]:
        """Give how alike `part` is at every place, and the first of the places."""
        power = (part**2).sum(axis=1)[:, np.newaxis]
        products = self._at_all(self._whole, part)
        theirs = self._at_all(self._power, np.ones((len(part), 1)))
        mine = self._at_all(self._there, power)
        shared = self._at_all(self._there, np.ones((len(part), 1))) / len(part)
        known = np.sqrt(np.maximum(theirs * mine, 1e-9))
        likeness = products / known * np.sqrt(np.clip(shared, 0.0, 1.0))
        likeness[shared < _LEAST_SHARED] = -1.0
        return likeness, 1 - len(part)

    def _transform(self, features: Floats) -> npt.NDArray[np.complex128]:
        found: npt.NDArray[np.complex128] = np.fft.rfft(features, self._size, axis=0)
        return found

    def _at_all(self, whole: npt.NDArray[np.complex128], part: Floats) -> Floats:
        product = (whole * self._transform(part).conj()).sum(axis=1)
        lags = np.fft.irfft(product, self._size)
        return np.concatenate([lags[1 - len(part) :], lags[: self._length]])


def _apart(found: list[_Guess], near_s: float) -> list[_Guess]:
    """Give the best few that are not beside a better one."""
    kept: list[_Guess] = []
    for guess in sorted(found, key=lambda guess: -guess.likeness):
        if all(abs(guess.middle_s - other.middle_s) > 2 * near_s for other in kept):
            kept.append(guess)
        if len(kept) == _PEAKS:
            break
    return kept


def _refined(excerpt: _Excerpt, whole: Floats, guess: _Guess) -> _Guess:
    """Look near a guess, as finely as the frames lie."""
    step = excerpt.hop_s / (excerpt.reach * excerpt.hop_s)
    # The guess is as coarse as frames five times as long made it.
    for scale in (2.0, 0.5):
        shifts = scale * np.arange(-_STEPS, _STEPS + 1)
        guess = max(
            (
                _judged(excerpt, whole, guess.middle_s + shift, guess.stretch + 2.0 * turn)
                for shift in shifts * excerpt.hop_s
                for turn in shifts * step
            ),
            key=lambda guess: guess.likeness,
        )
    return guess


def _judged(excerpt: _Excerpt, whole: Floats, middle_s: float, stretch: float) -> _Guess:
    """Say how alike an excerpt and that part of `whole` are."""
    begin_s = (excerpt.hop_s - HOP_S) / 2
    places = (middle_s - begin_s + stretch * excerpt.times_s) / excerpt.hop_s
    first, last = np.searchsorted(places, (0.0, len(whole) - 1.0))
    if last - first < _LEAST_SHARED * excerpt.reach:
        return _Guess(middle_s, stretch, -1.0)
    mine, theirs = excerpt.features[first:last], _between(whole, places[first:last])
    known = np.sqrt(max(float((mine**2).sum() * (theirs**2).sum()), 1e-9))
    shared = np.sqrt((last - first) / excerpt.reach)
    return _Guess(middle_s, stretch, float((mine * theirs).sum() / known * shared))


def _between(features: Floats, places: Floats) -> Floats:
    """Give features between frames, on a straight line."""
    before = np.minimum(places.astype(int), max(len(features) - 2, 0))
    share = (places - before)[:, np.newaxis]
    after = np.minimum(before + 1, len(features) - 1)
    found: Floats = features[before] * (1.0 - share) + features[after] * share
    return found


def _stretched(features: Floats, stretch: float) -> Floats:
    count = round(len(features) * stretch)
    return _between(features, np.linspace(0.0, len(features) - 1.0, count))


def _pooled(features: Floats, pool: int) -> Floats:
    whole = len(features) // pool * pool
    means: Floats = features[:whole].reshape(-1, pool, features.shape[1]).mean(axis=1)
    return means


def _marks(rows: Floats) -> Floats:
    """Turn chroma and the powers of octaves into what stands out, each of it as much."""
    chroma, octaves = rows[:, :_CLASSES], rows[:, _CLASSES:]
    chroma = chroma / (chroma.sum(axis=1, keepdims=True) + 1e-3 * chroma.sum(axis=1).max() + 1e-12)
    loudest = 10.0 * np.log10(octaves.max() + 1e-12)
    levels = np.maximum(10.0 * np.log10(octaves + 1e-12), loudest - _QUIET_DB)
    rises = np.zeros_like(levels)
    rises[_RISE:] = np.maximum(levels[_RISE:] - levels[:-_RISE], 0.0)
    # An onset is seen by the frame that reaches it, and it rises for some frames before.
    rises = np.roll(rises, -_RISE // 2, axis=0)
    features = np.concatenate([chroma, rises], axis=1)
    features -= _slow(features, round(_ROOM_S / HOP_S))
    weights = np.repeat([1.0 / _CLASSES, 1.0 / octaves.shape[1]], [_CLASSES, octaves.shape[1]])
    spread = features.std(axis=0)
    scale = np.sqrt(weights) / np.where(spread > 1e-9, spread, np.inf)
    marks: Floats = features * scale
    return marks


def _slow(features: Floats, length: int) -> Floats:
    """Give the mean over so many frames about each."""
    sums = np.concatenate([np.zeros((1, features.shape[1])), np.cumsum(features, axis=0)])
    last = np.minimum(np.arange(len(features)) + length // 2 + 1, len(features))
    first = np.maximum(np.arange(len(features)) - length // 2, 0)
    means: Floats = (sums[last] - sums[first]) / (last - first)[:, np.newaxis]
    return means


class _Spectrum:
    """Turns frames of samples into chroma and the powers of octaves."""

    def __init__(self) -> None:
        self._window = np.hanning(_FRAME)
        bins_hz = np.fft.rfftfreq(_FRAME, 1.0 / RATE_HZ)
        self._octaves = np.searchsorted(bins_hz, _OCTAVES_HZ)
        self._used = slice(*np.searchsorted(bins_hz, _CHROMA_HZ))
        pitch = _CLASSES * np.log2(bins_hz[self._used] / 440.0)
        half = _CLASSES / 2
        apart = (pitch[:, np.newaxis] - np.arange(_CLASSES) + half) % _CLASSES - half
        self._classes = np.maximum(0.0, 1.0 - np.abs(apart))

    def __call__(self, frames: Floats) -> Floats:
        """Turn (frames, channels, samples) into (frames, 12 + octaves)."""
        spectra = np.fft.rfft(frames * self._window, axis=-1)
        power = (spectra.real**2 + spectra.imag**2).sum(axis=1)
        # Not `@`: the threads of BLAS spin on the cores that draw and play.
        chroma = np.einsum("fb,bc->fc", np.sqrt(power[:, self._used]), self._classes)
        octaves = np.add.reduceat(power[:, : self._octaves[-1]], self._octaves[:-1], axis=1)
        return np.concatenate([chroma, octaves], axis=1)
