"""The colour maps of the spectrogram: even to the eye, and safe for the colour-blind."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

VIRIDIS, CIVIDIS, MAGMA, GREY = "viridis", "cividis", "magma", "grey"
CHOICES = (VIRIDIS, CIVIDIS, MAGMA, GREY)

# pyqtgraph draws a table of 256 colours on a fast path, its default of 512 on a slow one.
_COLOURS = 256


def table(name: str) -> npt.NDArray[np.uint8]:
    """Give the colours of one of `CHOICES`, from the lowest level on: shape (256, 3)."""
    if name == GREY:
        return np.repeat(np.arange(_COLOURS, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
    colours: npt.NDArray[np.uint8] = pg.colormap.get(name).getLookupTable(nPts=_COLOURS)
    return colours[:, :3]
