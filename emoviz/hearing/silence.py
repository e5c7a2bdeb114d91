"""Where a song is silent its track has no values: nothing is no opinion."""

import numpy as np
import numpy.typing as npt

from emoviz.hearing.front_end import FrontEnd

SILENT_DB = -65.0
"""Highest mel level of silence, in the paper's front end: above what dither makes of it (-69 dB),
below a tone of one step of 16 bits (-60 dB)."""

_HEARD_DB = -55.0
_HEARD_FROM = 0.5
_PAPER_FRAME_LENGTH = 1323
_REST_COLUMNS = 4
_FADE_COLUMNS = 3
_REACH_COLUMNS = _REST_COLUMNS + _FADE_COLUMNS
"""How far a level shows in the audibility of its neighbours."""

Values = npt.NDArray[np.float64]


def loudest_db(mel_db: npt.NDArray[np.float32], front_end: FrontEnd) -> Values:
    """Give the highest mel level of each half-second, (columns,), of frames (columns, …, bands).

    In decibels as the paper's front end measures a tone: a longer frame collects more power. The
    lowest band is left out: what it hears is rumble.
    """
    longer_db = 20.0 * np.log10(front_end.frame_length / _PAPER_FRAME_LENGTH)
    levels: Values = mel_db[:, :, 1:].max(axis=(1, 2)).astype(np.float64) - longer_db
    return levels


def audibility(levels_db: npt.NDArray[np.floating]) -> Values:
    """Give how far each half-second is music and not silence, (columns,) from 0 to 1.

    `levels_db` has shape (columns,), from `loudest_db`. Rests of up to
    two seconds are part of the music; longer silence fades in and out over a second and a half.
    """
    heard = np.clip((levels_db - SILENT_DB) / (_HEARD_DB - SILENT_DB), 0.0, 1.0)
    # The louder side of a rest reaches over it; then what was grown is taken back, so that only
    # rests are filled.
    filled = -_highest(-_highest(heard, _REST_COLUMNS // 2), _REST_COLUMNS // 2)
    width = 2 * _FADE_COLUMNS + 1
    padded = np.pad(filled, _FADE_COLUMNS, mode="edge")
    weights = np.hanning(width + 2)[1:-1]
    faded: Values = np.convolve(padded, weights / weights.sum(), mode="valid")
    return np.minimum(faded, _highest(heard, _REST_COLUMNS // 2))


class Audibility:
    """The audibility of a song whose levels keep coming; `weights` is that of all so far.

    Only what new levels can change is computed anew: a song of hours comes in thousands of parts.
    """

    def __init__(self) -> None:
        self._levels_db = np.zeros(0)
        self.weights: Values = np.zeros(0)

    def append(self, levels_db: npt.NDArray[np.floating]) -> None:
        """Take the levels that follow, (columns,)."""
        self._levels_db = np.concatenate([self._levels_db, levels_db])
        kept = max(0, len(self.weights) - _REACH_COLUMNS)
        seen = max(0, kept - _REACH_COLUMNS)
        anew = audibility(self._levels_db[seen:])[kept - seen :]
        self.weights = np.concatenate([self.weights[:kept], anew])


def is_silent(weights: Values) -> npt.NDArray[np.bool_]:
    """Tell of which half-seconds, (columns,), nothing can be said, from their audibility."""
    silent: npt.NDArray[np.bool_] = weights < _HEARD_FROM
    return silent


def with_silence_missing(values: Values, silent: npt.NDArray[np.bool_]) -> Values:
    """Give values (columns, outputs) with NaN, deviations too, where it is silent, (columns,)."""
    return np.where(silent[:, None], np.nan, values)


def _highest(levels: Values, reach: int) -> Values:
    padded = np.pad(levels, reach, mode="edge")
    found: Values = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return found
