"""Dots by the ten thousand: each where it belongs, colours that everyone can tell apart."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from emoviz.gui.look.theme import DARK_COLOURS, LIGHT_COLOURS, Colours
from emoviz.gui.map import dots
from emoviz.gui.map.dots import Layer, Viewport
from emoviz.gui.map.songs import NAMED_GROUPS, GroupBy, MapSongs
from emoviz.library.records import Points

RED, GREEN, PANEL = (200, 0, 0), (0, 200, 0), (20, 20, 20)
VIEWPORT = Viewport(200, 160, 100, 80, 70.0)

# Machado et al. 2009: what is seen without one kind of cone, in linear light.
SIMULATED = {
    "all cones": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def layer(places: list[tuple[float, float]], codes: list[int], **more: object) -> Layer:
    values = np.array(places, np.float32).reshape(-1, 2)
    return Layer(
        values[:, 0],
        values[:, 1],
        np.array(codes, np.uint8),
        (RED, GREEN),
        PANEL,
        **more,  # type: ignore[arg-type]
    )


def colour_at(pixels: npt.NDArray[np.uint32], valence: float, arousal: float) -> tuple[int, ...]:
    pixel = int(pixels[80 - round(arousal * 70), 100 + round(valence * 70)])
    return tuple(pixel >> shift & 255 for shift in (16, 8, 0))


def test_dots_are_where_their_songs_are_in_their_colours() -> None:
    picture = dots.draw([layer([(0.5, 0.5), (-0.5, -0.25)], [0, 1])], 0.0, VIEWPORT)
    assert picture.dots is not None
    assert picture.shades is None
    assert colour_at(picture.dots, 0.5, 0.5) == RED
    assert colour_at(picture.dots, -0.5, -0.25) == GREEN
    assert colour_at(picture.dots, 0.5, -0.5) == (0, 0, 0)


def test_a_dot_at_the_edge_is_cut_and_one_beyond_is_not_there() -> None:
    edge, beyond = 99 / 70, 2.0
    picture = dots.draw([layer([(edge, 0.0), (beyond, beyond), (-9, 9)], [0, 0, 0])], 0, VIEWPORT)
    assert picture.dots is not None
    assert colour_at(picture.dots, edge, 0.0) == RED
    assert np.count_nonzero(picture.dots) < 100


def test_where_dots_would_cover_each_other_their_number_is_shaded() -> None:
    rng = np.random.default_rng(0)
    places = rng.normal(0, 0.2, (20_000, 2)).tolist()
    crowd = layer([*places, (0.9, 0.9)], [0] * 20_001)
    picture = dots.draw([crowd], 30_000.0, VIEWPORT)
    assert picture.dots is None
    assert picture.shades is not None
    opacity = picture.shades >> 24
    rows, columns = opacity.shape
    assert opacity[rows // 2, columns // 2] > 240
    # One song by itself is seen as well.
    assert (opacity[: rows // 5, columns // 4 * 3 :] > 100).sum() == 1


def test_what_stands_out_is_dots_even_in_a_crowd() -> None:
    found = layer([(0.5, 0.5)], [1], stands_out=True)
    picture = dots.draw([layer([(0, 0)] * 9, [0] * 9), found], 1e6, VIEWPORT)
    assert picture.shades is not None
    assert picture.dots is not None
    assert colour_at(picture.dots, 0.5, 0.5) == GREEN


def test_the_most_frequent_have_colours_and_nobody_has_none() -> None:
    names = ["", *(f"Artist {number}" for number in range(9))]
    artists = np.repeat(np.arange(10), [50, *range(1, 10)]).astype(np.int32)
    count = len(artists)
    zeros = np.zeros(count, np.float32)
    points = Points(np.arange(count), zeros, zeros, artists, artists, names, names)
    groups = MapSongs(points, "musicnn").groups(GroupBy.ARTIST)
    assert [group.songs for group in groups.named] == [9, 8, 7, 6, 5, 4, 3]
    assert groups.other_songs == 50 + 1 + 2
    assert set(groups.codes[:50].tolist()) == {0}
    # Each has a colour of its own.
    assert {group.colour for group in groups.named} == set(range(NAMED_GROUPS))
    assert set(groups.codes[-9:].tolist()) == {1 + groups.named[0].colour}


def test_a_few_songs_in_one_place_are_no_crowd() -> None:
    count, zeros = 12, np.zeros(12, np.float32)
    nobody = np.zeros(count, np.int32)
    songs = MapSongs(Points(np.arange(count), zeros, zeros, nobody, nobody, [""], [""]), "cae")
    assert dots.radius_px(songs.crowding, VIEWPORT) > 2.0


@pytest.mark.parametrize("colours", [DARK_COLOURS, LIGHT_COLOURS], ids=["dark", "light"])
@pytest.mark.parametrize("sight", SIMULATED)
def test_groups_are_told_apart_with_every_kind_of_sight(colours: Colours, sight: str) -> None:
    assert len(colours.groups) == NAMED_GROUPS
    labs = [
        lab(np.array(SIMULATED[sight]) @ linear(colour))
        for colour in (*colours.groups, colours.ungrouped)
    ]
    assert min(np.linalg.norm(one - other) for one, other in combinations(labs, 2)) > 20


def linear(colour: str) -> npt.NDArray[np.float64]:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(light, 0, 1) / (0.9505, 1.0, 1.089)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
