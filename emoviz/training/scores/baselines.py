"""What any network has to beat: the constant, and regressions on mel statistics."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.training.data.dataset import Clip, Floats

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

Doubles: TypeAlias = npt.NDArray[np.float64]

Ask: TypeAlias = Callable[[Sequence[Clip]], list[Doubles]]
"""What has learnt: it estimates valence and arousal of clips, (columns, 2) each."""

_ALPHAS = np.logspace(0.0, 5.0, 21)


def mean_labels(clips: Sequence[Clip]) -> Floats:
    """Give the mean label over every labelled half-second of `clips`, shape (2,)."""
    labels = np.concatenate([clip.labels for clip in clips])
    mean: Floats = np.nanmean(labels, axis=0)
    return mean


def constant(train: Sequence[Clip]) -> Ask:
    """Learn to estimate the mean of the training labels at every half-second."""
    mean = mean_labels(train).astype(np.float64)
    return lambda asked: [np.tile(mean, (len(clip.columns), 1)) for clip in asked]


def ridge(train: Sequence[Clip]) -> Ask:
    """Learn to estimate one value a clip from the mean and deviation of its mel bands.

    It stands at every half-second. The penalty is chosen by leave-one-out inside the training
    clips.
    """
    from sklearn.linear_model import RidgeCV

    return _regressed(RidgeCV(_ALPHAS, alpha_per_target=True), train)


def support_vectors(train: Sequence[Clip]) -> Ask:
    """Learn to estimate one value a clip from the same by support vectors, Gaussian kernel.

    Smola and Schölkopf 2004, "A tutorial on support vector regression".
    The cost is chosen inside the training clips.
    """
    from sklearn.model_selection import GridSearchCV
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.svm import SVR

    search = GridSearchCV(SVR(epsilon=0.05), {"C": [0.03, 0.1, 0.3, 1.0]}, cv=3)
    return _regressed(MultiOutputRegressor(search), train)


def boosting(train: Sequence[Clip]) -> Ask:
    """Learn to estimate one value a clip from the same by gradient boosting of small trees.

    Friedman 2001, "Greedy function approximation: a gradient boosting
    machine".
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.multioutput import MultiOutputRegressor

    trees = HistGradientBoostingRegressor(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=8, random_state=1
    )
    return _regressed(MultiOutputRegressor(trees), train)


def _regressed(regressor: "BaseEstimator", train: Sequence[Clip]) -> Ask:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), regressor)
    model.fit(_statistics(train), np.stack([np.nanmean(clip.labels, axis=0) for clip in train]))

    def ask(asked: Sequence[Clip]) -> list[Doubles]:
        values = model.predict(_statistics(asked))
        return [
            np.tile(value, (len(clip.columns), 1))
            for value, clip in zip(values, asked, strict=True)
        ]

    return ask


def _statistics(clips: Sequence[Clip]) -> Doubles:
    return np.stack(
        [np.concatenate([clip.columns.mean(axis=0), clip.columns.std(axis=0)]) for clip in clips]
    ).astype(np.float64)
