"""A folder of model/ made into a callable: windows in; valence, arousal and deviations out."""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from emoviz import errors
from emoviz.hearing.columns import (
    BLOCK_COLUMNS,
    Hearing,
    LiveHearing,
    LiveMeanHearing,
    LiveNetworkHearing,
    MeanHearing,
    NetworkHearing,
)
from emoviz.hearing.front_end import FrontEnd
from emoviz.hearing.mel_frames import Frames
from emoviz.models.filter_bank import filters_from
from emoviz.models.inference import LISTENER_THREADS, Listener, Windows
from emoviz.system import paths

DEFAULT_MODEL = "cae"
FORMAT = 3
OUTPUTS = ("valence", "arousal")
DEVIATIONS = ("valence_sd", "arousal_sd")

_FILTERS = {"front_end": "mel_filters.npy", "pitch_front_end": "pitch_filters.npy"}

_SILENT_COLUMNS = 3

Network = TypeVar("Network")


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
    parts: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    """What the values owe to what is told by parts of these names, and which of what they are about
    is measured; none of a model that does not tell."""

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

    Called with windows of shape (n, window_columns, features) as `hearing` gives columns, it gives
    values of shape (n, window_columns, outputs), in the order of `info.outputs`, on the scale
    [-1, 1]. `front_ends` are what `columns.frames_of` needs; the first is shown as a picture.
    """

    def __init__(self, folder: Path, threads: int = LISTENER_THREADS) -> None:
        """Load the model in `folder`, to listen with so many threads.

        Raises `errors.ModelBrokenError` if the folder is not a whole model.
        """
        table = _read_table(folder)
        self._table = table
        self.info = _read_info(folder, table)
        self.front_ends = tuple(
            _read_front_end(folder, table, section)
            for section in ("front_end", "pitch_front_end")
            if section in table or section == "front_end"
        )
        if len({front_end.sample_rate_hz for front_end in self.front_ends}) > 1:
            raise errors.ModelBrokenError(folder, "its front ends differ in their sample rate")
        self._windows = _loaded(Windows, folder, "model.onnx", table.get("sha256"))
        self._listener = _read_listener(folder, table, threads)
        self.features = self.front_end.bands if self._listener is None else self._listener[1]
        self._try(folder)

    @property
    def front_end(self) -> FrontEnd:
        """The front end whose frames are shown."""
        return self.front_ends[0]

    def is_current(self) -> bool:
        """Tell whether its folder still holds this model. Raises `errors.ModelBrokenError`."""
        return _read_table(self.info.folder) == self._table

    def rest(self) -> None:
        """Give back the memory that a song took; the next one need not wait for loading."""
        if self._listener is not None and not self._listener[0].is_rested:
            self._listener[0].give_back()
            self._hear_silence()

    def hearing(self) -> Hearing:
        """Give what turns the frames of one song into columns."""
        if self._listener is None:
            return MeanHearing()
        network, _, halo_columns = self._listener
        return NetworkHearing(network, halo_columns)

    def live_hearing(self) -> LiveHearing:
        """Give what turns the frames of what is still sounding into columns."""
        if self._listener is None:
            return LiveMeanHearing()
        network, _, halo_columns = self._listener
        return LiveNetworkHearing(network, halo_columns)

    def __call__(self, windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Estimate (n, window_columns, outputs) from (n, window_columns, features).

        Raises `errors.ModelBrokenError` for values that are no numbers or outside the scale.
        """
        return self._checked(self._windows(windows))

    def explained(
        self, windows: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Estimate as a call does; give too what the values owe to what, of a model that tells.

        That is (n, window_columns, 2 * parts + measures): valence and arousal of each part in turn,
        then what is measured. Raises as a call does.
        """
        values, parts, measures = self._windows.explained(windows)
        told = np.concatenate([parts, measures], axis=2)
        if not np.isfinite(told).all():
            raise errors.ModelBrokenError(self.info.folder, "model.onnx gives parts of no number")
        return self._checked(values), told

    def _checked(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        low, high = self.info.output_range
        feelings, deviations = values[..., : len(OUTPUTS)], values[..., len(OUTPUTS) :]
        # None of these holds of what is not a number.
        if (
            not ((feelings >= low) & (feelings <= high)).all()
            or not ((deviations >= 0) & np.isfinite(deviations)).all()
        ):
            raise errors.ModelBrokenError(
                self.info.folder, "model.onnx gives values that are outside its range"
            )
        return values

    def _try(self, folder: Path) -> None:
        """Run everything once on silence."""
        try:
            heard = self._hear_silence()
            columns = self.info.window_columns
            silence = np.zeros((1, columns, self.features), np.float32)
            values = self._windows(silence)
            told = self._windows.explained(silence)[1:] if self.info.parts else ()
        except Exception as error:  # onnxruntime's errors share no base class of their own
            raise errors.ModelBrokenError(folder, "its networks do not run") from error
        if heard.shape != (_SILENT_COLUMNS, self.features):
            raise errors.ModelBrokenError(folder, f"its listener gives columns of {heard.shape}")
        if values.shape != (1, columns, len(self.info.outputs)):
            raise errors.ModelBrokenError(folder, f"model.onnx gives an output of {values.shape}")
        if told and [part.shape[2] for part in told] != [
            2 * len(self.info.parts),
            len(self.info.measures),
        ]:
            raise errors.ModelBrokenError(folder, "its parts are not as many as it names")
        if values.dtype != np.float32 or heard.dtype != np.float32:
            raise errors.ModelBrokenError(folder, "its networks do not give single precision")

    def _hear_silence(self) -> npt.NDArray[np.float32]:
        hearing = self.hearing()
        silence = (
            np.full((_SILENT_COLUMNS, end.frames_per_column, end.bands), -100.0, np.float32)
            for end in self.front_ends
        )
        hearing.push(Frames(tuple(silence)))
        hearing.end()
        return hearing.listen().columns


def load(name: str = DEFAULT_MODEL, threads: int = LISTENER_THREADS) -> Estimator:
    """Load the model that is installed under `name`, to listen with so many threads.

    Raises `errors.ModelNotFoundError` or `errors.ModelBrokenError`.
    """
    known = installed()
    if name not in known:
        raise errors.ModelNotFoundError(name, known)
    return Estimator(paths.models() / name, threads)


def installed() -> list[str]:
    """List the names of the models that are installed, the default first."""
    names = [path.parent.name for path in paths.models().glob("*/model.toml")]
    return sorted(names, key=lambda name: (name != DEFAULT_MODEL, name))


def describe(name: str) -> ModelInfo:
    """Read what an installed model says of itself. Raises `errors.ModelBrokenError`."""
    folder = paths.models() / name
    return _read_info(folder, _read_table(folder))


def shown_front_end(name: str) -> FrontEnd:
    """Read the front end whose frames are shown. Raises `errors.ModelBrokenError`."""
    folder = paths.models() / name
    return _read_front_end(folder, _read_table(folder), "front_end")


def _read_table(folder: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise errors.ModelBrokenError(folder, "it has no model.toml") from error
    except (OSError, ValueError) as error:
        # A number of thousands of digits is a plain ValueError.
        reason = f"model.toml cannot be read: {errors.words_of(error)}"
        raise errors.ModelBrokenError(folder, reason) from error
    except RecursionError as error:
        raise errors.ModelBrokenError(folder, "model.toml is nested too deeply") from error
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
            parts=tuple(str(name) for name in table["output"].get("parts", ())),
            measures=tuple(str(name) for name in table["output"].get("measures", ())),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise errors.ModelBrokenError(folder, f"in model.toml {errors.words_of(error)}") from error
    if info.outputs not in (OUTPUTS, OUTPUTS + DEVIATIONS):
        raise errors.ModelBrokenError(folder, f"its outputs are {', '.join(info.outputs)}")
    if not set(info.measures) <= set(info.parts):
        raise errors.ModelBrokenError(folder, "what it measures is no part of what it tells")
    if info.window_columns < 2 or info.window_columns % 2:
        raise errors.ModelBrokenError(folder, f"its window has {info.window_columns} columns")
    if info.output_range != (-1.0, 1.0):
        raise errors.ModelBrokenError(folder, f"its range is {info.output_range}, not (-1, 1)")
    return info


def _read_listener(
    folder: Path, table: dict[str, Any], threads: int
) -> tuple[Listener, int, int] | None:
    """Give the listener with its features and halo; None for a model without one."""
    if "listener" not in table:
        return None
    try:
        settings = table["listener"]
        features, halo = int(settings["features"]), int(settings["halo_columns"])
        sha256 = str(settings["sha256"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise errors.ModelBrokenError(folder, f"in [listener] {errors.words_of(error)}") from error
    if features < 1 or halo < 1:
        raise errors.ModelBrokenError(folder, "its listener hears nothing")
    if halo > BLOCK_COLUMNS:
        raise errors.ModelBrokenError(folder, f"its listener looks {halo} columns to either side")
    network = _loaded(partial(Listener, threads=threads), folder, "listener.onnx", sha256)
    return network, features, halo


def _loaded(kind: Callable[[bytes], Network], folder: Path, name: str, sha256: object) -> Network:
    data = _checked_bytes(folder, name, sha256)
    try:
        return kind(data)
    except Exception as error:  # onnxruntime's errors share no base class of their own
        raise errors.ModelBrokenError(folder, f"{name} does not run") from error


def _read_front_end(folder: Path, table: dict[str, Any], section: str) -> FrontEnd:
    filters_name = _FILTERS[section]
    try:
        settings = table[section]
        sha256 = settings["sha256"]
    except (KeyError, TypeError) as error:
        raise errors.ModelBrokenError(folder, f"in [{section}] {errors.words_of(error)}") from error
    data = _checked_bytes(folder, filters_name, sha256)
    try:
        filters = filters_from(data)
        front_end = FrontEnd(
            filters=filters,
            sample_rate_hz=int(settings["sample_rate_hz"]),
            frame_length=int(settings["frame_length"]),
            hop_length=int(settings["hop_length"]),
            frames_per_column=int(settings["frames_per_column"]),
            floor_power=float(settings["floor_power"]),
        )
        bands = int(settings["bands"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise errors.ModelBrokenError(folder, f"in [{section}] {errors.words_of(error)}") from error
    if filters.shape != (bands, front_end.frame_length // 2 + 1):
        raise errors.ModelBrokenError(folder, f"{filters_name} has the shape {filters.shape}")
    counts = (front_end.sample_rate_hz, front_end.frames_per_column, front_end.hop_length)
    # The lowest band is not listened to where loudness is asked for.
    if min(counts) < 1 or bands < 2 or not 0 < front_end.floor_power < np.inf:
        raise errors.ModelBrokenError(folder, "its front end hears nothing")
    if not 0 <= front_end.lead_length <= front_end.column_length:
        raise errors.ModelBrokenError(folder, "its frames do not fill a half-second")
    return front_end


def _checked_bytes(folder: Path, name: str, sha256: object) -> bytes:
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise errors.ModelBrokenError(folder, f"it has no readable {name}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise errors.ModelBrokenError(folder, f"{name} is not the file that model.toml names")
    return data
