"""Learning which half-seconds are the same music, from parts of many songs in a row.

No label is looked at: which song a half-second is of is known.
"""

from collections.abc import Sequence

import numpy as np
import scipy.linalg
import torch
from torch.nn import functional

from emoviz.training.data.dataset import Floats
from emoviz.training.fits.trail import _KEYS, _SMOOTHED, WINDOW_COLUMNS, Likeness
from emoviz.training.recipe import LikenessSettings

PART_COLUMNS = (4, 40)
_LEAST = 1e-4


def fitted_likeness(songs: Sequence[Floats], settings: LikenessSettings) -> Likeness:
    """Learn from the columns of songs or clips, (columns, features) each."""
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    likeness = Likeness(settings.keys)
    _begin(likeness, songs, settings)
    optimiser = torch.optim.Adam(likeness.parameters(), lr=settings.learning_rate)
    for step in range(settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * (1.0 - step / settings.steps)
        windows, parts = spliced_windows(songs, settings.batch_size, random)
        same = torch.from_numpy(parts[:, :, None] == parts[:, None]).float()
        odds = likeness.logits(torch.from_numpy(windows))
        loss = functional.binary_cross_entropy_with_logits(odds, same)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return likeness.eval()


def spliced_windows(
    songs: Sequence[Floats], count: int, random: np.random.Generator
) -> tuple[Floats, np.ndarray]:
    """Make windows of parts of songs: (count, columns, features), and the part of each column.

    A song that is shorter than its part is mirrored, as the program's windows are.
    """
    windows = np.empty((count, WINDOW_COLUMNS, songs[0].shape[1]), np.float32)
    parts = np.empty((count, WINDOW_COLUMNS), np.int64)
    for index in range(count):
        filled = 0
        while filled < WINDOW_COLUMNS:
            song = songs[int(random.integers(len(songs)))]
            low, high = PART_COLUMNS
            # Short parts as often as long ones.
            length = round(float(np.exp(random.uniform(np.log(low), np.log(high)))))
            length = min(length, WINDOW_COLUMNS - filled)
            windows[index, filled : filled + length] = mirrored(song, length, random)
            parts[index, filled : filled + length] = filled
            filled += length
    return windows, parts


def mirrored(song: Floats, count: int, random: np.random.Generator) -> Floats:
    """Draw `count` half-seconds in a row of a song, (columns, features), mirrored past its ends."""
    place = (int(random.integers(2 * len(song))) + np.arange(count)) % (2 * len(song))
    drawn: Floats = song[np.where(place < len(song), place, 2 * len(song) - 1 - place)]
    return drawn


def _begin(likeness: Likeness, songs: Sequence[Floats], settings: LikenessSettings) -> None:
    """Begin with Fisher's (1936) linear discriminants between songs."""
    smooth = np.full(_SMOOTHED, 1.0 / _SMOOTHED)
    heard = [song[:, _KEYS].astype(np.float64) for song in songs if len(song) > 2 * _SMOOTHED]
    heard = [
        np.apply_along_axis(lambda values: np.convolve(values, smooth, mode="valid"), 0, song)
        for song in heard
    ]
    means = np.stack([song.mean(axis=0) for song in heard])
    inside = np.concatenate([song - mean for song, mean in zip(heard, means, strict=True)])
    within = inside.T @ inside / len(inside)
    within += np.eye(len(within)) * _LEAST * np.trace(within) / len(within)
    between = np.cov(means.T)
    _, directions = scipy.linalg.eigh(between, within)
    weight = directions[:, ::-1][:, : settings.keys] / np.sqrt(settings.keys)
    likeness.keys.weight.data = torch.from_numpy(weight.T.astype(np.float32))
    likeness.keys.bias.data = torch.from_numpy(-(means.mean(axis=0) @ weight).astype(np.float32))
    likeness.near.data += 2.0
