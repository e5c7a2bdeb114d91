"""What lines say of a collection that they learnt nothing from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emoviz.training.fits.excerpts import CLIP, PIECE, QUADRANT, Described
from emoviz.training.fits.judging_fit import ALL_BUT_EXTRA, PIECES, SIDES, Judging
from emoviz.training.recipe import JudgingSettings
from emoviz.units import Values


@dataclass(frozen=True)
class LeftOut:
    """Tracks (columns, 2), in the order of what was described.

    Of `quadrants` by what else there is, of scored `clips` by the extra clips alone, of `pieces`
    by what else there is.
    """

    quadrants: Sequence[Values]
    clips: Sequence[Values]
    pieces: Sequence[Values]


def left_out(
    judging: Judging,
    described: Sequence[Described],
    settings: Sequence[JudgingSettings],
    scored: str,
) -> LeftOut:
    """Track by the settings of each dimension; `scored` is the collection of the scored clips."""

    def tracks(kind: str, unlearnt: Sequence[str]) -> list[Values]:
        lines = [judging.line(index, one, (), unlearnt) for index, one in enumerate(settings)]
        found = []
        for one in described:
            if one.excerpt.kind != kind or (kind == CLIP and one.excerpt.collection != scored):
                continue
            features = judging.scale(one.description).astype(np.float64)
            values = np.stack([line(features) for line in lines], axis=1)
            found.append(values.clip(-1.0, 1.0))
        return found

    return LeftOut(tracks(QUADRANT, SIDES), tracks(CLIP, ALL_BUT_EXTRA), tracks(PIECE, PIECES))
