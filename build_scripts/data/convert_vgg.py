"""Converts the VGG network of the PyPI package `musicnn` 0.1.0, as `convert_musicnn.py` does.

    python -m build_scripts.data.convert_vgg musicnn-wheel/musicnn/MSD_vgg resources/musicnn/vgg.npz

See `convert_musicnn.py` for what it needs. What is written is the state of
`emoviz.training.ears.vgg.VGG`, without the last layer and the tags.
"""

import argparse
from pathlib import Path

import numpy as np

from build_scripts.data.convert_musicnn import NORM_PARTS, numbered, read_checkpoint

LAYERS = 4


def main() -> None:
    """Read a checkpoint's folder and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    state = converted(read_checkpoint(arguments.checkpoint))
    np.savez_compressed(arguments.output, **state)
    print(f"{arguments.output}: {sum(array.size for array in state.values()):,} numbers")


def converted(variables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rename and transpose; turn the kernels of channels whose normalisation falls."""
    state = _norm(variables, 0, "norm_in")
    for number in range(LAYERS):
        layer, name = f"layers.{number}", f"{number + 1}CNN"
        state |= _norm(variables, number + 1, f"{layer}.norm")
        sign = np.where(state[f"{layer}.norm.weight"] < 0, -1.0, 1.0).astype(np.float32)
        state[f"{layer}.sign"] = sign
        kernel = variables[f"{name}/kernel"] * sign
        state[f"{layer}.convolution.weight"] = kernel.transpose(3, 2, 0, 1)
        state[f"{layer}.convolution.bias"] = variables[f"{name}/bias"] * sign
    return {name: np.ascontiguousarray(array) for name, array in state.items()}


def _norm(variables: dict[str, np.ndarray], number: int, layer: str) -> dict[str, np.ndarray]:
    name = numbered("batch_normalization", number)
    state = {
        f"{layer}.{part}": variables[f"{name}/{theirs}"] for part, theirs in NORM_PARTS.items()
    }
    return state | {f"{layer}.num_batches_tracked": np.array(0)}


if __name__ == "__main__":
    main()
