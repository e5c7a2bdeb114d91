"""What any network has to beat: the constant, and ridge regression on mel statistics."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emoviz.training.dataset import Clip, Floats

_ALPHAS = np.logspace(0.0, 5.0, 21)


def mean_labels(clips: Sequence[Clip]) -> Floats:
    """Give the mean label over every labelled half-second of `clips`, shape (2,)."""
    labels = np.concatenate([clip.labels for clip in clips])
    mean: Floats = np.nanmean(labels, axis=0)
    return mean


def constant(train: Sequence[Clip], test: Sequence[Clip]) -> list[npt.NDArray[np.float64]]:
    """Predict the mean of the training labels at every half-second, shape (columns, 2) a clip."""
    mean = mean_labels(train).astype(np.float64)
    return [np.tile(mean, (len(clip.columns), 1)) for clip in test]


def ridge(train: Sequence[Clip], test: Sequence[Clip]) -> list[npt.NDArray[np.float64]]:
    """Predict one value a clip from the mean and deviation of its mel bands.

    The penalty is chosen by leave-one-out inside the training clips.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), RidgeCV(_ALPHAS, alpha_per_target=True))
    model.fit(_statistics(train), np.stack([np.nanmean(clip.labels, axis=0) for clip in train]))
    values = model.predict(_statistics(test))
    return [
        np.tile(value, (len(clip.columns), 1)) for value, clip in zip(values, test, strict=True)
    ]


def _statistics(clips: Sequence[Clip]) -> npt.NDArray[np.float64]:
    return np.stack(
        [np.concatenate([clip.columns.mean(axis=0), clip.columns.std(axis=0)]) for clip in clips]
    ).astype(np.float64)
