"""What the fuzzer does to model folders: their description, filters and networks."""

import hashlib
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import onnx
from onnx import TensorProto

from build_scripts.fuzz.mutations import spoil
from build_scripts.fuzz.texts import spoil_toml
from emoviz.system import paths

_FILTERS = ("mel_filters.npy", "pitch_filters.npy")
_NETWORKS = ("model.onnx", "listener.onnx")
_FINGERPRINTED = {
    "model.onnx": b"",
    "listener.onnx": rb"\[listener\]\s*",
    "mel_filters.npy": rb"\[front_end\]\s*",
    "pitch_filters.npy": rb"\[pitch_front_end\]\s*",
}
"""What comes before the fingerprint of each file in model.toml"""


class Trap:
    """What leaves a file behind when code from a model folder is run."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.place), "w")


def copy_and_spoil(name: str, root: Path, chance: Random) -> str:
    """Make `root` an installation whose model of this name is spoiled; say how.

    Fingerprints are mostly made to fit again: what is wrong is to be met behind them.
    """
    (root / "model").mkdir()
    (root / "resources").symlink_to(paths.resources())
    folder = root / "model" / name
    shutil.copytree(paths.models() / name, folder)
    ways = [_spoil_description] * 4 + [_spoil_filters] * 3 + [_spoil_network] * 4 + [_lose_a_file]
    said = []
    for _time in range(chance.choice((1, 1, 1, 2))):
        said.append(chance.choice(ways)(folder, chance))
    if chance.random() < 0.85:
        _fit_fingerprints(folder)
        said.append("fingerprints fitted")
    return ", ".join(said)


def _spoil_description(folder: Path, chance: Random) -> str:
    path = folder / "model.toml"
    if not path.exists():
        return "nothing"
    data, said = spoil_toml(path.read_bytes(), chance)
    _write(path, data)
    return f"model.toml: {said}"


def _lose_a_file(folder: Path, chance: Random) -> str:
    path = chance.choice(sorted(folder.iterdir()))
    path.unlink()
    if chance.random() < 0.3:
        path.mkdir()
        return f"{path.name} is a folder"
    return f"no {path.name}"


def _spoil_filters(folder: Path, chance: Random) -> str:
    path = folder / chance.choice(_FILTERS)
    try:
        good = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        good = np.zeros((96, 662), np.float32)
    shape = good.shape
    arrays: dict[str, Callable[[], np.ndarray]] = {
        "not numbers": lambda: np.full(shape, chance.choice((np.nan, np.inf, -1.0, 3e38))),
        "some not numbers": lambda: np.where(np.arange(good.size).reshape(shape) % 7, good, np.nan),
        "zeros": lambda: np.zeros(shape, np.float32),
        "another shape": lambda: np.zeros(
            chance.choice(((), (1,), shape[::-1], (shape[0], 1), (0, 0), (*shape, 2), (3, 9)))
        ),
        "another kind": lambda: good.astype(
            chance.choice(("c16", "i1", "?", "f2", ">f8", "U8", "S5", "u8"))
        ),
        "dates": lambda: np.zeros(shape, "M8[s]"),
        "fields": lambda: np.zeros(shape, [("a", "f4"), ("b", "i4")]),
        "Fortran's order": lambda: np.asfortranarray(good),
    }
    kind = chance.choice([*arrays, "pickle", "header", "header", "bytes", "bytes"])
    buffer = io.BytesIO()
    if kind == "pickle":
        trap = np.empty(1, object)
        trap[0] = Trap(folder / "sprung")
        np.save(buffer, trap, allow_pickle=True)
        _write(path, buffer.getvalue())
    elif kind == "header":
        _write(path, _false_header(chance) + good.tobytes())
    elif kind == "bytes":
        np.save(buffer, good)
        data, said = spoil(buffer.getvalue(), chance, [b"other"])
        _write(path, data)
        kind = f"bytes: {said}"
    else:
        np.save(buffer, arrays[kind](), allow_pickle=False)
        _write(path, buffer.getvalue())
    return f"{path.name}: {kind}"


def _false_header(chance: Random) -> bytes:
    shape = chance.choice(
        (
            *("(96, 662)", "(-1, 662)", "(2147483647, 2147483647)", "(9223372036854775807,)"),
            *(
                "(96.5, 662)",
                "('96', 662)",
                "(True, 662)",
                "96",
                "[96, 662]",
                "()",
                "(96, 662,",
                "None",
            ),
            *("(" + "9" * 5000 + ",)", "(" * 200 + ")" * 200, "(" * 3000, "(100000, 100000)"),
            *("__import__('os').getcwd()", "(96, 662), 'evil': 1", "(96, 0)", "\0"),
        )
    )
    kind = chance.choice(("'<f4'", "'|O'", "'<f4,<f4'", "''", "'<U999999999'", "7", "'f'", "'|V0'"))
    text = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}"
    version = chance.choice((1, 1, 1, 2, 3, 0, 9))
    length = len(text) if chance.random() < 0.8 else chance.choice((0, 1, 65535))
    size = 2 if version == 1 else 4
    head = length.to_bytes(size, "little", signed=False)
    return b"\x93NUMPY" + bytes([version, 0]) + head + text.encode()


def _spoil_network(folder: Path, chance: Random) -> str:
    path = folder / chance.choice(_NETWORKS)
    if not path.is_file():
        return "nothing"
    if chance.random() < 0.4:
        data, said = spoil(path.read_bytes(), chance, [b"other" * 100])
        _write(path, data)
        return f"{path.name}: {said}"
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except Exception:  # noqa: BLE001  (it was spoiled before; protobuf's errors share no class)
        return "nothing"
    ways = (_retype, _reshape, _drop_node, _rename, _external, _nan_weights, _other_attribute)
    way = chance.choice(ways)
    way(model, chance)
    _write(path, model.SerializeToString())
    return f"{path.name}: {way.__name__.strip('_')}"


def _retype(model: onnx.ModelProto, chance: Random) -> None:
    value = chance.choice([*model.graph.input, *model.graph.output])
    value.type.tensor_type.elem_type = chance.choice(
        (TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL, 0, 99)
    )


def _reshape(model: onnx.ModelProto, chance: Random) -> None:
    tensors = [*model.graph.initializer]
    if tensors and chance.random() < 0.6:
        tensor = chance.choice(tensors)
        if tensor.dims:
            place = chance.randrange(len(tensor.dims))
            tensor.dims[place] = chance.choice((0, -1, 1, 7, tensor.dims[place] + 1, 2**40))
        return
    value = chance.choice([*model.graph.input, *model.graph.output])
    dims = value.type.tensor_type.shape.dim
    if dims:
        chance.choice(dims).dim_value = chance.choice((0, -1, 1, 7, 61, 2**40))


def _drop_node(model: onnx.ModelProto, chance: Random) -> None:
    if model.graph.node:
        del model.graph.node[chance.randrange(len(model.graph.node))]


def _rename(model: onnx.ModelProto, chance: Random) -> None:
    node = chance.choice(model.graph.node)
    way = chance.randrange(3)
    if way == 0:
        node.op_type = chance.choice(("Relu", "NoSuchThing", "", "Conv", "Identity", "Shape"))
    elif way == 1 and node.input:
        node.input[0] = chance.choice(("", "nowhere", node.output[0]))
    else:
        node.domain = "evil.example"


def _external(model: onnx.ModelProto, chance: Random) -> None:
    """Have weights come out of another file."""
    tensors = [tensor for tensor in model.graph.initializer if tensor.raw_data]
    if not tensors:
        return
    tensor = chance.choice(tensors)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    place = chance.choice(
        ("/etc/passwd", "../../../etc/passwd", "weights.bin", "", "/dev/zero", ".")
    )
    for key, value in (("location", place), ("offset", "0"), ("length", str(2**40))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


def _nan_weights(model: onnx.ModelProto, chance: Random) -> None:
    tensors = [
        tensor
        for tensor in model.graph.initializer
        if tensor.raw_data and tensor.data_type == TensorProto.FLOAT
    ]
    if tensors:
        tensor = chance.choice(tensors)
        value = np.float32(chance.choice((np.nan, np.inf, 1e38, -1e38, 0.0)))
        tensor.raw_data = value.tobytes() * (len(tensor.raw_data) // 4)


def _other_attribute(model: onnx.ModelProto, chance: Random) -> None:
    attributes = [attribute for node in model.graph.node for attribute in node.attribute]
    if not attributes:
        return
    attribute = chance.choice(attributes)
    if attribute.ints:
        place = chance.randrange(len(attribute.ints))
        attribute.ints[place] = chance.choice((0, -1, 2, 99, 2**31, -(2**31)))
    else:
        attribute.i = chance.choice((0, -1, 2, 99, 2**31))


def _fit_fingerprints(folder: Path) -> None:
    path = folder / "model.toml"
    if not path.is_file():
        return
    text = path.read_bytes()
    for name, section in _FINGERPRINTED.items():
        if (folder / name).is_file():
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest().encode()
            found = re.search(section + rb'sha256 = "[0-9a-f]{64}"', text)
            if found:
                fitted = re.sub(rb"[0-9a-f]{64}", digest, found.group())
                text = text[: found.start()] + fitted + text[found.end() :]
    _write(path, text)


def _write(path: Path, data: bytes) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.write_bytes(data)
