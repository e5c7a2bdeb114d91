"""Every score of a system that learnt anew without each fold, on the fold that it left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.training.data.dataset import DIMENSIONS, ClipRow
from emoviz.training.data.pieces import Piece, stretched
from emoviz.training.data.quadrants import QuadrantClip
from emoviz.training.scores import pieces, quadrants, spliced, steps
from emoviz.training.scores.bootstrap import Measured, measured
from emoviz.training.scores.listeners import Samples2Track
from emoviz.units import BAND_DEVIATIONS, Values

File2Values: TypeAlias = Callable[[Path], Values]
"""A system: (columns, 2), valence and arousal, of an audio file."""


@dataclass(frozen=True)
class Fold:
    """What is left out together: clips, whole pieces, clips with a quadrant; any may be none."""

    rows: Sequence[ClipRow]
    pieces: Sequence[Piece]
    quadrants: Sequence[QuadrantClip]


@dataclass(frozen=True)
class Said:
    """What a system that learnt without a fold says of it.

    `piece_tracks` and `quadrant_tracks` are (columns, 4), or (columns, 2) without deviations, of
    each piece and of each clip with a quadrant.
    """

    followed: Sequence[spliced.Followed]
    ways: Mapping[str, Sequence[steps.Way]]
    piece_tracks: Sequence[Values]
    quadrant_tracks: Sequence[Values]


@dataclass(frozen=True)
class Folded:
    """The scores of all folds together, by the names that `emoviz evaluate` gives them.

    What the folds have none of is scored over none of it.
    """

    spliced: Mapping[str, spliced.Following]
    steps: Mapping[str, steps.Step]
    pieces: Mapping[str, pieces.Motion]
    quadrants: quadrants.Quadrants
    piece_coverage: Mapping[str, Measured]


def followed(track: Samples2Track, fold: Fold, collection: str) -> list[spliced.Followed]:
    """Let a system follow the clips of `collection` in a row.

    Raises as `data.sounds.labelled_sound`.
    """
    found = [
        spliced.followed(track, piece) for piece in spliced.spliced_pieces(fold.rows, collection)
    ]
    return [one for one in found if one is not None]


def joined(
    track: Samples2Track, fold: Fold, folds: int, alone: Sequence[Values] = ()
) -> dict[str, list[steps.Way]]:
    """Let a system pass its share of joins, of those that there are in so many folds together.

    `alone` are the tracks of the fold's clips with a quadrant, where they are known already.
    """
    return steps.ways(track, fold.quadrants, -(-steps.JOINS // folds), alone=alone)


def said(
    track: Samples2Track, of_file: File2Values, fold: Fold, collection: str, folds: int
) -> Said:
    """Ask a system about a fold of so many; `of_file` gives what it says of a whole file.

    Raises as `data.sounds.labelled_sound`.
    """
    alone = [of_file(clip.audio) for clip in fold.quadrants]
    return Said(
        followed(track, fold, collection),
        joined(track, fold, folds, alone),
        [of_file(piece.audio) for piece in fold.pieces],
        alone,
    )


def folded(folds: Sequence[Fold], answers: Sequence[Said]) -> Folded:
    """Score what was said of each fold."""
    every = [one for answer in answers for one in answer.followed]
    ways = {name: [way for one in answers for way in one.ways[name]] for name in DIMENSIONS}
    return Folded(
        spliced=spliced.following_of(every),
        steps={name: steps.step(found) for name, found in ways.items()},
        pieces=_pieces(folds, answers),
        quadrants=_quadrants(folds, answers),
        piece_coverage=_coverage(folds, answers),
    )


def _pieces(folds: Sequence[Fold], answers: Sequence[Said]) -> dict[str, pieces.Motion]:
    every = [piece for fold in folds for piece in fold.pieces]
    tracks = [track for one in answers for track in one.piece_tracks]
    within = [
        pieces.motion_r(track[:, : len(DIMENSIONS)], stretched(piece, len(track)))
        for piece, track in zip(every, tracks, strict=True)
    ]
    return pieces.motions(_of_each(within), every)


def _quadrants(folds: Sequence[Fold], answers: Sequence[Said]) -> quadrants.Quadrants:
    clips = [clip for fold in folds for clip in fold.quadrants]
    tracks = [track for one in answers for track in one.quadrant_tracks]
    means = [np.nanmean(track[:, : len(DIMENSIONS)], axis=0) for track in tracks]
    return quadrants.of_means(_of_each(means), clips)


def _coverage(folds: Sequence[Fold], answers: Sequence[Said]) -> dict[str, Measured]:
    """Give the share of labels of pieces that lie inside the 90 % band; intervals over series.

    Tracks without deviations have no band, and take no part.
    """
    series, inside = [], []
    for fold, answer in zip(folds, answers, strict=True):
        for piece, track in zip(fold.pieces, answer.piece_tracks, strict=True):
            values, deviations = np.split(track, [len(DIMENSIONS)], axis=1)
            if not deviations.size:
                continue
            labels = stretched(piece, len(track))
            apart = np.abs(labels - values[: len(labels)])[pieces.SETTLED :]
            band = BAND_DEVIATIONS * deviations[: len(labels)][pieces.SETTLED :]
            inside.append((apart <= band).mean(axis=0))
            series.append(piece.series)
    shares = _of_each(inside)
    return {
        name: measured(lambda indices, i=i: float(shares[indices, i].mean()), series)  # type: ignore[misc]
        for i, name in enumerate(DIMENSIONS)
    }


def _of_each(found: Sequence[Sequence[float] | Values]) -> npt.NDArray[np.float64]:
    """Stack a pair of each song, (songs, 2), of none too."""
    return np.array(found, np.float64).reshape(-1, len(DIMENSIONS))
