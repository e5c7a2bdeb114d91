"""The default model on music that is made of numbers: averaging, switching, judging."""

import numpy as np
import pytest
import torch

from emoviz.training.data.dataset import Floats
from emoviz.training.ears.trail_listener import FEATURES, HIGHEST_AT, LOUDNESS_AT
from emoviz.training.fits.excerpts import (
    CLIP,
    PIECE,
    QUADRANT,
    Described,
    Describer,
    Excerpt,
    Part,
    Scale,
)
from emoviz.training.fits.judging_fit import Judging, Line
from emoviz.training.fits.likeness_fit import fitted_likeness, spliced_windows
from emoviz.training.fits.trail import SIZES, WINDOW_COLUMNS, Likeness
from emoviz.training.recipe import JudgingSettings, LikenessSettings, TrailSettings

WIDTH = sum(SIZES.values())
JUDGING = JudgingSettings(
    blocks=(1.0,) * len(SIZES),
    penalty=0.01,
    quadrant_weight=0.5,
    motion_weight=0.5,
    piece_weight=0.5,
    motion_share=0.5,
    gain=1.0,
)
SETTINGS = TrailSettings(
    spliced_share=0.3,
    extra_weight=0.5,
    quadrant_label=0.3,
    rendering_weight=0.2,
    cue_weight=0.0,
    cue_label=0.1,
    cue_tunes=0,
    cue_clips=0,
    known=8,
    rounds=1,
    valence=JUDGING,
    arousal=JUDGING,
)


def songs(count: int, columns: int, seed: int = 0) -> list[Floats]:
    """Make songs that differ in four respects, which show in all features, and waver about it."""
    shown = np.random.default_rng(99).normal(0.0, 1.0, (4, FEATURES))
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        song = random.normal(0.0, 1.0, 4) @ shown + random.normal(0.0, 0.5, (columns, FEATURES))
        song[:, LOUDNESS_AT] = -3.0 + 0.1 * song[:, LOUDNESS_AT]
        song[:, LOUDNESS_AT.stop :] = np.abs(song[:, LOUDNESS_AT.stop :]) + 0.1
        made.append(song.astype(np.float32))
    return made


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    settings = LikenessSettings(keys=4, steps=100, batch_size=8, learning_rate=0.05, seed=1)
    return fitted_likeness(songs(40, 30), settings)


def test_parts_of_one_song_are_told_from_those_of_others(likeness: Likeness) -> None:
    windows, parts = spliced_windows(songs(20, 30, seed=5), 8, np.random.default_rng(2))
    with torch.inference_mode():
        alike = likeness(torch.from_numpy(windows)).numpy()
    same = parts[:, :, None] == parts[:, None]
    assert alike[same].mean() > 0.65
    assert alike[~same].mean() < 0.2


def test_a_description_switches_where_the_music_does(likeness: Likeness) -> None:
    one, other = songs(2, 60, seed=9)
    describer = Describer(likeness)
    both, _ = describer.song(np.concatenate([one, other]))
    alone = [describer.song(song)[0].mean(axis=0) for song in (one, other)]
    way = alone[1] - alone[0]
    gone = (both - alone[0]) @ way / (way @ way)
    assert gone[:56].max() < 0.15
    assert gone[64:].min() > 0.85


def test_what_is_silent_is_compared_with_nothing(likeness: Likeness) -> None:
    window = songs(1, WINDOW_COLUMNS, seed=4)[0]
    quiet = window.copy()
    window[20:40], quiet[20:40] = 7.0, -7.0
    for columns in (window, quiet):
        columns[20:40, HIGHEST_AT] = -6.0
    describer = Describer(likeness)
    sounding = [describer.windows(columns[None])[0][0] for columns in (window, quiet)]
    # Two half-seconds beside the silence have keys that it is smoothed into.
    for part in (slice(0, 17), slice(43, 60)):
        np.testing.assert_allclose(sounding[0][part], sounding[1][part], atol=0.05)


def described(
    fold: int, kind: str, seed: int, shift: float = 0.0, collection: str = "a"
) -> Described:
    """Make an excerpt whose labels are a sum of two features, shifted."""
    random = np.random.default_rng(seed)
    columns = 60 if kind == PIECE else 20
    features = random.normal(size=WIDTH) + 0.2 * random.normal(size=(columns, WIDTH))
    labels = 0.1 * features[:, :2] + 0.1 * features[:, 200:202] + shift
    if kind == QUADRANT:
        labels = np.tile(np.sign(labels.mean(axis=0)), (columns, 1))
    excerpt = Excerpt(
        collection, kind, fold, features.astype(np.float32), labels.astype(np.float32), (0.8, 0.8)
    )
    return Described(excerpt, features.astype(np.float32), np.ones(columns, np.float32))


def music(shift: float = 0.0, wrong_fold: float = 0.0) -> list[Described]:
    found = []
    for fold in range(3):
        moved = wrong_fold if fold == 2 else 0.0
        found += [described(fold, CLIP, 100 * fold + n, moved) for n in range(40)]
        found += [described(fold, QUADRANT, 1000 + 100 * fold + n, 0.0, "q") for n in range(10)]
        found += [described(fold, PIECE, 2000 + 100 * fold + n, 0.0, "p") for n in range(6)]
    return found + [described(-1, CLIP, 5000 + n, shift, "extra") for n in range(40)]


def judging(found: list[Described]) -> Judging:
    parts = [
        Part(one.excerpt, one.description[:8].mean(axis=0))
        for one in found
        if one.excerpt.kind == CLIP
    ]
    scale = Scale(np.zeros(WIDTH, np.float32), np.ones(WIDTH, np.float32))
    return Judging(found, parts, scale, [], SETTINGS, "a")


def test_what_labels_follow_is_found_and_held_out_music_is_judged_by_it() -> None:
    judge = judging(music())
    line = judge.line(0, JUDGING, [2])
    held_out = [described(2, CLIP, 9000 + n) for n in range(30)]
    guess = np.array([line(one.description).mean() for one in held_out])
    truth = np.array([one.excerpt.mean[0] for one in held_out])
    assert np.corrcoef(guess, truth)[0, 1] > 0.4


def test_a_fold_that_is_left_out_says_nothing() -> None:
    lines = [judging(music(wrong_fold=wrong)).line(1, JUDGING, [2]) for wrong in (0.0, 0.5)]
    np.testing.assert_array_equal(lines[0].weights, lines[1].weights)
    assert lines[0].constant == lines[1].constant


def test_clips_that_are_only_fitted_on_do_not_move_the_zero() -> None:
    lines = [judging(music(shift)).line(1, JUDGING, []) for shift in (0.0, 0.4)]
    np.testing.assert_allclose(lines[0].weights, lines[1].weights, atol=1e-3)
    assert abs(lines[0].constant - lines[1].constant) < 1e-3


def test_settings_are_scored_without_the_fold_that_is_left_out() -> None:
    scores = [judging(music(wrong_fold=wrong)).goodness(0, JUDGING, [2]) for wrong in (0.0, 0.7)]
    assert scores[0] == scores[1]
    assert 0.0 < scores[0] < 2.5


def test_leverage_grows_with_strangeness() -> None:
    judge = judging(music())
    known = judge.known(0, JUDGING, [], 50)
    scales = judge.scales(JUDGING)
    usual = described(0, CLIP, 77).description[:1].astype(np.float64)

    def leverage(features: Floats) -> float:
        scaled = features * scales
        return float((scaled**2).sum() / JUDGING.penalty - ((scaled @ known.T) ** 2).sum())

    assert 0 < leverage(usual) < leverage(3.0 * usual)


def test_a_line_gives_its_constant_to_what_is_usual() -> None:
    line = Line(np.ones(3), 0.25)
    assert line(np.zeros((2, 3))).tolist() == [0.25, 0.25]
