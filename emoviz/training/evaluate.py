"""How good a system's tracks are: figures pooled at 2 Hz, and a table of systems side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from rich.table import Table

from emoviz.estimator import Estimator
from emoviz.training.dataset import DIMENSIONS, Clip, Floats
from emoviz.windows import Track, cut, windows_of

Estimate: TypeAlias = Callable[[Floats], Floats]
"""An estimator or a network: values (n, columns, outputs) from windows (n, columns, bands)."""

BENCHMARK_START_S = 30.0
"""Where the one clip of each song that counts in an evaluation starts, as near as there is one."""

_HEADINGS = (
    "MSE A / V",
    "R² A / V",
    "CCC A / V",
    "per-song r A / V",
    "within-song sd A / V",
    "step A / V",
)

MOVING = 0.005
"""Songs whose labels deviate less than this from their mean have no motion to correlate with."""


@dataclass(frozen=True)
class Figures:
    """What one system reaches in one dimension, over every labelled half-second of every song.

    `mse` and `rmse` are on the [-1, 1] scale. `r2` is 1 - MSE / MSE of the constant that predicts
    the mean of the training labels, 0 where that constant is perfect. `ccc` is Lin's (1989)
    concordance correlation. `song_r` is the mean over songs of Pearson's r within the song, 0 for
    a track that does not move, over songs whose labels do move. `within_song_sd` and `lag1` are
    the mean deviation inside a song and the mean step from one half-second to the next, of the
    predictions; `label_within_song_sd` and `label_lag1` of the labels.
    """

    mse: float
    rmse: float
    r2: float
    ccc: float
    song_r: float
    within_song_sd: float
    lag1: float
    label_within_song_sd: float
    label_lag1: float


def windows_db(columns_db: Floats, length: int) -> Floats:
    """Cut a clip of shape (columns, bands) into its windows, (n, length, bands)."""
    windows = windows_of(len(columns_db), length)
    return np.stack([cut(columns_db, window) for window in windows])


def track_of(estimate: Estimate, columns_db: Floats, length: int) -> npt.NDArray[np.float64]:
    """Give the track of shape (columns, outputs) as the program makes it: windows, then blending.

    `columns_db` has shape (columns, bands), in decibels; `length` is the model's window.
    """
    windows = windows_of(len(columns_db), length)
    values = estimate(windows_db(columns_db, length))
    track = Track(values.shape[2])
    track.grow(len(columns_db))
    for window, part in zip(windows, values, strict=True):
        track.add(window, part)
    return track.values


def benchmark(clips: Sequence[Clip], collection: str) -> list[int]:
    """Give the indices of one clip a song of `collection`: the one nearest `BENCHMARK_START_S`."""
    chosen: dict[int, int] = {}
    for index, clip in enumerate(clips):
        if clip.collection != collection:
            continue
        rival = chosen.get(clip.song_id)
        if rival is None or _distance_s(clip) < _distance_s(clips[rival]):
            chosen[clip.song_id] = index
    return sorted(chosen.values())


def figures(
    predictions: Sequence[npt.NDArray[np.float64]],
    clips: Sequence[Clip],
    training_means: Floats,
) -> dict[str, Figures]:
    """Compare a prediction of shape (columns, 2) for every clip with its labels.

    `training_means` has shape (clips, 2): for each clip the mean label of what the system was
    trained on, the constant that R² is measured against.
    """
    return {
        name: _one_dimension(
            [prediction[:, output] for prediction in predictions],
            [clip.labels[:, output].astype(np.float64) for clip in clips],
            training_means[:, output],
        )
        for output, name in enumerate(DIMENSIONS)
    }


def by_collection(estimator: Estimator, clips: Sequence[Clip]) -> dict[str, dict[str, Figures]]:
    """Score a model on one clip of every song, collection by collection.

    R² is measured against the mean label of the collection itself.
    """
    systems = {}
    for collection in sorted({clip.collection for clip in clips}):
        scored = [clips[index] for index in benchmark(clips, collection)]
        length = estimator.info.window_columns
        tracks = [track_of(estimator, clip.columns_db, length) for clip in scored]
        mean = np.nanmean(np.concatenate([clip.labels for clip in scored]), axis=0)
        systems[collection] = figures(tracks, scored, np.tile(mean, (len(scored), 1)))
    return systems


def table(systems: Mapping[str, Mapping[str, Figures]], title: str) -> Table:
    """Lay out the figures of several systems for the terminal."""
    drawn = Table(title=title)
    drawn.add_column("system")
    for heading in _HEADINGS:
        drawn.add_column(heading, justify="right")
    for name, row in cells(systems):
        drawn.add_row(name, *row)
    return drawn


def markdown(systems: Mapping[str, Mapping[str, Figures]]) -> str:
    """Lay out the figures of several systems as a Markdown table."""
    lines = [
        f"| system | {' | '.join(_HEADINGS)} |",
        f"| --- | {' | '.join(['---:'] * len(_HEADINGS))} |",
    ]
    lines += [f"| {name} | {' | '.join(row)} |" for name, row in cells(systems)]
    return "\n".join(lines)


def cells(systems: Mapping[str, Mapping[str, Figures]]) -> list[tuple[str, list[str]]]:
    """Give the rows of the table as text: the system's name, then its figures, A / V each."""
    rows = []
    for name, by_dimension in systems.items():
        arousal, valence = by_dimension["arousal"], by_dimension["valence"]
        row = [f"{arousal.mse:.4f} / {valence.mse:.4f}"]
        for field in ("r2", "ccc", "song_r"):
            row.append(f"{getattr(arousal, field):.3f} / {getattr(valence, field):.3f}")
        for field in ("within_song_sd", "lag1"):
            row.append(f"{getattr(arousal, field):.4f} / {getattr(valence, field):.4f}")
        rows.append((name, row))
    return rows


def as_json(systems: Mapping[str, Mapping[str, Figures]]) -> dict[str, object]:
    """Give the figures as plain numbers for a JSON file."""
    return {
        name: {dimension: asdict(value) for dimension, value in by_dimension.items()}
        for name, by_dimension in systems.items()
    }


def _distance_s(clip: Clip) -> float:
    return abs(clip.start_s - BENCHMARK_START_S)


def _one_dimension(
    predictions: Sequence[npt.NDArray[np.float64]],
    labels: Sequence[npt.NDArray[np.float64]],
    training_means: Floats,
) -> Figures:
    known = [~np.isnan(label) for label in labels]
    lengths = [int(mask.sum()) for mask in known]
    truth = np.concatenate([label[mask] for label, mask in zip(labels, known, strict=True)])
    guess = np.concatenate([value[mask] for value, mask in zip(predictions, known, strict=True)])
    constant = np.repeat(training_means.astype(np.float64), lengths)
    mse = float(np.mean((guess - truth) ** 2))
    constant_mse = float(np.mean((constant - truth) ** 2))
    return Figures(
        mse=mse,
        rmse=float(np.sqrt(mse)),
        r2=1.0 - mse / constant_mse if constant_mse > 0 else 0.0,
        ccc=_concordance(guess, truth),
        song_r=_mean_song_r(predictions, labels, known),
        within_song_sd=float(np.mean([value.std() for value in predictions])),
        lag1=float(np.mean(np.concatenate([np.abs(np.diff(value)) for value in predictions]))),
        label_within_song_sd=float(np.mean([np.nanstd(label) for label in labels])),
        label_lag1=float(np.nanmean(np.concatenate([np.abs(np.diff(lab)) for lab in labels]))),
    )


def _concordance(guess: npt.NDArray[np.float64], truth: npt.NDArray[np.float64]) -> float:
    """Lin (1989), Biometrics 45(1), with the population moments."""
    covariance = np.mean((guess - guess.mean()) * (truth - truth.mean()))
    spread = guess.var() + truth.var() + (guess.mean() - truth.mean()) ** 2
    return float(2.0 * covariance / spread) if spread > 0 else 0.0


def _mean_song_r(
    predictions: Sequence[npt.NDArray[np.float64]],
    labels: Sequence[npt.NDArray[np.float64]],
    known: Sequence[npt.NDArray[np.bool_]],
) -> float:
    correlations = []
    for value, label, mask in zip(predictions, labels, known, strict=True):
        if label[mask].std() < MOVING:
            continue
        moves = value[mask].std() > 0
        correlations.append(np.corrcoef(value[mask], label[mask])[0, 1] if moves else 0.0)
    return float(np.mean(correlations)) if correlations else 0.0
