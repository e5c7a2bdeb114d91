"""The one time axis: always inside the song, zoomed about the pointer, paged with the playhead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoviz.gui.look.texts import format_time
from emoviz.gui.time_views.axis import TimeAxis

steps = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.floats(0, 300), st.floats(0.1, 10)),
        st.tuples(st.just("pan"), st.floats(-500, 500), st.just(0.0)),
        st.tuples(st.just("page"), st.floats(0, 240), st.just(0.0)),
    ),
    max_size=20,
)


@given(duration_s=st.floats(0.5, 240), steps=steps)
def test_the_view_stays_inside_the_song(
    duration_s: float, steps: list[tuple[str, float, float]]
) -> None:
    axis = TimeAxis()
    axis.set_duration(duration_s)
    for kind, place, factor in steps:
        if kind == "zoom":
            axis.zoom(place, factor)
        elif kind == "pan":
            axis.pan(place)
        else:
            axis.bring_into_view(min(place, duration_s))
            assert axis.start_s - 1e-6 <= min(place, duration_s) <= axis.end_s + 1e-6
        assert axis.start_s >= 0.0
        assert axis.start_s < axis.end_s <= duration_s + 1e-6


def test_zooming_keeps_the_place_under_the_pointer() -> None:
    axis = TimeAxis()
    axis.set_duration(240.0)
    axis.zoom(60.0, 0.5)
    assert (axis.start_s, axis.end_s) == (30.0, 150.0)
    axis.zoom(60.0, 2.0)
    assert (axis.start_s, axis.end_s) == (0.0, 240.0)


def test_zooming_ends_at_two_seconds() -> None:
    axis = TimeAxis()
    axis.set_duration(240.0)
    axis.zoom(100.0, 1e-6)
    assert axis.end_s - axis.start_s == pytest.approx(0.25)
    assert axis.start_s <= 100.0 <= axis.end_s


@pytest.mark.parametrize(
    ("time_s", "text", "with_tenths"),
    [
        (0.0, "0:00", "0:00.0"),
        (42.59, "0:42", "0:42.5"),
        (59.999, "0:59", "0:59.9"),
        (60.0, "1:00", "1:00.0"),
        (0.3, "0:00", "0:00.3"),
        (3723.0, "1:02:03", "1:02:03.0"),
    ],
)
def test_times_read_like_a_clock(time_s: float, text: str, with_tenths: str) -> None:
    assert format_time(time_s) == text
    assert format_time(time_s, decimals=1) == with_tenths


def test_a_corrected_duration_leaves_a_part_in_view_where_it_is() -> None:
    axis = TimeAxis()
    axis.set_duration(100.0)
    axis.zoom(50.0, 0.2)
    seen = (axis.start_s, axis.end_s)
    axis.correct_duration(97.0)
    assert (axis.start_s, axis.end_s) == seen
    axis.set_duration(100.0)
    axis.correct_duration(97.0)
    assert (axis.start_s, axis.end_s) == (0.0, 97.0)
