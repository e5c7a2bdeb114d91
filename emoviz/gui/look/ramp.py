"""Colour ramps of one hue whose steps look equal."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

# B. Ottosson, "A perceptual color space for image processing", 2020: linear sRGB to the cones'
# responses, and their cube roots to OKLab, in which equal distances look equal.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def even_ramp(ground: str, colour: str, steps: int) -> npt.NDArray[np.uint8]:
    """Give `steps` colours, (steps, 3) of red, green and blue, from a ground to a colour."""
    share = np.linspace(0.0, 1.0, steps)[:, None]
    mixed = (1.0 - share) * _oklab(ground) + share * _oklab(colour)
    linear = (mixed @ np.linalg.inv(_TO_OKLAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * encoded).astype(np.uint8)


def _oklab(colour: str) -> npt.NDArray[np.float64]:
    of = QColor(colour)
    encoded = np.array([of.redF(), of.greenF(), of.blueF()])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    oklab: npt.NDArray[np.float64] = np.cbrt(linear @ _TO_CONES.T) @ _TO_OKLAB.T
    return oklab
