"""Models load, say what they are, and are refused in one sentence when something is wrong."""

import re
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from emoviz import errors
from emoviz.hearing.mel_frames import Frames
from emoviz.models import estimator
from emoviz.models.estimator import DEFAULT_MODEL, Estimator
from emoviz.system import paths
from tests.support.models import (
    DAMAGES,
    FEATURES,
    copy_shipped,
    edit,
    endless_weights,
    front_end_of,
    negative_deviations,
    take_deviations,
)


def windows(count: int) -> np.ndarray:
    rng = np.random.default_rng(count)
    return rng.uniform(-80, 10, (count, 60, FEATURES)).astype(np.float32)


def test_the_shipped_model_says_what_it_is(shipped_model: Estimator) -> None:
    info = shipped_model.info
    assert info.name == "cae"
    assert info.outputs[:2] == ("valence", "arousal")
    assert info.output_range == (-1.0, 1.0)
    assert info.window_columns == 60
    assert all((info.title, info.version, info.licence, info.summary))


def test_the_front_end_is_the_one_of_model_toml(shipped_model: Estimator) -> None:
    settings = front_end_of(paths.models() / "cae")
    front_end = shipped_model.front_end
    assert front_end.bands == settings["bands"] == 96
    for name in ("sample_rate_hz", "frame_length", "hop_length", "frames_per_column"):
        assert getattr(front_end, name) == settings[name]


def test_values_lie_on_the_scale(shipped_model: Estimator) -> None:
    values = shipped_model(windows(5))
    assert values.shape == (5, 60, len(shipped_model.info.outputs))
    assert values.dtype == np.float32
    assert np.abs(values[:, :, :2]).max() <= 1.0
    assert values.std() > 0.0


def test_a_window_has_its_value_in_any_company(shipped_model: Estimator) -> None:
    many = windows(4)
    alone = np.concatenate([shipped_model(window[None]) for window in many])
    np.testing.assert_allclose(alone, shipped_model(many), atol=1e-5)


def test_a_model_without_deviations(tmp_path: Path) -> None:
    folder = copy_shipped(tmp_path / "cae")
    assert Estimator(folder).info.has_deviation
    take_deviations(folder)
    model = Estimator(folder)
    assert not model.info.has_deviation
    assert model(windows(2)).shape == (2, 60, 2)
    assert model.info.card == folder / "CARD.md"


def test_the_shipped_model_is_installed() -> None:
    assert estimator.installed()[0] == DEFAULT_MODEL
    assert estimator.describe(DEFAULT_MODEL).name == DEFAULT_MODEL
    assert estimator.load(DEFAULT_MODEL).info.folder == paths.models() / DEFAULT_MODEL


@pytest.mark.parametrize("name", ["vggish", "", "..", "../model/cae", "CAE "])
def test_an_unknown_model_is_named_beside_those_there_are(name: str) -> None:
    with pytest.raises(errors.ModelNotFoundError) as caught:
        estimator.load(name)
    assert repr(name) in str(caught.value)
    assert "choose one of: cae, musicnn" in str(caught.value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_folder_is_refused_in_one_sentence(damage: str, tmp_path: Path) -> None:
    folder = copy_shipped(tmp_path / "cae")
    DAMAGES[damage](folder)
    with pytest.raises(errors.ModelBrokenError) as caught:
        Estimator(folder)
    sentence = str(caught.value)
    assert sentence.startswith(f"{folder}: this model folder cannot be used: ")
    assert re.search(r"; reinstall the model or choose another\.$", sentence)
    assert "\n" not in sentence


@pytest.mark.parametrize("model", ["cae", "musicnn"])
def test_a_byte_that_changed_in_any_file_that_is_run_is_noticed(model: str, tmp_path: Path) -> None:
    folder = tmp_path / model
    shutil.copytree(paths.models() / model, folder)
    files = [file for file in folder.iterdir() if file.suffix in (".onnx", ".npy")]
    assert len(files) == 4
    for file in files:
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(errors.ModelBrokenError, match=f"{file.name} is not the file that"):
            Estimator(folder)
        file.write_bytes(whole)
    assert Estimator(folder).info.name == model


@pytest.mark.parametrize("spoil", [endless_weights, negative_deviations])
def test_values_that_can_be_none_are_refused_when_the_network_gives_them(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = copy_shipped(tmp_path / "cae")
    spoil(folder)
    with pytest.raises(errors.ModelBrokenError, match=r"values that are outside its range"):
        Estimator(folder)(windows(1))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelBrokenError, match=r"nothing: .*it has no model\.toml"):
        Estimator(tmp_path / "nothing")


def frames_of_noise(model: Estimator, columns: int) -> Frames:
    rng = np.random.default_rng(columns)
    shapes = [(columns, end.frames_per_column, end.bands) for end in model.front_ends]
    return Frames(tuple(rng.uniform(-80, 10, shape).astype(np.float32) for shape in shapes))


def heard(model: Estimator, frames: Frames) -> np.ndarray:
    hearing = model.hearing()
    hearing.push(frames)
    hearing.end()
    columns = []
    while hearing.ready:
        columns.append(hearing.listen().columns)
    return np.concatenate(columns)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back on Linux only")
def test_a_model_that_rests_holds_less_and_hears_the_same() -> None:
    model = estimator.load("musicnn")
    frames = frames_of_noise(model, 60)
    first = heard(model, frames)
    process = psutil.Process()
    before_bytes = process.memory_info().rss
    model.rest()
    assert process.memory_info().rss < before_bytes - 20_000_000
    np.testing.assert_array_equal(heard(model, frames), first)


def test_threads_may_share_a_model(default_model: Estimator) -> None:
    frames = frames_of_noise(default_model, 100)
    alone = heard(default_model, frames)
    with ThreadPoolExecutor(3) as pool:
        for together in pool.map(lambda _: heard(default_model, frames), range(6)):
            np.testing.assert_array_equal(together, alone)


def test_a_folder_that_has_changed_holds_another_model(tmp_path: Path) -> None:
    folder = copy_shipped(tmp_path / "cae")
    model = Estimator(folder)
    assert model.is_current()
    edit(folder, "version=", 'version = "9.9"')
    assert not model.is_current()
