"""A folder of model/ made into a callable: windows in; valence, arousal and deviations out."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emoviz import errors, paths
from emoviz.melspectrogram import FrontEnd

DEFAULT_MODEL = "cae"
FORMAT = 1
OUTPUTS = ("valence", "arousal")
DEVIATIONS = ("valence_sd", "arousal_sd")


@dataclass(frozen=True)
class ModelInfo:
    """What a model says of itself in `model.toml`; see `model/README.md` for the file's form."""

    folder: Path
    name: str
    title: str
    version: str
    licence: str
    summary: str
    outputs: tuple[str, ...]
    window_columns: int
    output_range: tuple[float, float]

    @property
    def has_deviation(self) -> bool:
        """Whether each value comes with a deviation."""
        return self.outputs == OUTPUTS + DEVIATIONS

    @property
    def card(self) -> Path:
        """Give the model card."""
        return self.folder / "CARD.md"


class Estimator:
    """A loaded model.

    Called with windows of shape (n, window_columns, bands) in decibels, it gives values of shape
    (n, window_columns, outputs), in the order of `info.outputs`, on the scale [-1, 1].
    """

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`.

        Raises `errors.ModelBrokenError` if the folder is not a whole model.
        """
        # Imported here: it costs start-up time, and the window opens before a model is needed.
        import onnxruntime

        table = _read_table(folder)
        self.info = _read_info(folder, table)
        self.front_end = _read_front_end(folder, table)
        options = onnxruntime.SessionOptions()
        # How many threads share a sum shows in its last digits, and one song has one trajectory:
        # in the window, alone, and among others. Decoding takes the second core.
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                _checked_bytes(folder, table), options, providers=["CPUExecutionProvider"]
            )
            probe = np.zeros((1, self.info.window_columns, self.front_end.bands), np.float32)
            values = self(probe)
        except errors.ModelBrokenError:
            raise
        except Exception as error:  # onnxruntime's errors share no base class of their own
            raise errors.ModelBrokenError(folder, "model.onnx does not run") from error
        if values.shape != (1, self.info.window_columns, len(self.info.outputs)):
            raise errors.ModelBrokenError(folder, f"model.onnx gives an output of {values.shape}")

    def __call__(self, windows_db: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Estimate (n, window_columns, outputs) from (n, window_columns, bands)."""
        values: npt.NDArray[np.float32] = self._session.run(None, {"mel_db": windows_db})[0]
        return values


def load(name: str = DEFAULT_MODEL) -> Estimator:
    """Load the model that is installed under `name`.

    Raises `errors.ModelNotFoundError` or `errors.ModelBrokenError`.
    """
    known = installed()
    if name not in known:
        raise errors.ModelNotFoundError(name, known)
    return Estimator(paths.models() / name)


def installed() -> list[str]:
    """List the names of the models that are installed, the default first."""
    names = [path.parent.name for path in paths.models().glob("*/model.toml")]
    return sorted(names, key=lambda name: (name != DEFAULT_MODEL, name))


def describe(name: str) -> ModelInfo:
    """Read what an installed model says of itself. Raises `errors.ModelBrokenError`."""
    folder = paths.models() / name
    return _read_info(folder, _read_table(folder))


def _read_table(folder: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise errors.ModelBrokenError(folder, "it has no model.toml") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise errors.ModelBrokenError(folder, f"model.toml cannot be read ({error})") from error
    if table.get("format") != FORMAT:
        reason = f"its format is {table.get('format')!r} and this program reads {FORMAT}"
        raise errors.ModelBrokenError(folder, reason)
    return table


def _read_info(folder: Path, table: dict[str, Any]) -> ModelInfo:
    try:
        low, high = (float(bound) for bound in table["output"]["range"])
        info = ModelInfo(
            folder=folder,
            name=str(table["name"]),
            title=str(table["title"]),
            version=str(table["version"]),
            licence=str(table["licence"]),
            summary=str(table["summary"]),
            outputs=tuple(str(name) for name in table["output"]["names"]),
            window_columns=int(table["input"]["window_columns"]),
            output_range=(low, high),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise errors.ModelBrokenError(folder, f"model.toml lacks or garbles {error}") from error
    if info.outputs not in (OUTPUTS, OUTPUTS + DEVIATIONS):
        raise errors.ModelBrokenError(folder, f"its outputs are {', '.join(info.outputs)}")
    if info.window_columns < 2 or info.window_columns % 2:
        raise errors.ModelBrokenError(folder, f"its window has {info.window_columns} columns")
    if info.output_range != (-1.0, 1.0):
        raise errors.ModelBrokenError(folder, f"its range is {info.output_range}, not (-1, 1)")
    return info


def _read_front_end(folder: Path, table: dict[str, Any]) -> FrontEnd:
    try:
        settings = table["front_end"]
        with (folder / "mel_filters.npy").open("rb") as file:
            # Not np.load: it takes archives and pickles too, each with errors of its own.
            filters = np.lib.format.read_array(file, allow_pickle=False)
        front_end = FrontEnd(
            filters=filters.astype(np.float32),
            sample_rate_hz=int(settings["sample_rate_hz"]),
            frame_length=int(settings["frame_length"]),
            hop_length=int(settings["hop_length"]),
            frames_per_column=int(settings["frames_per_column"]),
            floor_power=float(settings["floor_power"]),
        )
        bands = int(settings["bands"])
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise errors.ModelBrokenError(folder, f"its front end cannot be read ({error})") from error
    if filters.shape != (bands, front_end.frame_length // 2 + 1):
        raise errors.ModelBrokenError(folder, f"mel_filters.npy has the shape {filters.shape}")
    if min(front_end.sample_rate_hz, front_end.frames_per_column) < 1 or not (
        front_end.floor_power > 0
    ):
        raise errors.ModelBrokenError(folder, "its front end hears nothing")
    if front_end.lead_length < 0:
        raise errors.ModelBrokenError(folder, "its frames do not fill a half-second")
    return front_end


def _checked_bytes(folder: Path, table: dict[str, Any]) -> bytes:
    try:
        data = (folder / "model.onnx").read_bytes()
    except OSError as error:
        raise errors.ModelBrokenError(folder, "it has no readable model.onnx") from error
    if hashlib.sha256(data).hexdigest() != table.get("sha256"):
        raise errors.ModelBrokenError(folder, "model.onnx is not the file that model.toml names")
    return data
