"""A playlist that travels: near the path, in its order, no song twice."""

import numpy as np
import pytest

from emoviz.library import travel

LINE = np.array([[-0.8, 0.0], [0.8, 0.0]])
RNG = np.random.default_rng(5)
SONGS = RNG.uniform(-1, 1, (4000, 2)).astype(np.float32)


def test_songs_lie_along_the_path_in_its_order_and_evenly() -> None:
    chosen = travel.along(LINE, SONGS[:, 0], SONGS[:, 1], 9)
    valence, arousal = SONGS[chosen].T
    assert len(set(chosen.tolist())) == 9
    assert np.abs(arousal).max() < 0.06
    np.testing.assert_allclose(valence, np.linspace(-0.8, 0.8, 9), atol=0.06)


def test_a_path_that_turns_back_takes_no_song_twice() -> None:
    there_and_back = np.array([[-0.5, 0.0], [0.5, 0.0], [-0.5, 0.0]])
    few = SONGS[:12]
    chosen = travel.along(there_and_back, few[:, 0], few[:, 1], 50)
    assert sorted(chosen.tolist()) == list(range(12))


def test_what_lies_far_from_the_path_is_not_offered() -> None:
    few = np.array([[-0.8, 0.05], [0.0, 0.6], [0.75, 0.0]], np.float32)
    assert travel.along(LINE, few[:, 0], few[:, 1], 3, 0.15).tolist() == [0, 2]


def test_stops_are_evenly_spread_round_a_corner() -> None:
    corner = np.array([[0.0, 0.0], [0.6, 0.0], [0.6, 0.6]])
    stops = travel.stops(corner, 5)
    np.testing.assert_allclose(stops, [[0, 0], [0.3, 0], [0.6, 0], [0.6, 0.3], [0.6, 0.6]])


@pytest.mark.parametrize(("reach", "count"), [(1.0, 14), (0.1, 129), (0.001, travel.MOST)])
def test_a_longer_path_has_more_songs(reach: float, count: int) -> None:
    assert travel.count_for(LINE, reach) == count


def test_a_path_of_no_length_has_songs_too() -> None:
    point = np.array([[0.2, 0.2], [0.2, 0.2]])
    assert travel.count_for(point) == travel.FEWEST
    assert len(travel.along(point, SONGS[:, 0], SONGS[:, 1], 3)) == 3
