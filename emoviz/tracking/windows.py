"""A song's columns cut into overlapping windows, and the windows' values joined to one track.

Windows start every half window, from half a window before the song, so that every half-second
lies in exactly two of them. What a window sees before the start and past the end of the song is
the song mirrored. The two values of a half-second are blended with sin² and cos² weights: each
window's say falls to nothing at its borders, so a border leaves no step in the track.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Window:
    """Columns [first, first + length) of a song; `first` is negative for the first window."""

    first: int
    length: int

    def inside(self, columns: int) -> slice:
        """Give the part of the song's `columns` that this window covers."""
        return slice(max(0, self.first), min(columns, self.first + self.length))


def windows_of(columns: int, length: int, skip: int = 0) -> Iterator[Window]:
    """Yield the windows that cover a song of `columns` half-seconds, without the first `skip`."""
    for first in _firsts(columns, length)[skip:]:
        yield Window(first, length)


def count_windows(columns: int, length: int) -> int:
    """Give the number of windows that cover a song of `columns` half-seconds."""
    return len(_firsts(columns, length))


def _firsts(columns: int, length: int) -> range:
    return range(-length // 2, columns, length // 2)


def cut(columns_db: npt.NDArray[np.float32], window: Window) -> npt.NDArray[np.float32]:
    """Cut a window of shape (length, bands) from (columns, bands), mirrored past both ends."""
    return columns_db[places_of(window, len(columns_db))]


def places_of(window: Window, columns: int) -> npt.NDArray[np.int64]:
    """Give which of a song's `columns` a window shows, in its order: (length,), mirrored."""
    index = np.arange(window.first, window.first + window.length) % (2 * columns)
    return np.where(index < columns, index, 2 * columns - 1 - index)


class Blend:
    """Values that grow together from windows, in any order; unknown ones are NaN.

    `values` has shape (columns, outputs).
    """

    def __init__(self, outputs: int) -> None:
        self._sum = np.zeros((0, outputs))
        self._weight = np.zeros((0, 1))

    def grow(self, columns: int) -> None:
        """Make room for a song of `columns` half-seconds, of which more may come."""
        more = columns - len(self._sum)
        self._sum = np.pad(self._sum, ((0, more), (0, 0)))
        self._weight = np.pad(self._weight, ((0, more), (0, 0)))

    def add(self, window: Window, values: npt.NDArray[np.float32]) -> None:
        """Blend in a window's values of shape (length, outputs)."""
        inside = window.inside(len(self._sum))
        part = slice(inside.start - window.first, inside.stop - window.first)
        weight = _weights(window.length)[part, None]
        self._sum[inside] += weight * values[part]
        self._weight[inside] += weight

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """What is known so far, (columns, outputs), NaN where nothing is.

        A half-second that only one window has reached has its value.
        """
        known = self._weight > 0
        unknown = np.full(self._sum.shape, np.nan)
        np.divide(self._sum, self._weight, out=unknown, where=known)
        return unknown


def _weights(length: int) -> npt.NDArray[np.float64]:
    phase = np.pi * (np.arange(length, dtype=np.float64) + 0.5) / length
    weights: npt.NDArray[np.float64] = 0.5 - 0.5 * np.cos(2.0 * phase)
    return weights
