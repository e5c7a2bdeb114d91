"""The camera of the plane: where it goes after a trail and by hand, and that it comes to rest."""

from dataclasses import astuple

import numpy as np
import pytest

from emoviz.gui.plane.camera import WHOLE_PLANE, Extent, PlaneCamera, extent_of_song
from emoviz.tracks.trail import ELLIPSE_DEVIATIONS
from emoviz.units import Values

REFRESH_S = 1 / 60


def small_trail(valence: float, arousal: float, extent: float = 0.1) -> Values:
    steps = np.linspace(-extent / 2, extent / 2, 30)
    return np.column_stack([valence + steps, arousal + steps])


def let_glide(camera: PlaneCamera, most_refreshes: int = 600) -> int:
    for refresh in range(most_refreshes):
        if camera.resting:
            return refresh
        camera.glide(REFRESH_S)
    raise AssertionError("the camera never comes to rest")


def test_the_whole_plane_is_seen_until_the_trail_is_followed() -> None:
    camera = PlaneCamera()
    camera.aim(small_trail(0.3, 0.3))
    assert camera.resting
    assert camera.now == WHOLE_PLANE


@pytest.mark.parametrize("place", [(0.3, -0.2), (-0.5, 0.5), (0.0, 0.0)])
def test_following_shows_the_whole_trail_large(place: tuple[float, float]) -> None:
    camera = PlaneCamera()
    trail = small_trail(*place)
    camera.follow(trail)
    let_glide(camera)
    seen = camera.now
    assert (abs(trail - (seen.valence, seen.arousal)) < seen.reach).all()
    assert seen.reach < 0.3


def test_the_view_glides_and_does_not_jump() -> None:
    camera = PlaneCamera()
    camera.follow(small_trail(0.4, 0.4))
    before = camera.now
    camera.glide(REFRESH_S)
    assert 0 < camera.now.valence - before.valence < 0.05
    assert 0.8 < camera.now.reach / before.reach < 1


def test_a_trail_that_moves_a_little_leaves_the_view_at_rest() -> None:
    camera = PlaneCamera()
    camera.follow(small_trail(0.2, 0.2))
    let_glide(camera)
    camera.aim(small_trail(0.22, 0.21))
    assert camera.resting


def test_a_trail_that_leaves_the_view_is_gone_after_and_unfollowed_the_view_goes_back() -> None:
    camera = PlaneCamera()
    camera.follow(small_trail(0.2, 0.2))
    let_glide(camera)
    camera.aim(small_trail(-0.4, 0.2))
    assert not camera.resting
    let_glide(camera)
    assert camera.now.valence == pytest.approx(-0.4, abs=0.05)
    camera.show_whole()
    camera.aim(small_trail(-0.4, 0.2))
    let_glide(camera)
    assert camera.now == WHOLE_PLANE


def seen_at(camera: PlaneCamera, across: float, upright: float) -> tuple[float, float]:
    """Give the point of the plane that is seen at a place, in shares of the reach."""
    now = camera.now
    return now.valence + across * now.reach, now.arousal + upright * now.reach


def test_zooming_keeps_the_point_under_the_pointer_where_it_is_all_the_way() -> None:
    camera = PlaneCamera()
    under_pointer = seen_at(camera, 0.3, -0.5)
    for _ in range(3):
        camera.zoom(*under_pointer, 0.8)
        for _ in range(2):
            camera.glide(REFRESH_S)
            assert seen_at(camera, 0.3, -0.5) == pytest.approx(under_pointer, abs=1e-9)
    let_glide(camera)
    assert camera.now.reach == pytest.approx(0.8**3)
    assert seen_at(camera, 0.3, -0.5) == pytest.approx(under_pointer, abs=0.004)


def test_the_hand_ends_the_following() -> None:
    camera = PlaneCamera()
    camera.follow(small_trail(0.2, 0.2))
    let_glide(camera)
    before = camera.now
    camera.pan(0.05, 0.0)
    assert not camera.following
    camera.aim(small_trail(-0.5, -0.5))
    assert camera.resting
    assert camera.now.valence == pytest.approx(before.valence + 0.05)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_one_cannot_leave_the_plane_nor_go_closer_than_makes_sense(factor: float) -> None:
    camera = PlaneCamera()
    for _ in range(40):
        camera.zoom(0.9, 0.9, factor)
        camera.pan(0.3, 0.3)
        let_glide(camera)
        camera.pan(0.3, 0.3)
    assert 0.04 < camera.now.reach <= 1.0
    assert abs(camera.now.valence) <= 1.2
    if factor > 1:
        assert camera.now == WHOLE_PLANE


@pytest.mark.parametrize("shape", [(1.0, 1.0), (2.2, 1.2), (1.1, 1.6)])
def test_a_song_that_is_fitted_fills_two_thirds_of_the_view(shape: tuple[float, float]) -> None:
    camera = PlaneCamera()
    camera.shape = shape
    camera.fit(Extent(0.2, -0.1, 0.25, 0.3))
    let_glide(camera)
    assert (camera.now.valence, camera.now.arousal) == pytest.approx((0.2, -0.1))
    filled = 0.25 / (camera.now.reach * shape[0]), 0.3 / (camera.now.reach * shape[1])
    assert max(filled) == pytest.approx(2 / 3)


def test_path_and_ellipse_are_what_a_song_takes_up() -> None:
    path = np.column_stack([np.linspace(-0.2, 0.4, 20), np.full(20, 0.1)])
    found = extent_of_song(path)
    assert found is not None
    assert astuple(found) == pytest.approx((0.1, 0.1, 0.3, 0.0), abs=1e-9)
    sure = np.column_stack([path, np.full((20, 2), 0.1)])
    sure[3] = np.nan
    extent = extent_of_song(sure)
    assert extent is not None
    assert extent.across == pytest.approx(0.3)
    assert extent.upright == pytest.approx(0.1 * ELLIPSE_DEVIATIONS)
    assert extent_of_song(np.full((4, 2), np.nan)) is None


def test_a_song_that_grows_is_kept_in_view_and_a_hand_ends_that() -> None:
    camera = PlaneCamera()
    camera.fit(Extent(0.0, 0.0, 0.2, 0.2))
    let_glide(camera)
    camera.keep_fitting(Extent(0.0, 0.0, 0.21, 0.2))
    assert camera.resting
    camera.keep_fitting(Extent(-0.1, 0.0, 0.3, 0.2))
    let_glide(camera)
    assert camera.now.valence - camera.now.reach <= -0.4
    camera.pan(0.05, 0.0)
    assert camera.view == ""
    camera.keep_fitting(Extent(0.5, 0.5, 0.1, 0.1))
    assert camera.resting


def test_a_song_that_goes_everywhere_or_is_not_known_shows_the_whole_plane() -> None:
    camera = PlaneCamera()
    for extent in (Extent(0.0, 0.0, 0.9, 0.4), None):
        camera.fit(extent)
        let_glide(camera)
        assert camera.now == WHOLE_PLANE
