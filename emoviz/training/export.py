"""A fitted network made into a model folder, checked against itself on the way."""

import hashlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from emoviz import errors, files
from emoviz.estimator import FORMAT, OUTPUTS
from emoviz.melspectrogram import FrontEnd
from emoviz.training.dataset import Floats
from emoviz.training.networks import Ensemble, TimeOrderedAutoencoder, fold_norms
from emoviz.training.recipe import Recipe

PARITY = 1e-4
"""Most that torch and onnxruntime may differ by, on the [-1, 1] scale."""

_OPSET = 18


@dataclass(frozen=True)
class Exported:
    """A network as the bytes of an ONNX file, and how far the two differ on real windows."""

    onnx: bytes
    parity: float


def export(network: Ensemble, windows_db: Floats) -> Exported:
    """Turn a network into ONNX and run both on `windows_db` of shape (n, columns, bands).

    Raises `errors.TrainingError` if they differ by more than `PARITY`.
    """
    network.eval()
    for member in network.members:
        assert isinstance(member, TimeOrderedAutoencoder)
        fold_norms(member)
    data = _onnx_bytes(network, windows_db)
    parity = float(np.abs(estimates(network, windows_db) - run_onnx(data, windows_db)).max())
    if parity > PARITY:
        raise errors.TrainingError(
            f"The exported network differs from the trained one by {parity:.1e}, more than "
            f"{PARITY:.0e}; nothing was written. Train with the versions in constraints.txt."
        )
    return Exported(onnx=data, parity=parity)


def estimates(network: torch.nn.Module, windows_db: Floats) -> Floats:
    """Run the network in torch: (n, columns, 2) from (n, columns, bands)."""
    with torch.inference_mode():
        parts = [network(part) for part in torch.split(torch.from_numpy(windows_db), 64)]
        values: Floats = torch.cat(parts).numpy()
    return values


def run_onnx(data: bytes, windows_db: Floats) -> Floats:
    """Run the bytes of an ONNX file in onnxruntime, as the program will."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    values: Floats = session.run(None, {"mel_db": windows_db})[0]
    return values


def model_files(
    recipe: Recipe, exported: Exported, front_end: FrontEnd, columns_db: Floats, summary: str
) -> dict[Path, bytes]:
    """Give the files a model folder runs on; their form is described in model/README.md.

    `columns_db` are the training columns that the normalisation was taken from.
    """
    folder = recipe.path.resolve().parent
    filters = io.BytesIO()
    np.save(filters, front_end.filters)
    table: dict[str, Mapping[str, object] | object] = {
        "format": FORMAT,
        "name": recipe.name,
        "title": recipe.title,
        "version": recipe.version,
        "licence": recipe.licence,
        "summary": summary,
        "sha256": hashlib.sha256(exported.onnx).hexdigest(),
        "label_time": "end",
        "front_end": {
            "sample_rate_hz": front_end.sample_rate_hz,
            "frame_length": front_end.frame_length,
            "hop_length": front_end.hop_length,
            "frames_per_column": front_end.frames_per_column,
            "bands": front_end.bands,
            "floor_power": front_end.floor_power,
        },
        "input": {
            "window_columns": recipe.network.window_columns,
            "mean_db": round(float(columns_db.mean()), 2),
            "deviation_db": round(float(columns_db.std(axis=0).mean()), 2),
        },
        "output": {"names": list(OUTPUTS), "range": [-1, 1]},
    }
    return {
        folder / "model.onnx": exported.onnx,
        folder / "mel_filters.npy": filters.getvalue(),
        folder / "model.toml": _toml(table).encode(),
    }


def write(contents: Mapping[Path, bytes]) -> None:
    """Write a model's files, all of them or none.

    Raises `errors.OutputError`.
    """
    files.write_whole(contents)


def _onnx_bytes(network: Ensemble, windows_db: Floats) -> bytes:
    with tempfile.TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            network,
            (torch.from_numpy(windows_db[:2]),),
            path,
            input_names=["mel_db"],
            output_names=["values"],
            dynamic_shapes={"mel_db": {0: torch.export.Dim("n", min=1)}},
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )
        return _without_notes(path.read_bytes())


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


def _toml(table: Mapping[str, object]) -> str:
    """Write plain values, lists and one level of sections; the standard library only reads TOML."""
    plain = [f"{key} = {_toml_value(value)}" for key, value in table.items() if not _is_map(value)]
    for name, section in table.items():
        if isinstance(section, Mapping):
            plain += ["", f"[{name}]"]
            plain += [f"{key} = {_toml_value(value)}" for key, value in section.items()]
    return "\n".join(plain) + "\n"


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)


def _toml_value(value: object) -> str:
    if isinstance(value, str):
        # A TOML basic string is a JSON string but for U+007F, which no title holds.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return repr(value)
