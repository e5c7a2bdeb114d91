"""The bars of the whole song: mean probabilities, and what is undecided."""

import re

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from emoviz.gui.look.theme import Theme
from emoviz.gui.panels.song_summary import QuadrantShares, SongSummary
from emoviz.tracks.circumplex import QUADRANTS, Circumplex
from emoviz.tracks.saying import UNDECIDED, quadrant_shares, said_along
from emoviz.units import Values


def bars_of(values: Values) -> dict[str, float]:
    summary = SongSummary(Theme())
    summary.set_track(values, said_along(values, Circumplex.music()))
    (bars,) = summary.findChildren(QuadrantShares)
    told = re.findall(r"([a-z, ]+?) (\d+)%", bars.accessibleDescription())
    return {name.strip(", "): int(share) / 100 for name, share in told}


def test_bars_are_mean_probabilities(qtbot: QtBot) -> None:
    sad = [-0.3, -0.3, 0.16, 0.16]
    bars = bars_of(np.array([sad] * 20 + [[np.nan] * 4] * 7))
    assert list(bars) == [*QUADRANTS, UNDECIDED]
    expected = quadrant_shares(np.array([sad]))[0]
    # Not all of it is sad, as a count of middles would have it.
    assert 0.9 < expected[2] < 1.0
    assert list(bars.values()) == pytest.approx([*expected, 0.0], abs=0.006)


def test_what_is_undecided_is_no_quadrants(qtbot: QtBot) -> None:
    undecided = [0.01, -0.01, 0.16, 0.16]
    bars = bars_of(np.array([undecided] * 30 + [[0.5, 0.4, 0.05, 0.05]] * 10))
    assert bars[UNDECIDED] == pytest.approx(0.75, abs=0.006)
    assert bars[QUADRANTS[0]] == pytest.approx(0.25, abs=0.006)


def test_nothing_known_is_no_share(qtbot: QtBot) -> None:
    assert set(bars_of(np.full((6, 4), np.nan)).values()) == {0.0}
