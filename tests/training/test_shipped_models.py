"""The model that is shipped: is it what its card says, and the network the card describes?"""

import json
from pathlib import Path

import numpy as np
import pytest

from emoviz.models.estimator import Estimator
from emoviz.models.inference import Windows
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.windows import windows_of
from emoviz.training.data.dataset import Floats, heard, paper_front_end
from emoviz.training.ears.ears import ears_of
from emoviz.training.export import estimates
from emoviz.training.recipe import NetworkRecipe, read_recipe
from emoviz.training.scores import evaluate
from tests.training.exported import network_of


@pytest.fixture(scope="module")
def folder() -> Path:
    return paths.models() / "cae"


@pytest.fixture(scope="module")
def model(folder: Path) -> Estimator:
    return Estimator(folder)


@pytest.fixture(scope="module")
def song_columns(model: Estimator) -> Floats:
    """Give the columns of the demo song."""
    return heard(Song.open(paths.demo_song()), ears_of(model), pytest.fail)


def test_torch_and_onnxruntime_agree_on_real_windows(folder: Path, song_columns: Floats) -> None:
    onnx_bytes = (folder / "model.onnx").read_bytes()
    recipe = read_recipe(folder / "recipe.toml")
    assert isinstance(recipe, NetworkRecipe)
    network = network_of(onnx_bytes, recipe.network)
    assert len(network.members) == len(recipe.seeds)
    windows = evaluate.cut_windows(song_columns, recipe.network.window_columns)
    difference = np.abs(estimates(network, windows) - Windows(onnx_bytes)(windows)[..., :2])
    assert difference.max() <= 1e-4


def test_the_filters_are_librosas(model: Estimator) -> None:
    np.testing.assert_array_equal(model.front_end.filters, paper_front_end().filters)


def test_cross_validation_reached_its_targets(folder: Path) -> None:
    found = json.loads((folder / "results.json").read_text())["cross_validation"]
    arousal, valence = found["cae"]["arousal"], found["cae"]["valence"]
    assert arousal["r2"] >= 0.62
    assert valence["r2"] >= 0.30
    assert arousal["ccc"] >= 0.75
    assert valence["ccc"] >= 0.50
    for figures in (arousal, valence):
        assert 0.87 <= figures["coverage"] <= 0.93
    for dimension in ("arousal", "valence"):
        assert found["cae"][dimension]["mse"] < found["ridge on mel statistics"][dimension]["mse"]
        assert found["cae"][dimension]["mse"] < found["constant"][dimension]["mse"]


def test_the_card_holds_the_figures_of_the_run(folder: Path, model: Estimator) -> None:
    card = (folder / "CARD.md").read_text()
    results = json.loads((folder / "results.json").read_text())
    for name, figures in results["cross_validation"].items():
        arousal, valence = figures["arousal"]["mse"], figures["valence"]["mse"]
        assert f"| {name} | {arousal:.4f} / {valence:.4f} |" in card
    assert model.info.summary in card
    assert results["model_bytes"] == sum(path.stat().st_size for path in folder.glob("*.onnx"))
    assert results["model_bytes"] < 3_000_000


def test_the_track_of_a_song_moves_without_seams(model: Estimator, song_columns: Floats) -> None:
    length = model.info.window_columns
    values = evaluate.track_of(model, song_columns, length)
    assert np.abs(values).max() <= 1.0
    steps = np.abs(np.diff(values, axis=0))
    borders = {window.first for window in windows_of(len(song_columns), length)}
    at_border = [step for column, step in enumerate(steps, start=1) if column in borders]
    elsewhere = [step for column, step in enumerate(steps, start=1) if column not in borders]
    assert np.max(at_border) <= np.max(elsewhere)
    # Plausible motion: neither frozen nor jumping about.
    assert (values[:, :2].std(axis=0) > 0.005).all()
    assert (np.mean(steps, axis=0) < 0.03).all()


def test_the_file_tells_nothing_of_the_machine_it_was_made_on(folder: Path) -> None:
    onnx_bytes = (folder / "model.onnx").read_bytes()
    assert b".py" not in onnx_bytes
    assert b"/emoviz/" not in onnx_bytes
