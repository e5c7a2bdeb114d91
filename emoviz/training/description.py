"""What the seconds around each half-second are like: what the default model judges by."""

import numpy as np
import torch
from torch import nn

from emoviz.training import listener, musicnn, tonality
from emoviz.training.tonality import rolled

REACH_COLUMNS = 10
"""How many half-seconds to either side belong to a description."""

_CLASSES = 12
_PITCH_CLASSES = slice(0, _CLASSES)
_CHORDS = slice(_CLASSES + 14, _CLASSES + 14 + 2 * _CLASSES)
_KEY_SHARPNESS = 20.0

# How well each pitch class fits a major and a minor key; Krumhansl and Kessler 1982, "Tracing the
# dynamic changes in perceived tonal organization", Psychological Review 89(4).
_MAJOR_KEY = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_KEY = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
KEY_FEATURES = 3 + 4 * _CLASSES


class Description(nn.Module):
    """Means and deviations over the seconds around, and what the pitch classes say of the key.

    Takes what the listener gave, (n, columns, features), and gives (n, columns, `size`). `kept` is
    how many components each ear's statistics were projected to. The window is mirrored past its
    ends.
    """

    keys: torch.Tensor

    def __init__(self, kept: int) -> None:
        super().__init__()
        ear = kept + musicnn.PENULTIMATE
        self.features = listener.FIRST_EAR + len(listener.WEIGHTS) * ear
        self._moving = [slice(tonality.FEATURES, listener.FIRST_EAR)]
        for number in range(len(listener.WEIGHTS)):
            start = listener.FIRST_EAR + number * ear
            self._moving.append(slice(start, start + kept))
        moving = sum(part.stop - part.start for part in self._moving)
        self.blocks = _blocks(kept, moving)
        self.size = self.blocks[-1].stop
        # Whether a block's features keep their proportions: principal components do.
        self.natural = [False, False, True, False, True, False, False, False, True]
        profiles = [_standardised(torch.tensor(key)) for key in (_MAJOR_KEY, _MINOR_KEY)]
        keys = torch.stack([rolled(key, step) for key in profiles for step in range(_CLASSES)])
        self.register_buffer("keys", keys.T / _CLASSES)

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Describe each half-second."""
        mean = _pooled(columns)
        moving = torch.cat([columns[:, :, part] for part in self._moving], dim=2)
        square = _pooled(moving**2) - _pooled(moving) ** 2
        deviation = torch.sqrt(square.clamp(min=1e-6))
        return torch.cat([mean, self._key(mean), deviation], dim=2)

    def _key(self, mean: torch.Tensor) -> torch.Tensor:
        """Tell how clear the key is, major or minor, and what sounds on each degree of it."""
        classes, chords = mean[:, :, _PITCH_CLASSES], mean[:, :, _CHORDS]
        fits = _standardised(classes) @ self.keys
        major, minor = fits[..., :_CLASSES], fits[..., _CLASSES:]
        # Soft, so that a song between two keys does not jump from one to the other.
        share = torch.softmax(_KEY_SHARPNESS * fits, dim=2)
        tonic = share[..., :_CLASSES] + share[..., _CLASSES:]
        relative = share[..., :_CLASSES] + rolled(share[..., _CLASSES:], 3)
        best = [fit.amax(dim=2, keepdim=True) for fit in (major, minor)]
        return torch.cat(
            [
                *best,
                best[0] - best[1],
                _on_degrees(classes, tonic),
                _on_degrees(classes, relative),
                _on_degrees(chords[..., :_CLASSES], relative),
                _on_degrees(chords[..., _CLASSES:], relative),
            ],
            dim=2,
        )


def _blocks(kept: int, moving: int) -> list[slice]:
    """Give where tonality, loudness, each ear's parts, key and deviations lie."""
    sizes = [tonality.FEATURES, listener.LOUDNESS]
    sizes += [kept, musicnn.PENULTIMATE] * len(listener.WEIGHTS)
    sizes += [KEY_FEATURES, listener.LOUDNESS, moving - listener.LOUDNESS]
    ends = np.cumsum(sizes).tolist()
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def _pooled(columns: torch.Tensor) -> torch.Tensor:
    """Average over `REACH_COLUMNS` to either side of each column, the ends mirrored."""
    count = columns.shape[1]
    place = torch.arange(-REACH_COLUMNS, count + REACH_COLUMNS) % (2 * count)
    mirrored = columns[:, torch.where(place < count, place, 2 * count - 1 - place)]
    return nn.functional.avg_pool1d(mirrored.transpose(1, 2), 2 * REACH_COLUMNS + 1, 1).transpose(
        1, 2
    )


def _standardised(values: torch.Tensor) -> torch.Tensor:
    centred = values - values.mean(dim=-1, keepdim=True)
    # Not a small number under the root: the exporter loses one of 1e-8.
    return centred / centred.square().mean(dim=-1, keepdim=True).sqrt().clamp(min=1e-4)


def _on_degrees(classes: torch.Tensor, tonic: torch.Tensor) -> torch.Tensor:
    """Turn (…, 12) by pitch class to (…, 12) by degree above the `tonic`, a share of each class."""
    degrees = [(tonic * rolled(classes, -degree)).sum(dim=-1) for degree in range(_CLASSES)]
    return torch.stack(degrees, dim=-1)
