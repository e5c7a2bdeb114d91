"""The training of the default model: lessons, encoder, what is alike, judging, folds, card."""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from emoviz import errors
from emoviz.hearing.columns import NetworkHearing
from emoviz.models.estimator import Estimator
from emoviz.models.inference import Listener as ListenerNetwork
from emoviz.songs.arrays import SampledSong
from emoviz.songs.finding import find_songs
from emoviz.songs.song import Song
from emoviz.system import files
from emoviz.training import export
from emoviz.training.data import pieces, quadrants
from emoviz.training.data.cache import prepared
from emoviz.training.data.collections import Collections
from emoviz.training.data.cues import CUES, LEARNT_EDITS, clip_changes, tune_changes
from emoviz.training.data.dataset import (
    DIMENSIONS,
    Clip,
    ClipRow,
    Ears,
    Floats,
    Watch,
    folds,
    heard,
)
from emoviz.training.data.layouts import read_rows
from emoviz.training.data.sounds import RATE_HZ
from emoviz.training.ears import encoder as encoders
from emoviz.training.ears import trail_listener
from emoviz.training.encoder_training import EncoderTraining
from emoviz.training.export import Exported
from emoviz.training.fits import trail_parts
from emoviz.training.fits.doubt import likeliest
from emoviz.training.fits.excerpts import (
    CLIP,
    PIECE,
    QUADRANT,
    RENDERING,
    Answer,
    Described,
    Describer,
    Excerpt,
    Scale,
)
from emoviz.training.fits.judging_fit import Judging, Line
from emoviz.training.fits.left_out import left_out
from emoviz.training.fits.likeness_fit import fitted_likeness
from emoviz.training.fits.trail import WINDOW_COLUMNS, Judgement, Trail
from emoviz.training.recipe import JudgingSettings, TrailRecipe
from emoviz.training.reports import trail_card
from emoviz.training.reports.probes import probed
from emoviz.training.scores import directions, evaluate
from emoviz.training.scores.evaluate import Figures
from emoviz.training.scores.folded import Fold, Folded, Said, folded, followed, joined
from emoviz.training.scores.listeners import Samples2Track, by_program
from emoviz.training.scores.pieces import motion_r, motions
from emoviz.training.scores.quadrants import of_means as quadrants_of
from emoviz.units import Samples, Values


@dataclass(frozen=True)
class Labelled:
    """Everything that is labelled, as the tables tell it, with the fold of each."""

    rows: Sequence[ClipRow]
    pieces: Sequence[pieces.Piece]
    piece_folds: Sequence[int]
    quadrants: Sequence[quadrants.QuadrantClip]
    quadrant_folds: Sequence[int]


def read_labelled(found: Collections, rendered: Path | None, count: int) -> Labelled:
    """Read the tables of all three kinds of collections. Raises `errors.DataError`."""
    rows = read_rows(found.need("clips"))
    whole = pieces.read_pieces(found.need("pieces"), rendered)
    sided = quadrants.read_quadrants(found.need("quadrants"))
    return Labelled(
        rows,
        whole,
        pieces.series_folds(whole, count).tolist(),
        sided,
        quadrants.quadrant_folds(len(sided), count).tolist(),
    )


class TrailTraining:
    """One recipe on one data folder, with a run folder for what it takes to go on.

    A run that was stopped goes on where it was when it is started again.
    """

    def __init__(
        self,
        recipe: TrailRecipe,
        found: Collections,
        rendered: Path | None,
        again: Sequence[Path],
        music: Path | None,
        runs: Path,
        watch: Watch,
    ) -> None:
        """Read all tables, and make or find the run folder below `runs`.

        `rendered` is where the audio of whole pieces lies if not in their folder, `again` where
        it lies by other instruments or in other keys, which is only learnt from, `music` holds
        songs without labels. Raises `errors.DataError`, `errors.TableError`, `errors.RecipeError`
        if there are too few artists, and `errors.OutputError`.
        """
        self._recipe, self._found, self._watch = recipe, found, watch
        self._labelled = read_labelled(found, rendered, recipe.folds)
        self._again = [pieces.read_pieces(found.need("pieces"), folder) for folder in again]
        self._music = [path for path, _ in find_songs([music])] if music else []
        target = recipe.path.resolve().parent
        if not os.access(target, os.W_OK):
            raise errors.OutputError(
                target, "the model goes where the recipe is: permission denied"
            )
        self._folder = runs / f"{recipe.name}-{self._encoder_digest()}"
        files.make_folder(self._folder)

    def run(self) -> list[Path]:
        """Teach the encoder, fit and score every fold, fit on everything; give what was written.

        Raises `errors.TrainingError`, `errors.SongError` or `errors.OutputError`; no model is
        written then.
        """
        count = self._recipe.folds
        if self._judging.folds != list(range(count)):
            reason = f"the data have too few artists, series or clips for {count} folds"
            raise errors.RecipeError(self._recipe.path, reason)
        progress = self._watch("choosing and fitting")
        fits = []
        for fold in [*range(self._recipe.folds), None]:
            fits.append(self._fitted([] if fold is None else [fold]))
            progress(len(fits), self._recipe.folds + 1)
        *by_fold, final = fits
        errs = [self._errors(fold, fit) for fold, fit in enumerate(by_fold)]
        models = []
        for fold, fit in enumerate(by_fold):
            # A fold's deviations are learnt from the errors in the other folds.
            others = [*errs[:fold], *errs[fold + 1 :]]
            models.append(self._installed(fold, fit, others))
        contents = self._files(final, errs, self._systems(models), self._scores(models))
        export.write(contents)
        return sorted(contents)

    def _encoder_digest(self) -> str:
        """Tell an encoder by its settings and by all the music that it may hear."""
        labelled = self._labelled
        audio = [*self._music]
        for every in (labelled.rows, labelled.pieces, labelled.quadrants):
            audio += [one.audio for one in every]
        heard_of = sorted((path.name, path.stat().st_size) for path in audio)
        told = repr((self._recipe.encoder, self._recipe.extra_collections, heard_of))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @cached_property
    def _encoder(self) -> EncoderTraining:
        labelled = self._labelled
        return EncoderTraining(
            self._recipe,
            labelled.rows,
            labelled.pieces,
            labelled.quadrants,
            self._music,
            self._folder,
            self._watch,
        )

    @cached_property
    def _listener(self) -> bytes:
        """The listener's network, its encoder taught."""
        return self._encoder.listener()

    @cached_property
    def _ears(self) -> Ears:
        network = ListenerNetwork(self._listener)
        return Ears(
            name=f"trail-{hashlib.sha256(self._listener).hexdigest()[:8]}",
            front_ends=encoders.front_ends(),
            hearing=lambda: NetworkHearing(network, trail_listener.HALO_COLUMNS),
            identity=hashlib.sha256(self._listener).digest(),
        )

    @cached_property
    def _clips(self) -> list[Clip]:
        return prepared(self._found.need("clips"), self._ears, self._watch("hearing clips"))

    @cached_property
    def _clip_folds(self) -> list[int]:
        found: list[int] = folds(self._clips, self._recipe.collection, self._recipe.folds).tolist()
        return found

    @cached_property
    def _excerpts(self) -> list[Excerpt]:
        return [*self._clip_excerpts(), *self._side_excerpts(), *self._piece_excerpts()]

    def _clip_excerpts(self) -> list[Excerpt]:
        recipe, clips = self._recipe, self._clips
        once = set(evaluate.benchmark(clips, recipe.collection))
        return [
            Excerpt(clip.collection, CLIP, int(self._clip_folds[index]), clip.columns, clip.labels)
            for index, clip in enumerate(clips)
            if index in once or clip.collection in recipe.extra_collections
        ]

    def _side_excerpts(self) -> list[Excerpt]:
        labelled, found = self._labelled, []
        progress = self._watch("hearing quadrants")
        for sided, fold in zip(labelled.quadrants, labelled.quadrant_folds, strict=True):
            columns = self._heard(sided.audio)
            labels = np.tile(np.array(sided.signs, np.float32), (len(columns), 1))
            found.append(Excerpt(quadrants.COLLECTION, QUADRANT, fold, columns, labels))
            progress(len(found), len(labelled.quadrants))
        return found

    def _piece_excerpts(self) -> list[Excerpt]:
        labelled, found = self._labelled, []
        progress = self._watch("hearing pieces")
        renderings = [labelled.pieces, *self._again]
        for kind, played in zip((PIECE, *[RENDERING] * len(self._again)), renderings, strict=True):
            for piece, fold in zip(played, labelled.piece_folds, strict=True):
                columns = self._heard(piece.audio)
                labels, agreed = pieces.stretched(piece, len(columns)), piece.split_half_r
                found.append(Excerpt(pieces.COLLECTION, kind, fold, columns, labels, agreed))
                progress(len(found), len(renderings) * len(labelled.pieces))
        return found

    def _heard(self, audio: Path) -> Floats:
        """Hear a file by what is kept of it, or anew."""
        kept = (
            self._folder
            / self._ears.name
            / f"{audio.parent.parent.name}-{audio.parent.name}-{audio.stem}.npy"
        )
        if kept.is_file():
            columns: Floats = np.load(kept, allow_pickle=False)
            return columns
        with Song.open(audio) as song:
            columns = heard(song, self._ears, lambda sentence: None)
        files.make_folder(kept.parent)
        with files.whole(kept) as file:
            np.save(file, columns)
        return columns

    @cached_property
    def _describer(self) -> Describer:
        # Nothing that is scored by labels at 2 Hz is looked at, and no label.
        unscored = [
            one.columns
            for one in self._excerpts
            if one.collection != self._recipe.collection and one.kind not in (PIECE, RENDERING)
        ]
        likeness = fitted_likeness(unscored, self._recipe.likeness)
        self._likeness = likeness
        return Describer(likeness)

    @cached_property
    def _described(self) -> list[Described]:
        return self._describer.described(self._excerpts, self._watch("describing"))

    @cached_property
    def _judging(self) -> Judging:
        parts = self._describer.parts([one for one in self._excerpts if one.kind == CLIP])
        return Judging(
            self._described,
            parts,
            Scale.of([one for one in self._described if one.excerpt.kind != RENDERING]),
            self._answers,
            self._recipe.trail,
            self._recipe.collection,
        )

    @cached_property
    def _answers(self) -> list[Answer]:
        """What changes of one cue do to descriptions."""
        settings, extra = self._recipe.trail, self._recipe.extra_collections
        extras = [row.audio for row in self._labelled.rows if row.collection in extra]
        clips = extras[: settings.cue_clips]
        changes = chain(tune_changes(settings.cue_tunes), clip_changes(clips))
        total = len(CUES) * settings.cue_tunes + len(LEARNT_EDITS) * len(clips)
        progress = self._watch("cues")
        found = []
        for change in changes:
            before = None if change.before is None else self._heard_samples(change.before)
            after = self._heard_samples(change.after)
            found.append(self._describer.answer(change.dimension, before, after))
            progress(len(found), total)
        return found

    def _heard_samples(self, samples: Samples) -> Floats:
        return heard(SampledSong.of(samples, RATE_HZ), self._ears, lambda sentence: None)

    def _fitted(self, without: Collection[int]) -> "_Fit":
        starts = (self._recipe.trail.valence, self._recipe.trail.arousal)
        chosen = [self._judging.chosen(index, start, without) for index, start in enumerate(starts)]
        lines = [self._judging.line(index, one, without) for index, one in enumerate(chosen)]
        known = [
            self._judging.known(index, one, without, self._recipe.trail.known)
            for index, one in enumerate(chosen)
        ]
        return _Fit(chosen, lines, known)

    def _errors(self, fold: int, fit: "_Fit") -> "_Errors":
        """Let a fit estimate what it was not fitted on, and tell how it errs."""
        parts: list[list[Values]] = [[], [], [], []]
        judging = self._judging
        for one in self._described:
            if one.excerpt.fold != fold or one.excerpt.kind in (QUADRANT, RENDERING):
                continue
            shared = min(len(one.description), len(one.excerpt.labels))
            start = _settled(one)
            labels = one.excerpt.labels[start:shared].astype(np.float64)
            known = ~np.isnan(labels).any(axis=1)
            features = judging.scale(one.description[start:shared])[known].astype(np.float64)
            little = one.little[start:shared][known].astype(np.float64)
            values = np.stack([line(features) for line in fit.lines], axis=1)
            leverage = np.stack(
                [
                    _leverage(features * judging.scales(chosen), directions, chosen.penalty)
                    for chosen, directions in zip(fit.chosen, fit.known, strict=True)
                ],
                axis=1,
            )
            kind = np.full(len(values), one.excerpt.kind == PIECE)
            for part, found in zip(
                parts, (labels[known] - values, leverage, little, kind), strict=True
            ):
                part.append(found)
        return _Errors(*(np.concatenate(part) for part in parts))

    def _network(self, fit: "_Fit", errs: Sequence["_Errors"]) -> Trail:
        judging = self._judging
        judgements = [
            Judgement(
                line.weights,
                line.constant,
                judging.scales(chosen),
                known,
                chosen.penalty,
                _shares(errs, index),
            )
            for index, (chosen, line, known) in enumerate(
                zip(fit.chosen, fit.lines, fit.known, strict=True)
            )
        ]
        scale = judging.scale
        network = Trail(self._likeness, scale.centre, scale.spread, (judgements[0], judgements[1]))
        return network.eval()

    def _exported(self, network: Trail) -> Exported:
        clips = [one for one in self._excerpts if one.collection == self._recipe.collection]
        windows = np.concatenate(
            [evaluate.cut_windows(one.columns, WINDOW_COLUMNS).astype(np.float32) for one in clips]
        )
        data, parity = export.export(network, windows, ("values", "features"))
        return Exported(
            onnx=export.halved_where_exact(trail_parts.explained(data)),
            parity=parity,
            features=trail_listener.FEATURES,
            listener=self._listener,
            halo_columns=trail_listener.HALO_COLUMNS,
            parts=trail_parts.PARTS,
            measures=trail_parts.MEASURES,
        )

    def _installed(self, fold: int, fit: "_Fit", errs: Sequence["_Errors"]) -> Estimator:
        """Write a fold's model into the run folder, and load it as the program does."""
        folder = self._folder / f"fold_{fold + 1}"
        files.make_folder(folder)
        recipe = structs.replace(self._recipe, path=folder / "recipe.toml")
        contents = export.model_files(
            recipe,
            self._exported(self._network(fit, errs)),
            encoders.front_ends(),
            WINDOW_COLUMNS,
            f"without fold {fold + 1}",
        )
        export.write(contents)
        return Estimator(folder)

    def _scores(self, models: Sequence[Estimator]) -> Folded:
        """Score the folds' models on music that moves, and on quadrants."""
        labelled, count = self._labelled, len(models)
        folds, answers = [], []
        progress = self._watch("spliced pieces and joins")
        for index, model in enumerate(models):
            fold = Fold(
                _of_fold(labelled.rows, self._clip_folds, index),
                _of_fold(labelled.pieces, labelled.piece_folds, index),
                _of_fold(labelled.quadrants, labelled.quadrant_folds, index),
            )
            track = by_program(model)
            answers.append(
                Said(
                    followed(track, fold, self._recipe.collection),
                    joined(track, fold, count),
                    self._tracks(PIECE, index, model),
                    self._tracks(QUADRANT, index, model),
                )
            )
            folds.append(fold)
            progress(index + 1, count)
        return folded(folds, answers)

    def _tracks(self, kind: str, fold: int, model: Estimator) -> list[Values]:
        return [
            evaluate.track_of(model, one.columns, WINDOW_COLUMNS)
            for one in self._excerpts
            if one.kind == kind and one.fold == fold
        ]

    def _systems(self, models: Sequence[Estimator]) -> dict[str, dict[str, Figures]]:
        """Score the folds' models on clips, beside the mean of the labels they were fitted on."""
        clips, collection = self._clips, self._recipe.collection
        fold_of = self._clip_folds
        scored = evaluate.benchmark(clips, collection)
        own, constant, means = [], [], []
        for index in scored:
            clip, fold = clips[index], fold_of[index]
            own.append(evaluate.track_of(models[fold], clip.columns, WINDOW_COLUMNS))
            learnt = [clips[i].labels for i in scored if fold_of[i] != fold]
            means.append(np.nanmean(np.concatenate(learnt), axis=0))
            constant.append(np.tile(means[-1].astype(np.float64), (len(clip.columns), 1)))
        return {
            name: evaluate.figures(tracks, [clips[index] for index in scored], np.stack(means))
            for name, tracks in (("constant", constant), (self._recipe.name, own))
        }

    def _left_out(self, final: "_Fit") -> trail_card.LeftOut:
        """Score what was learnt from other collections alone, by the settings of the final fit."""
        labelled, clips = self._labelled, self._clips
        scored = self._recipe.collection
        found = left_out(self._judging, self._described, final.chosen, scored)
        asked = [clips[index] for index in evaluate.benchmark(clips, scored)]
        learnt = [
            clip.labels for clip in clips if clip.collection in self._recipe.extra_collections
        ]
        mean = np.nanmean(np.concatenate(learnt), axis=0)
        within = [
            motion_r(track, pieces.stretched(piece, len(track)))
            for track, piece in zip(found.pieces, labelled.pieces, strict=True)
        ]
        return trail_card.LeftOut(
            quadrants_of(
                np.array([track.mean(axis=0) for track in found.quadrants]), labelled.quadrants
            ),
            evaluate.figures(found.clips, asked, np.tile(mean, (len(asked), 1))),
            motions(np.array(within), labelled.pieces),
        )

    def _files(
        self,
        final: "_Fit",
        errs: Sequence["_Errors"],
        systems: Mapping[str, Mapping[str, Figures]],
        scores: Folded,
    ) -> dict[Path, bytes]:
        exported = self._exported(self._network(final, errs))
        made = export.model_files(
            self._recipe, exported, encoders.front_ends(), WINDOW_COLUMNS, self._recipe.title
        )
        track = by_program(self._final(made))
        asked = directions.directions(track, directions.TUNES, self._watch("synthesised tunes"))
        account = trail_card.Account(
            recipe=self._recipe,
            counts=self._counts(),
            renderings=1 + len(self._again),
            systems=systems,
            scores=scores,
            left_out=self._left_out(final),
            directions=asked,
            edited=self._edited(track),
            exported=exported,
            chosen={
                name: structs.asdict(one)
                for name, one in zip(DIMENSIONS, final.chosen, strict=True)
            },
            shares={name: _shares(errs, index) for index, name in enumerate(DIMENSIONS)},
            encoder=self._encoder.scores(),
            probes=probed(made),
        )
        folder = self._recipe.path.resolve().parent
        contents = export.model_files(
            self._recipe, exported, encoders.front_ends(), WINDOW_COLUMNS, account.summary()
        )
        results = json.dumps(account.results(), indent=1) + "\n"
        contents[folder / "results.json"] = results.encode()
        contents[folder / "CARD.md"] = account.markdown().encode()
        return contents

    def _final(self, made: Mapping[Path, bytes]) -> Estimator:
        """Load the final model as the program does."""
        folder = self._folder / "final"
        files.make_folder(folder)
        export.write({folder / path.name: data for path, data in made.items()})
        return Estimator(folder)

    def _edited(self, track: Samples2Track) -> dict[str, directions.Direction]:
        rows = self._labelled.rows
        scored = evaluate.benchmark(rows, self._recipe.collection)
        every = max(1, len(scored) // directions.CLIPS)
        chosen = [rows[index] for index in scored[::every][: directions.CLIPS]]
        return directions.edited(track, chosen, self._watch("edited clips"))

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in self._excerpts:
            if one.kind == RENDERING:
                continue
            counts[one.collection] = counts.get(one.collection, 0) + 1
        return counts


@dataclass(frozen=True)
class _Fit:
    """What was chosen for valence and arousal, their lines, and what is familiar."""

    chosen: Sequence[JudgingSettings]
    lines: Sequence[Line]
    known: Sequence[Values]


@dataclass(frozen=True)
class _Errors:
    """Of every labelled half-second of one fold: (n, 2) error and leverage, (n,) the rest."""

    error: Values
    leverage: Values
    little: Values
    is_piece: Values


def _of_fold(every: Sequence[Any], folds_of: Sequence[int], fold: int) -> list[Any]:
    return [one for one, own in zip(every, folds_of, strict=True) if own == fold]


def _leverage(scaled: Values, known: Values, penalty: float) -> Values:
    """Give the leverage (n,) of scaled features (n, features)."""
    leverage: Values = (scaled**2).sum(axis=1) / penalty - ((scaled @ known.T) ** 2).sum(axis=1)
    return np.maximum(leverage, 0.0)


def _settled(one: Described) -> int:
    """Give from which half-second on labels of an excerpt count."""
    return round(pieces.SETTLED_S * 2) if one.excerpt.kind == PIECE else 0


def _shares(errs: Sequence[_Errors], dimension: int) -> tuple[float, float, float]:
    error, leverage, little, is_piece = (
        np.concatenate([getattr(one, name) for one in errs])
        for name in ("error", "leverage", "little", "is_piece")
    )
    # Both collections count alike, however many half-seconds they have.
    weights = np.where(is_piece, 1.0 / max(1, is_piece.sum()), 1.0 / max(1, (~is_piece).sum()))
    floor, strangeness, turning = likeliest(
        [leverage[:, dimension], little], error[:, dimension], weights
    )
    return floor, strangeness, turning
