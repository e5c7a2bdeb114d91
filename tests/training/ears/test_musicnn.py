"""MusiCNN in torch is the network of the package: compared with TensorFlow's graph, recorded."""

from pathlib import Path

import numpy as np
import pytest
import torch

from emoviz import errors
from emoviz.system import paths
from emoviz.training.ears.musicnn import musicnn

EVERY_FRAMES = 8


def _weights(name: str) -> Path:
    return paths.resources() / "musicnn" / f"{name}.npz"


def _mel(mel_db: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.log10(1.0 + 10000.0 * 10.0 ** (mel_db / 10.0)))[None]


@pytest.mark.parametrize("name", ["msd", "mtt"])
def test_every_layer_is_that_of_the_recorded_graph(name: str) -> None:
    recorded = np.load(Path(__file__).with_name(f"musicnn_{name}.npz"))
    network = musicnn(_weights(name))
    with torch.inference_mode():
        front, middle = network(_mel(recorded["mel_db"]))
        layers = torch.cat([front, middle], dim=1)
        penultimate = network.penultimate(layers.amax(dim=2), layers.mean(dim=2))
    found = layers[0].T.numpy()[::EVERY_FRAMES]
    np.testing.assert_allclose(found[:, :561], recorded["front"], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(found, recorded["layers"], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(penultimate[0].numpy(), recorded["penultimate"], atol=1e-4)


def test_a_stride_looks_at_every_second_frame() -> None:
    mel = _mel(np.load(Path(__file__).with_name("musicnn_msd.npz"))["mel_db"][:160])
    with torch.inference_mode():
        front, _ = musicnn(_weights("msd"))(mel)
        half, middle = musicnn(_weights("msd"), stride=2)(mel)
    # Which convolution torch takes for a stride, and so its rounding, is up to the processor.
    np.testing.assert_allclose(half.numpy(), front[:, :, ::2].numpy(), rtol=1e-4, atol=1e-4)
    assert middle.shape[2] == 160


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, middle=np.zeros(3))
    with pytest.raises(errors.TrainingError, match=r"weights.npz: it does not hold MusiCNN"):
        musicnn(path)
