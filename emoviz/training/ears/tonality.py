"""Tonality: which pitch classes, intervals and chords sound, from the level of each semitone.

A mel spectrogram is too coarse for chords, and whether music is major or minor, consonant or
rough, says much about its valence (Gabrielsson and Lindström 2010, "The role of structure in the
musical expression of emotions").
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.hearing.front_end import FrontEnd
from emoviz.units import COLUMN_S

LOWEST_MIDI, PITCHES = 36, 67
FRAMES_PER_COLUMN = 4
FEATURES = 12 + 7 + 7 + 12 + 12 + 1 + 1

_FRAME_S = 0.256
_CLASSES, _INTERVALS = 12, 7
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_NEIGHBOURS = 13
_DECIBELS_SCALE = 10.0


def pitch_front_end(sample_rate_hz: int, frame_length: int | None = None) -> FrontEnd:
    """Give a front end whose bands are the semitones from C2 to F#7, in long frames.

    `frame_length` in samples is a quarter of a second unless it is given.
    """
    frame_length = frame_length or 2 * round(_FRAME_S * sample_rate_hz / 2)
    bins_hz = np.arange(frame_length // 2 + 1) * sample_rate_hz / frame_length
    filters = np.zeros((PITCHES, len(bins_hz)))
    for pitch in range(PITCHES):
        below_hz, centre_hz, above_hz = (
            440.0 * 2.0 ** ((LOWEST_MIDI + pitch + step - 69) / 12.0) for step in (-1, 0, 1)
        )
        rising = (bins_hz - below_hz) / (centre_hz - below_hz)
        falling = (above_hz - bins_hz) / (above_hz - centre_hz)
        filters[pitch] = np.maximum(0.0, np.minimum(rising, falling))
    filters /= filters.sum(axis=1, keepdims=True)
    return FrontEnd(
        filters=filters.astype(np.float32),
        sample_rate_hz=sample_rate_hz,
        frame_length=frame_length,
        hop_length=round(COLUMN_S * sample_rate_hz / FRAMES_PER_COLUMN),
        frames_per_column=FRAMES_PER_COLUMN,
    )


class Tonality(nn.Module):
    """What sounds in each half-second, without its key: (n, columns, `FEATURES`).

    The shares of the twelve pitch classes (first, so that a key can be found in them); the mean
    and the mean square of their correlation at each interval; the strength of the major and the
    minor triad on each root; which of them leads; how much changes from frame to frame.
    """

    folding: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        folding = torch.zeros(PITCHES, _CLASSES)
        folding[torch.arange(PITCHES), (torch.arange(PITCHES) + LOWEST_MIDI) % _CLASSES] = 1.0
        self.register_buffer("folding", folding)

    def forward(self, pitch_db: torch.Tensor) -> torch.Tensor:
        """Describe (n, frames, `PITCHES`) in decibels."""
        shares = self._shares(pitch_db)
        intervals = torch.stack(
            [(shares * rolled(shares, step)).sum(dim=2) for step in range(_INTERVALS)], dim=2
        )
        major, minor = triads(shares)
        lead = (major.amax(dim=2) - minor.amax(dim=2))[:, :, None]
        # The first frame has none before it: its change counts as none.
        change = functional.pad((shares[:, 1:] - shares[:, :-1]).abs().sum(dim=2), (1, 0))
        every = [shares, intervals, intervals**2, major, minor, lead, change[:, :, None]]
        frames = torch.cat(every, dim=2)
        count, length, features = frames.shape
        return frames.reshape(count, length // FRAMES_PER_COLUMN, -1, features).mean(dim=2)

    def _shares(self, pitch_db: torch.Tensor) -> torch.Tensor:
        # Only what stands out of its octave and above both its neighbours is a tone.
        level = pitch_db / _DECIBELS_SCALE
        around = functional.avg_pool1d(
            functional.pad(level, (_NEIGHBOURS // 2, _NEIGHBOURS // 2), mode="replicate"),
            _NEIGHBOURS,
            1,
        )
        highest = functional.max_pool1d(level, 3, 1, 1)
        tones = torch.where(level >= highest, torch.relu(level - around), 0.0)
        classes = tones @ self.folding
        return classes / (classes.sum(dim=2, keepdim=True) + 1e-3)


def rolled(classes: torch.Tensor, steps: int) -> torch.Tensor:
    """Move (…, 12) up by `steps` semitones, the top ones around to the bottom."""
    return torch.cat([classes[..., -steps % 12 :], classes[..., : -steps % 12]], dim=-1)


def triads(shares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give how far the major and the minor triad on each of the twelve roots sound in full.

    A chord is as strong as its weakest tone.
    """
    major, minor = (
        torch.minimum(
            rolled(shares, -chord[0]),
            torch.minimum(rolled(shares, -chord[1]), rolled(shares, -chord[2])),
        )
        for chord in (_MAJOR, _MINOR)
    )
    return major, minor
