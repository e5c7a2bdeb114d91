"""Converts the weights of the PyPI package `musicnn` 0.1.0 to a file that needs no TensorFlow.

    pip download --no-deps musicnn==0.1.0 && unzip musicnn-0.1.0-py3-none-any.whl -d musicnn-wheel
    pip install tensorflow-cpu==2.21.0
    python -m build_scripts.data.convert_musicnn musicnn-wheel/musicnn/MSD_musicnn \\
        resources/musicnn/msd.npz
    python -m build_scripts.data.convert_musicnn musicnn-wheel/musicnn/MTT_musicnn \\
        resources/musicnn/mtt.npz

What is written is the state of `emoviz.training.ears.musicnn.MusiCNN`, without the tags.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np

CONVOLUTIONS = ("timbral.0", "timbral.1", "temporal.0", "temporal.1", "temporal.2")
MIDDLE = ("middle.0", "middle.1", "middle.2")
NORMS = (
    "norm_in",
    "timbral_norms.0",
    "timbral_norms.1",
    "temporal_norms.0",
    "temporal_norms.1",
    "temporal_norms.2",
    "middle_norms.0",
    "middle_norms.1",
    "middle_norms.2",
    "norm_pooled",
    "norm_penultimate",
)
NORM_PARTS = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def main() -> None:
    """Read a checkpoint's folder and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    state = converted(read_checkpoint(arguments.checkpoint))
    np.savez_compressed(arguments.output, **state)
    print(f"{arguments.output}: {sum(array.size for array in state.values()):,} numbers")


def read_checkpoint(folder: Path) -> dict[str, np.ndarray]:
    """Read every variable; the files of the package have no name before their dot."""
    import tensorflow

    with tempfile.TemporaryDirectory() as named:
        for part in (".index", ".data-00000-of-00001"):
            shutil.copy(folder / part, Path(named) / f"weights{part}")
        reader = tensorflow.train.load_checkpoint(f"{named}/weights")
        names = reader.get_variable_to_shape_map()
        return {name.removeprefix("model/"): reader.get_tensor(name) for name in names}


def converted(variables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rename and transpose: TensorFlow's kernels are (time, band, in, out)."""
    state = {"dense.weight": variables["dense/kernel"].T, "dense.bias": variables["dense/bias"]}
    for number, layer in enumerate(CONVOLUTIONS + MIDDLE):
        kernel = variables[f"{numbered('conv2d', number)}/kernel"]
        state[f"{layer}.weight"] = (
            kernel[:, :, 0, :].transpose(2, 1, 0)
            if layer in MIDDLE
            else kernel.transpose(3, 2, 0, 1)
        )
        state[f"{layer}.bias"] = variables[f"{numbered('conv2d', number)}/bias"]
    for number, layer in enumerate(NORMS):
        for part, name in NORM_PARTS.items():
            state[f"{layer}.{part}"] = variables[
                f"{numbered('batch_normalization', number)}/{name}"
            ]
        state[f"{layer}.num_batches_tracked"] = np.array(0)
    return {name: np.ascontiguousarray(array) for name, array in state.items()}


def numbered(name: str, number: int) -> str:
    """Give the name that TensorFlow gives to the layer `number` of its kind."""
    return f"{name}_{number}" if number else name


if __name__ == "__main__":
    main()
