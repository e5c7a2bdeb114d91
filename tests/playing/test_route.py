"""Routes: which place of a song is where in the ring, and where a region asks for another way."""

import math

import pytest

from emoviz.playing.route import Region, Route

RATE_HZ = 100
REGION = Region(2.0, 3.0)


@pytest.fixture
def looping() -> Route:
    """Give a route that goes from 1 s to 3 s, twice from 2 s to 3 s, and on; 500 samples."""
    route = Route(1000, 1.0, RATE_HZ)
    route.begin(1200, 2.0)
    route.begin(1300, 2.0)
    route.begin(1400, 2.0)
    return route


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, 2.0), (2.0, 1.0), (2.0, 2.05)])
def test_a_region_is_inside_the_song_and_not_too_short(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="Region"):
        Region(start_s, end_s)


def test_every_index_has_a_place(looping: Route) -> None:
    places = [looping.place(index)[1] for index in (1000, 1199.5, 1200, 1250, 1300, 1399, 1450)]
    assert places == pytest.approx([1.0, 2.995, 2.0, 2.5, 2.0, 2.99, 2.5])
    stretches = [looping.place(index)[0] for index in (1199, 1200, 1300)]
    assert stretches == sorted(set(stretches))


def test_a_place_may_be_at_several_indices(looping: Route) -> None:
    assert list(looping.indices(2.5, 1460)) == [1450, 1350, 1250, 1150]
    assert list(looping.indices(2.5, 1440)) == [1350, 1250, 1150]
    assert list(looping.indices(1.5, 1460)) == [1050]
    assert not list(looping.indices(3.5, 1460))


def test_a_route_by_the_region_is_followed_to_its_end(looping: Route) -> None:
    for index in (1000, 1150, 1300, 1420):
        join = looping.departure(index, 1450, REGION)
        assert (join.index, join.place_s) == (1450, pytest.approx(2.5))
    at_turn = looping.departure(1420, 1500, REGION)
    assert (at_turn.index, at_turn.place_s) == (1500, 2.0)


@pytest.mark.parametrize(
    ("region", "index", "departs_at", "to_s"),
    [
        (None, 1150, 1200, 3.0),
        (None, 1250, 1300, 3.0),
        (Region(2.0, 2.7), 1150, 1170, 2.0),
        (Region(2.0, 2.7), 1180, 1200, 3.0),
        (Region(1.5, 3.0), 1150, 1200, 1.5),
        (Region(2.0, 3.5), 1150, 1200, 3.0),
        (Region(0.0, math.inf), 1150, 1200, 3.0),
        (Region(0.0, 0.5), 1150, 1200, 3.0),
    ],
)
def test_another_region_is_another_way(
    looping: Route, region: Region | None, index: int, departs_at: int, to_s: float
) -> None:
    join = looping.departure(index, 1450, region)
    assert (join.index, join.place_s) == (departs_at, pytest.approx(to_s))


def test_what_was_cut_is_gone_on_straight(looping: Route) -> None:
    looping.cut(1300)
    assert looping.place(1350)[1] == pytest.approx(3.5)
    looping.begin(1300, 0.0)
    assert looping.place(1350)[1] == pytest.approx(0.5)


def test_the_whole_song_turns_where_it_ends() -> None:
    whole = Region(0.0, math.inf)
    route = Route(0, 8.0, RATE_HZ)
    assert route.departure(0, 150, whole).place_s == pytest.approx(9.5)
    route.begin(200, 0.0, after_song_end=True)
    assert route.song_end_s == pytest.approx(10.0)
    assert route.departure(50, 250, whole).index == 250
    assert route.departure(50, 250, None).index == 200


def test_what_is_long_past_is_forgotten(looping: Route) -> None:
    looping.forget_before(1350)
    assert looping.place(1350)[1] == pytest.approx(2.5)
    assert not list(looping.indices(1.5, 1450))
