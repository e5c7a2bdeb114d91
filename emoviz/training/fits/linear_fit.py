"""Fitting the default model's last layer, in closed form: the same data give the same weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.cluster import KMeans

from emoviz.tracking.windows import cut, windows_of
from emoviz.training.data.dataset import DIMENSIONS, Clip, Floats
from emoviz.training.fits.doubt import HeldOut, Shares
from emoviz.training.fits.head import Doubt, Head, Likeness, whole
from emoviz.training.recipe import LinearSettings

Doubles = npt.NDArray[np.float64]

_LEAST_EIGENVALUE = 1e-6


@dataclass(frozen=True)
class Examples:
    """Windows of clips: (windows, columns, …) each, with the clip that each comes from.

    `extra` tells the windows of other collections, whose labels are on a scale of their own.
    """

    columns: Floats
    labels: Floats
    label_sd: Floats
    extra: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, clips: Sequence[Clip], collection: str, length: int) -> "Examples":
        """Cut clips as the program cuts songs, but only from their start on."""
        parts: list[tuple[Floats, Floats, Floats, bool]] = []
        for clip in clips:
            for window in windows_of(len(clip.columns), length, skip=1):
                labels = cut(clip.labels, window)
                if not np.isnan(labels).all():
                    sd = cut(clip.label_sd, window)
                    columns = cut(clip.columns, window).astype(np.float32)
                    parts.append((columns, labels, sd, clip.collection != collection))
        return cls(
            columns=np.stack([part[0] for part in parts]),
            labels=np.stack([part[1] for part in parts]),
            label_sd=np.stack([part[2] for part in parts]),
            extra=np.array([part[3] for part in parts]),
        )


def fitted(examples: Examples, settings: LinearSettings) -> Head:
    """Fit everything but the deviations, which need songs that were not fitted on."""
    head = _begun(examples, settings)
    features = _features(head, examples.columns)
    means = _wholes(features)
    targets = _means(examples.labels)
    weight = np.where(examples.extra, settings.extra_weight, 1.0).astype(np.float64)
    own = ~examples.extra
    static = np.zeros((means.shape[1], len(DIMENSIONS)))
    moving = static.copy()
    constant = np.zeros(len(DIMENSIONS))
    likeness: list[Likeness] = []
    for index in range(len(DIMENSIONS)):
        scale = head.scales[index].numpy().astype(np.float64)
        scaled, target = means * scale, targets[:, index].copy()
        gain = 1.0
        if examples.extra.any():
            gain, shift = _scale_between(scaled, target, own, settings.penalty)
            target[~own] = gain * target[~own] + shift
        basis = _basis(scaled[~own] if examples.extra.any() else scaled, settings)
        both = np.hstack([scaled, basis.of(scaled)])
        slopes, offset = _ridge(both, target, weight, settings.penalty)
        slopes, constant[index] = _spread(
            slopes, offset, both[own].mean(axis=0), settings.spreads[index]
        )
        static[:, index] = scale * slopes[: len(scale)]
        likeness.append(basis.likeness(slopes[len(scale) :]))
        gains = np.where(own, 1.0, gain).astype(np.float64)
        moving[:, index] = _moving(features, examples.labels[:, :, index], gains, scale, settings)
    head.set_values(static, constant, moving, likeness)
    return head


def with_doubts(
    head: Head, examples: Examples, shares: Sequence[Shares], settings: LinearSettings
) -> Head:
    """Set the deviations of a head that was fitted on `examples`."""
    means = _wholes(_features(head, examples.columns))
    doubts = []
    for index in range(len(DIMENSIONS)):
        known, listeners = _grounds(head, means, examples, index, settings)
        doubts.append(Doubt(shares[index], settings.penalty, listeners, known))
    head.set_doubts(doubts)
    return head


def held_out(head: Head, learnt: Examples, tested: Examples, settings: LinearSettings) -> HeldOut:
    """Let a head estimate windows that it was not fitted on, and tell how it errs."""
    means = _wholes(_features(head, learnt.columns))
    features = _features(head, tested.columns)
    values = _values(head, features)
    known = ~np.isnan(tested.labels).any(axis=2)
    parts: list[tuple[Doubles, Doubles]] = []
    for index in range(len(DIMENSIONS)):
        directions, listeners = _grounds(head, means, learnt, index, settings)
        scaled = features[known] * head.scales[index].numpy()
        leverage = (scaled**2).sum(axis=1) / settings.penalty
        leverage -= ((scaled @ directions.T) ** 2).sum(axis=1)
        parts.append((features[known] @ listeners[:-1] + listeners[-1], np.maximum(leverage, 0.0)))
    disagreement, strangeness = (np.stack(columns, axis=1) for columns in zip(*parts, strict=True))
    return HeldOut(disagreement, strangeness, (tested.labels - values)[known].astype(np.float64))


@dataclass(frozen=True)
class _Basis:
    """Functions that a ridge regression can bend with: likeness to the centres of clusters.

    Their inner products are those of a Gaussian kernel as far as the centres tell it (Williams and
    Seeger 2001, "Using the Nyström method to speed up kernel machines").
    """

    centres: Doubles
    sharpness: float
    mixing: Doubles

    def of(self, scaled: Doubles) -> Doubles:
        """Evaluate the functions: (windows, centres)."""
        functions: Doubles = _kernel(scaled, self.centres, self.sharpness) @ self.mixing
        return functions

    def likeness(self, slopes: Doubles) -> Likeness:
        """Give what the head computes with."""
        return Likeness(self.centres, self.sharpness, self.mixing @ slopes)


def _basis(scaled: Doubles, settings: LinearSettings) -> _Basis:
    count = min(settings.centres, len(scaled))
    clusters = KMeans(count, n_init=1, max_iter=30, random_state=0).fit(scaled)
    centres = clusters.cluster_centers_.astype(np.float16).astype(np.float64)
    # In units of how far windows lie from their middle.
    usual = float((scaled - scaled.mean(axis=0)).var(axis=0).sum())
    sharpness = settings.centre_sharpness / usual
    values, vectors = np.linalg.eigh(_kernel(centres, centres, sharpness))
    whitened = vectors / np.sqrt(np.maximum(values, _LEAST_EIGENVALUE))
    return _Basis(centres, sharpness, np.sqrt(settings.centre_share * usual) * whitened)


def _kernel(left: Doubles, right: Doubles, sharpness: float) -> Doubles:
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :]
    likeness: Doubles = np.exp(-sharpness * np.maximum(squares - 2.0 * left @ right.T, 0.0))
    return likeness


def _begun(examples: Examples, settings: LinearSettings) -> Head:
    """Make a head that knows the features' statistics and how much each block may say."""
    blank = Head(settings.kept, np.zeros(1), np.ones(1), np.ones((len(DIMENSIONS), 1)))
    with torch.inference_mode():
        described = [blank.description(part) for part in _batches(examples.columns)]
    flat = torch.cat(described).flatten(0, 1).double().numpy()
    centre, deviation = flat.mean(axis=0), flat.std(axis=0) + 1e-6
    scales = np.zeros((len(DIMENSIONS), flat.shape[1]))
    for index, shares in enumerate((settings.valence_blocks, settings.arousal_blocks)):
        for block, share, natural in zip(
            blank.description.blocks, shares, blank.description.natural, strict=True
        ):
            # Components keep their own proportions; features of other kinds count alike.
            spread = deviation[block] if natural else np.ones(block.stop - block.start)
            scales[index, block] = np.sqrt(share / (spread**2).sum()) * spread
    return Head(settings.kept, centre, deviation, scales)


def _features(head: Head, columns: Floats) -> Doubles:
    with torch.inference_mode():
        parts = [head.features(part) for part in _batches(columns)]
    features: Doubles = torch.cat(parts).double().numpy()
    return features


def _wholes(features: Doubles) -> Doubles:
    means: Doubles = whole(torch.from_numpy(features))[:, 0].numpy()
    return means


def values_of(head: Head, columns: Floats) -> Doubles:
    """Give valence and arousal, (windows, columns, 2), of windows (windows, columns, features)."""
    parts = np.array_split(columns, max(1, len(columns) // 256))
    return np.concatenate([_values(head, _features(head, part)) for part in parts])


def _values(head: Head, features: Doubles) -> Doubles:
    parts = torch.split(torch.from_numpy(features.astype(np.float32)), 64)
    with torch.inference_mode():
        values: Doubles = torch.cat([head.values(part) for part in parts]).double().numpy()
    return values


def _batches(columns: Floats) -> tuple[torch.Tensor, ...]:
    return torch.split(torch.from_numpy(columns), 64)


def _means(labels: Floats) -> Doubles:
    means: Doubles = np.nanmean(labels, axis=1).astype(np.float64)
    return means


def _spread(slopes: Doubles, offset: float, mean: Doubles, share: float) -> tuple[Doubles, float]:
    """Spread estimates about that of the `mean` features.

    A ridge regression draws estimates towards the middle, further than concordance likes.
    """
    middle = float(mean @ slopes) + offset
    return share * slopes, share * offset + (1.0 - share) * middle


def _ridge(
    scaled: Doubles, target: Doubles, weight: Doubles, penalty: float
) -> tuple[Doubles, float]:
    """Give the slopes and the constant of a weighted ridge regression."""
    mean = float(np.average(target, weights=weight))
    weighted = scaled * weight[:, None]
    gram = weighted.T @ scaled
    gram[np.diag_indices_from(gram)] += penalty
    slopes = np.linalg.solve(gram, weighted.T @ (target - mean)).astype(np.float64)
    return slopes, mean


def _scale_between(
    scaled: Doubles, target: Doubles, own: npt.NDArray[np.bool_], penalty: float
) -> tuple[float, float]:
    """Give the gain and the offset that put the other collections' labels on the scored scale.

    What was learnt from the others alone is compared with the labels of the scored collection.
    """
    slopes, constant = _ridge(scaled[~own], target[~own], np.ones((~own).sum()), penalty)
    gain, offset = np.polyfit(scaled[own] @ slopes + constant, target[own], 1)
    return float(gain), float(offset)


def _moving(
    features: Doubles,
    labels: Floats,
    gains: Doubles,
    scale: Doubles,
    settings: LinearSettings,
) -> Doubles:
    """Fit how labels move within a window to how features do."""
    known = ~np.isnan(labels)
    differences, targets = [], []
    for window, label, mask, gain in zip(features, labels, known, gains, strict=True):
        if mask.sum() > 1:
            differences.append(window[mask] - window[mask].mean(axis=0))
            targets.append(gain * (label[mask] - label[mask].mean()))
    scaled, target = np.concatenate(differences) * scale, np.concatenate(targets)
    gram = scaled.T @ scaled
    gram[np.diag_indices_from(gram)] += settings.moving_penalty
    slopes: Doubles = np.linalg.solve(gram, scaled.T @ target)
    return settings.moving_gain * scale * slopes


def _grounds(
    head: Head, means: Doubles, examples: Examples, index: int, settings: LinearSettings
) -> tuple[Doubles, Doubles]:
    """Give `Doubt.known` and `Doubt.listeners` of one dimension."""
    scale = head.scales[index].numpy().astype(np.float64)
    scaled = means * scale
    weight = np.where(examples.extra, settings.extra_weight, 1.0).astype(np.float64)
    values, vectors = np.linalg.eigh((scaled * weight[:, None]).T @ scaled)
    values, vectors = values[::-1][: settings.known], vectors[:, ::-1][:, : settings.known]
    strength = np.sqrt(np.maximum(values, 0.0) / (settings.penalty * (values + settings.penalty)))
    rated = ~np.isnan(examples.label_sd[:, :, index]).all(axis=1)
    if not rated.any():
        return (vectors * strength).T, np.zeros(len(scale) + 1)
    spread = np.nanmean(examples.label_sd[rated][:, :, index], axis=1).astype(np.float64)
    slopes, constant = _ridge(scaled[rated], spread, np.ones(len(spread)), settings.penalty)
    return (vectors * strength).T, np.append(scale * slopes, constant)
