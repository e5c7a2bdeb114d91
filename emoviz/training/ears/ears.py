"""Ears for the laboratory: those of a model that is there, and those that models are made with."""

import hashlib
from collections.abc import Sequence
from functools import cache

import torch

from emoviz.hearing.columns import NetworkHearing
from emoviz.hearing.front_end import FrontEnd
from emoviz.models.estimator import Estimator
from emoviz.models.inference import Listener as ListenerNetwork
from emoviz.training.data.dataset import Ears, paper_front_end
from emoviz.training.ears import musicnn
from emoviz.training.ears.listener import (
    HALO_COLUMNS,
    SMALL_HALO_COLUMNS,
    Listener,
    SmallListener,
    mel_front_end,
)
from emoviz.training.ears.tonality import pitch_front_end
from emoviz.training.export import halved, onnx_bytes
from emoviz.training.recipe import LinearRecipe, NetworkRecipe

_EXAMPLE_COLUMNS = 12


def ears_of(model: Estimator) -> Ears:
    """Give the ears of a model that is installed."""
    identity = (model.info.folder / "model.toml").read_bytes()
    return Ears(model.info.name, model.front_ends, model.hearing, identity)


def ears_for(recipe: NetworkRecipe | LinearRecipe) -> Ears:
    """Give the ears that the recipe's model is made with."""
    return listener_ears() if isinstance(recipe, LinearRecipe) else small_ears()


@cache
def listener_ears() -> Ears:
    """Give ears that hear all that the default model's listener can tell, not yet projected.

    They keep 16 bits of each number: there are thousands for each half-second. Made once: the
    network is exported for them, which takes longer than hearing a song.
    """
    front_ends = (mel_front_end(), pitch_front_end(musicnn.SAMPLE_RATE_HZ))
    return _ears("listener", Listener(), front_ends, HALO_COLUMNS, "float16")


@cache
def small_ears() -> Ears:
    """Give the small model's ears, made once: the paper's mel columns, tonality and loudness."""
    front_end = paper_front_end()
    front_ends = (front_end, pitch_front_end(front_end.sample_rate_hz))
    return _ears("small", SmallListener(), front_ends, SMALL_HALO_COLUMNS, "float32")


def listener_bytes(listener: torch.nn.Module, front_ends: Sequence[FrontEnd]) -> bytes:
    """Turn a listener into the bytes of an ONNX file, for any number of half-seconds."""
    columns = torch.export.Dim("columns", min=2)
    inputs = {
        name: torch.full(
            (1, _EXAMPLE_COLUMNS * front_end.frames_per_column, front_end.bands), -50.0
        )
        for name, front_end in zip(("mel_db", "pitch_db"), front_ends, strict=True)
    }
    lengths = tuple({1: front_end.frames_per_column * columns} for front_end in front_ends)
    # Both the laboratory and the program hear with weights of 16 bits, so both hear the same.
    return halved(onnx_bytes(listener, inputs, ("columns",), lengths))


def _ears(
    name: str,
    listener: torch.nn.Module,
    front_ends: tuple[FrontEnd, ...],
    halo_columns: int,
    dtype: str,
) -> Ears:
    data = listener_bytes(listener, front_ends)
    network = ListenerNetwork(data)
    return Ears(
        name=name,
        front_ends=front_ends,
        hearing=lambda: NetworkHearing(network, halo_columns),
        identity=hashlib.sha256(data).digest(),
        dtype=dtype,
    )
