"""Records what TensorFlow's own graph of MusiCNN gives on real audio, for the tests to compare.

    python -m build_scripts.data.record_musicnn musicnn-wheel/musicnn/MSD_musicnn patch.npy \\
        tests/training/musicnn_msd.npz

Needs tensorflow-cpu 2.21; see `convert_musicnn.py` for the wheel. `patch.npy` holds mel frames in
decibels, (187, 96), as `emoviz.training.ears.listener.mel_front_end` gives them.
"""

import argparse
from pathlib import Path

import numpy as np
import tensorflow

from build_scripts.data.convert_musicnn import read_checkpoint

LAYERS = {
    "front": "model/concat",
    "layers": "model/concat_1",
    "penultimate": "model/batch_normalization_10/batchnorm/add_1",
}
EVERY_FRAMES = 8


def main() -> None:
    """Run the graph on one patch and write every eighth frame of each layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("patch", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    mel_db = np.load(arguments.patch).astype(np.float32)
    mel = np.log10(1.0 + 10000.0 * 10.0 ** (mel_db / 10.0))
    layers = {
        name: layer if name == "penultimate" else layer[::EVERY_FRAMES]
        for name, layer in recorded(arguments.checkpoint, mel[None], LAYERS).items()
    }
    np.savez_compressed(arguments.output, mel_db=mel_db, **layers)


def recorded(folder: Path, mel: np.ndarray, layers: dict[str, str]) -> dict[str, np.ndarray]:
    """Give each of `layers`, the graph's names by ours, for (1, frames, 96)."""
    v1 = tensorflow.compat.v1
    meta = v1.MetaGraphDef()
    meta.ParseFromString((folder / ".meta").read_bytes())
    names = list(layers.values())
    graph_def = v1.graph_util.extract_sub_graph(meta.graph_def, names)
    for node in graph_def.node:
        node.attr.pop("_output_shapes", None)
    values = read_checkpoint(folder)
    with tensorflow.Graph().as_default() as graph, v1.Session() as session:
        tensorflow.import_graph_def(graph_def, name="")
        for operation in graph.get_operations():
            if operation.type == "VariableV2":
                value = values[operation.name.removeprefix("model/")]
                session.run(v1.assign(operation.outputs[0], value))
        found = session.run(
            [f"{name}:0" for name in names],
            {"model/Placeholder:0": mel, "model/Placeholder_2:0": False},
        )
    return dict(zip(layers, (np.squeeze(value) for value in found), strict=True))


if __name__ == "__main__":
    main()
