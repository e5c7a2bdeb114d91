"""The whole way: a data folder and a recipe to a model that the program runs."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from emoviz import errors
from emoviz.cli import program
from emoviz.models.estimator import Estimator
from emoviz.models.inference import Windows
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from emoviz.training.data.dataset import Clip
from emoviz.training.recipe import NetworkRecipe, read_recipe
from emoviz.training.scores import evaluate
from tests.support.once import made_once
from tests.training.exported import network_of
from tests.training.folders import EXTRA, RECIPE, SCORED, write_recipe
from tests.training.moving import write_pieces, write_quadrants


def run(*arguments: str) -> int:
    options = program._parser(list(arguments)).parse_args(list(arguments))
    return int(options.run(options))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Give a folder in which a tiny model has been trained by the command."""

    def make(folder: Path) -> None:
        recipe = write_recipe(folder / "model" / "tiny")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            assert run("train", str(recipe), "--data", str(shared_data)) == 0

    return made_once(tmp_path_factory, "training", make)


def test_the_model_folder_is_whole_and_runs(workplace: Path, heard_clips: list[Clip]) -> None:
    folder = workplace / "model" / "tiny"
    assert {path.name for path in folder.iterdir()} == {
        "recipe.toml",
        "model.onnx",
        "listener.onnx",
        "mel_filters.npy",
        "pitch_filters.npy",
        "model.toml",
        "CARD.md",
        "results.json",
    }
    model = Estimator(folder)
    assert model.info.name == "tiny"
    values = evaluate.track_of(model, heard_clips[0].columns, model.info.window_columns)
    assert values.shape == (20, 4)
    assert np.abs(values[:, :2]).max() <= 1.0
    assert values[:, 2:].min() > 0.0


def test_training_and_the_program_make_the_same_track(
    workplace: Path, shared_data: Path, heard_clips: list[Clip]
) -> None:
    model = Estimator(workplace / "model" / "tiny")
    clip = next(clip for clip in heard_clips if clip.song_id == 3)
    song = Song.open(shared_data / "audio" / "3_30.0.ogg")
    trajectory = File2Track(model)(song, report=pytest.fail)
    track = evaluate.track_of(model, clip.columns, model.info.window_columns)
    np.testing.assert_allclose(trajectory.valence, track[:, 0], atol=1e-5)
    np.testing.assert_allclose(trajectory.arousal, track[:, 1], atol=1e-5)


def test_torch_and_onnxruntime_agree(workplace: Path, heard_clips: list[Clip]) -> None:
    folder = workplace / "model" / "tiny"
    onnx_bytes = (folder / "model.onnx").read_bytes()
    recipe = read_recipe(folder / "recipe.toml")
    assert isinstance(recipe, NetworkRecipe)
    network = network_of(onnx_bytes, recipe.network)
    assert len(network.members) == len(recipe.seeds)
    windows_db = np.concatenate([evaluate.cut_windows(clip.columns, 60) for clip in heard_clips])
    from emoviz.training.export import estimates

    difference = np.abs(estimates(network, windows_db) - Windows(onnx_bytes)(windows_db)[..., :2])
    assert difference.max() <= 1e-4


def test_the_card_and_the_results_tell_of_the_run(workplace: Path) -> None:
    folder = workplace / "model" / "tiny"
    results = json.loads((folder / "results.json").read_text())
    card = (folder / "CARD.md").read_text()
    assert set(results["cross_validation"]) == {"constant", "ridge on mel statistics", "tiny"}
    arousal = results["cross_validation"]["tiny"]["arousal"]["mse"]
    valence = results["cross_validation"]["tiny"]["valence"]["mse"]
    assert f"| tiny | {arousal:.4f} / {valence:.4f} |" in card
    assert results["collections"][SCORED] == {"songs": 10, "clips": 11}
    assert results["collections"][EXTRA] == {"songs": 2, "clips": 2}
    curves = results["curves"]
    assert len(curves["all songs, seed 2"]["training"]) == 3
    assert curves["all songs, seed 2"]["validation"] == []
    assert len(curves["without fold 1, seed 2"]["validation"]) == 3
    assert results["parity"]["largest_difference"] <= 1e-4
    assert "CC BY-NC 4.0" in card
    assert "Chosen to be small." in card


def test_a_second_training_takes_up_what_is_there_and_makes_the_same_model(
    own_workplace: Path, shared_data: Path
) -> None:
    folder = own_workplace / "model" / "tiny"
    before = (folder / "model.onnx").read_bytes()
    states = {path: path.stat().st_mtime_ns for path in own_workplace.glob("runs/*/*.pt")}
    assert len(states) == 6
    assert run("train", str(folder / "recipe.toml"), "--data", str(shared_data)) == 0
    assert (folder / "model.onnx").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in states} == states


def test_a_model_is_evaluated_on_a_data_folder(
    own_workplace: Path,
    shared_data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("evaluate", str(own_workplace / "model" / "tiny"), "--data", str(shared_data)) == 0
    written = json.loads((own_workplace / "runs" / "evaluate-tiny-tiny.json").read_text())
    assert set(written["clips"]) == {SCORED, EXTRA}
    # Ten songs make a piece of six, two make none.
    assert set(written["spliced"]) == {SCORED}
    told = capsys.readouterr().out
    assert f"{written['clips'][SCORED]['arousal']['mse']:.4f}" in told
    assert f"{written['spliced'][SCORED]['arousal']['r2']['value']:.3f}" in told
    # Figures on songs that a model has learnt are not to be taken for how good it is.
    assert f"tiny was trained on {SCORED}" in told


def test_a_model_is_evaluated_on_all_that_a_folder_holds(
    workplace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pieces(tmp_path / "data" / "vgmidi", pieces=2)
    write_quadrants(tmp_path / "data" / "4q", clips=4)
    (tmp_path / "data" / "vgmidi" / "audio").rename(tmp_path / "piano")
    arguments = ["evaluate", str(workplace / "model" / "tiny"), "--data", str(tmp_path / "data")]
    with pytest.raises(errors.DataError, match=r"piece1.ogg: this piece is not rendered"):
        run(*arguments)
    arguments += ["--rendered", str(tmp_path / "piano"), "--songs", "1", "--directions"]
    assert run(*arguments) == 0
    written = json.loads((tmp_path / "runs" / "evaluate-tiny-data.json").read_text())
    assert set(written) == {"pieces", "quadrants", "steps", "directions"}
    assert set(written["pieces"]) == {"tiny", "loudness", "spectral flux", "density"}
    assert written["pieces"]["tiny"]["arousal"]["count"] == 1
    assert written["quadrants"]["clips"] == 1
    flux = written["pieces"]["spectral flux"]["arousal"]["r"]["value"]
    assert f"{flux:.3f}" in capsys.readouterr().out


def test_a_recipe_for_other_data_is_refused(own_workplace: Path, shared_data: Path) -> None:
    text = RECIPE.replace(f'collection = "{SCORED}"', 'collection = "pmemo"')
    recipe = write_recipe(own_workplace / "model" / "other", text)
    with pytest.raises(errors.RecipeError, match="too few artists of 'collection' 'pmemo'"):
        run("train", str(recipe), "--data", str(shared_data))
    assert [path.name for path in recipe.parent.iterdir()] == ["recipe.toml"]


def test_the_commands_of_the_laboratory_import_nothing_heavy() -> None:
    code = (
        "import sys; from emoviz.cli import compare, evaluate, prepare, train; "
        "heavy = {'torch', 'librosa', 'sklearn', 'onnx', 'onnxruntime', 'rich', 'numpy'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_that_could_not_be_written_is_not_trained(
    own_workplace: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write_recipe(own_workplace / "model" / "locked")
    # A mode would not stop the superuser that tests may run as.
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != recipe.parent)
    with pytest.raises(errors.OutputError, match=r"locked: cannot be written"):
        run("train", str(recipe), "--data", str(shared_data))
    assert not list(own_workplace.glob("runs/locked-*"))
