"""Edits that take a cause away: a sound as loud, bright or smooth as another, or in its mode."""

from pathlib import Path

import numpy as np

from build_scripts.data.render_pieces import played
from emoviz.hearing.measures.key import key_of
from emoviz.training.data.midi import moved, pitch_classes
from emoviz.units import Samples

RATE_HZ = 22050

_FRAME, _HOP = 1024, 256
_SLOWEST_DB, _STEPS = 0.05, 7
_FASTEST_DB = 40.0
_BANDS = 32
_MOST_DB = 24.0
_LEAST_POWER = 1e-6
_THIRD, _SIXTH = 3, 8


def louder(sound: Samples, change_db: float) -> Samples:
    """Make a sound louder by so many decibels."""
    return (sound * 10.0 ** (change_db / 20.0)).astype(np.float32)


def equalised(sound: Samples, other: Samples) -> Samples:
    """Give a sound the spectrum of another, band by band on the mel scale; it stays as loud."""
    change_db = _bands_db(_levels(other)) - _bands_db(_levels(sound))
    change_db = np.clip(change_db - change_db.mean(), -_MOST_DB, _MOST_DB)
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1.0 / RATE_HZ)
    gain = 10.0 ** (np.interp(_mel(hz), _band_middles(), change_db) / 20.0)
    return _as_loud(np.fft.irfft(spectrum * gain, len(sound)), sound)


def smoother(sound: Samples, other: Samples) -> Samples:
    """Take of a sound's onsets until it rises no more than `other` does; it stays as loud.

    No frequency rises by more than so many decibels from one frame to the next; how many is found
    by halving.
    """
    spectrum = _spectrum(sound)
    level, wanted = np.abs(spectrum), _rises(_levels(other))
    least, most = np.log(_SLOWEST_DB), np.log(_FASTEST_DB)
    for _ in range(_STEPS):
        middle = (least + most) / 2.0
        slow = _slowed(level, float(np.exp(middle)))
        louder_db = float((_bands_db(level) - _bands_db(slow)).mean())
        if _rises(slow * 10.0 ** (louder_db / 20.0)) > wanted:
            most = middle
        else:
            least = middle
    slow = _slowed(level, float(np.exp(least)))
    return _as_loud(_sound(spectrum * (slow / np.maximum(level, 1e-12)), len(sound)), sound)


def rises_more(sound: Samples, other: Samples) -> bool:
    """Tell whether there are more or stronger onsets in a sound than in another."""
    one, two = (_rises(_levels(each)) for each in (sound, other))
    return one > two


def in_the_other_mode(piece: Path) -> bytes:
    """Give a MIDI file with its key's thirds and sixths moved: major to minor, or minor to major.

    Raises `errors.DataError` for a file that is none.
    """
    key = key_of(np.array(pitch_classes(piece), np.float64))
    semitones = [0] * 12
    for degree in (_THIRD, _SIXTH):
        place = key.tonic + degree + key.is_major
        semitones[place % 12] = -1 if key.is_major else 1
    return moved(piece, semitones)


def rendered(midi: bytes, font: Path, into: Path) -> Path:
    """Play a MIDI file by a sound font into a file, if that is not there yet; give it."""
    if not into.exists():
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_bytes(played(midi, font))
    return into


def _spectrum(sound: Samples) -> np.ndarray:
    """Give the short-time spectrum (frames, bins)."""
    padded = np.pad(sound, _FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    spectrum: np.ndarray = np.fft.rfft(frames * _window())
    return spectrum


def _sound(spectrum: np.ndarray, samples: int) -> np.ndarray:
    """Make a sound of a short-time spectrum."""
    frames = np.fft.irfft(spectrum, _FRAME) * _window()
    made, weight = (np.zeros((len(frames) - 1) * _HOP + _FRAME) for _ in range(2))
    for index, frame in enumerate(frames):
        made[index * _HOP : index * _HOP + _FRAME] += frame
        weight[index * _HOP : index * _HOP + _FRAME] += np.square(_window())
    sound: np.ndarray = (made / np.maximum(weight, 1e-6))[_FRAME : _FRAME + samples]
    return np.pad(sound, (0, samples - len(sound)))


def _levels(sound: Samples) -> np.ndarray:
    return np.abs(_spectrum(sound))


def _slowed(level: np.ndarray, rise_db: float) -> np.ndarray:
    most = 10.0 ** (rise_db / 20.0)
    floor = 1e-3 * level.max(axis=0) + 1e-9
    slow = level.copy()
    for frame in range(1, len(level)):
        slow[frame] = np.minimum(level[frame], np.maximum(slow[frame - 1], floor) * most)
    return slow


def _rises(level: np.ndarray) -> float:
    """Give how much all frequencies together rise, of square roots of magnitudes."""
    rises = np.maximum(np.diff(np.sqrt(level), axis=0), 0.0)
    return float(rises.mean())


def _as_loud(made: np.ndarray, sound: Samples) -> Samples:
    """Give it the mean level in decibels of a sound over all bands: the model's loudness."""
    change_db = (_bands_db(_levels(sound)) - _bands_db(_levels(made))).mean()
    return louder(made, float(change_db))


def _bands_db(level: np.ndarray) -> np.ndarray:
    """Give the mean level of each mel band, in decibels, of a short-time spectrum."""
    hz = np.fft.rfftfreq(_FRAME, 1.0 / RATE_HZ)
    band = np.minimum((_mel(hz) * _BANDS).astype(int), _BANDS - 1)
    power = np.stack([np.square(level[:, band == each]).mean(axis=1) for each in range(_BANDS)])
    mean_db: np.ndarray = 10.0 * np.log10(np.maximum(power, _LEAST_POWER)).mean(axis=1)
    return mean_db


def _mel(hz: np.ndarray) -> np.ndarray:
    """Place frequencies on the mel scale, 0 to 1 for the highest there is."""
    mel: np.ndarray = np.log1p(hz / 700.0) / np.log1p(RATE_HZ / 2.0 / 700.0)
    return mel


def _band_middles() -> np.ndarray:
    middles: np.ndarray = (np.arange(_BANDS) + 0.5) / _BANDS
    return middles


def _window() -> np.ndarray:
    window: np.ndarray = np.hanning(_FRAME + 1)[:-1]
    return window
