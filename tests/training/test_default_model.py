"""The default model that is shipped: is it what its card says, and as good as it says?"""

import json
from pathlib import Path

import pytest

from emoviz.models.estimator import DEFAULT_MODEL, Estimator
from emoviz.system import paths
from emoviz.training.ears.listener import mel_front_end
from emoviz.training.ears.tonality import pitch_front_end


@pytest.fixture(scope="module")
def folder() -> Path:
    return paths.models() / DEFAULT_MODEL


def test_it_is_better_than_the_small_one_and_than_both_baselines(folder: Path) -> None:
    own = json.loads((folder / "results.json").read_text())["cross_validation"]
    small = json.loads((folder.parent / "cae" / "results.json").read_text())["cross_validation"]
    for dimension, least_r2, least_ccc in (("arousal", 0.72, 0.84), ("valence", 0.55, 0.70)):
        figures = own[DEFAULT_MODEL][dimension]
        assert figures["r2"] >= least_r2
        assert figures["ccc"] >= least_ccc
        assert figures["mse"] < small["cae"][dimension]["mse"]
        assert figures["mse"] < own["ridge on mel statistics"][dimension]["mse"]
        assert 0.87 <= figures["coverage"] <= 0.93


def test_its_card_holds_the_figures_of_the_run(folder: Path) -> None:
    card = (folder / "CARD.md").read_text()
    results = json.loads((folder / "results.json").read_text())
    for name, figures in results["cross_validation"].items():
        arousal, valence = figures["arousal"]["mse"], figures["valence"]["mse"]
        assert f"| {name} | {arousal:.4f} / {valence:.4f} |" in card
    assert Estimator(folder).info.summary in card
    networks = [folder / "model.onnx", folder / "listener.onnx"]
    assert results["model_bytes"] == sum(path.stat().st_size for path in networks)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 8_000_000


def test_its_front_ends_are_those_of_the_laboratory(folder: Path) -> None:
    model = Estimator(folder)
    for shipped, own in zip(
        model.front_ends, (mel_front_end(), pitch_front_end(16000)), strict=True
    ):
        assert shipped.filters.tobytes() == own.filters.tobytes()
        assert (shipped.sample_rate_hz, shipped.hop_length) == (own.sample_rate_hz, own.hop_length)


def test_its_files_tell_nothing_of_the_machine_they_were_made_on(folder: Path) -> None:
    for name in ("model.onnx", "listener.onnx"):
        onnx_bytes = (folder / name).read_bytes()
        assert b".py" not in onnx_bytes
        assert b"/emoviz/" not in onnx_bytes
