"""Fitting how valence and arousal follow from a description: a ridge regression on every label.

Clips tell where music lies on the plane, quadrants on which side, and whole pieces how it moves:
their rows are differences from the piece's own mean, so what listeners follow inside a piece is
learnt by the same weights that place songs, and what only wavers is unlearnt. The zero is where the
scored clips' scale, that of the pieces and the borders of the quadrants have it together; clips
that are only fitted on may lie apart, and have a constant of their own.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from msgspec import structs
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import rankdata

from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.fits.excerpts import (
    CLIP,
    PIECE,
    QUADRANT,
    RENDERING,
    Answer,
    Described,
    Motion,
    Part,
    Scale,
    motion,
)
from emoviz.training.fits.trail import SIZES, blocks
from emoviz.training.recipe import JudgingSettings, TrailSettings
from emoviz.training.scores.listeners import r_within

Doubles = npt.NDArray[np.float64]

_NATURAL = ("timbre", "changing timbre")
"""Kinds whose features keep their proportions: principal components do."""

_PLACED = ("clips", "parts", "extra clips", "extra parts")
SIDES, PIECES = ("sides",), ("motion", "pieces")
"""The kinds of rows that quadrants and whole pieces give."""
ALL_BUT_EXTRA = ("clips", "parts", *SIDES, *PIECES, "cues")
"""Those of what is not only fitted on."""

_CONSTANTS = 2
_ZERO, _EXTRA = range(_CONSTANTS)
_FREE = 1e-3
_MOVES = 0.03
"""Labels of a piece count by 1 / (their deviation + this), so that quiet pieces count too."""

_FACTORS = (0.5, 2.0)
_GAIN = 0.0005


@dataclass(frozen=True)
class Rows:
    """Standardised features (rows, features), labels (rows, 2), what each counts, (rows, 2).

    `constant` is which of the constants belongs to them, None for differences.
    """

    features: Doubles
    labels: Doubles
    counts: Doubles
    constant: int | None


@dataclass(frozen=True)
class Line:
    """A fitted line: value = `weights` · standardised features + `constant`."""

    weights: Doubles
    constant: float

    def __call__(self, features: npt.NDArray[np.floating]) -> Doubles:
        """Give values (rows,) of (rows, features)."""
        values: Doubles = features @ self.weights + self.constant
        return values


class Judging:
    """All rows, by what they are and by fold, and lines fitted to those of some folds."""

    def __init__(
        self,
        described: Sequence[Described],
        parts: Sequence[Part],
        scale: Scale,
        answers: Sequence[Answer],
        settings: TrailSettings,
        scored: str,
    ) -> None:
        """Take everything described; `scored` is the collection that fixes the zero."""
        self._settings, self.scale = settings, scale
        self.folds = sorted({one.excerpt.fold for one in described} - {-1})
        self._rows = _rows(described, parts, scale, settings, scored)
        if answers:
            self._rows["cues", -1] = _answered(answers, scale, settings)
        self._sums: dict[tuple[str, int, int], tuple[Doubles, Doubles]] = {}
        self._motions = {
            fold: [motion(one, scale) for one in described if _is(one, PIECE, fold)]
            for fold in self.folds
        }

    def line(
        self,
        dimension: int,
        judging: JudgingSettings,
        without: Collection[int],
        unlearnt: Collection[str] = (),
    ) -> Line:
        """Fit the line of a dimension to everything but some folds and some kinds of rows.

        Where only extra clips are left its constant is theirs.
        """
        features = next(iter(self._rows.values())).features.shape[1]
        total, told = np.zeros((features + _CONSTANTS,) * 2), np.zeros(features + _CONSTANTS)
        constant = _EXTRA
        for (name, fold), rows in self._rows.items():
            if fold in without or name in unlearnt:
                continue
            constant = _ZERO if rows.constant == _ZERO else constant
            count = self._count(name, judging)
            squares, products = self._sum(name, fold, dimension)
            total += count * squares
            told += count * products
        scales = np.concatenate([self.scales(judging), np.ones(_CONSTANTS)])
        system = total * scales[:, None] * scales
        ridge = np.concatenate([np.full(features, judging.penalty), np.full(_CONSTANTS, _FREE)])
        system[np.diag_indices(len(scales))] += ridge
        found = cho_solve(cho_factor(system, overwrite_a=True), scales * told) * scales
        return Line(found[:features], float(found[features + constant]))

    def known(
        self, dimension: int, judging: JudgingSettings, without: Collection[int], count: int
    ) -> Doubles:
        """Give by what a leverage is less than |s·x|² / penalty, (count, features).

        What is familiar are clips with values, whose places are known: not pieces, of which the
        motion is fitted and which other listeners placed.
        """
        features = len(self.scale.spread)
        total = np.zeros((features, features))
        for name, fold in self._rows:
            if fold not in without and name in _PLACED:
                squares, _ = self._sum(name, fold, dimension)
                total += self._count(name, judging) * squares[:features, :features]
        scales = self.scales(judging)
        values, vectors = np.linalg.eigh(total * scales[:, None] * scales)
        values, vectors = np.maximum(values[-count:], 0.0), vectors[:, -count:]
        says = 1.0 / judging.penalty - 1.0 / (values + judging.penalty)
        found: Doubles = (vectors * np.sqrt(says)).T
        return found

    def chosen(
        self, dimension: int, start: JudgingSettings, without: Collection[int]
    ) -> JudgingSettings:
        """Choose settings by cross-validation over all folds but some, one after the other."""
        if not self._settings.rounds:
            return start
        best, highest = start, self.goodness(dimension, start, without)
        for _ in range(self._settings.rounds):
            begun = highest
            for change in _changes():
                for factor in _FACTORS:
                    tried = change(best, factor)
                    reached = self.goodness(dimension, tried, without)
                    if reached > highest + _GAIN:
                        best, highest = tried, reached
                        break
            if highest - begun < _GAIN:
                break
        return best

    def goodness(self, dimension: int, judging: JudgingSettings, without: Collection[int]) -> float:
        """Score settings by the folds that are not `without`, each by a line fitted to the others.

        Half of R² of clips and half of their parts', a share of r within pieces, and the order of
        the sides.
        """
        folds = [fold for fold in self.folds if fold not in without]
        lines = {fold: self.line(dimension, judging, [*without, fold]) for fold in folds}
        clips, parts = (self._r2(name, dimension, lines) for name in ("clips", "parts"))
        followed = [
            r_within(moved.features @ line.weights, moved.labels[:, dimension].astype(np.float64))
            for fold, line in lines.items()
            for moved in self._motions[fold]
        ]
        sides = [self._auc(dimension, fold, line) for fold, line in lines.items()]
        return (
            0.5 * (clips + parts)
            + judging.motion_share * float(np.mean(followed or [0.0]))
            + float(np.mean(sides))
        )

    def scales(self, judging: JudgingSettings) -> Doubles:
        """Give what each feature is scaled by, (features,)."""
        spread = self.scale.spread.astype(np.float64)
        scales = np.empty(len(spread))
        for share, (name, place) in zip(judging.blocks, blocks().items(), strict=True):
            own = spread[place] if name in _NATURAL else np.ones(SIZES[name])
            scales[place] = share * own / np.sqrt((own**2).sum())
        return scales

    def rows(self, name: str, fold: int) -> Rows:
        """Give some rows."""
        return self._rows[name, fold]

    def _count(self, name: str, judging: JudgingSettings) -> float:
        settings = self._settings
        clip = {"clips": 1.0 - settings.spliced_share, "parts": settings.spliced_share}
        counts = {
            **clip,
            **{f"extra {kind}": settings.extra_weight * count for kind, count in clip.items()},
            "sides": judging.quadrant_weight,
            "motion": judging.motion_weight,
            "pieces": judging.piece_weight,
            "cues": settings.cue_weight,
        }
        return counts[name]

    def _sum(self, name: str, fold: int, dimension: int) -> tuple[Doubles, Doubles]:
        key = (name, fold, dimension)
        if key not in self._sums:
            rows = self._rows[name, fold]
            constants = np.zeros((len(rows.features), _CONSTANTS))
            if rows.constant is not None:
                constants[:, rows.constant] = 1.0
            features = np.hstack([rows.features, constants])
            weighed = features * rows.counts[:, dimension, None]
            self._sums[key] = (weighed.T @ features, weighed.T @ rows.labels[:, dimension])
        return self._sums[key]

    def _r2(self, name: str, dimension: int, lines: dict[int, Line]) -> float:
        left, spread = 0.0, 0.0
        for fold, line in lines.items():
            rows = self._rows[name, fold]
            labels = rows.labels[:, dimension]
            left += float(((line(rows.features) - labels) ** 2).sum())
            spread += float(((labels - labels.mean()) ** 2).sum())
        return 1.0 - left / spread

    def _auc(self, dimension: int, fold: int, line: Line) -> float:
        rows = self._rows["sides", fold]
        upper = rows.labels[:, dimension] > 0
        if upper.all() or not upper.any():
            return 0.5
        count = int(upper.sum())
        ranks = rankdata(line(rows.features))[upper].sum() - count * (count + 1) / 2
        return float(ranks / (count * (len(upper) - count)))


def _changes() -> list[Callable[[JudgingSettings, float], JudgingSettings]]:
    def of_block(index: int) -> Callable[[JudgingSettings, float], JudgingSettings]:
        def change(judging: JudgingSettings, factor: float) -> JudgingSettings:
            shares = list(judging.blocks)
            shares[index] *= factor
            return _with(judging, blocks=tuple(shares))

        return change

    def of(name: str) -> Callable[[JudgingSettings, float], JudgingSettings]:
        return lambda judging, factor: _with(judging, **{name: getattr(judging, name) * factor})

    named = [of(name) for name in ("penalty", "motion_weight", "quadrant_weight")]
    return [*named, *(of_block(index) for index in range(len(SIZES)))]


def _with(judging: JudgingSettings, **changes: object) -> JudgingSettings:
    changed: JudgingSettings = structs.replace(judging, **changes)
    return changed


def _rows(
    described: Sequence[Described],
    parts: Sequence[Part],
    scale: Scale,
    settings: TrailSettings,
    scored: str,
) -> dict[tuple[str, int], Rows]:
    gains = np.array([settings.valence.gain, settings.arousal.gain])
    found: dict[tuple[str, int], Rows] = {}
    for fold in sorted({one.excerpt.fold for one in described}):
        own = [one for one in described if one.excerpt.fold == fold]
        clips = [one for one in own if one.excerpt.kind == CLIP]
        for extra in (False, True):
            some = [one for one in clips if (one.excerpt.collection != scored) == extra]
            if not some:
                continue
            names = ("extra clips", "extra parts") if extra else ("clips", "parts")
            gain, constant = (gains, _EXTRA) if extra else (np.ones(len(DIMENSIONS)), _ZERO)
            means = [scale(one.description).mean(axis=0) for one in some]
            labels = [gain * one.excerpt.mean for one in some]
            found[names[0], fold] = _absolute(means, labels, 1.0, constant)
            known = {id(one.excerpt) for one in some}
            beside = [part for part in parts if id(part.excerpt) in known]
            if beside:
                features = [scale(part.description) for part in beside]
                told = [gain * part.excerpt.mean for part in beside]
                share = len(some) / len(beside)
                found[names[1], fold] = _absolute(features, told, share, constant)
        sides = [one for one in own if one.excerpt.kind == QUADRANT]
        if sides:
            means = [scale(one.description).mean(axis=0) for one in sides]
            signs = [settings.quadrant_label * one.excerpt.mean for one in sides]
            found["sides", fold] = _absolute(means, signs, 1.0, _ZERO)
        played = [one for one in own if one.excerpt.kind in (PIECE, RENDERING)]
        if played:
            motions = [motion(one, scale) for one in played]
            first = np.array([one.excerpt.kind == PIECE for one in played])
            weights = np.where(first, 1.0, settings.rendering_weight)
            # All renderings of a piece together count what a piece does.
            counts = weights * first.sum() / weights.sum()
            found["motion", fold] = _moving(motions, counts)
            means = [moved.mean_features for moved in motions]
            labels = [moved.mean_labels for moved in motions]
            found["pieces", fold] = _absolute(means, labels, counts, _ZERO)
    return found


def _absolute(
    features: Sequence[npt.NDArray[np.floating]],
    labels: Sequence[npt.NDArray[np.floating]],
    counts: float | Doubles,
    constant: int,
) -> Rows:
    told = np.stack(labels).astype(np.float64)
    each = np.broadcast_to(np.reshape(counts, (-1, 1)), told.shape)
    return Rows(np.stack(features).astype(np.float64), told, each, constant)


def _answered(answers: Sequence[Answer], scale: Scale, settings: TrailSettings) -> Rows:
    features = np.stack([scale(one.after) - scale(one.before) for one in answers])
    counts = np.stack([np.arange(len(DIMENSIONS)) == one.dimension for one in answers])
    labels = np.full(counts.shape, settings.cue_label)
    return Rows(features.astype(np.float64), labels, counts.astype(np.float64), None)


def _moving(motions: Sequence[Motion], shares: Doubles) -> Rows:
    features = np.concatenate([moved.features for moved in motions]).astype(np.float64)
    labels = np.concatenate([moved.labels for moved in motions]).astype(np.float64)
    counts = [
        np.tile(share / len(moved.labels) / (moved.deviation + _MOVES) ** 2, (len(moved.labels), 1))
        for share, moved in zip(shares, motions, strict=True)
    ]
    return Rows(features, labels, np.concatenate(counts), None)


def _is(one: Described, kind: str, fold: int) -> bool:
    return one.excerpt.kind == kind and one.excerpt.fold == fold
