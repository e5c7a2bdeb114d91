"""The mel frames of a song as they come, kept small, and pictures of any part of them."""

import numpy as np
import numpy.typing as npt

from emoviz.melspectrogram import COLUMN_S

FLOOR_DB = -60.0
CEILING_DB = 20.0
"""What the picture's darkest and lightest colour stand for, in decibels re full scale."""

_MOST_POOLED = 12
_MOST_PER_COLUMN = 20
_PIECE_FRAMES = 4096

Levels = npt.NDArray[np.uint8]


class MelStore:
    """Mel frames as bytes: 96 bands of a three-hour song take 35 MB.

    Where frames come closer than an eye can use, two by two are one.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget the song."""
        # In pieces that stay where they are: one array that grows is there twice while it does.
        self._pieces: list[Levels] = []
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
        if frames_db.shape[1] > _MOST_PER_COLUMN and not frames_db.shape[1] % 2:
            frames_db = np.float32(0.5) * (frames_db[:, ::2] + frames_db[:, 1::2])
        _, self._frames_per_column, bands = frames_db.shape
        levels = (frames_db.reshape(-1, bands) - FLOOR_DB) * (255.0 / (CEILING_DB - FLOOR_DB))
        levels = np.clip(levels, 0, 255).astype(np.uint8)
        while len(levels):
            filled = self._frames % _PIECE_FRAMES
            if not filled:
                self._pieces.append(np.zeros((_PIECE_FRAMES, bands), np.uint8))
            taken = levels[: _PIECE_FRAMES - filled]
            self._pieces[-1][filled : filled + len(taken)] = taken
            self._frames += len(taken)
            levels = levels[len(taken) :]

    def snapshot(self) -> "MelStore":
        """Give a store of the frames that are here now, which stays when this one is cleared."""
        kept = MelStore()
        # The pieces themselves are only ever added to.
        kept._pieces = list(self._pieces)
        kept._frames, kept._frames_per_column = self._frames, self._frames_per_column
        return kept

    def image(self, start_s: float, end_s: float, columns: int) -> tuple[Levels, float, float]:
        """Give a picture of a part of the song, and the start and end it really covers.

        Shape (at most about 2 x `columns`, bands), 0 to 255, lowest band first. Frames that share
        a column are averaged; where they are very many, an even choice of them is.
        """
        first = max(0, int(start_s * self.frames_per_s))
        last = min(self._frames, int(np.ceil(end_s * self.frames_per_s)))
        count = max(0, last - first)
        pool = max(1, count // max(columns, 1))
        kept = count // pool * pool
        step = max(1, pool // _MOST_POOLED)
        chosen = np.arange(first, first + kept).reshape(-1, pool)[:, ::step]
        levels = self._chosen(chosen.ravel())
        if pool > 1:
            pools = levels.reshape(*chosen.shape, -1)
            levels = pools.mean(axis=1, dtype=np.float32).astype(np.uint8)
        return levels, first / self.frames_per_s, (first + kept) / self.frames_per_s

    def _chosen(self, frames: npt.NDArray[np.int64]) -> Levels:
        """Give the levels of some frames, in their order."""
        if not len(frames):
            return np.zeros((0, 0), np.uint8)
        levels = np.empty((len(frames), self._pieces[0].shape[1]), np.uint8)
        borders = np.arange(frames[0] // _PIECE_FRAMES, frames[-1] // _PIECE_FRAMES + 2)
        places = np.searchsorted(frames, borders * _PIECE_FRAMES)
        for piece, begin, end in zip(borders.tolist(), places, places[1:], strict=False):
            inside = frames[begin:end] - piece * _PIECE_FRAMES
            levels[begin:end] = self._pieces[piece][inside]
        return levels
