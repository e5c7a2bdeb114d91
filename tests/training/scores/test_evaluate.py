from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console

from emoviz.training.data.dataset import Clip
from emoviz.training.scores import baselines, evaluate
from tests.training.folders import EXTRA, SCORED


def _clip(labels: Sequence[Sequence[float]], start_s: float = 30.0, song_id: int = 1) -> Clip:
    columns_db = np.zeros((len(labels), 96), np.float32)
    values = np.array(labels, np.float32)
    unknown = np.full_like(values, np.nan)
    return Clip(song_id, f"song {song_id}", SCORED, start_s, columns_db, values, unknown)


def _pair(valence: Sequence[float]) -> list[list[float]]:
    return [[value, 0.0] for value in valence]


def _valence(
    predictions: list[npt.NDArray[np.float64]], clips: list[Clip], mean: float = 0.0
) -> evaluate.Figures:
    means = np.full((len(clips), 2), mean, np.float32)
    return evaluate.figures(predictions, clips, means)["valence"]


def test_figures_of_two_short_songs_are_those_worked_out_by_hand() -> None:
    clips = [_clip(_pair([0.1, 0.2, 0.3])), _clip(_pair([-0.2, -0.2, -0.2]), song_id=2)]
    predictions = [np.array(_pair([0.2, 0.2, 0.4])), np.array(_pair([-0.1, -0.2, 0.0]))]
    found = _valence(predictions, clips)
    assert found.mse == pytest.approx((0.01 + 0 + 0.01 + 0.01 + 0 + 0.04) / 6)
    assert found.rmse == pytest.approx(found.mse**0.5)
    label_square = (0.01 + 0.04 + 0.09 + 3 * 0.04) / 6
    assert found.r2 == pytest.approx(1 - found.mse / label_square)
    # The second song's labels do not move, so only the first one's correlation counts.
    assert found.song_r == pytest.approx(np.sqrt(3) / 2)
    assert found.lag1 == pytest.approx((0 + 0.2 + 0.1 + 0.2) / 4)
    assert found.label_lag1 == pytest.approx((0.1 + 0.1 + 0 + 0) / 4)
    assert found.label_within_song_sd == pytest.approx(np.std([0.1, 0.2, 0.3]) / 2)


def test_concordance_is_one_for_the_truth_and_punishes_an_offset() -> None:
    labels = np.linspace(-0.5, 0.5, 21)
    clip = _clip(_pair(list(labels)))
    exact = _valence([np.array(_pair(list(clip.labels[:, 0])))], [clip])
    assert exact.ccc == pytest.approx(1.0)
    assert exact.r2 == pytest.approx(1.0)
    offset = _valence([np.array(_pair(list(labels + 0.3)))], [clip])
    variance = labels.var()
    assert offset.ccc == pytest.approx(2 * variance / (2 * variance + 0.09), rel=1e-4)
    assert offset.song_r == pytest.approx(1.0)


def test_half_seconds_without_a_label_do_not_count() -> None:
    clip = _clip(_pair([0.1, 0.2, 0.3, float("nan")]))
    found = _valence([np.array(_pair([0.1, 0.2, 0.3, 0.9]))], [clip])
    assert found.mse == pytest.approx(0.0, abs=1e-12)


def test_one_clip_a_song_counts_the_one_nearest_to_30_s(clips: list[Clip]) -> None:
    chosen = [clips[index] for index in evaluate.benchmark(clips, SCORED)]
    assert sorted(clip.song_id for clip in chosen) == list(range(1, 11))
    assert {clip.start_s for clip in chosen} == {30.0}
    assert {clips[i].collection for i in evaluate.benchmark(clips, EXTRA)} == {EXTRA}


def test_the_constant_has_an_r2_of_nothing_and_ridge_learns(clips: list[Clip]) -> None:
    scored = [clips[index] for index in evaluate.benchmark(clips, SCORED)]
    train, test = scored[:7], scored[7:]
    means = np.tile(baselines.mean_labels(train), (len(test), 1))
    systems = {
        "constant": evaluate.figures(baselines.constant(train)(test), test, means),
        "ridge": evaluate.figures(baselines.ridge(train)(test), test, means),
    }
    assert systems["constant"]["arousal"].r2 == pytest.approx(0.0, abs=1e-6)
    # Loudness is arousal in these clips.
    assert systems["ridge"]["arousal"].r2 > 0.8


def test_the_table_and_its_markdown_show_every_system(clips: list[Clip]) -> None:
    scored = [clips[index] for index in evaluate.benchmark(clips, SCORED)]
    means = np.tile(baselines.mean_labels(scored), (len(scored), 1))
    found = evaluate.figures(baselines.constant(scored)(scored), scored, means)
    console = Console(width=200, record=True, quiet=False, file=None)
    with console.capture() as capture:
        console.print(evaluate.table({"constant": found}, "On ten songs"))
    figure = f"{found['arousal'].mse:.4f} / {found['valence'].mse:.4f}"
    assert "On ten songs" in capture.get()
    assert figure in capture.get()
    lines = evaluate.markdown({"constant": found, "same": found}).splitlines()
    assert len(lines) == 4
    assert lines[3].startswith(f"| same | {figure} |")
    assert len({line.count("|") for line in lines}) == 1
