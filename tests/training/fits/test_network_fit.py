from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from emoviz import errors
from emoviz.training.data.dataset import Clip
from emoviz.training.fits.network_fit import Calibration, fitted
from emoviz.training.recipe import NetworkRecipe, read_recipe
from tests.training.folders import write_recipe


@pytest.fixture
def recipe(tmp_path: Path) -> NetworkRecipe:
    return read_recipe(write_recipe(tmp_path / "tiny"))


def test_fitting_lowers_the_loss(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    longer = replace(
        recipe,
        training=replace(recipe.training, epochs=20),
        augmentation=replace(recipe.augmentation, mixup=0.0, masked_bands=0),
    )
    _, curve = fitted(heard_clips, [], longer, 1, tmp_path / "state.pt")
    assert len(curve.training) == 20
    assert np.mean(curve.training[-5:]) < 0.85 * np.mean(curve.training[:2])
    assert curve.validation == []


def test_a_fit_taken_up_again_ends_as_if_it_had_not_been_stopped(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    whole, curve = fitted(heard_clips, heard_clips[:3], recipe, 1, tmp_path / "whole.pt")

    def stop(epochs: int, _: float) -> None:
        if epochs == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(heard_clips, heard_clips[:3], recipe, 1, tmp_path / "stopped.pt", stop)
    again, curve_again = fitted(heard_clips, heard_clips[:3], recipe, 1, tmp_path / "stopped.pt")
    assert curve_again == curve
    assert len(curve.validation) == recipe.training.epochs
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_seeds_differ_and_repeat(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    first, other, same = (
        fitted(heard_clips, heard_clips[:3], recipe, seed, tmp_path / f"{index}.pt")[0].state_dict()
        for index, seed in enumerate((1, 2, 1))
    )
    name = "members.0.conv1.weight"
    assert torch.equal(first[name], same[name])
    assert not torch.equal(first[name], other[name])


def test_the_number_of_cores_does_not_show_in_the_weights(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    usual = torch.get_num_threads()
    weights = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        network, _ = fitted(heard_clips, heard_clips[:3], recipe, 1, tmp_path / f"{threads}.pt")
        assert torch.get_num_threads() == threads
        weights.append(network.state_dict())
    torch.set_num_threads(usual)
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_loss_that_is_no_number_is_said(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    wild = replace(recipe, training=replace(recipe.training, learning_rate=float("inf")))
    with pytest.raises(errors.TrainingError, match=r"The loss became nan in epoch 1"):
        fitted(heard_clips, [], wild, 1, tmp_path / "state.pt")


def test_a_damaged_state_is_named(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    (tmp_path / "state.pt").write_bytes(b"torn")
    with pytest.raises(errors.TrainingError, match=r"state.pt: this state .* is damaged"):
        fitted(heard_clips, heard_clips[:3], recipe, 1, tmp_path / "state.pt")


def test_too_few_clips_are_said(
    heard_clips: list[Clip], recipe: NetworkRecipe, tmp_path: Path
) -> None:
    with pytest.raises(errors.TrainingError, match="There are 2 clips to train on"):
        fitted(heard_clips[:2], [], recipe, 1, tmp_path / "state.pt")


def test_only_other_collections_are_calibrated() -> None:
    calibration = Calibration()
    with torch.no_grad():
        calibration.offset += 0.25
    values = calibration(torch.zeros(2, 4, 2), torch.tensor([False, True]))
    assert (values[0] == 0.0).all()
    assert (values[1] == 0.25).all()
