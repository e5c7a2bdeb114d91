"""What the plane looks like: compared with pictures of it, with a tolerance."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours, Theme
from emoviz.gui.plane import ground, overlay
from emoviz.gui.plane.camera import Camera
from emoviz.gui.plane.painter import PlanePainter
from emoviz.gui.plane.view import PlaneView
from emoviz.tracks.circumplex import Circumplex
from emoviz.units import Values

REFERENCES = Path(__file__).parent / "references"
SIZE = QSize(480, 340)
TIME_S = 21.3

# Of 255. Machines differ in the last bit, and by a share of a pixel in where a glyph stands.
MOST_ON_AVERAGE, MOST_IN_A_TILE = 1.5, 4.8
TILE_PX = 10

THEMES = pytest.mark.parametrize(
    ("theme", "colours"), [("dark", DARK_COLOURS), ("light", LIGHT_COLOURS)], ids=["dark", "light"]
)


@dataclass(frozen=True)
class Difference:
    """How far two pictures lie apart: pixel by pixel on average, and the worst tile's mean."""

    on_average: float
    in_a_tile: float

    @property
    def is_seen(self) -> bool:
        return self.on_average > MOST_ON_AVERAGE or self.in_a_tile > MOST_IN_A_TILE


@pytest.fixture(autouse=True)
def blocks(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write in boxes, in sizes that do not depend on a screen."""
    number = QFontDatabase.addApplicationFont(str(REFERENCES / "blocks.ttf"))
    (family,) = QFontDatabase.applicationFontFamilies(number)

    def font(size_pt: float, *, bold: bool = False) -> QFont:
        made = QFont(family)
        made.setPixelSize(round(size_pt * 4 / 3))
        made.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
        return made

    for module in (ground, overlay):
        monkeypatch.setattr(module, "interface_font", font)
    yield
    QFontDatabase.removeApplicationFont(number)


def track() -> Values:
    """Give half a minute that spirals through three quadrants, with deviations."""
    turn = np.linspace(0.0, 1.0, 60)
    radius, angle = 0.15 + 0.6 * turn, 0.4 + 4.0 * turn
    middle = [radius * np.cos(angle), radius * np.sin(angle)]
    return np.column_stack([*middle, np.full(60, 0.09), np.full(60, 0.13)])


def whole(colours: Colours) -> PlanePainter:
    painter = PlanePainter(Circumplex.russell(), colours)
    painter.set_track(track())
    return painter


def near(colours: Colours) -> PlanePainter:
    painter = whole(colours)
    painter.set_density(True)
    painter.camera = Camera(-0.35, 0.25, 0.45)
    painter.marked = 30
    return painter


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.array(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[:, :, :3].astype(float)


def pictured(painter: PlanePainter) -> QImage:
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    drawing = QPainter(image)
    painter.draw(drawing, SIZE, 1.0, TIME_S)
    drawing.end()
    return image


def difference(one: QImage, other: QImage) -> Difference:
    apart = pixels(one) - pixels(other)
    rows, columns = (length // TILE_PX for length in apart.shape[:2])
    tiles = apart.reshape(rows, TILE_PX, columns, TILE_PX, 3).mean(axis=(1, 3))
    return Difference(float(np.abs(apart).mean()), float(np.abs(tiles).max()))


def reference(name: str) -> QImage:
    image = QImage(str(REFERENCES / name))
    assert not image.isNull(), name
    return image


@THEMES
@pytest.mark.parametrize("view", [whole, near])
def test_the_plane_looks_as_it_did(
    tmp_path: Path, view: Callable[[Colours], PlanePainter], theme: str, colours: Colours
) -> None:
    name = f"plane_{view.__name__}_{theme}.png"
    picture = pictured(view(colours))
    drawn = tmp_path / name
    assert picture.save(str(drawn))
    found = difference(picture, reference(name))
    assert not found.is_seen, f"{found}: look at {drawn}, and copy it if it is meant to be so"


@THEMES
@pytest.mark.parametrize("part", ["draw_trail", "draw_head", "draw_ellipse"])
def test_a_part_that_is_missing_is_seen(
    monkeypatch: pytest.MonkeyPatch, part: str, theme: str, colours: Colours
) -> None:
    monkeypatch.setattr(f"emoviz.gui.plane.painter.{part}", lambda *_: None)
    assert difference(pictured(whole(colours)), reference(f"plane_whole_{theme}.png")).is_seen


@THEMES
def test_words_a_path_or_a_map_that_are_missing_are_seen(theme: str, colours: Colours) -> None:
    wordless, pathless, mapless = whole(colours), whole(colours), near(colours)
    wordless.set_words(Circumplex([]))
    pathless.set_track(track()[:44])
    mapless.set_density(False)
    for painter, view in ((wordless, "whole"), (pathless, "whole"), (mapless, "near")):
        assert difference(pictured(painter), reference(f"plane_{view}_{theme}.png")).is_seen


@THEMES
def test_a_picture_drawn_a_little_to_the_side_is_not_seen(theme: str, colours: Colours) -> None:
    drawn = reference(f"plane_whole_{theme}.png")
    # Every pixel a quarter of the way to its neighbour: all has been drawn that much to the side.
    shifted = 0.75 * pixels(drawn) + 0.25 * np.roll(pixels(drawn), 1, axis=1)
    opaque = np.full((*shifted.shape[:2], 1), 255.0)
    data = np.ascontiguousarray(np.concatenate([shifted, opaque], axis=2).round().astype(np.uint8))
    image = QImage(data.data, drawn.width(), drawn.height(), QImage.Format.Format_RGB32)
    assert image != drawn
    assert not difference(image, drawn).is_seen


def _middle_of(values: Values, time_s: float) -> np.ndarray:
    """Give the pixels around the middle of the plane, where no word stands."""
    painter = PlanePainter(Circumplex.russell(), DARK_COLOURS)
    painter.trail_s = 60.0
    painter.set_track(values)
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    drawing = QPainter(image)
    painter.draw(drawing, SIZE, 1.0, time_s)
    drawing.end()
    place = painter.geometry(SIZE).point(0.0, 0.1).toPoint()
    pixels = np.array(image.constBits(), np.uint8).reshape(SIZE.height(), SIZE.width(), 4)
    return pixels[place.y() - 4 : place.y() + 5, place.x() - 4 : place.x() + 5].copy()


def test_path_and_trail_break_where_it_is_silent() -> None:
    walk = np.column_stack([np.linspace(-0.5, 0.5, 41), np.full(41, 0.1)])
    silent, missing = walk.copy(), np.full_like(walk, np.nan)
    silent[10:31] = np.nan
    nothing = _middle_of(missing, 20.5)
    assert (_middle_of(walk, 20.5) != nothing).any()
    assert (_middle_of(silent, 20.5) == nothing).all()


def test_relative_to_the_song_is_plainly_marked_and_says_no_word(qtbot: QtBot) -> None:
    theme = Theme()
    plane = PlaneView(theme, Circumplex.music())
    qtbot.addWidget(plane)
    plane.resize(800, 500)
    plane.set_track(np.linspace([0.1, -0.3, 0.2, 0.2], [0.2, -0.2, 0.2, 0.2], 60))
    plane.set_relative(True)
    plane.show()
    qtbot.waitUntil(lambda: plane.camera.reach < 0.2)
    (marked,) = [each for each in plane.findChildren(QLabel) if each.isVisible()]
    assert marked.text() == "Relative to this song: 0 is its mean, valence +0.15, arousal −0.25"
    said = [label.text for label in plane._painter._ground.labels(plane._geometry())]
    assert len(said) == 4
    assert "more positive than its mean →" in said
    assert not {word.text for word in Circumplex.music().words} & set(said)
    plane.set_relative(False)
    assert not marked.isVisible()
