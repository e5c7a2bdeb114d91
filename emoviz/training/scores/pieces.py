"""How well trails move with listeners inside whole pieces."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.training.data.dataset import DIMENSIONS, Progress
from emoviz.training.data.pieces import SETTLED_S, Piece, piece_sound
from emoviz.training.scores.bootstrap import Measured, measured_mean
from emoviz.training.scores.listeners import r_within
from emoviz.units import COLUMN_S, Samples, Values

RELIABLE_R = 0.5
"""Halves of the raters agree on the motion of a piece if they correlate by more than this."""

SETTLED = round(SETTLED_S / COLUMN_S)
"""Half-seconds at a piece's start that are left out."""


@dataclass(frozen=True)
class Motion:
    """Mean r within a piece of one dimension, over `count` pieces and over the reliable ones.

    Intervals are over series, each drawn with all its pieces. `by_series` gives the mean r of each,
    `by_piece` that of every piece.
    """

    r: Measured
    count: int
    reliable_r: Measured
    reliable_count: int
    by_series: Mapping[str, float]
    by_piece: Mapping[str, float]


def moving(
    systems: Callable[[Samples], Mapping[str, Values]], pieces: Sequence[Piece], progress: Progress
) -> dict[str, dict[str, Motion]]:
    """Score systems that are asked together: system -> dimension -> motion.

    `systems` gives the track of each by its name, as `motion_r` takes it. Raises as
    `data.pieces.piece_sound`.
    """
    within: dict[str, list[tuple[float, ...]]] = {}
    for index, piece in enumerate(pieces):
        sound = piece_sound(piece)
        for system, track in systems(sound.samples).items():
            within.setdefault(system, []).append(motion_r(track, sound.labels))
        progress(index + 1, len(pieces))
    return {system: motions(np.array(rs), pieces) for system, rs in within.items()}


def motion_r(track: Values, labels: npt.NDArray[np.floating]) -> tuple[float, ...]:
    """Give r with labels (columns, 2) after the first `SETTLED_S`, in each dimension.

    A track of shape (columns, 1) is held against both.
    """
    tracks = np.broadcast_to(track, (len(track), len(DIMENSIONS)))
    return tuple(
        r_within(tracks[SETTLED:, index], labels[SETTLED:, index].astype(np.float64))
        for index in range(len(DIMENSIONS))
    )


def motions(within: npt.NDArray[np.float64], pieces: Sequence[Piece]) -> dict[str, Motion]:
    """Gather r within each piece, (pieces, 2)."""
    series = [piece.series for piece in pieces]
    found = {}
    for index, name in enumerate(DIMENSIONS):
        values = within[:, index]
        reliable = np.array([piece.split_half_r[index] > RELIABLE_R for piece in pieces])
        found[name] = Motion(
            r=measured_mean(values, series),
            count=len(values),
            reliable_r=measured_mean(np.where(reliable, values, np.nan), series),
            reliable_count=int(reliable.sum()),
            by_series={
                one: float(values[[other == one for other in series]].mean())
                for one in sorted(set(series))
            },
            by_piece={
                piece.name: float(value) for piece, value in zip(pieces, values, strict=True)
            },
        )
    return found
