"""Sections: they begin where a track turns, as no other choice of turns explains it better."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.section_edits import (
    SectionEditor,
    Sections,
    sections_from_text,
    sections_to_text,
)
from emoviz.tracks.sections import LEAST_S, Section, index_of_section, sections_of, turns
from emoviz.units import Values

MUSIC = Circumplex.music()


def track(*parts: tuple[float, float, int], deviation: float = 0.1, noise: float = 0.01) -> Values:
    """Make a track of parts of so many half-seconds that stay at a place, with a little noise."""
    random = np.random.default_rng(3)
    means = np.concatenate([np.tile((valence, arousal), (n, 1)) for valence, arousal, n in parts])
    means += random.normal(0.0, noise, means.shape)
    return np.column_stack([means, np.full(means.shape, deviation)])


SAD_THEN_JOYFUL = track((-0.5, -0.3, 40), (0.6, 0.3, 60))


def test_a_song_is_divided_where_it_turns_and_named_by_what_may_be_said() -> None:
    first, second = sections_of(SAD_THEN_JOYFUL, MUSIC)
    assert (first.start_s, first.end_s, second.end_s) == (0.0, 20.0, 50.0)
    assert second.start_s == first.end_s
    assert "sad" in first.name
    assert "joyful" in second.name
    assert (first.valence, first.arousal) == pytest.approx((-0.5, -0.3), abs=0.01)
    assert second.valence_spread == pytest.approx(0.01, abs=0.005)
    assert second.abrupt
    assert not first.abrupt


def test_a_song_that_stays_is_one_section_and_a_silent_one_none() -> None:
    (only,) = sections_of(track((0.1, 0.1, 200)), MUSIC)
    assert (only.start_s, only.end_s) == (0.0, 100.0)
    assert sections_of(np.full((40, 4), np.nan), MUSIC) == []
    assert sections_of(np.zeros((0, 2)), MUSIC) == []
    (short,) = sections_of(track((0.1, 0.1, 3)), MUSIC)
    assert short.end_s == 1.5


def test_a_slow_drift_is_no_jump() -> None:
    drift = np.linspace((-0.5, -0.3), (0.5, 0.3), 240)
    sections = sections_of(drift, MUSIC)
    assert len(sections) > 1
    assert not any(section.abrupt for section in sections)


def test_silence_between_two_sections_is_in_none_of_them() -> None:
    values = track((-0.5, -0.3, 40), (0.0, 0.0, 20), (0.6, 0.3, 60))
    values[40:60] = np.nan
    first, second = sections_of(values, MUSIC)
    assert (first.end_s, second.start_s) == (20.0, 30.0)
    assert index_of_section([first, second], 25.0) is None
    assert index_of_section([first, second], 30.0) == 1


def cost(points: Values, borders: tuple[int, ...], penalty: float) -> float:
    parts = np.split(points, borders)
    return sum(float(((p - p.mean(axis=0)) ** 2).sum()) for p in parts) + penalty * len(parts)


@pytest.mark.parametrize("seed", range(8))
def test_no_other_turns_would_be_better(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(0.0, 0.1, (14, 2)) + np.repeat(random.normal(0, 0.3, (7, 2)), 2, axis=0)
    penalty, least = 0.1, 2
    found = tuple(turns(points, penalty, least))
    every = [
        borders
        for count in range(4)
        for borders in combinations(range(least, 13), count)
        if all(other - one >= least for one, other in pairwise((0, *borders, 14)))
    ]
    best = min(cost(points, borders, penalty) for borders in every)
    if len(found) < 4:
        assert cost(points, found, penalty) == pytest.approx(best)
    assert cost(points, found, penalty) <= best + 1e-9


def test_sections_cover_all_that_is_known_and_none_is_short() -> None:
    random = np.random.default_rng(5)
    values = np.clip(np.cumsum(random.normal(0.0, 0.05, (600, 2)), axis=0), -1, 1)
    sections = sections_of(values, MUSIC)
    assert sections[0].start_s == 0.0
    assert sections[-1].end_s == 300.0
    for one, other in pairwise(sections):
        assert one.end_s == other.start_s
    assert all(section.end_s - section.start_s >= LEAST_S for section in sections)


# What a user does to them.


def edited() -> tuple[SectionEditor, Sections]:
    return SectionEditor(SAD_THEN_JOYFUL, MUSIC), tuple(sections_of(SAD_THEN_JOYFUL, MUSIC))


def ends(sections: Sections) -> list[float]:
    return [section.end_s for section in sections]


def test_a_border_moves_to_a_half_second_and_not_past_its_neighbours() -> None:
    editor, sections = edited()
    assert ends(editor.moved(sections, 1, 18.2)) == [18.0, 50.0]
    assert ends(editor.moved(sections, 1, -5.0)) == [0.5, 50.0]
    moved = editor.moved(sections, 1, 90.0)
    assert ends(moved) == [49.5, 50.0]
    # What is said of them is said anew.
    assert moved[0].name != sections[0].name
    assert moved[0].valence == pytest.approx(SAD_THEN_JOYFUL[:99, 0].mean())


def test_sections_are_divided_and_joined() -> None:
    editor, sections = edited()
    parts = editor.split(sections, 30.0)
    assert ends(parts) == [20.0, 30.0, 50.0]
    assert ends(editor.split(sections, 20.0)) == [20.0, 50.0]
    assert ends(editor.split(sections, 99.0)) == [20.0, 50.0]
    (whole,) = editor.merged(sections, 0)
    assert (whole.start_s, whole.end_s) == (0.0, 50.0)
    assert editor.merged(parts, 1) == sections


def test_a_name_that_was_given_stays_and_an_empty_one_is_what_may_be_said() -> None:
    editor, sections = edited()
    named = editor.annotated(editor.renamed(sections, 0, " Verse "), 0, "quiet")
    assert (named[0].name, named[0].note) == ("Verse", "quiet")
    assert editor.moved(named, 1, 15.0)[0].name == "Verse"
    assert editor.renamed(named, 0, " ")[0].name == sections[0].name


def test_what_is_a_users_is_kept_and_the_rest_follows_from_the_values() -> None:
    editor, sections = edited()
    changed = editor.annotated(editor.renamed(sections, 0, "Strophe „eins“"), 1, "laut")
    text = sections_to_text(changed, editor)
    assert sections_from_text(text, SAD_THEN_JOYFUL, MUSIC) == changed
    other = sections_from_text(text, track((0.6, 0.3, 100)), MUSIC)
    assert other[0].name == "Strophe „eins“"
    assert other[1].name != "laut"
    shorter = sections_from_text(text, SAD_THEN_JOYFUL[:50], MUSIC)
    assert ends(shorter) == [20.0, 25.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[1]", "its sections are none"),
        ('[[4, 2, "", ""]]', "no length"),
        ('[[0, 6, "", ""], [4, 9, "", ""]]', "overlap"),
    ],
)
def test_what_are_no_sections_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sections_from_text(text, SAD_THEN_JOYFUL, MUSIC)


def test_a_section_is_found_by_its_time() -> None:
    sections: list[Section] = sections_of(SAD_THEN_JOYFUL, MUSIC)
    assert [index_of_section(sections, t) for t in (-1.0, 0.0, 19.9, 20.0, 50.0)] == [
        None,
        0,
        0,
        1,
        None,
    ]
