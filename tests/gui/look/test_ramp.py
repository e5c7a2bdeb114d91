"""The ramp of the density map: even steps of one hue, as CIELAB measures them."""

import numpy as np
import pytest

from emoviz.gui.look.ramp import even_ramp
from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours

THEMES = pytest.mark.parametrize("colours", [DARK_COLOURS, LIGHT_COLOURS], ids=["dark", "light"])


def cielab(rgb: np.ndarray) -> np.ndarray:
    """Give L*, a* and b* of sRGB colours (n, 3), 0 to 255, for daylight D65."""
    encoded = rgb / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(linear @ to_xyz.T / [0.9505, 1.0, 1.089]).T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@THEMES
def test_its_steps_look_equal_and_go_one_way(colours: Colours) -> None:
    lab = cielab(even_ramp(colours.panel, colours.density, 12))
    lightness = np.diff(lab[:, 0])
    assert (np.sign(lightness) == np.sign(lightness[0])).all()
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps.std() < 0.15 * steps.mean()


@THEMES
def test_it_has_one_hue_and_ends_where_it_says(colours: Colours) -> None:
    ramp = even_ramp(colours.panel, colours.density, 12)
    assert "#{:02x}{:02x}{:02x}".format(*ramp[0]) == colours.panel
    assert "#{:02x}{:02x}{:02x}".format(*ramp[-1]) == colours.density
    lab = cielab(ramp)[4:]
    hues_deg = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    assert np.ptp(hues_deg) < 15.0
