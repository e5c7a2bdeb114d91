"""How well a trail follows clips of different songs in a row, and the same clips each alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emoviz.training.data.dataset import DIMENSIONS, ClipRow, Progress
from emoviz.training.data.sounds import LabelledSound, joined, labelled_sound
from emoviz.training.scores.bootstrap import Indices, Measured, measured, measured_mean
from emoviz.training.scores.evaluate import benchmark
from emoviz.training.scores.listeners import Samples2Track, r_within
from emoviz.units import Values

PARTS = 6
"""Clips in a piece."""

PART_COLUMNS = 20
"""Half-seconds of a clip that a piece has of it: its first that are all labelled."""

_SEED = 1989


@dataclass(frozen=True)
class Following:
    """What one system reaches in one dimension, over `pieces` pieces.

    `r` is the mean over pieces of Pearson's r within the piece, `r2` is 1 - the summed squared
    error over that of the piece's own mean label, pooled over pieces; `alone_r` and `alone_r2` are
    the same figures of the tracks of the parts, each tracked alone and laid in a row. Intervals
    are over pieces, which share no song.
    """

    pieces: int
    r: Measured
    r2: Measured
    alone_r: Measured
    alone_r2: Measured


@dataclass(frozen=True)
class Followed:
    """A piece: its labels, its track, and the tracks of its parts alone in a row.

    All have shape (columns, 2).
    """

    labels: Values
    whole: Values
    alone: Values


def spliced_pieces(rows: Sequence[ClipRow], collection: str) -> list[list[ClipRow]]:
    """Put one clip of each song of a collection into pieces of `PARTS`, at random (seeded).

    Give the clips of one test fold, so that no part of a piece was learnt from.
    """
    chosen = [rows[index] for index in benchmark(rows, collection)]
    order = np.random.default_rng(_SEED).permutation(len(chosen))
    ends = range(PARTS, len(chosen) + 1, PARTS)
    return [[chosen[index] for index in order[end - PARTS : end]] for end in ends]


def followed(track: Samples2Track, piece: Sequence[ClipRow]) -> Followed | None:
    """Track a piece, and its parts alone; None if fewer than two are labelled for long enough.

    Raises as `sounds.labelled_sound`.
    """
    parts = [part for row in piece if (part := _labelled_part(labelled_sound(row))) is not None]
    if len(parts) < 2:
        return None
    whole = joined(parts)
    columns = len(whole.labels)
    return Followed(
        labels=whole.labels.astype(np.float64),
        whole=track(whole.samples)[:columns],
        alone=np.concatenate([track(part.samples)[:PART_COLUMNS] for part in parts]),
    )


def following(
    track: Samples2Track, pieces: Sequence[Sequence[ClipRow]], progress: Progress
) -> dict[str, Following] | None:
    """Score a system on pieces, in each dimension; None where there is no piece to follow."""
    found: list[Followed] = []
    for index, piece in enumerate(pieces):
        one = followed(track, piece)
        found += [] if one is None else [one]
        progress(index + 1, len(pieces))
    return following_of(found) if found else None


def following_of(found: Sequence[Followed]) -> dict[str, Following]:
    """Score pieces that have been tracked, one or more, in each dimension."""
    return {name: _following(found, index) for index, name in enumerate(DIMENSIONS)}


def _following(found: Sequence[Followed], dimension: int) -> Following:
    labels = [piece.labels[:, dimension] for piece in found]
    whole, alone = (
        [getattr(piece, kind)[:, dimension] for piece in found] for kind in ("whole", "alone")
    )
    return Following(
        len(found),
        _mean_r(whole, labels),
        _pooled_r2(whole, labels),
        _mean_r(alone, labels),
        _pooled_r2(alone, labels),
    )


def _mean_r(tracks: Sequence[Values], labels: Sequence[Values]) -> Measured:
    within = np.array([r_within(*pair) for pair in zip(tracks, labels, strict=True)])
    return measured_mean(within, range(len(within)))


def _pooled_r2(tracks: Sequence[Values], labels: Sequence[Values]) -> Measured:
    errors, spreads = [], []
    for track, label in zip(tracks, labels, strict=True):
        known = ~np.isnan(track)
        errors.append(((track - label)[known] ** 2).sum())
        spreads.append(((label - label.mean())[known] ** 2).sum())
    error, spread = np.array(errors), np.array(spreads)

    def r2(indices: Indices) -> float:
        constant = spread[indices].sum()
        return float(1.0 - error[indices].sum() / constant) if constant > 0 else float("nan")

    return measured(r2, range(len(error)))


def _labelled_part(clip: LabelledSound) -> LabelledSound | None:
    known = np.logical_not(np.isnan(clip.labels).any(axis=1)).tolist()
    for first in range(len(known) - PART_COLUMNS + 1):
        if all(known[first : first + PART_COLUMNS]):
            return clip.part(first, PART_COLUMNS)
    return None
