"""The models that are shipped: are they what their cards say, and as good as these say?"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emoviz.hearing.front_end import FrontEnd
from emoviz.models.estimator import DEFAULT_MODEL, Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.windows import windows_of
from emoviz.training.data.dataset import Floats, heard
from emoviz.training.ears import encoder, listener, tonality
from emoviz.training.ears.ears import ears_of
from emoviz.training.scores import evaluate

LARGE = "musicnn"
BOTH = pytest.mark.parametrize("name", [DEFAULT_MODEL, LARGE])


def folder(name: str) -> Path:
    return paths.models() / name


def results(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder(name) / "results.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def model() -> Estimator:
    return Estimator(folder(DEFAULT_MODEL))


@pytest.fixture(scope="module")
def song_columns(model: Estimator) -> Floats:
    """Give the columns of the demo song."""
    return heard(Song.open(paths.demo_song()), ears_of(model), pytest.fail)


@BOTH
def test_the_card_holds_the_figures_of_the_run(name: str) -> None:
    card = (folder(name) / "CARD.md").read_text("utf-8")
    for system, figures in results(name)["cross_validation"].items():
        arousal, valence = figures["arousal"]["mse"], figures["valence"]["mse"]
        assert f"| {system} | {arousal:.4f} / {valence:.4f} |" in card
    networks = [path.stat().st_size for path in folder(name).glob("*.onnx")]
    assert results(name)["model_bytes"] == sum(networks)
    assert sum(path.stat().st_size for path in folder(name).iterdir()) < 12_000_000


@BOTH
def test_its_files_tell_nothing_of_the_machine_they_were_made_on(name: str) -> None:
    for network in folder(name).glob("*.onnx"):
        onnx_bytes = network.read_bytes()
        assert b".py" not in onnx_bytes
        assert b"/emoviz/" not in onnx_bytes


@pytest.mark.parametrize(
    ("name", "front_ends"),
    [
        (DEFAULT_MODEL, encoder.front_ends()),
        (LARGE, (listener.mel_front_end(), tonality.pitch_front_end(16000))),
    ],
)
def test_its_front_ends_are_those_of_the_laboratory(
    name: str, front_ends: tuple[FrontEnd, ...]
) -> None:
    for shipped, own in zip(Estimator(folder(name)).front_ends, front_ends, strict=True):
        assert shipped.filters.tobytes() == own.filters.tobytes()
        for length in ("sample_rate_hz", "frame_length", "hop_length"):
            assert getattr(shipped, length) == getattr(own, length)


@BOTH
def test_nine_tenths_of_labels_lie_in_the_band_and_it_beats_a_constant(name: str) -> None:
    own = results(name)["cross_validation"]
    for dimension in ("arousal", "valence"):
        assert 0.87 <= own[name][dimension]["coverage"] <= 0.93
        assert own[name][dimension]["mse"] < own["constant"][dimension]["mse"]


def test_the_large_model_is_there_because_it_places_songs_better() -> None:
    large, small = (results(one)["cross_validation"][one] for one in (LARGE, DEFAULT_MODEL))
    for dimension in ("arousal", "valence"):
        assert large[dimension]["mse"] < small[dimension]["mse"]


def test_the_default_model_turns_when_the_music_turns() -> None:
    for step in results(DEFAULT_MODEL)["moving"]["steps"].values():
        assert step["rise_s"]["value"] <= 4.0
        shares = {time: share["value"] for time, share in step["shares"].items()}
        assert shares["-4 s"] <= 0.05
        assert shares["-2 s"] <= 0.10
        assert shares["+4 s"] >= 0.85


def test_the_default_model_moves_with_listeners_more_than_flux_does() -> None:
    moved = results(DEFAULT_MODEL)["moving"]["pieces"]
    assert moved["arousal"]["r"]["value"] > 0.35
    assert moved["valence"]["r"]["value"] > 0.107


def test_the_track_of_a_song_moves_without_seams(model: Estimator, song_columns: Floats) -> None:
    length = model.info.window_columns
    values = evaluate.track_of(model, song_columns, length)
    assert np.abs(values).max() <= 1.0
    steps = np.abs(np.diff(values, axis=0))
    borders = {window.first for window in windows_of(len(song_columns), length)}
    at_border = [step for column, step in enumerate(steps, start=1) if column in borders]
    assert (np.mean(at_border, axis=0) <= 2.0 * np.mean(steps, axis=0)).all()
    # Plausible motion: neither frozen nor jumping about.
    assert (values[:, :2].std(axis=0) > 0.005).all()
    assert (np.mean(steps, axis=0) < 0.03).all()
