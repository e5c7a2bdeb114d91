"""The large model's whole way: data and a recipe to a listener, and to a student it teaches."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emoviz import errors
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.tracking.tracker import File2Track
from emoviz.training.data.cache import prepared_music
from emoviz.training.ears.ears import small_ears
from emoviz.training.recipe import NetworkRecipe, read_recipe
from tests.support.audio import music
from tests.support.once import made_once
from tests.training.folders import EXTRA, LINEAR_RECIPE, RECIPE, SCORED, write_recipe
from tests.training.test_training import run

DISTILLATION = '\n[distillation]\nteacher = "listener"\nshare = 0.5\n'


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Give a folder in which songs have been prepared and a tiny listener made, by the commands."""

    def make(folder: Path) -> None:
        recipe = write_recipe(folder / "model" / "listener", LINEAR_RECIPE)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            assert run("prepare", "--data", str(shared_data)) == 0
            assert run("train", str(recipe), "--data", str(shared_data)) == 0

    return made_once(tmp_path_factory, "listening", make)


def test_the_folder_is_whole_and_tracks_a_song(workplace: Path, shared_data: Path) -> None:
    folder = workplace / "model" / "listener"
    assert {path.name for path in folder.iterdir()} == {
        "recipe.toml",
        "listener.onnx",
        "model.onnx",
        "mel_filters.npy",
        "pitch_filters.npy",
        "model.toml",
        "CARD.md",
        "results.json",
    }
    model = Estimator(folder)
    assert model.info.has_deviation
    song = Song.open(shared_data / "audio" / "3_30.0.ogg")
    track = File2Track(model)(song, report=pytest.fail)
    assert len(track) == 20
    assert track.valence_sd is not None
    assert track.valence_sd.min() > 0.0
    assert np.isfinite(track.arousal).all()


def test_the_card_tells_of_the_deviation_and_of_failures(workplace: Path) -> None:
    folder = workplace / "model" / "listener"
    results = json.loads((folder / "results.json").read_text())
    card = (folder / "CARD.md").read_text()
    own = results["cross_validation"]["listener"]["arousal"]
    assert 0.0 <= own["coverage"] <= 1.0
    low, high = own["intervals"]["r2"]
    assert low <= own["r2"] <= high
    assert f"{own['r2']:.3f} [{low:.2f}, {high:.2f}]" in card
    assert results["collections"] == {
        # Of a song that is scored only the clip that is scored is learnt from.
        SCORED: {"songs": 10, "clips": 10},
        EXTRA: {"songs": 2, "clips": 2},
    }
    for probe in ("white noise", "a voice that reads", "one long tone"):
        assert f"| {probe}" in card
    assert "nan" not in card
    assert "ISC licence" in card


def test_a_student_learns_from_unlabelled_music(
    own_workplace: Path, shared_data: Path, tmp_path: Path
) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    soundfile.write(songs / "long.wav", music(75.0, 22050), 22050)
    (songs / "broken.ogg").write_bytes(b"no music")
    recipe = write_recipe(own_workplace / "model" / "student", RECIPE + DISTILLATION)
    arguments = ("train", str(recipe), "--data", str(shared_data), "--music", str(songs))
    assert run(*arguments) == 0
    assert Estimator(recipe.parent).info.has_deviation
    assert len(list((own_workplace / "cache").glob("songs-music-*.npz"))) == 2
    # What a song sounds like is heard once: the second run has no song to decode.
    status = (songs / "long.wav").stat()
    (songs / "long.wav").write_bytes(b"\0" * status.st_size)
    os.utime(songs / "long.wav", ns=(status.st_atime_ns, status.st_mtime_ns))
    again = prepared_music(songs, small_ears(), pytest.fail, lambda done, total: None)
    assert len(again) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("kept = [8", "keep = [8"), "the key 'keep' of .linear. is unknown"),
        (("kept = [8, ", "kept = ["), "'kept' of .linear. is .*, not list of length >= 3"),
        (("penalty = 1.0", "penalty = 0.0"), "'penalty' of .linear. is 0.0, not float > 0.0"),
        (("known = 8", ""), "the key 'known' of .linear. is missing"),
        (
            ("valence_blocks = [1, ", "valence_blocks = ["),
            "'valence_blocks' .* is .*, not list of length >= 10",
        ),
        (("folds = 2", "folds = 2\nseeds = [1]"), "the key 'seeds' is unknown"),
    ],
)
def test_a_wrong_recipe_is_refused(change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    path = write_recipe(tmp_path / "wrong", LINEAR_RECIPE.replace(*change))
    with pytest.raises(errors.RecipeError, match=sentence):
        read_recipe(path)


def test_a_teacher_that_is_no_listener_is_refused(tmp_path: Path) -> None:
    path = write_recipe(tmp_path / "student", RECIPE + DISTILLATION)
    write_recipe(tmp_path / "listener", RECIPE)
    recipe = read_recipe(path)
    assert isinstance(recipe, NetworkRecipe)
    with pytest.raises(errors.RecipeError, match="'teacher' is not a model with"):
        recipe.teacher()
