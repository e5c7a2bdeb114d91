"""The parts of the default model's judging add up to it, and are about what they are called."""

import numpy as np
import pytest

from emoviz.training.fits import trail
from emoviz.training.fits.trail_parts import MEASURES, PARTS, tables

FEATURES = sum(trail.SIZES.values())


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    weights, spread = random.normal(size=(FEATURES, 2)), random.uniform(0.5, 2.0, FEATURES)
    return weights, spread, *tables(weights, spread)


def test_parts_add_up_to_the_weights(made: tuple[np.ndarray, ...]) -> None:
    weights, _, parts, _ = made
    assert parts.sum(axis=1) == pytest.approx(weights)


def test_what_all_bands_do_together_is_loudness_alone(made: tuple[np.ndarray, ...]) -> None:
    weights, spread, parts, measures = made
    levels = slice(trail.blocks()["loudness"].start, trail.blocks()["loudness"].start + 8)
    louder = np.zeros(FEATURES)
    louder[levels] = 0.5 / spread[levels]
    told = np.einsum("f,fpd->pd", louder, parts)
    assert told[PARTS.index("loudness")] == pytest.approx(louder @ weights)
    assert told[PARTS.index("brightness")] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert louder @ measures == pytest.approx([0.5, 0.0, 0.0], abs=1e-9)
    brighter = np.zeros(FEATURES)
    brighter[levels] = np.linspace(-1, 1, 8) / spread[levels]
    rises = dict(zip(MEASURES, brighter @ measures, strict=True))
    assert rises["brightness"] > 0.5
    assert rises["loudness"] == pytest.approx(0.0, abs=1e-9)


def test_harmony_and_timbre_are_what_they_are_called(made: tuple[np.ndarray, ...]) -> None:
    weights, _, parts, _ = made
    places = trail.blocks()
    for name, kinds in (("harmony", ("tonality", "key")), ("timbre", ("timbre",))):
        for kind in kinds:
            assert parts[places[kind], PARTS.index(name)] == pytest.approx(weights[places[kind]])
