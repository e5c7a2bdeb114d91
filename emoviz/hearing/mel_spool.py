"""MelSpool: frames that wait to be heard, those of a long song on the disk."""

import tempfile
import weakref

import numpy as np

from emoviz import errors
from emoviz.hearing.mel_frames import Frames
from emoviz.system import paths

_IN_MEMORY_BYTES = 8_000_000
"""Five minutes of the largest model's frames."""


class MelSpool:
    """Keeps blocks of frames by number, of which the first is no shorter than any other.

    A song is decoded many times faster than it is heard, and what waits of three hours would fill
    hundreds of megabytes.
    """

    def __init__(self) -> None:
        self._folder = paths.spool_folder()
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            _IN_MEMORY_BYTES, dir=str(self._folder)
        )
        # It is closed, and gone from the disk, when the spool is.
        weakref.finalize(self, self._file.close)
        self._places: dict[int, tuple[int, int]] = {}
        self._free: list[int] = []
        self._slots = 0
        self._shapes: list[tuple[int, ...]] = []
        self._block_bytes = 0

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def put(self, number: int, frames: Frames) -> None:
        """Keep a block, (columns, frames, bands) each. Raises `errors.NoRoomError`."""
        if not self._shapes:
            self._shapes = [array.shape[1:] for array in frames.by_front_end]
            self._block_bytes = sum(array.nbytes for array in frames.by_front_end)
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        self._places[number] = slot, len(frames)
        try:
            self._file.seek(slot * self._block_bytes)
            for array in frames.by_front_end:
                self._file.write(np.ascontiguousarray(array).data)
            self._file.flush()
        except OSError as error:
            raise errors.NoRoomError(self._folder, errors.words_of(error)) from error

    def get(self, number: int) -> Frames:
        """Give a block back, as it was put, (columns, frames, bands); it stays."""
        slot, columns = self._places[number]
        self._file.seek(slot * self._block_bytes)
        arrays = []
        for shape in self._shapes:
            size = 4 * columns * int(np.prod(shape))
            array = np.frombuffer(self._file.read(size), np.float32)
            arrays.append(array.reshape(columns, *shape))
        return Frames(tuple(arrays))

    def drop(self, number: int) -> None:
        """Forget a block, if it is there."""
        if number in self._places:
            self._free.append(self._places.pop(number)[0])
