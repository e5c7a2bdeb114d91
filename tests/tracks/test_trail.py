"""What of a track is seen at a moment."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoviz.tracks.trail import deviation_at, head_at, index_at, outline, runs, trail_at


def walk(count: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(count).uniform(-1, 1, (count, 2))


@pytest.mark.parametrize(
    ("time_s", "index"),
    [(0.0, 0), (0.25, 0), (0.5, 0), (0.5001, 1), (1.0, 1), (4.9, 9), (5.0, 9), (60.0, 9), (-1, 0)],
)
def test_a_value_stands_for_the_half_second_before_its_time_stamp(
    time_s: float, index: int
) -> None:
    assert index_at(walk(10), time_s) == index


def test_there_is_no_value_where_nothing_is_known() -> None:
    values = walk(10)
    values[3:6] = np.nan
    assert index_at(values, 2.0) is None
    assert head_at(values, 2.25) is None
    assert index_at(values, 1.5) == 2
    assert index_at(walk(0), 0.0) is None
    assert head_at(walk(0), 0.0) is None
    assert trail_at(walk(0), 5.0, 15.0, 0.125).shape == (0, 2)


def test_the_head_is_the_value_at_every_time_stamp() -> None:
    values = walk(20)
    for index, value in enumerate(values):
        assert head_at(values, 0.5 * (index + 1)) == pytest.approx(tuple(value))


def test_the_head_stays_at_both_ends() -> None:
    values = walk(20)
    assert head_at(values, 0.0) == pytest.approx(tuple(values[0]))
    assert head_at(values, 99.0) == pytest.approx(tuple(values[-1]))
    only = walk(1)
    assert head_at(only, 0.3) == pytest.approx(tuple(only[0]))


@given(time_s=st.floats(0.5, 9.5))
def test_the_head_glides_without_a_jump(time_s: float) -> None:
    values = walk(20)
    here, soon = head_at(values, time_s), head_at(values, time_s + 1e-6)
    assert here is not None
    assert soon == pytest.approx(here, abs=1e-4)


def test_the_trail_is_the_last_seconds_oldest_first() -> None:
    values = walk(100)
    trail = trail_at(values, 30.0, 15.0, 0.125)
    assert len(trail) == 121
    assert tuple(trail[0]) == pytest.approx(head_at(values, 15.0))
    assert tuple(trail[60]) == pytest.approx(head_at(values, 22.5))
    assert tuple(trail[-1]) == pytest.approx(head_at(values, 30.0))


def test_the_trail_of_a_young_song_is_short() -> None:
    trail = trail_at(walk(100), 2.0, 15.0, 0.125)
    assert len(trail) == 17
    assert len(trail_at(walk(100), 0.0, 15.0, 0.125)) == 2


def test_the_trail_breaks_where_there_are_no_values() -> None:
    values = walk(60)
    values[20:30] = np.nan
    trail = trail_at(values, 20.0, 15.0, 0.125)
    assert len(trail) == 121
    times_s = np.linspace(5.0, 20.0, 121)
    missing = np.isnan(trail).any(axis=1)
    assert missing.tolist() == [index_at(values, time_s) is None for time_s in times_s]
    assert [(run.start, run.stop) for run in runs(trail[:, 0])] == [(0, 41), (81, 121)]
    assert tuple(trail[-1]) == pytest.approx(head_at(values, 20.0))
    assert len(trail_at(values, 15.0, 4.0, 0.125)) == 0


def test_the_head_is_where_there_is_a_value_and_nowhere_else() -> None:
    values = np.column_stack([walk(60), np.full((60, 2), 0.2)])
    values[20:30] = np.nan
    for time_s in np.arange(0.0, 31.0, 0.05):
        known = index_at(values, time_s) is not None
        assert (head_at(values, time_s) is not None) == known, time_s
        assert (deviation_at(values, time_s) is not None) == known, time_s
    # It waits where it comes back, and does not come from afar.
    assert head_at(values, 15.2) == pytest.approx(tuple(values[30, :2]))
    assert head_at(values, 10.0) == pytest.approx(tuple(values[19, :2]))


def test_deviations_are_not_part_of_the_path() -> None:
    with_deviation = np.column_stack([walk(40), np.full((40, 2), 9.0)])
    np.testing.assert_array_equal(
        trail_at(with_deviation, 10.0, 15.0, 0.125), trail_at(walk(40), 10.0, 15.0, 0.125)
    )


@given(st.integers(0, 5000), st.integers(16, 600))
def test_an_outline_is_short_and_loses_no_peak(count: int, most: int) -> None:
    values = np.random.default_rng(count).uniform(-1, 1, count)
    times_s = np.arange(count) * 0.5
    outline_s, outlined = outline(times_s, values, most)
    assert len(outline_s) == len(outlined) <= most + 2
    assert (np.diff(outline_s) >= 0).all()
    if count:
        assert outlined.min() == values.min()
        assert outlined.max() == values.max()


def test_an_outline_shows_what_is_known_beside_what_is_not() -> None:
    values = np.full(4000, np.nan)
    values[2000] = 0.25
    _, outlined = outline(np.arange(4000.0), values, 100)
    assert 0.25 in outlined
    assert np.isnan(outlined).any()
