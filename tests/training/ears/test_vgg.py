"""The VGG network in torch is that of the package: compared with TensorFlow's graph, recorded."""

from pathlib import Path

import numpy as np
import pytest
import torch

from emoviz import errors
from emoviz.system import paths
from emoviz.training.ears.listener import FRAMES_PER_COLUMN, WIDTHS, PlainEar
from emoviz.training.ears.vgg import VGG, vgg

EVERY_FRAMES = 8
WEIGHTS = paths.resources() / "musicnn" / "vgg.npz"


@pytest.fixture(scope="module")
def mel_db() -> torch.Tensor:
    """Give the patch that was recorded, (1, 187, 96)."""
    patch = np.load(Path(__file__).with_name("musicnn_msd.npz"))["mel_db"]
    return torch.from_numpy(patch)[None]


@pytest.fixture(scope="module")
def network() -> VGG:
    return vgg(WEIGHTS)


def test_every_layer_is_that_of_the_recorded_graph(mel_db: torch.Tensor, network: VGG) -> None:
    recorded = np.load(Path(__file__).with_name("vgg.npz"))
    with torch.inference_mode():
        layers = network(torch.log10(1.0 + 10000.0 * 10.0 ** (mel_db / 10.0)))
    assert len(layers) == len(recorded.files)
    for number, layer in enumerate(layers):
        found = layer[0].permute(1, 2, 0).numpy()[::EVERY_FRAMES]
        np.testing.assert_allclose(found, recorded[f"layer_{number}"], rtol=1e-4, atol=1e-3)


def test_some_of_its_normalisations_fall(network: VGG) -> None:
    # So that the comparison above is one of both kinds of channels.
    assert any((norm.weight < 0).any() for norm in _norms(network))


def test_what_is_heard_in_a_half_second_is_its_own_wherever_listening_begins(
    mel_db: torch.Tensor,
) -> None:
    ear = PlainEar(WEIGHTS)
    frames = 5 * FRAMES_PER_COLUMN
    with torch.inference_mode():
        whole = ear(mel_db[:, :frames])
        part = ear(mel_db[:, FRAMES_PER_COLUMN:frames])
    assert whole.shape == (1, 5, WIDTHS[-1].statistics)
    np.testing.assert_allclose(part[0, 1:].numpy(), whole[0, 2:].numpy(), atol=1e-4)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, layers=np.zeros(3))
    with pytest.raises(errors.TrainingError, match=r"weights.npz: it does not hold the VGG"):
        vgg(path)


def _norms(network: VGG) -> list[torch.nn.BatchNorm2d]:
    return [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]
