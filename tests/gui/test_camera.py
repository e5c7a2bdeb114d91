"""The camera of the plane: where it goes when it follows a trail, and that it comes to rest."""

import numpy as np
import pytest

from emoviz.gui.camera import WHOLE_PLANE, FollowCamera
from emoviz.trail import Values

FRAME_S = 1 / 60


def small_trail(valence: float, arousal: float, extent: float = 0.1) -> Values:
    steps = np.linspace(-extent / 2, extent / 2, 30)
    return np.column_stack([valence + steps, arousal + steps])


def let_glide(camera: FollowCamera, most_frames: int = 600) -> int:
    for frame in range(most_frames):
        if camera.resting:
            return frame
        camera.glide(FRAME_S)
    raise AssertionError("the camera never comes to rest")


def test_the_whole_plane_is_seen_until_the_trail_is_followed() -> None:
    camera = FollowCamera()
    camera.aim(small_trail(0.3, 0.3))
    assert camera.resting
    assert camera.now == WHOLE_PLANE


@pytest.mark.parametrize("place", [(0.3, -0.2), (-0.5, 0.5), (0.0, 0.0)])
def test_following_shows_the_whole_trail_large(place: tuple[float, float]) -> None:
    camera = FollowCamera()
    camera.following = True
    trail = small_trail(*place)
    camera.aim(trail)
    let_glide(camera)
    seen = camera.now
    assert (abs(trail - (seen.valence, seen.arousal)) < seen.reach).all()
    assert seen.reach < 0.3


def test_the_view_glides_and_does_not_jump() -> None:
    camera = FollowCamera()
    camera.following = True
    camera.aim(small_trail(0.4, 0.4))
    before = camera.now
    camera.glide(FRAME_S)
    assert 0 < camera.now.valence - before.valence < 0.05
    assert 0.8 < camera.now.reach / before.reach < 1


def test_a_trail_that_moves_a_little_leaves_the_view_at_rest() -> None:
    camera = FollowCamera()
    camera.following = True
    camera.aim(small_trail(0.2, 0.2))
    let_glide(camera)
    camera.aim(small_trail(0.22, 0.21))
    assert camera.resting


def test_a_trail_that_leaves_the_view_is_gone_after_and_unfollowed_the_view_goes_back() -> None:
    camera = FollowCamera()
    camera.following = True
    camera.aim(small_trail(0.2, 0.2))
    let_glide(camera)
    camera.aim(small_trail(-0.4, 0.2))
    assert not camera.resting
    let_glide(camera)
    assert camera.now.valence == pytest.approx(-0.4, abs=0.05)
    camera.following = False
    camera.aim(small_trail(-0.4, 0.2))
    let_glide(camera)
    assert camera.now == WHOLE_PLANE
