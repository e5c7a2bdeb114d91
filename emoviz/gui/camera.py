"""Which part of the plane is seen: all of it, or a view that follows the trail."""

import math
from dataclasses import dataclass

from emoviz.trail import Values

_CLOSEST_REACH = 0.15
"""Closer than this the picture would show what the model does not know: labels are not so fine."""

_ROOM = 1.7
"""How much wider than the trail the view is made."""

_COMFORT = 0.9
"""The share of the view inside which the trail may move before the view goes after it."""

_TIME_CONSTANT_S = 0.35
_ARRIVED = 0.004


@dataclass(frozen=True)
class Camera:
    """The centre of what is seen, and how far it reaches from there to each side."""

    valence: float = 0.0
    arousal: float = 0.0
    reach: float = 1.0


WHOLE_PLANE = Camera()


class FollowCamera:
    """A camera that glides to where it should be, and rests as long as that is good enough."""

    def __init__(self) -> None:
        self.now = WHOLE_PLANE
        self.following = False
        self._goal = WHOLE_PLANE

    @property
    def resting(self) -> bool:
        """Whether the camera is where it should be."""
        return self.now == self._goal

    def aim(self, trail: Values) -> None:
        """Choose the goal for a trail of shape (m, 2), the whole plane if it is not followed."""
        if not self.following:
            self._goal = WHOLE_PLANE
        elif len(trail) and not self._shows(trail):
            self._goal = _camera_on(trail)

    def glide(self, elapsed_s: float) -> None:
        """Go on towards the goal; the way that is left shrinks exponentially with time."""
        share = 1.0 - math.exp(-elapsed_s / _TIME_CONSTANT_S)
        now, goal = self.now, self._goal
        if _distance(now, goal) < _ARRIVED * goal.reach:
            self.now = goal
            return
        self.now = Camera(
            now.valence + (goal.valence - now.valence) * share,
            now.arousal + (goal.arousal - now.arousal) * share,
            # The logarithm makes zooming look even.
            now.reach * (goal.reach / now.reach) ** share,
        )

    def _shows(self, trail: Values) -> bool:
        """Tell whether the goal shows the trail well: inside the view, and not too small in it."""
        goal, best = self._goal, _camera_on(trail)
        inside = (abs(trail - (goal.valence, goal.arousal)) <= goal.reach * _COMFORT).all()
        return bool(inside) and goal.reach < 2.0 * best.reach


def _camera_on(trail: Values) -> Camera:
    low, high = trail.min(axis=0), trail.max(axis=0)
    valence, arousal = (low + high) / 2.0
    reach = max(_CLOSEST_REACH, float((high - low).max()) / 2.0 * _ROOM)
    return Camera(float(valence), float(arousal), min(reach, 1.0))


def _distance(one: Camera, other: Camera) -> float:
    return max(
        abs(one.valence - other.valence),
        abs(one.arousal - other.arousal),
        abs(one.reach - other.reach),
    )
