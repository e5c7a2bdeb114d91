"""A fitted network made into the files of a model folder, checked against itself on the way."""

import hashlib
import io
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tomli_w
import torch

from emoviz import errors
from emoviz.hearing.front_end import FrontEnd
from emoviz.models import inference
from emoviz.models.estimator import DEVIATIONS, FORMAT, OUTPUTS
from emoviz.system import files
from emoviz.training.data.dataset import Floats
from emoviz.training.recipe import Recipe

PARITY = 1e-4
"""Most that torch and onnxruntime may differ by, on the [-1, 1] scale."""

_OPSET = 18
_HALF_ABOVE = 4096


@dataclass(frozen=True)
class Exported:
    """A model as the bytes of ONNX files, and how far it differs from torch on real windows.

    `listener` is None where a column is the mean of its frames; `features` is the width of a
    column.
    """

    onnx: bytes
    parity: float
    features: int
    listener: bytes | None = None
    halo_columns: int = 0
    parts: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all networks."""
        return len(self.onnx) + len(self.listener or b"")


def export(
    network: torch.nn.Module, windows: Floats, outputs: Sequence[str] = ("values",)
) -> tuple[bytes, float]:
    """Turn a network into ONNX, and run both on `windows` of shape (n, columns, features).

    `outputs` names what the network gives, the values first.
    Gives the file's bytes and the largest difference. Raises `errors.TrainingError` if it is more
    than `PARITY`.
    """
    data = onnx_bytes(
        network,
        {"columns": torch.from_numpy(windows[:2])},
        outputs,
        ({0: torch.export.Dim("n", min=1)},),
    )
    run = inference.Windows(data)
    parity = float(np.abs(estimates(network, windows) - run(windows)).max())
    if parity > PARITY:
        raise errors.TrainingError(
            f"The exported network differs from the trained one by {parity:.1e}, more than "
            f"{PARITY:.0e}; nothing was written. Train with the versions in constraints.txt."
        )
    return data, parity


def estimates(network: torch.nn.Module, windows: Floats) -> Floats:
    """Run the network in torch: its values (n, columns, outputs) of (n, columns, features)."""
    with torch.inference_mode():
        given = [network(part) for part in torch.split(torch.from_numpy(windows), 64)]
        parts = [part[0] if isinstance(part, tuple) else part for part in given]
        values: Floats = torch.cat(parts).numpy()
    return values


def model_files(
    recipe: Recipe,
    exported: Exported,
    front_ends: Sequence[FrontEnd],
    window_columns: int,
    summary: str,
) -> dict[Path, bytes]:
    """Give the files a model folder runs on; their form is described in model/README.md."""
    folder = recipe.path.resolve().parent
    contents = {folder / "model.onnx": exported.onnx}
    table: dict[str, object] = {
        "format": FORMAT,
        "name": recipe.name,
        "title": recipe.title,
        "version": recipe.version,
        "licence": recipe.licence,
        "summary": summary,
        "sha256": hashlib.sha256(exported.onnx).hexdigest(),
        "label_time": "end",
    }
    for kind, front_end in zip(("", "pitch_"), front_ends, strict=False):
        filters = io.BytesIO()
        np.save(filters, front_end.filters)
        contents[folder / f"{kind or 'mel_'}filters.npy"] = filters.getvalue()
        table[f"{kind}front_end"] = {
            "sha256": hashlib.sha256(filters.getvalue()).hexdigest(),
            **_front_end_table(front_end),
        }
    if exported.listener is not None:
        contents[folder / "listener.onnx"] = exported.listener
        table["listener"] = {
            "sha256": hashlib.sha256(exported.listener).hexdigest(),
            "features": exported.features,
            "halo_columns": exported.halo_columns,
        }
    table["input"] = {"window_columns": window_columns}
    output: dict[str, object] = {
        "names": [*OUTPUTS, *DEVIATIONS],
        "range": [-1, 1],
    }
    if exported.parts:
        output |= {"parts": list(exported.parts), "measures": list(exported.measures)}
    table["output"] = output
    contents[folder / "model.toml"] = tomli_w.dumps(table).encode()
    return contents


def write(contents: Mapping[Path, bytes]) -> None:
    """Write a model's files, all of them or none.

    Raises `errors.OutputError`.
    """
    files.write_whole(contents)


def onnx_bytes(
    network: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    dynamic_shapes: tuple[Mapping[int, object], ...],
) -> bytes:
    """Turn a network into the bytes of an ONNX file, the same on every machine.

    `inputs` are an example of each of its inputs by name, in any shape that it takes; which of
    their dimensions may vary `dynamic_shapes` tells, in their order.
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=dynamic_shapes,
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )
        return _without_notes(path.read_bytes())


def halved(onnx_bytes: bytes) -> bytes:
    """Store the large weights of a network in 16 bits; they are computed with in 32 as before."""
    return _stored(onnx_bytes, lambda array: True)


def _stored(onnx_bytes: bytes, chosen: Callable[[np.ndarray], bool]) -> bytes:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_model_from_string(onnx_bytes)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.raw_data) < _HALF_ABOVE:
            continue
        array = numpy_helper.to_array(tensor)
        if not chosen(array):
            continue
        name = tensor.name
        half = numpy_helper.from_array(array.astype(np.float16))
        tensor.CopyFrom(half)
        tensor.name = f"{name}_half"
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    data: bytes = model.SerializeToString()
    return data


def halved_where_exact(onnx_bytes: bytes) -> bytes:
    """Store those weights in 16 bits that lose nothing by it."""
    return _stored(onnx_bytes, lambda array: bool((array == array.astype(np.float16)).all()))


def _without_notes(onnx_bytes: bytes) -> bytes:
    """Take out what the exporter notes of its own run: the same weights are the same file anywhere.

    Among the notes are the source lines of every node, with the paths of the training machine.
    """
    import onnx

    model = onnx.load_model_from_string(onnx_bytes)
    graph = model.graph
    values = (*graph.value_info, *graph.input, *graph.output, *graph.initializer)
    for part in (model, graph, *graph.node, *values):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    stripped: bytes = model.SerializeToString()
    return stripped


@contextmanager
def _quiet() -> Iterator[None]:
    # The exporter tells of packages it could also use and of its own old calls: nobody's concern.
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _front_end_table(front_end: FrontEnd) -> dict[str, object]:
    return {
        "sample_rate_hz": front_end.sample_rate_hz,
        "frame_length": front_end.frame_length,
        "hop_length": front_end.hop_length,
        "frames_per_column": front_end.frames_per_column,
        "bands": front_end.bands,
        "floor_power": front_end.floor_power,
    }
