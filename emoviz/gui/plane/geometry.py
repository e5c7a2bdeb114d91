"""Where the plane and what belongs to it lie in a picture."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize

from emoviz.gui.plane.camera import WHOLE_PLANE, Camera
from emoviz.gui.plane.words_layout import GAP_PX, LEADER_PX

HEAD_RADIUS_PX = 6.5
GLOW_RADIUS_PX = 26.0

_PLAIN_PX, _MOST_SCALE = 560.0, 2.0
"""Up to this size things are as large as elsewhere in the window; beyond it they grow slowly."""

# However long the words and large the fonts: the plane is what the picture is of.
_LEAST_SHARE = 0.65
_EDGE_PX = 4.0
_LINES_ABOVE = 2.8

_INSET_BELOW = 0.9
_MOST_INSET_PX = 112.0
_INSET_SHARE = 0.26
_INSET_MARGIN_PX = 12.0
_INSET_PADDING_PX = 6.0


@dataclass(frozen=True)
class Geometry:
    """Where the plane lies in a picture of `size`, in device-independent pixels."""

    size: QSize
    word_width_px: float
    line_height_px: float
    scale: float = 1.0
    camera: Camera = WHOLE_PLANE

    @property
    def picture(self) -> QRectF:
        """The whole picture."""
        return QRectF(0, 0, self.size.width(), self.size.height())

    @property
    def centre(self) -> QPointF:
        """Centre of the picture, where the camera looks."""
        return self.picture.center()

    @property
    def reach_px(self) -> float:
        """How far the camera's reach goes; what is left beyond it holds the words."""
        width, height = self.size.width() / 2, self.size.height() / 2
        across = width - self.word_width_px - self.scale * (GAP_PX + LEADER_PX) - 2 * _EDGE_PX
        upright = height - _LINES_ABOVE * self.line_height_px - self.scale * LEADER_PX
        return max(_LEAST_SHARE * min(width, height), min(across, upright))

    @property
    def radius_px(self) -> float:
        """Radius of the unit circle."""
        return self.reach_px / self.camera.reach

    @property
    def origin(self) -> QPointF:
        """Place of the plane's origin."""
        return self.point(0.0, 0.0)

    def point(self, valence: float, arousal: float) -> QPointF:
        """Give the place of a point of the plane."""
        away = QPointF(valence - self.camera.valence, self.camera.arousal - arousal)
        return self.centre + away * self.radius_px

    def on_plane(self, place: QPointF) -> tuple[float, float]:
        """Give valence and arousal of a place in the picture."""
        away = (place - self.centre) / self.radius_px
        return self.camera.valence + away.x(), self.camera.arousal - away.y()

    @property
    def room_for_words(self) -> QRectF:
        """Where words may lie: the picture, as large as it is from as near as the camera is."""
        half = QPointF(self.size.width() / 2 - _EDGE_PX, self.size.height() / 2 - _EDGE_PX)
        half /= self.camera.reach
        return QRectF(self.origin - half, self.origin + half)

    @property
    def inset(self) -> QRectF:
        """Box of the small picture of the whole plane; empty where all of it is seen anyway."""
        if self.camera.reach >= _INSET_BELOW:
            return QRectF()
        side = min(
            _MOST_INSET_PX * self.scale, _INSET_SHARE * min(self.size.width(), self.size.height())
        )
        # The lowest line belongs to the scale of valence.
        top = self.size.height() - side - _INSET_MARGIN_PX - 1.2 * self.line_height_px
        return QRectF(_INSET_MARGIN_PX, top, side, side)

    @property
    def inset_radius_px(self) -> float:
        """Radius of the unit circle in the inset."""
        return self.inset.width() / 2 - _INSET_PADDING_PX

    def inset_point(self, valence: float, arousal: float) -> QPointF:
        """Give the place of a point of the plane in the inset."""
        return self.inset.center() + QPointF(valence, -arousal) * self.inset_radius_px


def scale_of(size: QSize) -> float:
    """Give how much larger than elsewhere text and strokes are in a picture of `size`, 1 to 2.

    A plane that fills a large screen is looked at from farther away.
    """
    shorter = min(size.width(), size.height())
    return min(max(math.sqrt(shorter / _PLAIN_PX), 1.0), _MOST_SCALE)
