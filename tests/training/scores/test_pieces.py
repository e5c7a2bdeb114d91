from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.pieces import read_pieces
from emoviz.training.scores.bootstrap import measured, measured_mean
from emoviz.training.scores.pieces import motion_r, moving
from emoviz.training.scores.untrained import untrained
from emoviz.units import Samples, Values
from tests.training.moving import plucked, write_pieces


def _still(samples: Samples) -> Values:
    return np.full((round(len(samples) / 11025), 2), 0.3)


def test_motion_is_scored_beside_what_nobody_trained(tmp_path: Path) -> None:
    pieces = read_pieces(write_pieces(tmp_path / "vgmidi", bars=20))
    found = moving(
        lambda samples: {"still": _still(samples), **untrained(samples)},
        pieces,
        lambda *done: None,
    )
    assert list(found) == ["still", "loudness", "spectral flux", "density"]
    still, loudness = found["still"]["arousal"], found["loudness"]["arousal"]
    assert still.r.value == 0.0
    # Notes grow louder and softer, and arousal with them; valence goes the other way.
    assert loudness.r.value == pytest.approx(1.0, abs=0.03)
    assert found["loudness"]["valence"].r.value == pytest.approx(-1.0, abs=0.03)
    assert (loudness.count, loudness.reliable_count) == (3, 2)
    assert set(loudness.by_series) == {"Series 1", "Series 2"}
    assert set(loudness.by_piece) == {"piece1", "piece2", "piece3"}


def test_what_listeners_do_in_the_first_ten_seconds_does_not_count() -> None:
    labels = np.linspace(-0.5, 0.5, 60)[:, None] * [1.0, 1.0]
    track = labels.copy()
    track[:20] = 5.0
    track[20:, 1] *= -1
    assert motion_r(track, labels) == pytest.approx((1.0, -1.0))
    # Silence is no value: it takes no part.
    track[30:40] = np.nan
    assert motion_r(track, labels) == pytest.approx((1.0, -1.0))


def test_flux_and_density_follow_a_second_late() -> None:
    levels = np.concatenate([np.full(40, 0.05), np.full(40, 0.8)])
    sound = plucked(levels)
    # The second half has notes in every half-second, the first only in every fourth.
    sound[: 40 * 11025] *= np.repeat(np.arange(40) % 4 == 0, 11025)
    found = untrained(sound)
    for name in ("spectral flux", "density"):
        values = found[name][:, 0]
        assert len(values) == 80
        before, after = values[38], values[60]
        assert after > 1.5 * before
        # A mean of 6 s, 1 s late: half way 4 s after the change.
        assert values[47] == pytest.approx((before + after) / 2, abs=0.15 * (after - before))
        assert values[40] == pytest.approx(before, abs=0.1 * (after - before))
    loudness = found["loudness"][:, 0]
    assert loudness[40] > 2 * loudness[39]


def test_an_interval_is_wider_where_songs_of_a_group_agree() -> None:
    values = np.repeat(np.linspace(0.0, 1.0, 10), 10)
    alone = measured_mean(values, range(100))
    grouped = measured_mean(values, [index // 10 for index in range(100)])
    assert alone.value == grouped.value == pytest.approx(0.5)
    assert alone.low is not None
    assert grouped.low is not None
    assert grouped.low < alone.low - 0.05
    assert measured_mean(values, range(100)) == alone


def test_a_figure_that_cannot_be_told_has_no_interval() -> None:
    assert measured(lambda indices: float("nan"), range(3)).low is None
    assert measured_mean(np.array([np.nan]), [0]).value is None
