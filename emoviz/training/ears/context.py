"""What a whole window is like, for the small model: harmony and loudness, which a picture hides."""

import torch
from torch import nn

from emoviz.training.ears import tonality
from emoviz.training.ears.key import KEY_FEATURES, Key
from emoviz.training.ears.listener import FIRST_EAR, LOUDNESS

MIDDLE_COLUMNS = 40
"""Half-seconds in the middle of a window that tell of the whole: the period of a mirrored clip of
10 s, so that all windows of one agree."""

CONTEXT = FIRST_EAR + KEY_FEATURES + LOUDNESS


class Context(nn.Module):
    """Mean tonality and loudness, the key, and how loudness varies: (n, `CONTEXT`).

    Takes the columns (n, columns, `FIRST_EAR`) of tonality and loudness.
    """

    def __init__(self) -> None:
        super().__init__()
        self.key = Key()

    def forward(self, heard: torch.Tensor) -> torch.Tensor:
        """Describe whole windows: (n, columns, `FIRST_EAR`) to (n, `CONTEXT`)."""
        edge = max(0, (heard.shape[1] - MIDDLE_COLUMNS) // 2)
        middle = heard[:, edge : heard.shape[1] - edge]
        mean = middle.mean(dim=1, keepdim=True)
        loudness = (middle - mean)[:, :, tonality.FEATURES :]
        deviation = loudness.square().mean(dim=1, keepdim=True).clamp(min=1e-6).sqrt()
        return torch.cat([mean, self.key(mean), deviation], dim=2).squeeze(1)
