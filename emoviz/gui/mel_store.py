"""The mel frames of a song as they come, kept small, and pictures of any part of them."""

import numpy as np
import numpy.typing as npt

from emoviz.melspectrogram import COLUMN_S

FLOOR_DB = -60.0
CEILING_DB = 20.0
"""What the picture's darkest and lightest colour stand for, in decibels re full scale."""

_MOST_POOLED = 12


class MelStore:
    """Mel frames as bytes: 96 bands of a three-hour song take 35 MB."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget the song."""
        self._levels = np.zeros((0, 0), np.uint8)
        self._frames = 0
        self._frames_per_column = 1

    @property
    def frames_per_s(self) -> float:
        """Frames in a second."""
        return self._frames_per_column / COLUMN_S

    @property
    def duration_s(self) -> float:
        """How far the frames reach, in seconds."""
        return self._frames / self.frames_per_s

    def add(self, frames_db: npt.NDArray[np.float32]) -> None:
        """Append frames of shape (columns, frames, bands) in decibels."""
        _, self._frames_per_column, bands = frames_db.shape
        levels = (frames_db.reshape(-1, bands) - FLOOR_DB) * (255.0 / (CEILING_DB - FLOOR_DB))
        needed = self._frames + len(levels)
        if needed > len(self._levels):
            grown = np.zeros((max(needed, 2 * len(self._levels)), bands), np.uint8)
            if self._frames:
                grown[: self._frames] = self._levels[: self._frames]
            self._levels = grown
        self._levels[self._frames : needed] = np.clip(levels, 0, 255)
        self._frames = needed

    def image(
        self, start_s: float, end_s: float, columns: int
    ) -> tuple[npt.NDArray[np.uint8], float, float]:
        """Give a picture of a part of the song, and the start and end it really covers.

        Shape (at most about 2 x `columns`, bands), 0 to 255, lowest band first. Frames that share
        a column are averaged; where they are very many, an even choice of them is.
        """
        first = max(0, int(start_s * self.frames_per_s))
        last = min(self._frames, int(np.ceil(end_s * self.frames_per_s)))
        part = self._levels[first : max(first, last)]
        pool = max(1, len(part) // max(columns, 1))
        kept = len(part) // pool * pool
        if pool > 1:
            step = max(1, pool // _MOST_POOLED)
            pools = part[:kept].reshape(-1, pool, part.shape[1])[:, ::step]
            part = pools.mean(axis=1, dtype=np.float32).astype(np.uint8)
        return part, first / self.frames_per_s, (first + kept) / self.frames_per_s
