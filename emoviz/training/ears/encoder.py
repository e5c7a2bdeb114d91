"""The convolutional autoencoder that hears: half-seconds of mel frames to components and back."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from emoviz.hearing.front_end import FrontEnd
from emoviz.training.data.dataset import BANDS
from emoviz.training.ears.teachers import COMPONENTS
from emoviz.training.ears.tonality import pitch_front_end

FRAMES = FrontEnd.frames_per_column
HEARD_BANDS = 92
"""The highest bands are left out: what is stored with loss has nothing there."""

FLOOR_DB = -60.0
HALO_COLUMNS = 4

_FRAME_LENGTH, _PITCH_FRAME_LENGTH = 1350, 5760
_RUMBLE_BINS = 2
_BESIDE = 2
_OFFSET_DB, _SCALE_DB = 10.0, 15.0
_CHANNELS = (16, 32, 56, 96)
_HIDDEN, _IN_TIME = 256, 320
_LEAK = 0.1


def front_ends() -> tuple[FrontEnd, FrontEnd]:
    """Give the front ends: the paper's mel bands, and semitones, in frames that transform fast.

    What lies below the third bin is rumble or an offset, and is left out.
    """
    import librosa

    rate_hz = FrontEnd.sample_rate_hz
    mel = librosa.filters.mel(sr=rate_hz, n_fft=_FRAME_LENGTH, n_mels=BANDS, dtype=np.float32)
    mel[:, :_RUMBLE_BINS] = 0.0
    return (
        FrontEnd(filters=mel, frame_length=_FRAME_LENGTH),
        pitch_front_end(rate_hz, _PITCH_FRAME_LENGTH),
    )


class Encoder(nn.Module):
    """Mel frames (n, columns · `FRAMES`, bands) in dB to components (n, columns, `COMPONENTS`).

    Each half-second is a picture of its frames and two beside; what convolutions find in it is
    pooled over its time, and convolved with that of the half-seconds beside.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = _CHANNELS
        self.picture = nn.Sequential(
            _convolved(1, first, 5, (2, 2)),
            _convolved(first, second, 3, (2, 2)),
            _convolved(second, third, 3, (1, 2)),
            _convolved(third, fourth, 3, (2, 2)),
        )
        heights = HEARD_BANDS
        for _ in _CHANNELS:
            heights = (heights + 1) // 2
        self.whole = nn.Linear(2 * fourth * heights, _HIDDEN)
        self.beside = nn.Conv1d(_HIDDEN, _IN_TIME, 3, padding=1)
        self.further = nn.Conv1d(_IN_TIME, _IN_TIME, 3, padding=1)
        self.skip = nn.Conv1d(_HIDDEN, _IN_TIME, 1)
        self.components = nn.Linear(_IN_TIME, COMPONENTS)

    def forward(self, mel_db: torch.Tensor) -> torch.Tensor:
        """Encode (n, columns · `FRAMES`, bands)."""
        pictures = _pictures(mel_db)
        count, columns = pictures.shape[:2]
        found = self.picture(pictures.reshape(count * columns, 1, *pictures.shape[2:]))
        pooled = torch.cat([found.mean(dim=2), found.amax(dim=2)], dim=1).flatten(1)
        seen = functional.leaky_relu(self.whole(pooled), _LEAK).reshape(count, columns, -1)
        seen = seen.transpose(1, 2)
        told = functional.leaky_relu(self.beside(seen), _LEAK)
        told = functional.leaky_relu(self.further(told) + self.skip(seen), _LEAK)
        components: torch.Tensor = self.components(told.transpose(1, 2))
        return components


class Decoder(nn.Module):
    """Components (n, columns, `COMPONENTS`) back to the mean level of each band in dB.

    Transposed convolutions along the bands, as in the paper; only what is learnt with it stays.
    """

    def __init__(self) -> None:
        super().__init__()
        self.begin = nn.Linear(COMPONENTS, 32 * 23)
        self.bands = nn.Sequential(
            nn.ConvTranspose1d(32, 16, 4, stride=2, padding=1),
            nn.LeakyReLU(_LEAK),
            nn.ConvTranspose1d(16, 1, 4, stride=2, padding=1),
        )

    def forward(self, components: torch.Tensor) -> torch.Tensor:
        """Give (n, columns, `HEARD_BANDS`) of what `mean_db` gives, scaled as pictures are."""
        count, columns, _ = components.shape
        begun = functional.leaky_relu(self.begin(components), _LEAK)
        bands: torch.Tensor = self.bands(begun.reshape(count * columns, 32, 23))
        return bands.reshape(count, columns, HEARD_BANDS)


def scaled(level_db: torch.Tensor) -> torch.Tensor:
    """Scale levels in dB so that they are about 1 in size."""
    return (level_db.clamp(min=FLOOR_DB) + _OFFSET_DB) / _SCALE_DB


def _pictures(mel_db: torch.Tensor) -> torch.Tensor:
    """Cut (n, frames, bands) into half-seconds with `_BESIDE` more frames on either side."""
    level = scaled(mel_db[:, :, :HEARD_BANDS])
    count, frames, bands = level.shape
    columns = level.reshape(count, frames // FRAMES, FRAMES, bands)
    before = functional.pad(columns[:, :-1, -_BESIDE:], (0, 0, 0, 0, 1, 0))
    after = functional.pad(columns[:, 1:, :_BESIDE], (0, 0, 0, 0, 0, 1))
    return torch.cat([before, columns, after], dim=2)


def _convolved(given: int, made: int, size: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(made),
        nn.LeakyReLU(_LEAK),
    )
