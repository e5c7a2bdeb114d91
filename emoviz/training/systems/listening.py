"""What learnt from stretches of one length, asked about sounds of any length."""

import hashlib
from pathlib import Path

import numpy as np

from emoviz.songs.arrays import SampledSong
from emoviz.training.data.dataset import DIMENSIONS, Clip, Ears, Floats, heard
from emoviz.training.data.sounds import RATE_HZ, decoded
from emoviz.training.scores.baselines import Ask, Doubles
from emoviz.training.scores.evaluate import track_of
from emoviz.training.scores.folded import File2Values
from emoviz.training.scores.listeners import Samples2Track
from emoviz.units import Samples


def listen(samples: Samples, ears: Ears) -> Floats:
    """Hear samples (n,) at `RATE_HZ`: columns (columns, features)."""
    return heard(SampledSong.of(samples, RATE_HZ), ears, lambda sentence: None)


def unlabelled(columns: Floats) -> Clip:
    """Give columns as a clip to be asked about."""
    nothing = np.full((len(columns), len(DIMENSIONS)), np.nan, np.float32)
    return Clip(0, "", "", 0.0, columns, nothing, nothing)


def in_windows(ask: Ask, columns: Floats, length: int) -> Doubles:
    """Give a track, (columns, 2), as the program makes it: of windows that overlap, blended.

    Stretches of `length` half-seconds side by side would not do: where music is spliced of clips as
    long as these, they would end where the clips do, and know of a change before it is heard.
    """

    def estimate(windows: Floats) -> Floats:
        values: Floats = np.stack(ask([unlabelled(one) for one in windows])).astype(np.float32)
        return values

    return track_of(estimate, columns, length)


class SystemTracker:
    """Makes systems that learnt from stretches of `length` half-seconds track sounds.

    They share what they hear: each sound is heard once, and its columns are kept in memory.
    """

    def __init__(self, ears: Ears, length: int) -> None:
        self._ears, self._length = ears, length
        self._heard: dict[bytes | Path, Floats] = {}

    def of(self, ask: Ask) -> Samples2Track:
        """Give what a system says of samples at `RATE_HZ`."""
        return lambda samples: in_windows(ask, self._of_samples(samples), self._length)

    def of_files(self, ask: Ask) -> File2Values:
        """Give what a system says of audio files. What it gives raises as `sounds.decoded`."""
        return lambda audio: in_windows(ask, self._of_file(audio), self._length)

    def _of_file(self, audio: Path) -> Floats:
        if audio not in self._heard:
            self._heard[audio] = listen(decoded(audio), self._ears)
        return self._heard[audio]

    def _of_samples(self, samples: Samples) -> Floats:
        digest = hashlib.sha256(samples.tobytes()).digest()
        if digest not in self._heard:
            self._heard[digest] = listen(samples, self._ears)
        return self._heard[digest]
