import numpy as np
import pytest
import torch

from emoviz.training.data.dataset import BANDS
from emoviz.training.ears.context import CONTEXT
from emoviz.training.ears.listener import FIRST_EAR
from emoviz.training.fits.networks import (
    Ensemble,
    Normalisation,
    TimeOrderedAutoencoder,
    fold_norms,
    merged,
)
from emoviz.training.recipe import NetworkSettings

PAPER = NetworkSettings(channels=(16, 64, 128, 64), dropout=0.2, hidden=8, context_dropout=0.1)
SMALL = NetworkSettings(channels=(4, 6, 8, 6), dropout=0.2, hidden=8, context_dropout=0.1)


def _ensemble(seed: int, settings: NetworkSettings = SMALL) -> Ensemble:
    torch.manual_seed(seed)
    member = TimeOrderedAutoencoder(settings)
    statistics = (torch.full((BANDS,), -20.0), torch.full((BANDS,), 15.0))
    return Ensemble([member], Normalisation(*statistics, torch.zeros(CONTEXT), torch.ones(CONTEXT)))


def _columns(count: int, columns: int) -> torch.Tensor:
    """Draw what the small listener could give: decibels, then shares and levels."""
    heard = [
        torch.randn(count, columns, BANDS) * 20.0 - 20.0,
        torch.rand(count, columns, FIRST_EAR),
    ]
    return torch.cat(heard, dim=2)


def test_layers_have_the_sizes_of_the_design() -> None:
    network = TimeOrderedAutoencoder(PAPER).eval()
    sizes = {}
    for name in ("conv1", "conv2", "deconv3", "deconv4", "deconv5", "pool"):
        layer = getattr(network, name)
        layer.register_forward_hook(
            lambda _, __, output, name=name: sizes.update({name: tuple(output.shape[1:])})
        )
    network(torch.zeros(1, 60, BANDS), torch.zeros(1, CONTEXT))
    assert sizes == {
        "conv1": (16, 48, 30),
        "conv2": (64, 24, 15),
        "deconv3": (128, 18, 31),
        "deconv4": (64, 12, 65),
        "deconv5": (2, 6, 63),
        "pool": (2, 1, 60),
    }


@pytest.mark.parametrize("columns", [4, 20, 60, 96])
def test_any_multiple_of_four_columns_gives_as_many_values(columns: int) -> None:
    values = _ensemble(0).eval()(_columns(3, columns))
    assert values.shape == (3, columns, 2)
    assert values.abs().max() < 1.0


@pytest.mark.parametrize("column", [10, 30, 47])
def test_outputs_are_in_the_order_of_time(column: int) -> None:
    silence = torch.zeros(1, 60, BANDS + FIRST_EAR)
    silence[:, :, :BANDS] = -20.0
    struck = silence.clone()
    struck[:, column, :BANDS] += 40.0
    centres = []
    for seed in range(8):
        network = _ensemble(seed).eval()
        change = (network(struck) - network(silence)).abs().sum(dim=2)[0].detach()
        centres.append(float((change * torch.arange(60)).sum() / change.sum()))
        reached = change.nonzero()
        assert reached.min() >= column - 16
        assert reached.max() <= column + 16
    # Strides and crops put an output 1.5 columns after the middle of what it hears.
    assert abs(np.mean(centres) - column - 1.5) < 1.5


def test_folded_norms_leave_the_estimate_as_it_was() -> None:
    network = _ensemble(2)
    windows = _columns(4, 60)
    network.train()(windows)
    network.eval()
    before = network(windows).detach().numpy()
    for member in network.members:
        assert isinstance(member, TimeOrderedAutoencoder)
        fold_norms(member)
    np.testing.assert_allclose(network(windows).detach().numpy(), before, atol=1e-5)
    assert not any("norm" in name for name in network.state_dict())


def test_an_ensemble_gives_the_mean_of_its_members() -> None:
    one, other = _ensemble(3).eval(), _ensemble(4).eval()
    windows = _columns(2, 20)
    both = merged([one, other]).eval()(windows)
    assert torch.allclose(both, (one(windows) + other(windows)) / 2.0, atol=1e-6)


def test_harmony_and_loudness_of_the_middle_count_for_the_whole_window() -> None:
    network = _ensemble(5).eval()
    windows = _columns(1, 60)
    edges, middle = windows.clone(), windows.clone()
    edges[:, :10, BANDS:] += 0.5
    middle[:, 10:14, BANDS:] += 0.5
    assert torch.equal(network(edges), network(windows))
    change = torch.atanh(network(middle)) - torch.atanh(network(windows))
    assert change.abs().max() > 1e-4
    # It is one judgement of the window, not one of each half-second.
    assert torch.allclose(change, change[:, :1].expand_as(change), atol=1e-5)
