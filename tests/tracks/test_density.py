"""Where the values of a song gather."""

import numpy as np
import pytest

from emoviz.tracks.density import EXTENT, SMOOTHING, density_of
from emoviz.units import Values


def place_of_densest(values: Values) -> tuple[float, float]:
    """Give valence and arousal of the map's densest cell."""
    density = density_of(values)
    row, column = np.unravel_index(density.argmax(), density.shape)
    middles = (np.arange(len(density)) + 0.5) / len(density) * 2 * EXTENT - EXTENT
    return float(middles[column]), float(-middles[row])


def test_it_is_densest_where_most_values_are() -> None:
    gathered = np.tile([0.4, -0.3], (90, 1))
    rest = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    values = np.concatenate([rest, gathered])
    assert place_of_densest(values) == pytest.approx((0.4, -0.3), abs=0.02)
    assert density_of(values).max() == pytest.approx(1.0)


def test_a_value_spreads_as_it_says() -> None:
    density = density_of(np.array([[0.0, 0.0]]))
    cell = 2 * EXTENT / len(density)
    row = density[len(density) // 2]
    middles = (np.arange(len(row)) + 0.5) * cell - EXTENT
    spread = np.sqrt((row * middles**2).sum() / row.sum())
    assert spread == pytest.approx(SMOOTHING, abs=cell)


def test_what_is_not_known_and_deviations_count_for_nothing() -> None:
    values = np.random.default_rng(1).uniform(-0.5, 0.5, (50, 2))
    with_more = np.full((80, 4), np.nan)
    with_more[:50, :2], with_more[:50, 2:] = values, 0.9
    np.testing.assert_allclose(density_of(with_more), density_of(values))
    assert not density_of(np.zeros((0, 2))).any()
    assert not density_of(np.full((4, 2), np.nan)).any()
