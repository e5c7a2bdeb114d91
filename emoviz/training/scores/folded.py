"""Every score of a model that was fitted anew without each fold, on the fold that it left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emoviz.models.estimator import Estimator
from emoviz.training.data.dataset import DIMENSIONS, ClipRow, Progress, Watch
from emoviz.training.data.pieces import Piece
from emoviz.training.data.quadrants import QuadrantClip
from emoviz.training.scores import pieces, quadrants, spliced, steps
from emoviz.training.scores.bootstrap import Measured, measured
from emoviz.training.scores.listeners import by_program
from emoviz.units import BAND_DEVIATIONS, Values


@dataclass(frozen=True)
class Tested:
    """What one fold's model is scored on, and what it says of it.

    `tracks` are (columns, 4) of each piece and of each clip with a quadrant.
    """

    model: Estimator
    rows: Sequence[ClipRow]
    pieces: Sequence[Piece]
    piece_tracks: Sequence[Values]
    quadrants: Sequence[QuadrantClip]
    quadrant_tracks: Sequence[Values]


@dataclass(frozen=True)
class Folded:
    """The scores of all folds together, by the names that `emoviz evaluate` gives them."""

    spliced: Mapping[str, spliced.Following]
    steps: Mapping[str, steps.Step]
    pieces: Mapping[str, pieces.Motion]
    quadrants: quadrants.Quadrants
    piece_coverage: Mapping[str, Measured]


def folded(folds: Sequence[Tested], collection: str, watch: Watch) -> Folded:
    """Score the folds' models. Raises as `data.sounds.labelled_sound`."""
    return Folded(
        spliced=_spliced(folds, collection, watch("spliced pieces")),
        steps=_steps(folds, watch("joins")),
        pieces=_pieces(folds),
        quadrants=_quadrants(folds),
        piece_coverage=_coverage(folds),
    )


def _spliced(
    folds: Sequence[Tested], collection: str, progress: Progress
) -> dict[str, spliced.Following]:
    work = [
        (by_program(fold.model), piece)
        for fold in folds
        for piece in spliced.spliced_pieces(fold.rows, collection)
    ]
    found = []
    for index, (track, piece) in enumerate(work):
        one = spliced.followed(track, piece)
        found += [] if one is None else [one]
        progress(index + 1, len(work))
    return spliced.following_of(found)


def _steps(folds: Sequence[Tested], progress: Progress) -> dict[str, steps.Step]:
    count = -(-steps.JOINS // len(folds))
    ways: dict[str, list[steps.Way]] = {name: [] for name in DIMENSIONS}
    for index, fold in enumerate(folds):
        for name, found in steps.ways(by_program(fold.model), fold.quadrants, count).items():
            ways[name] += found
        progress(index + 1, len(folds))
    return {name: steps.step(found) for name, found in ways.items()}


def _pieces(folds: Sequence[Tested]) -> dict[str, pieces.Motion]:
    every = [piece for fold in folds for piece in fold.pieces]
    within = [
        pieces.motion_r(track[:, : len(DIMENSIONS)], piece.labels)
        for fold in folds
        for piece, track in zip(fold.pieces, fold.piece_tracks, strict=True)
    ]
    return pieces.motions(np.array(within), every)


def _quadrants(folds: Sequence[Tested]) -> quadrants.Quadrants:
    means = [
        np.nanmean(track[:, : len(DIMENSIONS)], axis=0)
        for fold in folds
        for track in fold.quadrant_tracks
    ]
    return quadrants.of_means(np.array(means), [clip for fold in folds for clip in fold.quadrants])


def _coverage(folds: Sequence[Tested]) -> dict[str, Measured]:
    """Give the share of labels of pieces that lie inside the 90 % band; intervals over series."""
    series, inside = [], []
    for fold in folds:
        for piece, track in zip(fold.pieces, fold.piece_tracks, strict=True):
            shared = min(len(track), len(piece.labels))
            values, deviations = np.split(track[:shared], 2, axis=1)
            apart = np.abs(piece.labels[:shared] - values)[pieces.SETTLED :]
            inside.append((apart <= BAND_DEVIATIONS * deviations[pieces.SETTLED :]).mean(axis=0))
            series.append(piece.series)
    shares = np.array(inside)
    return {
        name: measured(lambda indices, i=i: float(shares[indices, i].mean()), series)  # type: ignore[misc]
        for i, name in enumerate(DIMENSIONS)
    }
