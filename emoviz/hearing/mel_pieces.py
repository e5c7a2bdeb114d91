"""MelPieces: the mel frames of a song in pieces, those of a long song on the disk."""

import logging
import tempfile
import threading
import weakref
from typing import IO

import numpy as np
import numpy.typing as npt

from emoviz.system import paths

Levels = npt.NDArray[np.uint8]

PIECE_FRAMES = 4096
THINNED = 8
"""Of so many frames one stays in memory, whatever the song's length."""
_IN_MEMORY = 16
"""Half an hour of the default model's frames, 6 MB."""

_LOG = logging.getLogger(__name__)


class MelPieces:
    """Frames of shape (bands,), which are only ever added.

    A copy shares what was there. Pieces that stay where they are: one array that grows would be
    there twice while it does. Threads may read while one adds.
    """

    def __init__(self) -> None:
        self.frames = 0
        self._pieces: list[Levels | None] = []
        self._thinned: list[Levels] = []
        self._disk = _Disk()

    def copy(self) -> "MelPieces":
        """Give the frames that are here now, to which none will be added."""
        copied = MelPieces()
        copied.frames, copied._disk = self.frames, self._disk
        copied._pieces, copied._thinned = list(self._pieces), list(self._thinned)
        return copied

    def add(self, frames: Levels) -> None:
        """Append frames of shape (frames, bands)."""
        while len(frames):
            filled = self.frames % PIECE_FRAMES
            if not filled:
                self._begin(frames.shape[1])
            piece = self._pieces[-1]
            assert piece is not None
            taken = frames[: PIECE_FRAMES - filled]
            piece[filled : filled + len(taken)] = taken
            self.frames += len(taken)
            frames = frames[len(taken) :]
            if not self.frames % PIECE_FRAMES:
                self._finish(piece)

    def at(self, places: npt.NDArray[np.int64]) -> Levels:
        """Give the frames (places, bands) at some places, which ascend.

        Places that are all multiples of `THINNED` are never looked for on the disk.
        """
        if not len(places):
            return np.zeros((0, 0), np.uint8)
        is_thin = not (places % THINNED).any()
        borders = np.arange(places[0] // PIECE_FRAMES, places[-1] // PIECE_FRAMES + 2)
        parts = np.searchsorted(places, borders * PIECE_FRAMES)
        levels = np.empty((len(places), self._thinned[0].shape[1]), np.uint8)
        for number, begin, end in zip(borders.tolist(), parts, parts[1:], strict=False):
            if begin == end:
                continue
            inside = places[begin:end] - number * PIECE_FRAMES
            piece = self._pieces[number]
            if piece is not None:
                levels[begin:end] = piece[inside]
            elif is_thin:
                levels[begin:end] = self._thinned[number][inside // THINNED]
            else:
                levels[begin:end] = self._disk.read(number, levels.shape[1])[inside]
        return levels

    def _begin(self, bands: int) -> None:
        self._pieces.append(np.zeros((PIECE_FRAMES, bands), np.uint8))
        self._thinned.append(np.zeros((PIECE_FRAMES // THINNED, bands), np.uint8))

    def _finish(self, piece: Levels) -> None:
        """Put a piece that is full where it stays."""
        number = len(self._pieces) - 1
        self._thinned[number][:] = piece[::THINNED]
        if number >= _IN_MEMORY and self._disk.write(number, piece):
            self._pieces[number] = None


class _Disk:
    """A file for pieces, which has no name and is gone when nobody has it any more."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._using = threading.Lock()

    def write(self, number: int, piece: Levels) -> bool:
        """Write a piece; tell whether there was room for it."""
        try:
            with self._using:
                if self._file is None:
                    self._file = tempfile.TemporaryFile(dir=paths.spool_folder())  # noqa: SIM115
                    weakref.finalize(self, self._file.close)
                self._file.seek(number * piece.nbytes)
                self._file.write(piece.data)
                self._file.flush()
        except OSError as error:
            _LOG.warning("a piece of the spectrogram stays in memory: %s", error)
            return False
        return True

    def read(self, number: int, bands: int) -> Levels:
        """Read a piece that was written."""
        size = PIECE_FRAMES * bands
        with self._using:
            assert self._file is not None
            self._file.seek(number * size)
            return np.frombuffer(self._file.read(size), np.uint8).reshape(PIECE_FRAMES, bands)
