"""The bytes of ONNX files made into callables by onnxruntime."""

import os
import threading
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emoviz.hearing.mel_frames import Frames

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions

Floats = npt.NDArray[np.float32]

LISTENER_THREADS = 2


def session(data: bytes, threads: int) -> "InferenceSession":
    """Load a network that runs on `threads` cores; raises an error of onnxruntime's own."""
    # Otherwise it keeps a number of this computer and tells its makers of every model that runs.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # Imported here: it costs start-up time, and the window opens before a model is needed.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # A plan of the memory for all layers at once takes a third more of it.
    options.enable_mem_pattern = False
    # Threads that wait in a loop take the cores from what draws and plays.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


class Windows:
    """A network that gives values for windows of columns."""

    def __init__(self, data: bytes) -> None:
        # How many threads share a sum may show in its last digits, and one song has one
        # trajectory: in the window, alone, and among others.
        self._session = session(data, threads=1)

    def __call__(self, windows: Floats) -> Floats:
        """Estimate (n, columns, outputs) from (n, columns, features)."""
        values: Floats = self._session.run(["values"], {"columns": windows})[0]
        return values

    def explained(self, windows: Floats) -> tuple[Floats, Floats, Floats]:
        """Estimate as a call does; give what the values owe to what, and what is measured, too.

        Only a network with the outputs `parts` and `measures` does.
        """
        names = ["values", "parts", "measures"]
        values, parts, measures = self._session.run(names, {"columns": windows})
        return values, parts, measures


class Listener:
    """A network that makes columns of the frames of all front ends, in their order."""

    def __init__(self, data: bytes, threads: int = LISTENER_THREADS) -> None:
        # Its convolutions share no sums between threads: the digits are the same on any number,
        # which a test checks.
        self._session = session(data, threads)
        self._inputs = [value.name for value in self._session.get_inputs()]
        self._gives_back = True
        self.is_rested = False
        """Whether the last run has given all memory back that it could"""
        # Two at a time would take twice the memory, and the session would keep it.
        self._running = threading.Lock()

    def __call__(self, frames: Frames) -> Floats:
        """Give (columns, features) for frames of as many columns."""
        flat = [array.reshape(1, -1, array.shape[2]) for array in frames.by_front_end]
        given = dict(zip(self._inputs, flat, strict=True))
        with self._running:
            options = _giving_back() if self._gives_back else None
            columns: Floats = self._session.run(None, given, options)[0][0]
            self.is_rested, self._gives_back = self._gives_back, False
        return columns

    def give_back(self) -> None:
        """Have the memory that loading or running took be free again after the next run."""
        self._gives_back = True


def _giving_back() -> "RunOptions":
    """Give options for a run after which all memory that it does not keep is free."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
