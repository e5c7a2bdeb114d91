"""Which part of the plane is seen: all of it, a view that follows the trail, or one's own."""

import math
from dataclasses import dataclass

import numpy as np

from emoviz.units import Values

_CLOSEST_FOLLOWING = 0.15
"""Closer than this the picture would show what the model does not know: labels are not so fine."""

_CLOSEST = 0.05
"""The closest that one can go oneself: there two values that read differently lie apart."""

_ROOM = 1.7
"""How much wider than the trail the view is made."""

_COMFORT = 0.9
"""The share of the view inside which the trail may move before the view goes after it."""

_OVER_THE_EDGE = 1.25
"""How far the view's centre may go, in what lies between the view's reach and the plane's."""

_FOLLOWING_S = 0.35
_BY_HAND_S = 0.08
"""Time constants: going after a trail is calm, answering a hand is quick."""

_ARRIVED = 0.004


@dataclass(frozen=True)
class Camera:
    """The centre of what is seen, and how far it reaches from there to each side."""

    valence: float = 0.0
    arousal: float = 0.0
    reach: float = 1.0


WHOLE_PLANE = Camera()


class PlaneCamera:
    """A camera that glides to where it should be, and rests as long as that is good enough."""

    def __init__(self, closest: float = _CLOSEST) -> None:
        self.now = WHOLE_PLANE
        self._closest = closest
        self.following = False
        self._goal = WHOLE_PLANE
        self._time_constant_s = _FOLLOWING_S

    @property
    def resting(self) -> bool:
        """Whether the camera is where it should be."""
        return self.now == self._goal

    def follow(self, trail: Values) -> None:
        """Follow the trail from now on; its shape is (m, 2), NaN in gaps."""
        self.following = True
        self.aim(trail)

    def show_whole(self) -> None:
        """Follow nothing, and go to the whole plane."""
        self.following = False
        self._goal, self._time_constant_s = WHOLE_PLANE, _FOLLOWING_S

    def aim(self, trail: Values) -> None:
        """Go after a trail of shape (m, 2) if it is followed and has left what is seen."""
        if self.following and len(trail) and not self._shows(trail):
            self._goal, self._time_constant_s = _camera_on(trail), _FOLLOWING_S

    def zoom(self, valence: float, arousal: float, factor: float) -> None:
        """Zoom so that a point of the plane stays where it is seen; below 1 is nearer."""
        self.following = False
        reach = min(max(self._goal.reach * factor, self._closest), WHOLE_PLANE.reach)
        share = reach / self.now.reach
        self._goal = _held(
            valence + (self.now.valence - valence) * share,
            arousal + (self.now.arousal - arousal) * share,
            reach,
        )
        self._time_constant_s = _BY_HAND_S

    def pan(self, valence: float, arousal: float) -> None:
        """Move what is seen by so much, at once."""
        self.following = False
        self.now = _held(self.now.valence + valence, self.now.arousal + arousal, self.now.reach)
        self._goal = self.now

    def glide(self, elapsed_s: float) -> None:
        """Go on towards the goal; the way that is left shrinks exponentially with time."""
        share = 1.0 - math.exp(-elapsed_s / self._time_constant_s)
        now, goal = self.now, self._goal
        if _distance(now, goal) < _ARRIVED * goal.reach:
            self.now = goal
            return
        # The logarithm makes zooming look even.
        reach = now.reach * (goal.reach / now.reach) ** share
        if abs(now.reach - goal.reach) > _ARRIVED * goal.reach:
            # In step with the reach, one point stays where it is seen: that under the pointer.
            share = (now.reach - reach) / (now.reach - goal.reach)
        self.now = Camera(
            now.valence + (goal.valence - now.valence) * share,
            now.arousal + (goal.arousal - now.arousal) * share,
            reach,
        )

    def _shows(self, trail: Values) -> bool:
        """Tell whether the goal shows the trail well: inside the view, and not too small in it."""
        goal, best = self._goal, _camera_on(trail)
        away = np.nanmax(abs(trail - (goal.valence, goal.arousal)))
        return bool(away <= goal.reach * _COMFORT) and goal.reach < 2.0 * best.reach


def _camera_on(trail: Values) -> Camera:
    low, high = np.nanmin(trail, axis=0), np.nanmax(trail, axis=0)
    valence, arousal = (low + high) / 2.0
    reach = max(_CLOSEST_FOLLOWING, float((high - low).max()) / 2.0 * _ROOM)
    return _held(float(valence), float(arousal), min(reach, WHOLE_PLANE.reach))


def _held(valence: float, arousal: float, reach: float) -> Camera:
    """Give a camera whose centre is held on the plane, and in its middle if all of it is seen."""
    most = (WHOLE_PLANE.reach - reach) * _OVER_THE_EDGE
    return Camera(min(max(valence, -most), most), min(max(arousal, -most), most), reach)


def _distance(one: Camera, other: Camera) -> float:
    return max(
        abs(one.valence - other.valence),
        abs(one.arousal - other.arousal),
        abs(one.reach - other.reach),
    )
