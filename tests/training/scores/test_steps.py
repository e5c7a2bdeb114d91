from pathlib import Path

import numpy as np
import pytest

from emoviz.training.data.quadrants import QuadrantClip, read_quadrants
from emoviz.training.scores.quadrants import of_means, quadrants
from emoviz.training.scores.steps import joins, rise_s, step, steps
from emoviz.units import Samples, Values
from tests.training.moving import write_quadrants


def _told(samples: Samples) -> Values:
    """Tell loudness as arousal and pitch as valence, as these clips have them."""
    columns = round(len(samples) / 11025)
    parts = samples[: columns * 11025].reshape(columns, -1)
    arousal = np.log10((parts**2).mean(axis=1) / 2e-4) / 4
    tone = np.abs(np.fft.rfft(parts, axis=1))
    valence = np.where(tone[:, 300:].max(axis=1) > tone[:, :300].max(axis=1), 0.4, -0.4)
    return np.stack([valence, arousal], axis=1)


def _smoothed(samples: Samples) -> Values:
    """Tell it by the mean over 20 s, as a model of whole windows does."""
    track = _told(samples)
    padded = np.pad(track, ((20, 19), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 40, axis=0).mean(axis=2)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[QuadrantClip]:
    """Give two clips of each quadrant."""
    return read_quadrants(write_quadrants(tmp_path_factory.mktemp("data") / "4q"))


def test_joins_differ_in_one_half_plane_and_go_both_ways(clips: list[QuadrantClip]) -> None:
    for dimension in (0, 1):
        pairs = list(joins(clips, dimension))
        changes = [np.subtract(second.signs, first.signs).tolist() for first, second in pairs[:4]]
        assert all(change[1 - dimension] == 0 for change in changes)
        assert sorted(change[dimension] for change in changes) == [-2, -2, 2, 2]
        # Every clip once before any is taken twice.
        assert len({clip.audio for pair in pairs[:4] for clip in pair}) == 8


def test_who_hears_the_moment_steps_at_once(clips: list[QuadrantClip]) -> None:
    found = steps(_told, clips, 4, lambda *done: None)
    for dimension in ("valence", "arousal"):
        one = found[dimension]
        assert one.joins == 4
        assert one.shares["-2 s"].value == pytest.approx(0.0, abs=0.02)
        assert one.shares["+2 s"].value == pytest.approx(1.0, abs=0.02)
        assert one.rise_s.value == 0.0
        assert len(one.curve) == 80


def test_who_hears_the_mean_of_20_s_rises_for_16_s(clips: list[QuadrantClip]) -> None:
    arousal = steps(_smoothed, clips, 4, lambda *done: None)["arousal"]
    assert arousal.rise_s.value == pytest.approx(16.0, abs=0.5)
    assert arousal.shares["-4 s"].value == pytest.approx(0.3, abs=0.03)
    assert arousal.shares["+4 s"].value == pytest.approx(0.7, abs=0.03)


def test_who_does_not_tell_the_sides_apart_takes_no_step(clips: list[QuadrantClip]) -> None:
    found = steps(lambda samples: 0.1 * _told(samples), clips, 4, lambda *done: None)
    assert found["arousal"].joins == 0
    assert found["arousal"].rise_s.value is None
    assert found["arousal"].curve == []


def test_clips_that_are_too_short_are_not_joined(tmp_path: Path) -> None:
    short = read_quadrants(write_quadrants(tmp_path / "short", clips=4, clip_s=10.0))
    assert steps(_told, short, 4, lambda *done: None)["arousal"].joins == 0


def test_the_rise_is_from_a_tenth_for_good_to_nine_tenths() -> None:
    curve = np.array([0.0, 0.2, 0.05, 0.3, 0.6, 0.95, 0.8, 1.0])
    assert rise_s(curve) == 1.0
    assert np.isnan(rise_s(0.8 * curve / curve.max()))


def test_the_curve_is_the_mean_of_all_ways() -> None:
    up, late = (np.where(np.arange(80) >= start, 1.0, 0.0) for start in (40, 46))
    one = step([up, late])
    # 2 s after the join only one of the two is there, 4 s after it both are.
    assert one.shares["+2 s"].value == 0.5
    assert one.shares["+4 s"].value == 1.0
    assert one.rise_s.value == 3.0
    assert one.rise_s.low == 0.0


def test_quadrants_are_told_by_order_and_by_sign(clips: list[QuadrantClip]) -> None:
    found = quadrants(_told, clips, lambda *done: None)
    assert found.clips == 8
    assert found.right.value == 1.0
    assert {name: auc.value for name, auc in found.auc.items()} == {"valence": 1.0, "arousal": 1.0}
    # An offset takes quadrants, and not order.
    means = np.array([clip.signs for clip in clips]) * 0.3 + [0.5, 0.0]
    shifted = of_means(means, clips)
    assert shifted.auc["valence"].value == 1.0
    assert shifted.right.value == 0.5
    assert shifted.right.low is not None
    assert shifted.right.low < 0.5
    only = of_means(means[:1], clips[:1])
    assert only.auc["valence"].value is None
