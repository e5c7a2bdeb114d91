"""Sets of words, where they lie, and the nearest of them."""

import csv
import math

import numpy as np
import pytest

from emoviz.system import paths
from emoviz.tracks.circumplex import (
    HEVNER,
    MUSIC,
    NEUTRAL,
    NEUTRAL_RADIUS,
    WORD_SETS,
    Circumplex,
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


def test_words_for_music_lie_at_the_mean_of_their_sources() -> None:
    with (paths.resources() / "words" / f"{MUSIC}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    russell = {word.text: word.angle_deg for word in Circumplex.russell().words}
    theirs = {"joyful": "happy", "exciting": "excited", "fearful": "afraid"}
    for row in rows:
        given = [row[name] for name in ("russell1980", "hevner1936", "eerola2011") if row[name]]
        figures = np.radians([float(text) for text in given])
        mean = np.degrees(np.arctan2(np.sin(figures).sum(), np.cos(figures).sum())) % 360.0
        assert float(row["angle_deg"]) == pytest.approx(mean, abs=0.06)
        if row["russell1980"]:
            assert float(row["russell1980"]) == russell[theirs.get(row["word"], row["word"])]


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
