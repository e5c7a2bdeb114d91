"""How good a system's tracks are: figures pooled at 2 Hz, and a table of systems side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from rich.table import Table

from emoviz.models.estimator import Estimator
from emoviz.tracking.windows import Blend, cut, windows_of
from emoviz.tracks.agreement import concordance, pearson_r
from emoviz.training.data.dataset import DIMENSIONS, Clip, ClipRow, Floats
from emoviz.units import BAND_DEVIATIONS

_DRAWS = 1000
_BOOTSTRAP_SEED = 1989

Estimate: TypeAlias = Callable[[Floats], Floats]
"""An estimator or a network: values (n, columns, outputs) from windows (n, columns, features)."""

AnyClip = TypeVar("AnyClip", Clip, ClipRow)
"""A clip, heard or not."""

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


INTERVALS = ("mse", "rmse", "r2", "ccc", "song_r", "coverage")
"""The figures that come with an interval."""


@dataclass(frozen=True)
class Figures:
    """What one system reaches in one dimension, over every labelled half-second of every song.

    `mse` and `rmse` are on the [-1, 1] scale. `r2` is 1 - MSE / MSE of the constant that predicts
    the mean of the training labels, 0 where that constant is perfect. `ccc` is Lin's (1989)
    concordance correlation. `song_r` is the mean over songs of Pearson's r within the song, 0 for
    a track that does not move, over songs whose labels do move. `within_song_sd` and `lag1` are
    the mean deviation inside a song and the mean step from one half-second to the next, of the
    predictions; `label_within_song_sd` and `label_lag1` of the labels. `coverage` is the share of
    labels within 1.645 deviations, None for a system without deviations. `intervals` gives the 95 %
    interval of each of `INTERVALS` when songs are drawn anew (bootstrap).
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
    coverage: float | None
    intervals: dict[str, tuple[float, float]]


def cut_windows(columns: Floats, length: int) -> Floats:
    """Cut a clip of shape (columns, features) into its windows, (n, length, features)."""
    windows = windows_of(len(columns), length)
    return np.stack([cut(columns, window) for window in windows])


def track_of(estimate: Estimate, columns: Floats, length: int) -> npt.NDArray[np.float64]:
    """Give the track of shape (columns, outputs) as the program makes it: windows, then blending.

    `columns` has shape (columns, features); `length` is the model's window.
    """
    windows = windows_of(len(columns), length)
    values = estimate(cut_windows(columns, length))
    track = Blend(values.shape[2])
    track.grow(len(columns))
    for window, part in zip(windows, values, strict=True):
        track.add(window, part)
    return track.values


def benchmark(clips: Sequence[AnyClip], collection: str) -> list[int]:
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
    """Compare a prediction of shape (columns, 2) or (columns, 4) for every clip with its labels.

    `training_means` has shape (clips, 2): for each clip the mean label of what the system was
    trained on, the constant that R² is measured against.
    """
    return {
        name: _one_dimension(
            [prediction[:, output::2] for prediction in predictions],
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
        tracks = [track_of(estimator, clip.columns, length) for clip in scored]
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
            row.append(f"{_with_interval(arousal, field)} / {_with_interval(valence, field)}")
        for field in ("within_song_sd", "lag1"):
            row.append(f"{getattr(arousal, field):.4f} / {getattr(valence, field):.4f}")
        rows.append((name, row))
    return rows


def _with_interval(figures: Figures, name: str) -> str:
    low, high = figures.intervals[name]
    return f"{getattr(figures, name):.3f} [{low:.2f}, {high:.2f}]"


def as_json(systems: Mapping[str, Mapping[str, Figures]]) -> dict[str, object]:
    """Give the figures as plain numbers for a JSON file."""
    return {
        name: {dimension: asdict(value) for dimension, value in by_dimension.items()}
        for name, by_dimension in systems.items()
    }


def _distance_s(clip: AnyClip) -> float:
    return abs(clip.start_s - BENCHMARK_START_S)


_SUMS = ("count", "truth", "truth2", "guess", "guess2", "product", "error2", "constant2")


def _one_dimension(
    predictions: Sequence[npt.NDArray[np.float64]],
    labels: Sequence[npt.NDArray[np.float64]],
    training_means: Floats,
) -> Figures:
    values = [prediction[:, 0] for prediction in predictions]
    sums = np.array(
        [
            _song_sums(*song)
            for song in zip(predictions, labels, training_means.tolist(), strict=True)
        ]
    )
    whole = _summed(np.ones((1, len(sums))), sums)
    draws = np.random.default_rng(_BOOTSTRAP_SEED).multinomial(
        len(sums), np.full(len(sums), 1.0 / len(sums)), _DRAWS
    )
    drawn = _summed(draws.astype(np.float64), sums)
    figure = {name: float(whole[name][0]) for name in INTERVALS}
    covered = figure.pop("coverage")
    return Figures(
        **figure,
        coverage=None if np.isnan(covered) else covered,
        within_song_sd=float(np.mean([value.std() for value in values])),
        lag1=float(np.mean(np.concatenate([np.abs(np.diff(value)) for value in values]))),
        label_within_song_sd=float(np.mean([np.nanstd(label) for label in labels])),
        label_lag1=float(np.nanmean(np.concatenate([np.abs(np.diff(lab)) for lab in labels]))),
        intervals={
            name: (float(low), float(high))
            for name in INTERVALS
            if not np.isnan(whole[name][0])
            for low, high in [np.nanpercentile(drawn[name], [2.5, 97.5])]
        },
    )


def _song_sums(
    prediction: npt.NDArray[np.float64], label: npt.NDArray[np.float64], constant: float
) -> list[float]:
    """Give what every figure of any set of songs can be computed from: sums over one song."""
    known = ~np.isnan(label)
    truth, guess = label[known], prediction[known, 0]
    covered = np.nan
    if prediction.shape[1] == 2:
        covered = float((np.abs(guess - truth) <= BAND_DEVIATIONS * prediction[known, 1]).sum())
    return [
        float(known.sum()),
        truth.sum(),
        (truth**2).sum(),
        guess.sum(),
        (guess**2).sum(),
        (guess * truth).sum(),
        ((guess - truth) ** 2).sum(),
        ((constant - truth) ** 2).sum(),
        covered,
        _correlation(guess, truth),
    ]


def _summed(
    draws: npt.NDArray[np.float64], sums: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Give each figure for each of `draws`, (n, songs): how often each song is in it."""
    totals = dict(zip(_SUMS, (draws @ sums[:, : len(_SUMS)]).T, strict=True))
    count = totals["count"]
    means = {name: total / count for name, total in totals.items()}
    mse, constant_mse = means["error2"], means["constant2"]
    moving = ~np.isnan(sums[:, -1])
    songs = draws[:, moving].sum(axis=1)
    zero = np.zeros(len(draws))
    return {
        "mse": mse,
        "rmse": np.sqrt(mse),
        "r2": np.subtract(1.0, np.divide(mse, constant_mse, out=zero + 1, where=constant_mse > 0)),
        "ccc": np.nan_to_num(
            concordance(
                *(means[name] for name in ("guess", "truth", "guess2", "truth2", "product"))
            )
        ),
        "song_r": np.divide(draws[:, moving] @ sums[moving, -1], songs, out=zero, where=songs > 0),
        "coverage": draws @ sums[:, -2] / count,
    }


def _correlation(guess: npt.NDArray[np.float64], truth: npt.NDArray[np.float64]) -> float:
    """Give Pearson's r within a song, 0 for a still track, NaN where the labels hardly move."""
    if truth.std() < MOVING:
        return float("nan")
    return float(np.nan_to_num(pearson_r(guess, truth)))
