"""Films for tests: songs that click, tracks that run to and fro, and what a film really shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from emoviz.export.film_file import SOUND_HZ, FilmFormat
from emoviz.gui.films.layout import layout_of
from emoviz.gui.look.theme import DARK_COLOURS
from emoviz.gui.plane.painter import PlanePainter
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.trail import head_at
from emoviz.units import Values
from tests.support.audio import Floats

CLICK_RATE_HZ = 22050
_CLICK_S = 0.002
_RUN = 0.7
"""How far to either side a track runs to and fro."""
_TURN = 8
"""So many half-seconds from one side to the other and back."""
_NEAR = 40
"""Levels of colour that a film may be off by."""


def write_clicks(path: Path, duration_s: float, clicks_s: Floats) -> None:
    """Write a song in which nothing but a click is heard at each of these times."""
    sound = np.zeros(round(duration_s * CLICK_RATE_HZ), np.float32)
    click = np.hanning(round(_CLICK_S * CLICK_RATE_HZ))
    for begin in np.round((clicks_s - _CLICK_S / 2) * CLICK_RATE_HZ).astype(int):
        sound[begin : begin + len(click)] = 0.8 * click
    soundfile.write(path, sound, CLICK_RATE_HZ)


def run_to_and_fro(duration_s: float) -> Values:
    """Give a track whose valence runs to and fro as fast as can be told from picture to picture."""
    place = np.arange(round(2 * duration_s)) % _TURN / (_TURN / 2)
    valence = _RUN * (1.0 - 2.0 * np.abs(place - 1.0))
    return np.column_stack([valence, np.full_like(valence, 0.3)])


def running_times_s(duration_s: float) -> Floats:
    """Give times, a turn apart, at which the track that runs to and fro is half-way."""
    half_turn_s = _TURN / 4
    return np.arange(1.5, duration_s / half_turn_s - 0.5) * half_turn_s + 0.11


@dataclass(frozen=True)
class Film:
    """A film that was written."""

    path: Path

    def pictures(self, times_s: Floats) -> Iterator[np.ndarray]:
        """Yield the picture that is shown at each of these times, (height, width, 3) RGB."""
        wanted = list(times_s)
        with av.open(str(self.path)) as container:
            # To the key picture before it.
            container.seek(round(1e6 * wanted[0]))
            before: av.VideoFrame | None = None
            for picture in container.decode(video=0):
                assert picture.time is not None
                while wanted and picture.time > wanted[0] + 1e-6:
                    assert before is not None
                    yield _rgb(before)
                    wanted.pop(0)
                before = picture
            for _ in wanted:
                assert before is not None
                yield _rgb(before)

    def sound(self) -> Floats:
        """Give its sound from time 0 on, (samples, 2) at `SOUND_HZ`."""
        with av.open(str(self.path)) as container:
            pieces = list(container.decode(audio=0))
        assert pieces[0].time == 0.0
        assert all(piece.sample_rate == SOUND_HZ for piece in pieces)
        return np.concatenate([piece.to_ndarray() for piece in pieces], axis=1).T

    def clicks_s(self) -> Floats:
        """Give when a click is heard, in seconds of the film."""
        loud = np.abs(self.sound()).max(axis=1)
        found = np.flatnonzero(loud > 0.3)
        begins = np.flatnonzero(np.diff(found, prepend=-SOUND_HZ) > SOUND_HZ // 10)
        ends = np.append(begins[1:], len(found))
        pieces = [found[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return np.array([piece[loud[piece].argmax()] for piece in pieces]) / SOUND_HZ

    def late_pictures(self, values: Values, film_format: FilmFormat, times_s: Floats) -> Floats:
        """Give by how many pictures the trail's head is behind what sounds at some times."""
        layout = layout_of(film_format.size, film_format.width_px, film_format.height_px)
        geometry = PlanePainter(Circumplex.music(), DARK_COLOURS).geometry(layout.plane.size())

        def due_px(time_s: float) -> float:
            head = head_at(values, time_s)
            assert head is not None
            return layout.scale * geometry.point(*head).x()

        box = QRectF(layout.plane)
        left, top = round(layout.scale * box.left()), round(layout.scale * box.top())
        right, bottom = round(layout.scale * box.right()), round(layout.scale * box.bottom())

        late = []
        for time_s, picture in zip(times_s, self.pictures(times_s), strict=True):
            plane = picture[top:bottom, left:right]
            per_picture = due_px(time_s) - due_px(time_s - 1 / film_format.rate)
            late.append((due_px(time_s) - _head_px(plane, layout.scale)) / per_picture)
        return np.array(late)


def _head_px(picture: np.ndarray, scale: float) -> float:
    """Find the head's middle: where the trail's colour is higher than the trail is."""
    colour = QColor(DARK_COLOURS.trail)
    near = np.abs(picture.astype(int) - [colour.red(), colour.green(), colour.blue()]).max(axis=2)
    heights = (near < _NEAR).sum(axis=0)
    high = np.flatnonzero(heights > 7 * scale)
    assert len(high), "there is no head"
    return float(high.mean()) + 0.5


def _rgb(picture: av.VideoFrame) -> np.ndarray:
    return picture.to_ndarray(format="rgb24")
