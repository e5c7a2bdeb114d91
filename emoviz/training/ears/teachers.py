"""What the large networks tell of each half-second, in few numbers: what the encoder is taught."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from emoviz import errors
from emoviz.hearing.columns import frames_of
from emoviz.hearing.mel_frames import Frames, joined
from emoviz.models.estimator import Estimator
from emoviz.models.inference import Listener
from emoviz.tracking.windows import Window, places_of
from emoviz.training.data.dataset import Floats
from emoviz.training.data.sounds import RATE_HZ
from emoviz.training.ears import musicnn
from emoviz.training.ears.listener import FIRST_EAR, HALO_COLUMNS
from emoviz.units import Samples

TEACHER = "musicnn"
"""The installed model whose ears teach."""

COMPONENTS = 128

_EVENING = 0.125
"""Components are divided by their variance to this: the small ones are worth learning too."""

_VGG = 96
_LEAST = 1e-6


@dataclass(frozen=True)
class Components:
    """The principal components of what the ears tell, (features,) and (features, `COMPONENTS`).

    `natural`, (`COMPONENTS`,), is what each is to be multiplied by to have the proportions of
    principal components again.
    """

    mean: Floats
    weights: Floats
    natural: Floats

    def of(self, told: Floats) -> Floats:
        """Give (columns, `COMPONENTS`) of what the ears told, (columns, features)."""
        components: Floats = ((told - self.mean) @ self.weights).astype(np.float32)
        return components

    def as_bytes(self) -> bytes:
        """Give the bytes of a file that `read` reads."""
        buffer = io.BytesIO()
        np.savez(buffer, mean=self.mean, weights=self.weights, natural=self.natural)
        return buffer.getvalue()

    @classmethod
    def read(cls, path: Path) -> "Components":
        """Read a file. Raises `errors.DataError` for one that is none."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["mean"], stored["weights"], stored["natural"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise errors.DataError(path, "this file is damaged; delete it") from error


class Teachers:
    """The large ears: (columns, features) of samples."""

    def __init__(self, model: Estimator) -> None:
        """Take the model that has the ears, to listen on one core."""
        self._front_ends = model.front_ends
        self._network = Listener((model.info.folder / "listener.onnx").read_bytes(), threads=1)

    def __call__(self, samples: Samples) -> Floats:
        """Listen to samples (n,) at `sounds.RATE_HZ`, some seconds of them, all at once."""
        sound = soxr.resample(samples, RATE_HZ, self._front_ends[0].sample_rate_hz)[:, None]
        frames = joined(frames_of([sound], self._front_ends))
        around = Window(-HALO_COLUMNS, len(frames) + 2 * HALO_COLUMNS)
        places = places_of(around, len(frames))
        heard = self._network(Frames(tuple(part[places] for part in frames.by_front_end)))
        told: Floats = heard[HALO_COLUMNS:-HALO_COLUMNS, FIRST_EAR:]
        return told


def principal_components(told: Iterable[Floats]) -> Components:
    """Find the components of what the ears told of some music, each ear counting alike.

    What a network's layers told has been projected already and keeps its proportions; of its last
    layer each number counts alike.
    """
    every = np.concatenate(list(told)).astype(np.float64)
    mean = every.mean(axis=0)
    scale = np.empty(len(mean))
    for part, natural in _blocks(len(mean)):
        spread = np.maximum(every[:, part].std(axis=0), _LEAST)
        scale[part] = np.sqrt((spread**2).sum()) if natural else spread * np.sqrt(len(spread))
    scaled = (every - mean) / scale
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    order = np.argsort(values)[::-1][:COMPONENTS]
    natural = np.maximum(values[order], _LEAST) ** _EVENING
    weights = vectors[:, order] / scale[:, None] / natural
    return Components(
        mean.astype(np.float32), weights.astype(np.float32), natural.astype(np.float32)
    )


def _blocks(features: int) -> list[tuple[slice, bool]]:
    """Give where each network's layers and last layer lie, and whether proportions are natural."""
    layers = (features - _VGG) // 2 - musicnn.PENULTIMATE
    sizes = [(layers, True), (musicnn.PENULTIMATE, False)] * 2 + [(_VGG, True)]
    ends = np.cumsum([size for size, _ in sizes]).tolist()
    return [
        (slice(end - size, end), natural) for end, (size, natural) in zip(ends, sizes, strict=True)
    ]
