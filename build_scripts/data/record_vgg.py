"""Records what TensorFlow's own graph of the VGG network gives, as `record_musicnn.py` does.

    python -m build_scripts.data.record_vgg musicnn-wheel/musicnn/MSD_vgg \\
        tests/training/musicnn_msd.npz tests/training/vgg.npz

The patch is the one that was recorded for MusiCNN.
"""

import argparse
from pathlib import Path

import numpy as np

from build_scripts.data.record_musicnn import recorded

LAYERS = {
    "layer_0": "model/max_pooling2d/MaxPool",
    "layer_1": "model/max_pooling2d_1/MaxPool",
    "layer_2": "model/max_pooling2d_2/MaxPool",
    "layer_3": "model/max_pooling2d_3/MaxPool",
}
EVERY_FRAMES = 8


def main() -> None:
    """Run the graph on the patch and write every eighth frame of each layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("recorded", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    mel_db = np.load(arguments.recorded)["mel_db"]
    mel = np.log10(1.0 + 10000.0 * 10.0 ** (mel_db / 10.0))
    layers = recorded(arguments.checkpoint, mel[None], LAYERS)
    np.savez_compressed(
        arguments.output, **{name: layer[::EVERY_FRAMES] for name, layer in layers.items()}
    )


if __name__ == "__main__":
    main()
