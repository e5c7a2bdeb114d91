"""Which part of the plane is seen: the song's, the trail's, all of it, or one's own choice."""

import math
from dataclasses import dataclass

import numpy as np

from emoviz.gui.settings import FOLLOW, SONG, WHOLE
from emoviz.tracks.trail import ELLIPSE_DEVIATIONS
from emoviz.units import Values

_CLOSEST_FOLLOWING = 0.15
"""Closer than this the picture would show what the model does not know: labels are not so fine."""

_CLOSEST = 0.05
"""The closest that one can go oneself: there two values that read differently lie apart."""

_ROOM = 1.7
"""How much wider than the trail the view is made."""

_FILLED = 2.0 / 3.0
"""The share of the view, across or upright, that a song's path and ellipse fill."""

_WHOLE_FROM = 0.85
"""A view that would show nearly all of the plane shows all of it."""

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


@dataclass(frozen=True)
class Extent:
    """How far something on the plane goes, in valence and arousal: its middle, half its size."""

    valence: float
    arousal: float
    across: float
    upright: float


def extent_of_song(values: Values) -> Extent | None:
    """Give how far a song's path and the ellipse in its middle go; None of no value.

    `values` has shape (n, 2) or (n, 4), NaN where there is none.
    """
    known = values[~np.isnan(values[:, 0])]
    if not len(known):
        return None
    low, high = known[:, :2].min(axis=0), known[:, :2].max(axis=0)
    half = (high - low) / 2.0
    if known.shape[1] == 4:
        half = np.fmax(half, ELLIPSE_DEVIATIONS * np.median(known[:, 2:], axis=0))
    valence, arousal = (low + high) / 2.0
    return Extent(float(valence), float(arousal), float(half[0]), float(half[1]))


class PlaneCamera:
    """A camera that glides to where it should be, and rests as long as that is good enough."""

    def __init__(self, closest: float = _CLOSEST) -> None:
        self.now = WHOLE_PLANE
        self.shape = (1.0, 1.0)
        """How much farther than the reach is seen across and upright: the view's shape."""
        self._closest = closest
        self.following = False
        self.fitting = False
        self._goal = WHOLE_PLANE
        self._time_constant_s = _FOLLOWING_S

    @property
    def resting(self) -> bool:
        """Whether the camera is where it should be."""
        return self.now == self._goal

    @property
    def view(self) -> str:
        """Which of `settings.VIEWS` it shows; "" where the user has moved it."""
        if self.following or self.fitting:
            return FOLLOW if self.following else SONG
        return WHOLE if self._goal == WHOLE_PLANE else ""

    def follow(self, trail: Values) -> None:
        """Follow the trail from now on; its shape is (m, 2), NaN in gaps."""
        self.following, self.fitting = True, False
        if len(trail):
            self._goal, self._time_constant_s = _camera_on(trail), _FOLLOWING_S

    def fit(self, extent: Extent | None) -> None:
        """Show the song from now on, large; the whole plane while nothing is known of it."""
        self.following, self.fitting = False, True
        self._goal, self._time_constant_s = self._camera_around(extent), _FOLLOWING_S

    def keep_fitting(self, extent: Extent | None) -> None:
        """Show a song that has grown, if it is shown and no longer seen well."""
        if self.fitting and not self._shows_extent(extent):
            self.fit(extent)

    def show_whole(self) -> None:
        """Follow nothing, and go to the whole plane."""
        self.following = self.fitting = False
        self._goal, self._time_constant_s = WHOLE_PLANE, _FOLLOWING_S

    def aim(self, trail: Values) -> None:
        """Go after a trail of shape (m, 2) if it is followed and has left what is seen."""
        if self.following and len(trail) and not self._shows(trail):
            self._goal, self._time_constant_s = _camera_on(trail), _FOLLOWING_S

    def zoom(self, valence: float, arousal: float, factor: float) -> None:
        """Zoom so that a point of the plane stays where it is seen; below 1 is nearer."""
        self.following = self.fitting = False
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
        self.following = self.fitting = False
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

    def _camera_around(self, extent: Extent | None) -> Camera:
        if extent is None:
            return WHOLE_PLANE
        across, upright = self.shape
        reach = max(extent.across / across, extent.upright / upright) / _FILLED
        if reach >= _WHOLE_FROM:
            return WHOLE_PLANE
        return _held(extent.valence, extent.arousal, max(reach, self._closest))

    def _shows_extent(self, extent: Extent | None) -> bool:
        """Tell whether the goal shows a song well, be it not quite as large as it could be."""
        goal, best = self._goal, self._camera_around(extent)
        if extent is None or WHOLE_PLANE in (goal, best):
            return goal == best
        across, upright = (goal.reach * part * _COMFORT for part in self.shape)
        return (
            abs(extent.valence - goal.valence) + extent.across <= across
            and abs(extent.arousal - goal.arousal) + extent.upright <= upright
            and goal.reach < best.reach / _FILLED
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
