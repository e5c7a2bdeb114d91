"""Clips of music that are labelled by quadrant only, as the 4Q Audio Emotion Dataset is.

Panda, Malheiro, Paiva 2018, "Novel audio features for music emotion recognition", IEEE Transactions
on Affective Computing. The folder holds `clips.csv` (`id`, `quadrant`: 1 positive valence and high
arousal, 2 negative and high, 3 negative and low, 4 positive and low) and `audio/<id>.ogg`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.tracks.label_tables import integer, read_csv

COLLECTION = "4q"
"""What its clips are called among those of other collections."""

SIGNS = {1: (1, 1), 2: (-1, 1), 3: (-1, -1), 4: (1, -1)}
"""Sign of valence and of arousal in each quadrant."""

TABLE, COLUMNS = "clips.csv", ("id", "quadrant")


@dataclass(frozen=True)
class QuadrantClip:
    """A clip, whose audio is there, and its quadrant, 1 to 4."""

    audio: Path
    quadrant: int

    @property
    def signs(self) -> tuple[int, int]:
        """Sign of valence and of arousal."""
        return SIGNS[self.quadrant]


def read_quadrants(folder: Path) -> list[QuadrantClip]:
    """Read the table of a folder, without decoding any audio.

    Raises `errors.TableError` for a table that is none, and `errors.DataError` for a clip that is
    not there, is named twice, or whose quadrant is none.
    """
    table = folder / TABLE
    found: dict[str, QuadrantClip] = {}
    for row in read_csv(table, COLUMNS):
        name, quadrant = row["id"], integer(table, row["quadrant"])
        if quadrant not in SIGNS:
            raise errors.DataError(table, f"the quadrant {quadrant} of {name} is not 1, 2, 3 or 4")
        if name in found:
            raise errors.DataError(table, f"it names {name} twice; keep one")
        audio = folder / "audio" / f"{name}.ogg"
        if not audio.is_file():
            raise errors.DataError(audio, f"{table.name} names this clip and it is not there")
        found[name] = QuadrantClip(audio, quadrant)
    if not found:
        raise errors.DataError(table, "it lists no clips")
    return list(found.values())


def quadrant_folds(count: int, folds: int) -> npt.NDArray[np.int64]:
    """Draw the fold of each of `count` clips, 0 to `folds` - 1: their artists are not known."""
    return np.random.default_rng(count).permutation(count) % folds
