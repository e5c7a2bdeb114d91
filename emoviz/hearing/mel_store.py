"""The mel frames of a song as they come, kept small, and pictures of any part of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.hearing.mel_pieces import THINNED, Levels, MelPieces
from emoviz.units import COLUMN_S

FLOOR_DB = -60.0
CEILING_DB = 20.0
"""What the picture's darkest and lightest colour stand for, in decibels re full scale."""

_MOST_POOLED = 12
_MOST_PER_COLUMN = 20


@dataclass(frozen=True)
class MelLevels:
    """Mel frames as bytes (frames, bands), and how many of them are a half-second."""

    levels: Levels
    frames_per_column: int

    @classmethod
    def of(cls, frames_db: npt.NDArray[np.float32]) -> "MelLevels":
        """Make them of frames of shape (columns, frames, bands) in decibels.

        Where frames come closer than an eye can use, two by two are one.
        """
        if frames_db.shape[1] > _MOST_PER_COLUMN and not frames_db.shape[1] % 2:
            frames_db = np.float32(0.5) * (frames_db[:, ::2] + frames_db[:, 1::2])
        _, frames_per_column, bands = frames_db.shape
        levels = (frames_db.reshape(-1, bands) - FLOOR_DB) * (255.0 / (CEILING_DB - FLOOR_DB))
        return cls(np.clip(levels, 0, 255).astype(np.uint8), frames_per_column)

    @classmethod
    def joined(cls, parts: "list[MelLevels]") -> "MelLevels":
        """Put parts of a song together, of which there is at least one: (frames, bands)."""
        return cls(np.concatenate([part.levels for part in parts]), parts[0].frames_per_column)


class MelStore:
    """The mel frames of a song: of three hours 35 MB, of which most are on the disk."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget the song."""
        self._pieces = MelPieces()
        self._frames_per_column = 1

    @property
    def frames_per_s(self) -> float:
        """Frames in a second."""
        return self._frames_per_column / COLUMN_S

    @property
    def duration_s(self) -> float:
        """How far the frames reach, in seconds."""
        return self._pieces.frames / self.frames_per_s

    def add(self, frames: MelLevels) -> None:
        """Append frames, (frames, bands)."""
        self._frames_per_column = frames.frames_per_column
        self._pieces.add(frames.levels)

    def snapshot(self) -> "MelStore":
        """Give a store of the frames that are here now, which stays when this one is cleared."""
        kept = MelStore()
        kept._pieces, kept._frames_per_column = self._pieces.copy(), self._frames_per_column
        return kept

    def image(self, start_s: float, end_s: float, columns: int) -> tuple[Levels, float, float]:
        """Give a picture of a part of the song, and the start and end it really covers.

        Shape (at most about 2 x `columns`, bands), 0 to 255, lowest band first. Frames that share
        a column are averaged; where they are very many, an even choice of them is.
        """
        first = max(0, int(start_s * self.frames_per_s))
        last = min(self._pieces.frames, int(np.ceil(end_s * self.frames_per_s)))
        pool = max(1, (last - first) // max(columns, 1))
        step = max(1, pool // _MOST_POOLED)
        if step >= THINNED:
            # Those that are chosen are then all in memory.
            pool, step, first = (n - n % THINNED for n in (pool, step, first))
        kept = max(0, last - first) // pool * pool
        chosen = np.arange(first, first + kept).reshape(-1, pool)[:, ::step]
        levels = self._pieces.at(chosen.ravel())
        if pool > 1:
            pools = levels.reshape(*chosen.shape, -1)
            levels = pools.mean(axis=1, dtype=np.float32).astype(np.uint8)
        return levels, first / self.frames_per_s, (first + kept) / self.frames_per_s
