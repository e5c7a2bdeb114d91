"""What an exported model was: the torch network, rebuilt from the weights in the ONNX file."""

from dataclasses import fields

import onnx
import torch

from emoviz.training.fits.networks import (
    Ensemble,
    Normalisation,
    TimeOrderedAutoencoder,
    fold_norms,
)
from emoviz.training.recipe import NetworkSettings


def network_of(onnx_bytes: bytes, settings: NetworkSettings) -> Ensemble:
    """Build the network that an ONNX file was exported from; a weight it lacks fails the test."""
    graph = onnx.load_model_from_string(onnx_bytes).graph
    weights = {
        value.name: torch.from_numpy(onnx.numpy_helper.to_array(value).copy())
        for value in graph.initializer
    }
    count = len({name.split(".")[1] for name in weights if name.startswith("members.")})
    members = [fold_norms(TimeOrderedAutoencoder(settings)) for _ in range(count)]
    normalisation = Normalisation(*(weights[field.name] for field in fields(Normalisation)))
    network = Ensemble(members, normalisation)
    network.load_state_dict({name: weights[name] for name in network.state_dict()})
    return network.eval()
