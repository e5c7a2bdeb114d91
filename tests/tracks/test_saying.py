"""What may be said of values by their whole distribution, and that words hold."""

from itertools import groupby

import numpy as np
import pytest

from emoviz.tracks.circumplex import (
    HEVNER,
    MUSIC,
    NEUTRAL_RADIUS,
    RUSSELL,
    Circumplex,
    Word,
)
from emoviz.tracks.saying import (
    ASSUMED_DEVIATION,
    HALF_SHARE,
    HALVES,
    HOLD_S,
    PAIR_SHARE,
    UNDECIDED,
    WORD_SHARE,
    Sayer,
    moments_of,
    quadrant_shares,
    said_along,
    said_of_each,
    said_of_song,
    shares_of,
)
from emoviz.units import COLUMN_S, Values

MUSICAL = Circumplex.music()


def at(angle_deg: float, radius: float, deviation: float = 0.16) -> list[float]:
    angle = np.radians(angle_deg)
    return [radius * np.cos(angle), radius * np.sin(angle), deviation, deviation]


def said(*value: float) -> str:
    return said_of_each(np.array([value]), MUSICAL)[0]


@pytest.mark.parametrize("word_set", [MUSIC, RUSSELL, HEVNER])
def test_shares_are_those_of_draws_from_the_distribution(word_set: str) -> None:
    circumplex = Circumplex.of(word_set)
    random = np.random.default_rng(0)
    angles = np.array([word.angle_deg for word in circumplex.words])
    for value in np.column_stack(
        [random.uniform(-0.6, 0.6, (6, 2)), random.uniform(0.08, 0.3, (6, 2))]
    ):
        draws = value[:2] + random.standard_normal((20_000, 2)) * value[2:]
        directions = np.degrees(np.arctan2(draws[:, 1], draws[:, 0]))
        away = np.abs((directions[:, None] - angles + 180.0) % 360.0 - 180.0)
        kinds = away.argmin(axis=1)
        kinds[np.hypot(*draws.T) < NEUTRAL_RADIUS] = len(angles)
        drawn = np.bincount(kinds, minlength=len(angles) + 1) / len(draws)
        shares = shares_of(value[None], circumplex)
        np.testing.assert_allclose([*shares.words[0], shares.middle[0]], drawn, atol=0.03)
        assert shares.words.sum() + shares.middle.sum() == pytest.approx(1.0)
        drawn_halves = (draws > 0.0).mean(axis=0)
        np.testing.assert_allclose(shares.halves[0, ::2], drawn_halves, atol=0.02)
        quadrants = quadrant_shares(value[None])[0]
        assert quadrants.sum() == pytest.approx(1.0)
        assert quadrants[0] == pytest.approx((draws > 0.0).all(axis=1).mean(), abs=0.02)


@pytest.mark.parametrize("turn_deg", [17.0, 95.0, 181.0, 290.0, 359.0])
def test_shares_turn_with_the_words(turn_deg: float) -> None:
    turned = Circumplex([Word(word.text, word.angle_deg + turn_deg) for word in MUSICAL.words])
    directions_deg = np.arange(0.0, 360.0, 24.0)
    values = np.array([at(angle_deg, 0.4) for angle_deg in directions_deg])
    with_them = np.array([at(angle_deg + turn_deg, 0.4) for angle_deg in directions_deg])
    found, expected = shares_of(with_them, turned), shares_of(values, MUSICAL)
    np.testing.assert_allclose(found.words, expected.words, atol=0.03)


def test_what_is_said_is_what_the_shares_carry() -> None:
    values = np.array([at(angle, radius) for angle in range(0, 360, 15) for radius in (0.2, 0.35)])
    shares = shares_of(values, MUSICAL)
    names = [word.text for word in MUSICAL.words]
    for text, words, halves in zip(
        said_of_each(values, MUSICAL), shares.words, shares.halves, strict=True
    ):
        parts = text.removeprefix("slightly ").removeprefix("clearly ")
        if parts in names:
            assert words[names.index(parts)] >= WORD_SHARE
        elif " or " in parts:
            first, second = (words[names.index(name)] for name in parts.split(" or "))
            assert first >= second
            assert first < WORD_SHARE
            assert first + second >= PAIR_SHARE
        else:
            sure = [] if parts == UNDECIDED else parts.split(" and ")
            assert {HALVES[half] for half in np.flatnonzero(halves >= HALF_SHARE)} == set(sure)


def test_a_single_word_needs_half_of_the_distribution() -> None:
    sad = next(word.angle_deg for word in MUSICAL.words if word.text == "sad")
    assert said(*at(sad, 0.5)) == "sad"
    assert said(*at(sad, 0.5, 0.01)) == "clearly sad"
    # The same place with more doubt, and as sure but nearer to the middle.
    assert said(*at(sad, 0.5, 0.26)) == "slightly sad"
    assert said(*at(sad, 0.25)) in ("slightly sad", "slightly calm", "slightly calm and negative")
    assert said(*at(sad, 0.5, 0.5)) != "sad"
    assert said(*at(256.0, 0.4)) in ("sad or dreamy", "dreamy or sad")
    assert said(*at(270.0, 0.2)) == "slightly calm"
    assert said(-0.3, 0.0, 0.2, 0.6) == "slightly negative"


@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.16, 2.0])
def test_near_the_middle_nothing_is_decided(deviation: float) -> None:
    assert said(0.01, -0.02, deviation, deviation) == UNDECIDED
    assert said(0.0, 0.0, deviation, deviation) == UNDECIDED


def test_what_is_certain_of_a_point_without_doubt_is_its_word() -> None:
    for word in MUSICAL.words:
        assert said(word.valence / 2, word.arousal / 2, 0.0, 0.0) == f"clearly {word.text}"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("deviation", [5e-324, 3e-285, 1e200, 1e308])
def test_any_deviation_that_a_file_may_hold_is_one(deviation: float) -> None:
    values = np.array([[1.0, 1.0, deviation, deviation], [-1.0, 0.0, deviation, 0.1]])
    each = said_of_each(values, MUSICAL)
    assert each[0] == ("clearly joyful" if deviation < 1.0 else UNDECIDED)
    assert said_along(values, MUSICAL)
    assert said_of_song(values, MUSICAL)


def test_a_track_without_deviations_is_taken_to_have_some() -> None:
    bare = np.array([[-0.3, -0.3], [0.5, 0.3], [np.nan, np.nan]])
    full = np.column_stack([bare, np.full((3, 2), ASSUMED_DEVIATION)])
    assert said_of_each(bare, MUSICAL) == said_of_each(full, MUSICAL)
    assert said_along(bare, MUSICAL)[2] == ""
    assert said_of_song(bare, MUSICAL) == said_of_song(full, MUSICAL)


def test_a_song_that_goes_everywhere_is_undecided() -> None:
    everywhere = np.array([at(angle, 0.5) for angle in range(0, 360, 10)])
    assert said_of_song(everywhere, MUSICAL) == UNDECIDED
    here = np.array([at(29.6, 0.5)] * 30 + [[np.nan] * 4] * 5)
    assert said_of_song(here, MUSICAL) == "joyful"
    moments = moments_of(here)
    assert moments is not None
    np.testing.assert_allclose(moments, [at(29.6, 0.5)])
    assert moments_of(here[30:]) is None
    assert said_of_song(here[30:], MUSICAL) == ""


JOYFUL, SAD, TENSE = at(29.6, 0.6), at(225.0, 0.6), at(112.0, 0.6)
SILENT = [np.nan] * 4


def spans(values: Values) -> list[tuple[str, int]]:
    return [(text, len(list(run))) for text, run in groupby(said_along(values, MUSICAL))]


def test_a_word_holds_for_two_seconds() -> None:
    assert spans(np.array([JOYFUL] * 10 + [SAD] * 3 + [JOYFUL] * 5)) == [("joyful", 18)]
    assert spans(np.array([JOYFUL] * 10 + [SAD] * 4 + [JOYFUL] * 5)) == [
        ("joyful", 10),
        ("sad", 4),
        ("joyful", 5),
    ]
    # What comes first and does not hold goes with what follows.
    assert spans(np.array([SAD] * 2 + [JOYFUL] * 5)) == [("joyful", 7)]
    # Silence ends a word at once, and nothing is said over it.
    values = np.array([JOYFUL] * 5 + [SILENT] * 2 + [SAD] * 1 + [SILENT] + [JOYFUL] * 3)
    assert spans(values) == [("joyful", 5), ("", 2), ("sad", 1), ("", 1), ("joyful", 3)]


def test_what_flickers_is_said_as_one_by_its_mean() -> None:
    flicker = np.array([JOYFUL, JOYFUL, TENSE, TENSE] * 4)
    (said_of_it,) = spans(flicker)
    assert said_of_it == (said(*flicker.mean(axis=0)), 16)


def test_nothing_flickers_along_a_wandering_track() -> None:
    random = np.random.default_rng(1)
    path = np.cumsum(random.normal(0.0, 0.08, (600, 2)), axis=0)
    values = np.column_stack([np.sin(path), np.full((600, 2), 0.16)])
    values[200:203] = np.nan
    runs = [(text, len(list(run))) for text, run in groupby(said_along(values, MUSICAL))]
    assert all(count * COLUMN_S >= HOLD_S for text, count in runs if text)


def test_a_growing_track_is_said_as_the_finished_one() -> None:
    random = np.random.default_rng(2)
    path = np.cumsum(random.normal(0.0, 0.05, (120, 2)), axis=0)
    values = np.column_stack([np.sin(path), np.full((120, 2), 0.16)])
    sayer = Sayer(MUSICAL)
    growing = np.full_like(values, np.nan)
    for first in range(0, 120, 20):
        growing[first : first + 20] = values[first : first + 20]
        assert sayer.said(growing) == said_along(growing, MUSICAL)
    assert sayer.said(values[:50]) == said_along(values[:50], MUSICAL)
    assert sayer.said(values[:50, :2]) == said_along(values[:50, :2], MUSICAL)
