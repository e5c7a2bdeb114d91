"""What pitch classes and chords say of the key: how clear, major or minor, and what on its degrees.

Takes the first features of `tonality.Tonality`, averaged over some seconds.
"""

import torch
from torch import nn

from emoviz.training.ears.tonality import rolled

_CLASSES = 12
_PITCH_CLASSES = slice(0, _CLASSES)
_CHORDS = slice(_CLASSES + 14, _CLASSES + 14 + 2 * _CLASSES)
_KEY_SHARPNESS = 20.0

# How well each pitch class fits a major and a minor key; Krumhansl and Kessler 1982, "Tracing the
# dynamic changes in perceived tonal organization", Psychological Review 89(4).
_MAJOR_KEY = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_KEY = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
KEY_FEATURES = 3 + 4 * _CLASSES


class Key(nn.Module):
    """How clear the key is, major or minor, and what sounds on each degree of it.

    Takes averaged tonality (n, columns, `tonality.FEATURES` or more) and gives
    (n, columns, `KEY_FEATURES`).
    """

    keys: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        profiles = [_standardised(torch.tensor(key)) for key in (_MAJOR_KEY, _MINOR_KEY)]
        keys = torch.stack([rolled(key, step) for key in profiles for step in range(_CLASSES)])
        self.register_buffer("keys", keys.T / _CLASSES)

    def forward(self, mean: torch.Tensor) -> torch.Tensor:
        """Tell of the key: (n, columns, features) to (n, columns, `KEY_FEATURES`)."""
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


def _standardised(values: torch.Tensor) -> torch.Tensor:
    centred = values - values.mean(dim=-1, keepdim=True)
    # Not a small number under the root: the exporter loses one of 1e-8.
    return centred / centred.square().mean(dim=-1, keepdim=True).sqrt().clamp(min=1e-4)


def _on_degrees(classes: torch.Tensor, tonic: torch.Tensor) -> torch.Tensor:
    """Turn (…, 12) by pitch class to (…, 12) by degree above the `tonic`, a share of each class."""
    degrees = [(tonic * rolled(classes, -degree)).sum(dim=-1) for degree in range(_CLASSES)]
    return torch.stack(degrees, dim=-1)
