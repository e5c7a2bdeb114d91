"""The filter banks of model folders: .npy files that hold numbers and nothing else."""

import io
import math

import numpy as np
import numpy.typing as npt

_VERSION = (1, 0)
_SHOWN = 60


def filters_from(data: bytes) -> npt.NDArray[np.float32]:
    """Read the filters in the bytes of a .npy file, of whatever shape these say.

    Raises `ValueError` for anything but finite numbers from 0 on; nothing is unpickled, and no
    more memory taken than there are bytes.
    """
    # Not np.load: it takes archives and pickles too, each with errors of its own.
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != _VERSION:
        raise ValueError("its filters are of another version")
    try:
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
    except ValueError:
        raise
    except Exception as error:  # numpy has Python's own parser read the header
        raise ValueError("its filters have a garbled header") from error
    numbers = file.read()
    if kind.kind != "f":
        raise ValueError(f"its filters are {str(kind)[:_SHOWN]}, no numbers")
    if min(shape, default=0) < 0 or math.prod(shape) * kind.itemsize != len(numbers):
        raise ValueError("its filters are not as many as they say")
    filters = np.frombuffer(numbers, kind).reshape(shape, order="F" if by_columns else "C")
    if not (np.isfinite(filters) & (filters >= 0)).all():
        raise ValueError("its filters have weights that are no numbers from 0 on")
    with np.errstate(over="raise"):
        try:
            return filters.astype(np.float32)
        except FloatingPointError as error:
            raise ValueError("its filters have weights that are too large") from error
