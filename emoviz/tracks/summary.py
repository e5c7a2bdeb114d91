"""What there is to say of a whole track in a row of a table."""

from typing import TypedDict

import numpy as np
import numpy.typing as npt

from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import said_of_song
from emoviz.units import COLUMN_S, Values


class Summary(TypedDict):
    """What there is to say of a track; of a silent song numbers are NaN and the words are "".

    Means and spreads (standard deviations in time) are on the scale of valence and arousal,
    [-1, 1]; times are in seconds.
    """

    song_title: str
    model: str
    duration_s: float
    """How long the track is: half a second for each value"""
    known_s: float
    """How much of it is not silent"""
    valence_mean: float
    arousal_mean: float
    valence_spread: float
    arousal_spread: float
    most_positive_s: float
    """The end of the half-second of highest valence, the first of them"""
    most_excited_s: float
    """The end of the half-second of highest arousal, the first of them"""
    word: str
    """Russell's word that is nearest to the means, or "neutral\""""
    said: str
    """What may be said of all of it, by the deviations and by how far it moves"""


def summary_of(
    times_s: npt.NDArray[np.float64], values: Values, song_title: str, model: str
) -> Summary:
    """Sum up a track: its times (n,) and values (n, 2) or (n, 4), NaN where unknown."""
    is_known = ~np.isnan(values[:, :2]).any(axis=1)
    known = values[is_known, :2] if is_known.any() else np.full((1, 2), np.nan)
    known_s = times_s[is_known] if is_known.any() else np.full(1, np.nan)
    (valence, arousal), (valence_spread, arousal_spread) = known.mean(axis=0), known.std(axis=0)
    most_positive_s, most_excited_s = known_s[known.argmax(axis=0)]
    return Summary(
        song_title=song_title,
        model=model,
        duration_s=len(values) * COLUMN_S,
        known_s=int(is_known.sum()) * COLUMN_S,
        valence_mean=float(valence),
        arousal_mean=float(arousal),
        valence_spread=float(valence_spread),
        arousal_spread=float(arousal_spread),
        most_positive_s=float(most_positive_s),
        most_excited_s=float(most_excited_s),
        word=Circumplex.russell().word_at(float(valence), float(arousal)),
        said=said_of_song(values, Circumplex.music()),
    )
