"""Ears for the laboratory: those of a model that is there, and the default model's own."""

import hashlib

import torch

from emoviz.estimator import Estimator
from emoviz.inference import Listener as ListenerNetwork
from emoviz.listening import NetworkHearing
from emoviz.training.dataset import Ears
from emoviz.training.export import halved, onnx_bytes
from emoviz.training.listener import FRAMES_PER_COLUMN, HALO_COLUMNS, Listener, mel_front_end
from emoviz.training.musicnn import BANDS
from emoviz.training.tonality import FRAMES_PER_COLUMN as PITCH_FRAMES_PER_COLUMN
from emoviz.training.tonality import PITCHES, pitch_front_end

_EXAMPLE_COLUMNS = 12


def ears_of(model: Estimator) -> Ears:
    """Give the ears of a model that is installed."""
    identity = (model.info.folder / "model.toml").read_bytes()
    return Ears(model.info.name, model.front_ends, model.hearing, identity)


def listener_ears() -> Ears:
    """Give ears that hear all that the default model's listener can tell, not yet projected.

    They keep 16 bits of each number: there are thousands for each half-second.
    """
    data = listener_bytes(Listener())
    network = ListenerNetwork(data)
    return Ears(
        name="listener",
        front_ends=(mel_front_end(), pitch_front_end()),
        hearing=lambda: NetworkHearing(network, HALO_COLUMNS),
        identity=hashlib.sha256(data).digest(),
        dtype="float16",
    )


def listener_bytes(listener: Listener) -> bytes:
    """Turn a listener into the bytes of an ONNX file, for any number of half-seconds."""
    columns = torch.export.Dim("columns", min=2)
    data = onnx_bytes(
        listener,
        {
            "mel_db": torch.full((1, _EXAMPLE_COLUMNS * FRAMES_PER_COLUMN, BANDS), -50.0),
            "pitch_db": torch.full((1, _EXAMPLE_COLUMNS * PITCH_FRAMES_PER_COLUMN, PITCHES), -50.0),
        },
        "columns",
        ({1: FRAMES_PER_COLUMN * columns}, {1: PITCH_FRAMES_PER_COLUMN * columns}),
    )
    # Both the laboratory and the program hear with weights of 16 bits, so both hear the same.
    return halved(data)
