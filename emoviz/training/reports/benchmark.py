"""Every system of the field beside the project's models: same songs, same splits, one table.

A collection that comes with an evaluation set is learnt and tested as its authors split it, any
other in folds by artist. So the paper's Tables 2 and 3 come from its data set, emoMusic. What has
learnt without a fold is also asked about its clips in a row, and about that fold of the collections
whose music moves.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from emoviz.training import export
from emoviz.training.data import pieces, quadrants
from emoviz.training.data.dataset import Clip, ClipRow, Ears, Floats, paper_ears
from emoviz.training.data.pieces import Piece
from emoviz.training.data.quadrants import QuadrantClip
from emoviz.training.data.sounds import decoded
from emoviz.training.fits import curves
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.doubt import Shares
from emoviz.training.fits.recipe_fit import Fitting
from emoviz.training.recipe import TrailRecipe
from emoviz.training.reports import kept
from emoviz.training.reports.kept import Kept
from emoviz.training.reports.splits import Split, splits, stretches
from emoviz.training.reports.trained import Outcome, trained
from emoviz.training.scores import baselines, evaluate
from emoviz.training.scores.baselines import Doubles
from emoviz.training.scores.folded import File2Values, Fold, folded, said
from emoviz.training.scores.listeners import Samples2Track
from emoviz.training.systems.listening import SystemTracker, listen, unlabelled
from emoviz.training.systems.system import Note, System
from emoviz.units import Samples

FOLDS = 5

Watch: TypeAlias = Callable[[str, str], None]
"""Takes the names of a system and of the split that it begins with."""


@dataclass(frozen=True)
class Learnt:
    """What has learnt without a split's clips.

    `clips` is what it says of their labelled stretch, (clips, columns, 2); `track` and `of_file`
    say of any sound and of any file.
    """

    clips: Doubles
    track: Samples2Track
    of_file: File2Values


@dataclass(frozen=True)
class Songs:
    """All that systems are asked about.

    `clips` are all clips of a folder as the paper's ears hear them, `rows` the same in the same
    order before they are heard; collections that are not there are empty.
    """

    clips: Sequence[Clip]
    rows: Sequence[ClipRow]
    pieces: Sequence[Piece] = ()
    quadrants: Sequence[QuadrantClip] = ()


class Benchmark:
    """Systems on the splits of one data folder, beside each other.

    The run folder keeps what each system said of each split, so a kill costs one fit. After a
    change to a system its files there have to be deleted.
    """

    def __init__(self, songs: Songs, collection: str, runs: Path, watch: Watch) -> None:
        """Compare on the songs of `collection`.

        Raises `errors.TrainingError` if the collection cannot be split.
        """
        self.protocol, self._splits = splits(songs.clips, collection, FOLDS)
        self._folds = _folds(songs, self._splits)
        self._asked = [index for split in self._splits for index in split.test]
        self._collection = songs.clips[self._asked[0]].collection
        parts = sorted({index for split in self._splits for index in (*split.train, *split.test)})
        found = stretches([songs.clips[index] for index in parts])
        self._stretch = dict(zip(parts, found, strict=True))
        self._clips = {
            index: _cut(songs.clips[index], part) for index, part in self._stretch.items()
        }
        self._tracker = SystemTracker(paper_ears(), found[0].stop - found[0].start)
        self._watch = watch
        self._counts = {
            self._collection: len(self._asked),
            pieces.COLLECTION: len(songs.pieces),
            quadrants.COLLECTION: len(songs.quadrants),
        }
        self.folder = runs / f"compare-{self._fingerprint(songs)}"

    def outcome(self, system: System) -> Outcome:
        """Let a system of the field learn and be asked, split by split.

        Raises `errors.TrainingError` if a file of the folder is damaged, `errors.OutputError`, and
        as `data.sounds.decoded`.
        """
        return self._outcome(system.name, _slug(system.name), partial(self._learnt, system))

    def model_outcome(self, fitting: Fitting, ears: Ears) -> Outcome:
        """Score a model of the project, fitted for each split on what it may learn from.

        It hears with `ears`, and whole clips: what it says of their labelled stretch counts. Raises
        as `outcome`.
        """
        return self._outcome(
            fitting.name,
            fitting.identity,
            lambda split, note: self._fitted(fitting, ears, split),
        )

    def trained_outcome(self, recipe: TrailRecipe) -> Outcome | None:
        """Give how good a model is that is scored on these folds where it is trained.

        None if that is on other splits. Raises `errors.TrainingError` if it has not been trained,
        or on other songs.
        """
        if (recipe.collection, recipe.folds) != (self._collection, len(self._splits)):
            return None
        return trained(recipe, {name: count for name, count in self._counts.items() if count})

    def _outcome(
        self, name: str, folder_name: str, learn: Callable[[Split, Note], Learnt]
    ) -> Outcome:
        folder = self.folder / folder_name
        every: list[Kept] = []
        for split, fold in zip(self._splits, self._folds, strict=True):
            self._watch(name, split.name)
            path = folder / f"{_slug(split.name)}.npz"
            if not path.is_file():
                kept.store(path, self._asked_anew(split, fold, learn))
            every.append(kept.load(path))
        found = {
            f"{split.name}, {part}": curve
            for split, one in zip(self._splits, every, strict=True)
            for part, curve in one.curves.items()
        }
        curves.write(found, folder)
        tracks = [track for one in every for track in one.clips]
        clips = [self._clips[index] for index in self._asked]
        return Outcome(
            evaluate.figures(tracks, clips, self._means()),
            folded(self._folds, [one.said for one in every]),
        )

    def _asked_anew(self, split: Split, fold: Fold, learn: Callable[[Split, Note], Learnt]) -> Kept:
        learning: dict[str, Curve] = {}

        def note(part: str, curve: Curve) -> None:
            learning[part] = curve

        one, folds = learn(split, note), len(self._folds)
        answers = said(one.track, one.of_file, fold, self._collection, folds)
        return Kept(one.clips, answers, learning)

    def _learnt(self, system: System, split: Split, note: Note) -> Learnt:
        train, test = ([self._clips[index] for index in part] for part in (split.train, split.test))
        ask = system.learn(train, test, note)
        return Learnt(np.stack(ask(test)), self._tracker.of(ask), self._tracker.of_files(ask))

    def _fitted(self, fitting: Fitting, ears: Ears, split: Split) -> Learnt:
        fitted, maker = fitting.without(split.test, f"without {split.name}"), fitting.maker
        # Deviations are not compared, so any will do.
        estimate = partial(export.estimates, fitted.network([Shares(1.0, 0.0, 0.0)] * 2))

        def values(columns: Floats) -> Doubles:
            return evaluate.track_of(estimate, columns, maker.window_columns)[:, :2]

        def track(samples: Samples) -> Doubles:
            (clip,) = maker.heard([unlabelled(listen(samples, ears))])
            return values(clip.columns)

        of_clips = [
            values(fitting.clips[index].columns)[self._stretch[index]] for index in split.test
        ]
        return Learnt(np.stack(of_clips), track, lambda audio: track(decoded(audio)))

    def _means(self) -> Floats:
        """Give the mean label of what was learnt from, for each clip that is asked about."""
        means: list[Floats] = []
        for split in self._splits:
            mean = baselines.mean_labels([self._clips[index] for index in split.train])
            means += [mean] * len(split.test)
        return np.stack(means)

    def _fingerprint(self, songs: Songs) -> str:
        digest = hashlib.sha256(self.protocol.encode())
        for clip in self._clips.values():
            digest.update(clip.columns.tobytes())
            digest.update(clip.labels.tobytes())
        audio = [one.audio for one in songs.pieces] + [one.audio for one in songs.quadrants]
        for path in audio:
            digest.update(repr((path.name, path.stat().st_size)).encode())
        digest.update(bytes(one.quadrant for one in songs.quadrants))
        return digest.hexdigest()[:16]


def _folds(songs: Songs, found: Sequence[Split]) -> list[Fold]:
    """Give what each split leaves out: its clips, some series of pieces, some other clips."""
    count = len(found)
    piece_folds = pieces.series_folds(list(songs.pieces), count)
    quadrant_folds = quadrants.quadrant_folds(len(songs.quadrants), count)
    return [
        Fold(
            [songs.rows[index] for index in split.test],
            [one for one, own in zip(songs.pieces, piece_folds, strict=True) if own == fold],
            [one for one, own in zip(songs.quadrants, quadrant_folds, strict=True) if own == fold],
        )
        for fold, split in enumerate(found)
    ]


def _cut(clip: Clip, part: slice) -> Clip:
    return replace(
        clip, columns=clip.columns[part], labels=clip.labels[part], label_sd=clip.label_sd[part]
    )


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)
