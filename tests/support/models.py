"""Model folders for tests: copies of the shipped one, damaged in one way each."""

import hashlib
import io
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from emoviz.system import paths

FEATURES = 248
"""How many features the default model's listener gives for a half-second."""


def copy_shipped(folder: Path) -> Path:
    """Copy the default model to `folder`, which is made."""
    shutil.copytree(paths.models() / "cae", folder)
    return folder


def edit(folder: Path, old: str, new: str) -> None:
    """Replace the line of model.toml that begins with `old`, and its list, by `new`."""
    lines = (folder / "model.toml").read_text(encoding="utf-8").splitlines()
    hits = [index for index, line in enumerate(lines) if line.replace(" ", "").startswith(old)]
    assert hits, f"no line begins with {old}"
    first = last = hits[0]
    while lines[first].endswith("[") and lines[last] != "]":
        last += 1
    lines[first : last + 1] = [new]
    (folder / "model.toml").write_text("\n".join(lines), encoding="utf-8")


def set_file(folder: Path, name: str, data: bytes) -> None:
    """Put another file in the folder, with the fingerprint that belongs to it."""
    old, new = (
        hashlib.sha256(content).hexdigest() for content in ((folder / name).read_bytes(), data)
    )
    (folder / name).write_bytes(data)
    table = (folder / "model.toml").read_text(encoding="utf-8")
    assert table.count(old) == 1
    (folder / "model.toml").write_text(table.replace(old, new), encoding="utf-8")


def set_network(folder: Path, model: onnx.ModelProto) -> None:
    """Put another network in the folder, with the fingerprint that belongs to it."""
    set_file(folder, "model.onnx", model.SerializeToString())
    if "parts" not in [output.name for output in model.graph.output]:
        for name in ("parts", "measures"):
            edit(folder, f"{name}=", f"{name} = []")


def mean_network(columns: int, bands: int, outputs: int, name: str = "columns") -> onnx.ModelProto:
    """Make a network whose outputs are tanh of the mean level of a column, and its size."""
    shape = ["n", columns, bands]
    feelings = ["bounded"] * 2
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", [name, "axes"], ["mean"], keepdims=1),
            helper.make_node("Tanh", ["mean"], ["bounded"]),
            helper.make_node("Abs", ["bounded"], ["size"]),
            helper.make_node("Concat", feelings + ["size"] * (outputs - 2), ["values"], axis=2),
        ],
        "mean",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("values", TensorProto.FLOAT, ["n", columns, outputs])],
        [helper.make_tensor("axes", TensorProto.INT64, [1], [2])],
    )
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9)


def take_deviations(folder: Path) -> None:
    """Make the model one that gives no deviations."""
    set_network(folder, mean_network(60, FEATURES, outputs=2))
    edit(folder, "names=", 'names = ["valence", "arousal"]')


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (_spring, ("sprung",))


def _spring(_: str) -> None:
    raise AssertionError("code from a model folder was run")


def _pickled_filters(folder: Path) -> None:
    filters = np.empty(1, object)
    filters[0] = _Trap()
    set_file(folder, "mel_filters.npy", _saved(filters))


def _truncated_filters(folder: Path) -> None:
    data = (folder / "mel_filters.npy").read_bytes()
    set_file(folder, "mel_filters.npy", data[: len(data) // 2])


def _zipped_filters(folder: Path) -> None:
    archive = io.BytesIO()
    np.savez(archive, filters=np.zeros((96, 662), np.float32))
    set_file(folder, "mel_filters.npy", archive.getvalue())


def _filters_of(shape: tuple[int, ...]) -> Callable[[Path], None]:
    return _filters(np.zeros(shape, np.float32))


def _saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _emptied(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"")


def _toml(data: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "model.toml").write_bytes(data) and None


def _line(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder, old, new)


def _network(model: onnx.ModelProto) -> Callable[[Path], None]:
    return lambda folder: set_network(folder, model)


def _junk_network(folder: Path) -> None:
    set_file(folder, "model.onnx", b"junk")


def _filters(array: np.ndarray) -> Callable[[Path], None]:
    return lambda folder: set_file(folder, "mel_filters.npy", _saved(array))


def _headed(shape: str, kind: str = "'<f4'") -> Callable[[Path], None]:
    """Give filters whose header says anything, before a few numbers."""
    header = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    data = start + header + bytes(4000)
    return lambda folder: set_file(folder, "mel_filters.npy", data)


def _double_network() -> onnx.ModelProto:
    """Make a network that gives what it should, in double precision."""
    model = mean_network(60, FEATURES, outputs=4)
    concat = model.graph.node[-1]
    concat.output[0] = "single"
    to_double = helper.make_node("Cast", ["single"], ["values"], to=TensorProto.DOUBLE)
    model.graph.node.append(to_double)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    return model


def negative_deviations(folder: Path) -> None:
    """Have the network say of what it is sure to be less than nothing."""
    model = mean_network(60, FEATURES, outputs=4)
    next(node for node in model.graph.node if node.op_type == "Abs").op_type = "Identity"
    set_network(folder, model)


def endless_weights(folder: Path) -> None:
    """Make every weight of the network no number."""
    model = onnx.load(folder / "model.onnx")
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and tensor.raw_data:
            tensor.raw_data = np.float32(np.nan).tobytes() * (len(tensor.raw_data) // 4)
    set_network(folder, model)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "model.toml of many digits": _line("title=", f"title = {'9' * 5000}"),
    "model.toml of many brackets": _line("title=", f"title = {'[' * 5000}{']' * 5000}"),
    "endless floor": _line("floor_power=", "floor_power = inf"),
    "giant hop": _line("hop_length=", "hop_length = 2000000000"),
    "hop of zero": _line("hop_length=", "hop_length = 0"),
    "rate of one": _line("sample_rate_hz=", "sample_rate_hz = 1"),
    "wide halo": _line("halo_columns=", "halo_columns = 2000000000"),
    "filters that are no numbers": _filters(np.full((96, 662), np.nan, np.float32)),
    "negative filters": _filters(np.full((96, 662), -1.0, np.float32)),
    "complex filters": _filters(np.zeros((96, 662), np.complex64)),
    "filters of words": _filters(np.full((96, 662), "0.5")),
    "filters too large for their kind": _filters(np.full((96, 662), 1e300)),
    "filters that promise gigabytes": _headed("(100000, 100000)"),
    "filters less than none": _headed("(-1, 662)"),
    "filters of many brackets": _headed("(" * 3000),
    "filters of an unclosed bracket": _headed("(96, 662,"),
    "filters of code": _headed("__import__('os').getcwd()"),
    "filters of objects": _headed("(96, 662)", "'|O'"),
    "no model.toml": _without("model.toml"),
    "empty model.toml": _emptied("model.toml"),
    "binary model.toml": _toml(b"\xff\xfe\x00"),
    "garbage model.toml": _toml(b"= [[["),
    "another format": _line("format=", "format = 2"),
    "format is text": _line("format=", 'format = "3"'),
    "no title": _line("title=", ""),
    "output is no table": _toml(b'format = 3\nname = "cae"\noutput = 3'),
    "no such output": _line("names=", 'names = ["valence", "dominance"]'),
    "outputs in another order": _line("names=", 'names = ["arousal", "valence"]'),
    "outputs are numbers": _line("names=", "names = [1, 2]"),
    "outputs are one word": _line("names=", 'names = "valence"'),
    "another range": _line("range=", "range = [1, 9]"),
    "half a range": _line("range=", "range = [-1]"),
    "odd window": _line("window_columns=", "window_columns = 61"),
    "no window": _line("window_columns=", "window_columns = 0"),
    "endless window": _line("window_columns=", "window_columns = inf"),
    "window is text": _line("window_columns=", 'window_columns = "many"'),
    "no rate": _line("sample_rate_hz=", ""),
    "rate of zero": _line("sample_rate_hz=", "sample_rate_hz = 0"),
    "negative rate": _line("sample_rate_hz=", "sample_rate_hz = -22050"),
    "no frames": _line("frames_per_column=", "frames_per_column = 0"),
    "sparse frames": _line("hop_length=", "hop_length = 100"),
    "no floor": _line("floor_power=", "floor_power = 0.0"),
    "floor is no number": _line("floor_power=", "floor_power = nan"),
    "other bands": _line("bands=", "bands = 128"),
    "no filters": _without("mel_filters.npy"),
    "other filters": _emptied("mel_filters.npy"),
    "empty filters": lambda folder: set_file(folder, "mel_filters.npy", b""),
    "truncated filters": _truncated_filters,
    "pickled filters": _pickled_filters,
    "zipped filters": _zipped_filters,
    "filters for another frame": _filters_of((96, 513)),
    "flat filters": _filters_of((96,)),
    "a number for filters": _filters_of(()),
    "no network": _without("model.onnx"),
    "another network": _emptied("model.onnx"),
    "no fingerprint": _line("sha256=", ""),
    "junk for a network": _junk_network,
    "network of another window": _network(mean_network(40, FEATURES, 2)),
    "network of another input": _network(mean_network(60, FEATURES, 2, name="x")),
    "network of doubles": _network(_double_network()),
    "network of more outputs": _network(mean_network(60, FEATURES, 3)),
}
"""What can be wrong with a model folder: each spoils the copy it is given."""


def front_end_of(folder: Path) -> dict[str, object]:
    """Read the front end's settings from model.toml."""
    table = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    settings: dict[str, object] = table["front_end"]
    return settings
