"""Russell's words, the nearest of them, and quadrants."""

import csv
import math

import numpy as np
import pytest

from emoviz.system import paths
from emoviz.tracks.circumplex import (
    HEVNER,
    NEUTRAL,
    NEUTRAL_RADIUS,
    QUADRANTS,
    WORD_SETS,
    Circumplex,
    quadrants,
)


@pytest.fixture(scope="module")
def russell() -> Circumplex:
    return Circumplex.russell()


def test_there_are_28_words_each_once(russell: Circumplex) -> None:
    assert len(russell.words) == 28
    assert len({word.text for word in russell.words}) == 28


def test_words_lie_at_their_published_angles(russell: Circumplex) -> None:
    angles = {word.text: word.angle_deg for word in russell.words}
    # From the figure of direct circular scaling in Russell (1980).
    assert angles["happy"] == 7.8
    assert angles["aroused"] == 73.8
    assert angles["sad"] == 207.5
    assert angles["sleepy"] == 271.9
    assert angles["calm"] == 316.2


def test_the_words_name_their_source() -> None:
    text = (paths.resources() / "words" / "README.md").read_text(encoding="utf-8")
    assert "Russell" in text
    assert "1980" in text
    assert "Hevner" in text
    assert "1936" in text
    assert all(f"{word_set}.csv" in text for word_set in WORD_SETS)
    with (paths.resources() / "words" / "russell1980.csv").open(encoding="utf-8") as file:
        assert {row["confirmed"] for row in csv.DictReader(file)} <= {"yes", "no"}


def test_each_word_is_the_word_of_its_own_place(russell: Circumplex) -> None:
    valence = np.array([word.valence for word in russell.words])
    arousal = np.array([word.arousal for word in russell.words])
    assert russell.words_at(valence, arousal) == [word.text for word in russell.words]
    np.testing.assert_allclose(np.hypot(valence, arousal), 1.0)


def test_near_the_origin_the_word_is_neutral(russell: Circumplex) -> None:
    inside, outside = NEUTRAL_RADIUS * 0.999, NEUTRAL_RADIUS * 1.001
    for angle in np.linspace(0, 2 * math.pi, 50):
        direction = np.array([math.cos(angle), math.sin(angle)])
        assert russell.word_at(*(inside * direction)) == NEUTRAL
        assert russell.word_at(*(outside * direction)) != NEUTRAL
    assert russell.word_at(0.0, 0.0) == NEUTRAL


def test_nearest_words_come_nearest_first(russell: Circumplex) -> None:
    assert [word.text for word in russell.nearest(0.7, -0.7, 3)] == ["calm", "relaxed", "satisfied"]
    everything = russell.nearest(0.3, 0.1, len(russell.words))
    distances = [math.hypot(word.valence - 0.3, word.arousal - 0.1) for word in everything]
    assert distances == sorted(distances)
    assert set(everything) == set(russell.words)


def test_quadrants_go_counter_clockwise_and_axes_count_as_positive() -> None:
    valence = np.array([0.5, -0.5, -0.5, 0.5, 0.0, 0.0, -1.0])
    arousal = np.array([0.5, 0.5, -0.5, -0.5, 0.0, -1.0, 0.0])
    assert quadrants(valence, arousal).tolist() == [0, 1, 2, 3, 0, 3, 1]
    assert len(QUADRANTS) == 4


def test_hevners_eight_groups_keep_the_circle_of_her_figure() -> None:
    with (paths.resources() / "words" / f"{HEVNER}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["word"] in row["adjectives"].split() for row in rows)
    assert sum(len(row["adjectives"].split()) for row in rows) == 66
    groups = [int(row["group"]) for row in sorted(rows, key=lambda row: float(row["angle_deg"]))]
    at = groups.index(1)
    assert groups[at:] + groups[:at] == [1, 2, 3, 4, 5, 6, 7, 8]
    words = Circumplex.of(HEVNER).words
    angles = sorted(word.angle_deg for word in words)
    assert np.diff(angles) == pytest.approx(45.0)


def test_hevners_words_lie_in_the_quadrants_they_speak_of() -> None:
    hevner = Circumplex.of(HEVNER)
    assert hevner.word_at(0.5, 0.5) == "happy"
    assert hevner.word_at(-0.5, -0.5) == "sad"
    assert hevner.word_at(0.5, -0.5) == "serene"
    assert hevner.word_at(0.0, 0.7) == "exciting"
    assert hevner.word_at(0.0, 0.01) == NEUTRAL
