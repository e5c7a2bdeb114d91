"""What the seconds around each half-second are like: what the default model judges by."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from emoviz.training.ears import listener, tonality
from emoviz.training.ears.key import KEY_FEATURES, Key

REACH_COLUMNS = 10
"""How many half-seconds to either side belong to a description."""


class Description(nn.Module):
    """Means and deviations over the seconds around, and what the pitch classes say of the key.

    Takes what the listener gave, (n, columns, features), and gives (n, columns, `size`). `kept`
    tells how many components each ear's statistics were projected to. The window is mirrored past
    its ends.
    """

    def __init__(self, kept: Sequence[int]) -> None:
        super().__init__()
        places = listener.places(kept)
        self.features = places[-1][1].stop
        self._moving = [slice(tonality.FEATURES, listener.FIRST_EAR)]
        # Only the MusiCNNs': the VGG network's deviations say nothing more.
        self._moving += [statistics for statistics, _ in places[: len(listener.WEIGHTS)]]
        moving = sum(part.stop - part.start for part in self._moving)
        self.blocks = _blocks(kept, moving)
        self.size = self.blocks[-1].stop
        # Whether a block's features keep their proportions: principal components do.
        self.natural = [False, False, True, False, True, False, True, False, False, True]
        self.key = Key()

    def forward(self, columns: torch.Tensor) -> torch.Tensor:
        """Describe each half-second: (n, columns, features) to (n, columns, size)."""
        mean = _pooled(columns)
        moving = torch.cat([columns[:, :, part] for part in self._moving], dim=2)
        square = _pooled(moving**2) - _pooled(moving) ** 2
        deviation = torch.sqrt(square.clamp(min=1e-6))
        return torch.cat([mean, self.key(mean), deviation], dim=2)


def _blocks(kept: Sequence[int], moving: int) -> list[slice]:
    """Give where tonality, loudness, each ear's parts, key and deviations lie."""
    sizes = [tonality.FEATURES, listener.LOUDNESS]
    for count, width in zip(kept, listener.WIDTHS, strict=True):
        sizes += [count, width.penultimate] if width.penultimate else [count]
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
