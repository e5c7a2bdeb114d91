"""Frames: what the front ends make of some half-seconds of a song."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """Frames of some half-seconds in decibels: for each front end (columns, frames, bands).

    The first front end is the one that is shown.
    """

    by_front_end: tuple[Floats, ...]

    def __len__(self) -> int:
        return len(self.by_front_end[0])

    def __getitem__(self, part: slice) -> "Frames":
        return Frames(tuple(frames[part] for frames in self.by_front_end))

    @property
    def mel_db(self) -> Floats:
        """The frames that are shown, (columns, frames, bands)."""
        return self.by_front_end[0]


def joined(parts: Iterable[Frames]) -> Frames:
    """Put frames one after the other: (columns, frames, bands) with the columns of all parts."""
    return Frames(
        tuple(
            np.concatenate(arrays)
            for arrays in zip(*(part.by_front_end for part in parts), strict=True)
        )
    )
