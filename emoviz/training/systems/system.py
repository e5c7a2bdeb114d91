"""What a comparison asks of a system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from emoviz.training.data.dataset import Clip
from emoviz.training.fits.curves import Curve
from emoviz.training.scores.baselines import Ask

Note: TypeAlias = Callable[[str, Curve], None]
"""Takes the name of a part of the system and what has become of its loss, after every epoch."""

Learn: TypeAlias = Callable[[Sequence[Clip], Sequence[Clip], Note], Ask]
"""Takes clips to learn from, and others to note the loss on."""


@dataclass(frozen=True)
class System:
    """One way to estimate.

    `learn` learns from clips, and what it gives can be asked as often as one likes, about clips of
    the same length. From the second clips it must not learn: it has them only to note the
    validation loss. All clips have the same number of columns, a multiple of 4, and hold mel bands
    in decibels.
    """

    name: str
    about: str
    learn: Learn
