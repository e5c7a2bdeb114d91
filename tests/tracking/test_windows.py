"""Windows cover a song twice and join to one track whatever their order."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoviz.tracking.windows import Blend, Window, count_windows, cut, windows_of

LENGTH = 60

columns_counts = st.integers(1, 400)
window_lengths = st.integers(1, 40).map(lambda half: 2 * half)


def values_of(window: Window, seed: int = 0) -> npt.NDArray[np.float32]:
    rng = np.random.default_rng([seed, window.first + window.length])
    return rng.uniform(-1, 1, (window.length, 2)).astype(np.float32)


@given(columns=columns_counts, length=window_lengths)
def test_each_half_second_is_inside_exactly_two_windows(columns: int, length: int) -> None:
    covered = np.zeros(columns, int)
    for window in windows_of(columns, length):
        assert window.length == length
        covered[window.inside(columns)] += 1
    assert (covered == 2).all()


@given(columns=columns_counts, length=window_lengths)
def test_a_window_sees_the_song_mirrored_past_its_ends(columns: int, length: int) -> None:
    columns_db = np.arange(columns, dtype=np.float32)[:, None] + np.array([0.0, 1000.0], np.float32)
    mirrored = np.pad(columns_db, ((length, 2 * length), (0, 0)), mode="symmetric")
    for window in windows_of(columns, length):
        seen = cut(columns_db, window)
        start = window.first + length
        np.testing.assert_array_equal(seen, mirrored[start : start + length])


def test_a_song_of_one_half_second_fills_its_windows() -> None:
    only = np.array([[1.0, 2.0, 3.0]], np.float32)
    windows = list(windows_of(1, LENGTH))
    assert [window.first for window in windows] == [-30, 0]
    for window in windows:
        np.testing.assert_array_equal(cut(only, window), np.repeat(only, LENGTH, axis=0))


@given(columns=columns_counts, order=st.randoms(use_true_random=False))
def test_windows_give_the_same_track_in_any_order(columns: int, order: object) -> None:
    windows = list(windows_of(columns, LENGTH))
    straight = Blend(outputs=2)
    straight.grow(columns)
    for window in windows:
        straight.add(window, values_of(window))
    order.shuffle(windows)  # type: ignore[attr-defined]
    shuffled = Blend(outputs=2)
    shuffled.grow(columns)
    for window in windows:
        shuffled.add(window, values_of(window))
    np.testing.assert_array_equal(shuffled.values, straight.values)
    assert not np.isnan(straight.values).any()


def test_two_windows_blend_with_sine_squared_weights() -> None:
    track = Blend(outputs=1)
    track.grow(30)
    first, second = windows_of(30, LENGTH)
    track.add(first, np.zeros((LENGTH, 1), np.float32))
    track.add(second, np.ones((LENGTH, 1), np.float32))
    phase = np.pi * (np.arange(30) + 0.5) / LENGTH
    np.testing.assert_allclose(track.values[:, 0], np.sin(phase) ** 2, atol=1e-12)


def test_windows_that_agree_are_not_changed_by_blending() -> None:
    track = Blend(outputs=1)
    track.grow(137)
    for window in windows_of(137, LENGTH):
        track.add(window, np.full((LENGTH, 1), 0.25, np.float32))
    np.testing.assert_allclose(track.values, 0.25, rtol=1e-12)


def test_what_no_window_has_reached_is_not_a_number() -> None:
    track = Blend(outputs=2)
    track.grow(100)
    window = Window(first=30, length=LENGTH)
    track.add(window, values_of(window))
    known = ~np.isnan(track.values[:, 0])
    assert known.tolist() == [30 <= column < 90 for column in range(100)]
    np.testing.assert_allclose(track.values[30:90], values_of(window), rtol=1e-12)


def test_a_track_keeps_its_values_as_it_grows() -> None:
    track = Blend(outputs=2)
    track.grow(60)
    window = Window(first=-30, length=LENGTH)
    track.add(window, values_of(window))
    before = track.values
    track.grow(61)
    track.grow(200)
    assert track.values.shape == (200, 2)
    np.testing.assert_array_equal(track.values[:60], before)


@pytest.mark.parametrize(
    ("columns", "inside"), [(1, slice(0, 1)), (29, slice(0, 29)), (90, slice(0, 30))]
)
def test_the_first_window_starts_before_the_song(columns: int, inside: slice) -> None:
    assert next(windows_of(columns, LENGTH)).inside(columns) == inside


@pytest.mark.parametrize("columns", [1, 29, 30, 31, 137])
def test_windows_can_be_counted_and_skipped(columns: int) -> None:
    windows = list(windows_of(columns, LENGTH))
    assert count_windows(columns, LENGTH) == len(windows)
    assert list(windows_of(columns, LENGTH, 2)) == windows[2:]
