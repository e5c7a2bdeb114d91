"""The default model's way: three kinds of collections and a recipe to a model the program runs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.cli import program
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from emoviz.training import export
from emoviz.training.data.collections import find_collections
from emoviz.training.recipe import TrailRecipe, read_recipe
from emoviz.training.scores import directions, steps
from emoviz.training.trail_training import TrailTraining
from tests.support.once import made_once
from tests.training.folders import write_data, write_recipe
from tests.training.moving import write_pieces, write_quadrants

RECIPE = """
title = "Tiny trail"
version = "0.0.1"
licence = "CC BY-NC 4.0"
notes = "Chosen to be small."
collection = "emomusic-development"
extra_collections = ["deam-2014"]
folds = 2

[encoder]
rounds = 1
steps = 3
batch_size = 2
learning_rate = 0.002
weight_decay = 0.05
judged_from = 1
judged_share = 0.5
seed = 1

[likeness]
keys = 4
steps = 3
batch_size = 2
learning_rate = 0.003
seed = 1

[trail]
spliced_share = 0.3
extra_weight = 0.4
quadrant_label = 0.3
rendering_weight = 0.2
cue_weight = 0.5
cue_label = 0.15
cue_tunes = 0
cue_clips = 1
known = 8
rounds = 0

[trail.valence]
blocks = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
penalty = 1.0
quadrant_weight = 1.0
motion_weight = 0.5
piece_weight = 1.0
motion_share = 0.5
gain = 1.0

[trail.arousal]
blocks = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
penalty = 1.0
quadrant_weight = 1.0
motion_weight = 0.5
piece_weight = 1.0
motion_share = 0.5
gain = 1.0
"""


def run(*arguments: str) -> int:
    options = program._parser(list(arguments)).parse_args(list(arguments))
    return int(options.run(options))


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections")
    write_data(folder / "clips", songs=8)
    write_quadrants(folder / "sides", clips=8, clip_s=21.0)
    write_pieces(folder / "pieces")
    return folder


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, collections: Path) -> Path:
    """Give a folder in which a tiny model has been trained by the command."""

    def make(folder: Path) -> None:
        recipe = write_recipe(folder / "model" / "tiny", RECIPE)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            # Music of one tone leaves features that hardly differ, and so few digits.
            patch.setattr(export, "PARITY", 1e-3)
            # As many as the figures of a card need take minutes.
            for score, name, count in (
                (directions, "TUNES", 1),
                (directions, "CLIPS", 1),
                (steps, "JOINS", 4),
            ):
                patch.setattr(score, name, count)
            assert run("train", str(recipe), "--data", str(collections)) == 0

    return made_once(tmp_path_factory, "trail", make)


def test_the_model_runs_and_its_card_tells_of_the_run(workplace: Path, collections: Path) -> None:
    folder = workplace / "model" / "tiny"
    model = Estimator(folder)
    track = File2Track(model)(
        Song.open(collections / "sides" / "audio" / "clip0.ogg"), report=pytest.fail
    )
    assert len(track.valence) == 42
    assert np.isfinite(track.valence).all()
    assert track.arousal_sd is not None
    assert (track.arousal_sd > 0).all()
    results, card = json.loads((folder / "results.json").read_text()), folder / "CARD.md"
    assert set(results["cross_validation"]) == {"constant", "tiny"}
    assert set(results["moving"]) >= {"spliced", "steps", "pieces", "quadrants"}
    assert set(results["left_out"]) == {"quadrants", "clips", "pieces"}
    assert results["edited"]["louder"]["tunes"] == 1
    assert results["model_bytes"] == sum(path.stat().st_size for path in folder.glob("*.onnx"))
    told = card.read_text(encoding="utf-8")
    assert f"| tiny | {results['cross_validation']['tiny']['arousal']['mse']:.4f} / " in told
    assert "Chosen to be small." in told


@pytest.mark.parametrize("missing", ["pieces", "sides"])
def test_a_collection_that_is_missing_is_named_before_anything_is_heard(
    missing: str, collections: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = write_recipe(tmp_path / "model" / "tiny", RECIPE)
    for other in {"clips", "pieces", "sides"} - {missing}:
        shutil.copytree(collections / other, tmp_path / "data" / other)
    with pytest.raises(errors.DataError) as caught:
        run("train", str(recipe), "--data", str(tmp_path / "data"))
    assert "there is no collection of" in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_features_are_the_second_output(workplace: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(
        (workplace / "model" / "tiny" / "model.onnx").read_bytes(),
        providers=["CPUExecutionProvider"],
    )
    names = [value.name for value in session.get_outputs()]
    assert names == ["values", "features", "parts", "measures"]


def test_a_rendering_that_ends_early_is_refused(
    collections: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(collections, tmp_path / "data")
    audio = tmp_path / "data" / "pieces" / "audio" / "piece1.ogg"
    samples, rate_hz = soundfile.read(audio, dtype="float32")
    soundfile.write(audio, samples[: len(samples) // 2], rate_hz, format="OGG", subtype="VORBIS")
    recipe = write_recipe(tmp_path / "model" / "tiny", RECIPE)
    with pytest.raises(errors.DataError) as caught:
        run("train", str(recipe), "--data", str(tmp_path / "data"))
    assert "piece1" in str(caught.value)


def test_other_music_is_another_run(collections: Path, tmp_path: Path) -> None:
    """What one encoder heard is not gone on with when it is to hear other music."""
    recipe = read_recipe(write_recipe(tmp_path / "model" / "tiny", RECIPE))
    assert isinstance(recipe, TrailRecipe)
    found, runs, music = find_collections(collections), tmp_path / "runs", tmp_path / "music"
    music.mkdir()
    for files in (1, 1, 2):
        shutil.copy(collections / "sides" / "audio" / "clip0.ogg", music / f"song{files}.ogg")
        TrailTraining(recipe, found, None, [], music, runs, lambda name: lambda done, every: None)
    assert len(list(runs.iterdir())) == 2
