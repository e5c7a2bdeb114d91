"""What each lane shows of a measured song: its texts, and how high its curve lies where."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emoviz.hearing.measures.key import Key
from emoviz.hearing.measures.measured import Measured

Floats = npt.NDArray[np.float64]

_UNKNOWN = "–"
_LEAST_RANGE_LU = 12.0
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 8000.0
_LEAST_ONSETS = 8.0
_SLOWEST_BPM, _FASTEST_BPM = 40.0, 220.0


@dataclass(frozen=True)
class Lane:
    """A lane: its name, what there is to say of all of the song, and of one half-second.

    `curve` gives heights of 0 to 1 (n,), NaN where there is nothing; a lane without is one of
    blocks of keys.
    """

    name: str
    overall: Callable[[Measured], str]
    at: Callable[[Measured, int], str]
    curve: Callable[[Measured], Floats] | None
    is_filled: bool = True


def _loudness(song: Measured) -> Floats:
    known = song.loudness_lufs[~np.isnan(song.loudness_lufs)]
    if not len(known):
        return song.loudness_lufs
    top = float(known.max())
    # What is soft throughout a song is not made to look as if it came and went.
    bottom = min(float(np.percentile(known, 1)) - 1.0, top - _LEAST_RANGE_LU)
    return _between(song.loudness_lufs, bottom, top)


def _brightness(song: Measured) -> Floats:
    return _between(np.log(song.brightness_hz), np.log(_LOWEST_HZ), np.log(_HIGHEST_HZ))


def _onsets(song: Measured) -> Floats:
    most = float(np.nanmax(song.onsets_per_s, initial=_LEAST_ONSETS))
    return _between(song.onsets_per_s, 0.0, most)


def _tempo(song: Measured) -> Floats:
    return _between(np.log(song.tempos_bpm), np.log(_SLOWEST_BPM), np.log(_FASTEST_BPM))


def _between(values: Floats, bottom: float, top: float) -> Floats:
    heights: Floats = np.clip((values - bottom) / (top - bottom), 0.0, 1.0)
    return heights


def _lufs(value: float | None) -> str:
    return _text(value, lambda known: f"{known:.1f} LUFS".replace("-", "−"))


def _hz(value: float | None) -> str:
    return _text(
        value, lambda known: f"{known / 1000:.1f} kHz" if known >= 1000 else f"{known:.0f} Hz"
    )


def _per_s(value: float | None) -> str:
    return _text(value, lambda known: f"{known:.1f} / s")


def _bpm(value: float | None) -> str:
    return _text(value, lambda known: f"{known:.0f} BPM")


def _text(value: float | None, written: Callable[[float], str]) -> str:
    return _UNKNOWN if value is None or np.isnan(value) else written(value)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def key_text(number: int) -> str:
    """Name a key by its number, -1 being none."""
    return _UNKNOWN if number < 0 else str(Key.numbered(number))


LANES = (
    Lane(
        "loudness",
        lambda song: _lufs(song.integrated_lufs),
        lambda song, index: _lufs(float(song.loudness_lufs[index])),
        _loudness,
    ),
    Lane(
        "brightness",
        lambda song: _hz(_mean(song.brightness_hz)),
        lambda song, index: _hz(float(song.brightness_hz[index])),
        _brightness,
    ),
    Lane(
        "onsets",
        lambda song: _per_s(_mean(song.onsets_per_s)),
        lambda song, index: _per_s(float(song.onsets_per_s[index])),
        _onsets,
    ),
    Lane(
        "tempo",
        lambda song: _bpm(song.tempo_bpm),
        lambda song, index: _bpm(float(song.tempos_bpm[index])),
        _tempo,
        is_filled=False,
    ),
    Lane(
        "key",
        lambda song: _UNKNOWN if song.key is None else str(song.key),
        lambda song, index: key_text(int(song.keys[index])),
        None,
    ),
)
"""From top to bottom."""
