"""Where on the plane the values of a song gather."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.units import Values

Map: TypeAlias = npt.NDArray[np.float64]

EXTENT = 1.1
"""How far a density map reaches from the origin to each side, in valence and arousal."""

SMOOTHING = 0.03
"""Standard deviation of the Gaussian that stands for one value, the same for every song."""

_CELLS = 220


def density_of(values: Values) -> Map:
    """Give how densely the plane is filled by `values`, (n, 2) or more columns, NaN where unknown.

    Shape (cells, cells): rows from high arousal to low, columns from negative valence to positive,
    over `EXTENT` to each side; 1 where most values are, all 0 where none is known.
    """
    known = values[~np.isnan(values[:, 0])]
    if not len(known):
        return np.zeros((_CELLS, _CELLS))
    edges = np.linspace(-EXTENT, EXTENT, _CELLS + 1)
    counts, _, _ = np.histogram2d(-known[:, 1], known[:, 0], bins=(edges, edges))
    middles = (edges[1:] + edges[:-1]) / 2.0
    kernel = np.exp(-((middles[:, None] - middles) ** 2) / (2.0 * SMOOTHING**2))
    density = kernel @ counts @ kernel
    most = float(density.max())
    return density / most if most > 0.0 else density
