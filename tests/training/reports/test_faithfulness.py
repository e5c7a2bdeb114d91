"""How true reasons are: what was named against what was lost, and the card that tells of it."""

import pytest

from emoviz.training.reports.faithfulness import HEADING, Edit, figures, section, with_section

EDITS = [
    Edit(0, "loudness", {"loudness": (0.0, 0.3)}, 0.1, 0.2),
    Edit(0, "attack", {"attack": (-0.1, 0.1)}, -0.1, 0.1),
    Edit(1, "loudness", {"loudness": (0.1, -0.2)}, 0.2, -0.3),
    Edit(1, "attack", {"attack": (0.2, -0.3)}, 0.1, 0.1),
    Edit(2, "loudness", {"loudness": (0.2, 0.1)}, 0.3, 0.0),
    Edit(2, "attack", {"attack": (0.3, 0.2)}, 0.2, 0.2),
]


def test_figures_are_of_ranks_signs_and_order() -> None:
    found = figures(EDITS, "three turns")
    loudness, attack = found["causes"]["loudness"], found["causes"]["attack"]
    assert loudness["edits"] == 3
    assert loudness["arousal"]["rank_r"] == pytest.approx(1.0)
    assert loudness["valence"]["rank_r"] == pytest.approx(1.0)
    assert loudness["arousal"]["signs"] == pytest.approx(2 / 3)
    assert attack["arousal"]["signs"] == pytest.approx(2 / 3)
    assert found["causes"]["all"]["edits"] == 6
    assert found["order"]["arousal"] == pytest.approx(2 / 3)


def test_the_card_has_one_section_of_them_however_often_it_is_written() -> None:
    found = figures(EDITS, "three turns")
    card = "# A model\n\n## How good it is\n\ntext\n\n## What it is\n\nmore\n"
    once = with_section(card, found)
    assert once == with_section(once, figures(EDITS, "three turns"))
    assert section(found) in once
    assert once.index("text") < once.index(HEADING) < once.index("## What it is")
    assert once.replace(section(found) + "\n", "") == card
