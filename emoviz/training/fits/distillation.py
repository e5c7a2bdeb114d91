"""Distillation: a small model learns what a large one says, where labels are few.

Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural network". The large model, the
teacher, is fitted anew for each fold without that fold's songs, so the small one, the student,
never learns of them either.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from emoviz.training.data.dataset import DIMENSIONS, Clip, Floats
from emoviz.training.fits.listening_model import LinearMaker
from emoviz.training.recipe import LinearRecipe


class Teacher:
    """The large model as a source of labels.

    `heard` are the clips as the teacher hears them, in the same order as the student's.
    """

    def __init__(
        self, recipe: LinearRecipe, heard: Sequence[Clip], music: Sequence[Clip], share: float
    ) -> None:
        """Take all clips; `share` is the teacher's in a label, the rest is the listeners'."""
        self._maker = LinearMaker(recipe, heard)
        self._clips = self._maker.heard(heard)
        self._music = self._maker.heard(music)
        self._collection, self._share = recipe.collection, share

    def taught(
        self,
        learnt: Sequence[int],
        shown: Sequence[int],
        students: Sequence[Clip],
        students_music: Sequence[Clip],
    ) -> list[Clip]:
        """Label the student's clips `shown` and its music, by a teacher that learnt from `learnt`.

        Both name clips by index into `students`. Labels of other collections stay on their own
        scale.
        """
        fitted = self._maker.fit([self._clips[index] for index in learnt], [], "teacher")
        said = fitted.values([self._clips[index] for index in shown])
        clips = [students[index] for index in shown]
        own = [clip.collection == self._collection for clip in clips]
        scaled = _on_scale_of_labels(said, clips, own)
        mixed = [
            replace(clip, labels=_mixed(clip.labels, values, self._share))
            for clip, values in zip(clips, scaled, strict=True)
        ]
        music = [
            replace(clip, labels=values, collection=self._collection)
            for clip, values in zip(students_music, fitted.values(self._music), strict=True)
        ]
        return mixed + music


def _on_scale_of_labels(
    said: Sequence[Floats], clips: Sequence[Clip], own: Sequence[bool]
) -> list[Floats]:
    """Put what the teacher says of other collections' clips on the scale of their labels."""
    scaled = list(said)
    others = [index for index, is_own in enumerate(own) if not is_own]
    if not others:
        return scaled
    labels = np.concatenate([clips[index].labels for index in others])
    values = np.concatenate([said[index] for index in others])
    known = ~np.isnan(labels).any(axis=1)
    for index in others:
        scaled[index] = scaled[index].copy()
    for dimension in range(len(DIMENSIONS)):
        gain, offset = np.polyfit(values[known, dimension], labels[known, dimension], 1)
        for index in others:
            scaled[index][:, dimension] = gain * said[index][:, dimension] + offset
    return scaled


def _mixed(labels: Floats, values: Floats, share: float) -> Floats:
    """Mix labels and what the teacher says; where nobody labelled, the teacher alone counts."""
    mixed: Floats = np.where(np.isnan(labels), values, share * values + (1.0 - share) * labels)
    return mixed
