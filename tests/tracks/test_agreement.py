from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emoviz.tracks.agreement import Agreement, agreement, agreements

NAN = float("nan")

series = st.lists(st.floats(-1.0, 1.0, width=32), min_size=3, max_size=60)


def test_the_figures_are_those_worked_out_by_hand() -> None:
    found = agreement(np.array([0.1, 0.2, 0.3, NAN, 0.5]), np.array([0.2, 0.2, 0.4, 0.1, NAN]))
    assert found.half_seconds == 3
    assert found.rmse == pytest.approx(np.sqrt(0.02 / 3))
    assert found.pearson_r == pytest.approx(np.sqrt(3) / 2)
    # Lin (1989): 2 s12 / (s1² + s2² + (m1 - m2)²)
    covariance, variances = 0.02 / 3, 0.02 / 3 + 0.08 / 9
    assert found.concordance == pytest.approx(2 * covariance / (variances + (0.2 / 3) ** 2))


@given(series, st.randoms(use_true_random=False))
def test_concordance_is_never_beyond_pearson_and_that_is_scipys(
    one: list[float], random: Random
) -> None:
    other = [value + random.uniform(-0.5, 0.5) for value in one]
    found = agreement(np.array(one), np.array(other))
    if found.pearson_r is None or found.concordance is None:
        assert np.std(one) < 1e-8
    elif np.std(one) > 1e-3:
        assert found.pearson_r == pytest.approx(stats.pearsonr(one, other).statistic, abs=1e-6)
        assert abs(found.concordance) <= abs(found.pearson_r) + 1e-9


def test_a_series_that_stays_on_one_value_has_no_correlation() -> None:
    moving, still = np.linspace(-0.5, 0.5, 10), np.full(10, 0.3)
    for pair in ((moving, still), (still, moving), (still, still)):
        found = agreement(*pair)
        assert found.half_seconds == 10
        assert found.rmse is not None
        assert found.pearson_r is None
        assert found.concordance is None


def test_what_shares_no_half_second_has_no_figures() -> None:
    nothing = Agreement(0, None, None, None)
    assert agreement(np.array([0.1, NAN]), np.array([NAN, 0.1])) == nothing
    assert agreements(np.zeros((0, 2)), np.zeros((5, 4))) == (nothing, nothing)


def test_tracks_are_compared_from_their_start_as_long_as_both_last() -> None:
    random = np.random.default_rng(3)
    long, short = random.uniform(-1, 1, (40, 4)), random.uniform(-1, 1, (12, 2))
    short[:3] = NAN
    valence, arousal = agreements(long, short)
    assert valence == agreement(long[3:12, 0], short[3:, 0])
    assert arousal == agreement(long[3:12, 1], short[3:, 1])
    assert valence.half_seconds == 9
