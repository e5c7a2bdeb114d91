"""What a comparison asks of a system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emoviz.training.data.dataset import Clip
from emoviz.training.fits.curves import Curve

Doubles: TypeAlias = npt.NDArray[np.float64]
Note: TypeAlias = Callable[[str, Curve], None]
"""Takes the name of a part of the system and what has become of its loss, after every epoch."""


@dataclass(frozen=True)
class System:
    """One way to estimate.

    `run` learns from clips and estimates others, (columns, 2) for each, which it must not learn
    from: it has their labels only to note the validation loss. All clips have the same number of
    columns, a multiple of 4, and hold mel bands in decibels.
    """

    name: str
    about: str
    run: Callable[[Sequence[Clip], Sequence[Clip], Note], list[Doubles]]
