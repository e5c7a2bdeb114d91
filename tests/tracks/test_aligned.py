"""A second track on the first's time axis, and what the two are in a region."""

import numpy as np
import pytest

from emoviz.hearing.alignment import NONE, Alignment
from emoviz.tracks.aligned import aligned, differences, region_means
from emoviz.tracks.track import Provenance, Track

NAN = float("nan")


def test_a_second_is_read_where_the_moments_of_the_first_are_in_it() -> None:
    values = np.stack([np.linspace(0.0, 0.9, 10), np.linspace(0.9, 0.0, 10)], axis=1)
    assert aligned(values, NONE) is values
    # It begins a second late: two half-seconds of it come before the first.
    assert aligned(values, Alignment(1.0, 1.0)) == pytest.approx(values[2:])
    early = aligned(values, Alignment(-1.0, 1.0))
    assert np.isnan(early[:2]).all()
    assert early[2:] == pytest.approx(values)
    slower = aligned(values, Alignment(0.0, 1.25))
    assert len(slower) == 8
    # The end of the first half-second is at 0.625 s, a quarter of a half-second on.
    assert slower[0, 0] == pytest.approx(0.025)
    assert slower[3] == pytest.approx(values[4])


def test_what_is_unknown_stays_unknown_and_hides_nothing_else() -> None:
    values = np.array([[0.1, 0.1], [NAN, NAN], [0.3, 0.3], [0.4, 0.4]])
    shifted = aligned(values, Alignment(0.5, 1.0))
    assert np.isnan(shifted[0]).all()
    assert shifted[1:] == pytest.approx(values[2:])
    assert np.isnan(aligned(values, Alignment(0.25, 1.0))[:2]).all()
    assert len(aligned(np.zeros((0, 2)), Alignment(0.5, 1.0))) == 0
    assert len(aligned(values, Alignment(60.0, 1.0))) == 0


def test_a_region_has_the_means_of_both_and_of_their_difference() -> None:
    first = np.array([[0.0, 0.1], [0.2, 0.1], [0.4, NAN], [0.6, 0.1]])
    second = np.array([[0.5, 0.0], [0.4, 0.0], [0.2, 0.0]])
    assert differences(first, second)[:, 0] == pytest.approx([0.5, 0.2, -0.2])
    everywhere = region_means(first, second)
    assert everywhere.first == pytest.approx((0.2, 0.1))
    assert everywhere.second == pytest.approx((1.1 / 3, 0.0))
    assert everywhere.difference == pytest.approx((0.5 / 3, -0.1))
    part = region_means(first, second, (0.5, 1.5))
    assert part.difference == pytest.approx((0.0, -0.1))
    assert np.isnan(region_means(first, second, (1.5, 9.0)).difference).all()


def test_a_track_agrees_with_itself_where_the_same_moments_are() -> None:
    random = np.random.default_rng(4)
    origin = Provenance("", "", "", "cae", "1", "0.1")
    track = Track.from_values(random.uniform(-0.5, 0.5, (20, 4)) ** 2, origin)
    late = Track.from_values(np.concatenate([track.values[:4], track.values]), origin)
    found = track.agreement(late, Alignment(2.0, 1.0))
    assert found.valence.half_seconds == 20
    assert found.arousal.rmse == pytest.approx(0.0, abs=1e-9)
    # Parts of tracks keep their times.
    part = track.between(3.0, 6.0).agreement(late.between(4.0, 12.0), Alignment(2.0, 1.0))
    assert part.valence.half_seconds == 6
    assert part.valence.rmse == pytest.approx(0.0, abs=1e-9)
