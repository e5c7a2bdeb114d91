"""Every system of the field beside the models: same songs, one table, nothing learnt twice."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from emoviz import errors
from emoviz.system import paths
from emoviz.training.data.dataset import DIMENSIONS, Clip
from emoviz.training.recipe import read_recipe
from emoviz.training.reports import benchmark
from emoviz.training.scores.baselines import Ask
from emoviz.training.systems import learning, published, recurrent
from emoviz.training.systems.extreme import ExtremeLearningMachine
from emoviz.training.systems.system import Note, System
from tests.support.once import made_once
from tests.training.data.test_layouts import write_table
from tests.training.folders import LINEAR_RECIPE, RECIPE, SCORED, write_recipe
from tests.training.test_training import run

RATE_HZ = 22050
TIMES_MS = range(15000, 19500, 500)
SYSTEMS = {
    "constant",
    "ridge",
    "SVR",
    "gradient boosting",
    "feed-forward network",
    "BLSTM",
    "LSTM ensemble, ELM",
    "multi-scale DBLSTM",
    "CRNN",
    "paper's baseline",
    "paper's autoencoder",
    "autoencoder in time",
    "autoencoder in time, noise",
}


def write_emomusic(folder: Path) -> Path:
    """Write songs in emoMusic's form whose loudness is their arousal; the last three are tests."""
    random = np.random.default_rng(3)
    audio = folder / "clips_45seconds"
    audio.mkdir(parents=True)
    labels = random.uniform(-0.6, 0.6, (12, 2))
    for song, (_, arousal) in enumerate(labels, start=1):
        sound = 10 ** (arousal - 1.5) * random.standard_normal(int(20 * RATE_HZ))
        soundfile.write(audio / f"{song}.mp3", sound.astype(np.float32), RATE_HZ, format="MP3")
    header = ["song_id", *(f"sample_{time}ms" for time in TIMES_MS)]
    wave = 0.02 * np.sin(np.arange(len(TIMES_MS)))
    for index, name in enumerate(DIMENSIONS):
        rows: list[list[object]] = [
            [song, *(value[index] + wave).round(4)] for song, value in enumerate(labels, start=1)
        ]
        write_table(folder / "annotations" / f"{name}_cont_average.csv", header, rows)
    sets = [[n, f"Artist {n}", "evaluation" if n > 9 else "development"] for n in range(1, 13)]
    write_table(folder / "songs_info.csv", ["song_id", "Artist", "Mediaeval 2013 set"], sets)
    return folder


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with two small recipes where the models are, and the command run once."""

    def make(folder: Path) -> None:
        write_recipe(folder / "model" / "tiny", RECIPE)
        write_recipe(folder / "model" / "listener", LINEAR_RECIPE)
        write_emomusic(folder / "emomusic")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(paths, "models", lambda: folder / "model")
            assert run("compare", "--data", "emomusic", "--output", "model") == 0

    return made_once(tmp_path_factory, "benchmark", make)


def test_the_authors_split_is_kept_and_every_system_is_in_the_table(workplace: Path) -> None:
    table = json.loads((workplace / "model" / "comparison.json").read_text())
    assert table["protocol"] == "emomusic-evaluation, learnt on emomusic-development"
    assert set(table["systems"]) == SYSTEMS | {"tiny", "listener"}
    page = (workplace / "model" / "COMPARISON.md").read_text()
    for name, found in table["systems"].items():
        assert f"- **{name}**: {found['about']}." in page
        for dimension in DIMENSIONS:
            figures = found[dimension]
            for figure in ("mse", "rmse", "r2", "ccc", "song_r"):
                low, high = figures["intervals"][figure]
                assert low <= high
            low, high = figures["intervals"]["mse"]
            assert f"| {name} | {figures['mse']:.4f} [{low:.4f}, {high:.4f}] |" in page
    assert table["systems"]["constant"]["arousal"]["r2"] == pytest.approx(0.0)


def test_losses_are_kept_as_table_and_picture(workplace: Path) -> None:
    (folder,) = (workplace / "runs").glob("compare-*")
    lines = (folder / "paper-s-autoencoder" / "curves.csv").read_text().splitlines()
    assert lines[0] == "fit,epoch,training_loss,validation_loss"
    # Two networks, one a dimension, for the one split.
    assert len(lines) == 1 + 2 * published.PUBLISHED.epochs
    assert lines[-1].startswith('"official, arousal",100,')
    picture = (folder / "paper-s-autoencoder" / "curves.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert not (folder / "ridge" / "curves.csv").exists()


def test_a_second_run_learns_nothing_anew(
    own_workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "models", lambda: own_workplace / "model")
    kept = {path: path.stat().st_mtime_ns for path in own_workplace.glob("runs/compare-*/*/*.npz")}
    assert len(kept) == len(SYSTEMS)
    before = (own_workplace / "model" / "comparison.json").read_bytes()
    assert run("compare", "--data", "emomusic", "--output", "model") == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (own_workplace / "model" / "comparison.json").read_bytes() == before
    assert "arousal: emomusic-evaluation" in capsys.readouterr().out


def test_a_damaged_result_is_named(own_workplace: Path) -> None:
    (path,) = own_workplace.glob("runs/compare-*/SVR/official.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    with pytest.raises(errors.TrainingError, match=r"official.npz: this result .* is damaged"):
        run("compare", "--data", "emomusic")
    path.write_bytes(whole)


def test_no_artist_is_on_both_sides_of_a_fold(clips: list[Clip]) -> None:
    protocol, splits = benchmark.splits(clips, SCORED, 3)
    assert protocol == f"3 folds of {SCORED} by artist"
    assert sorted(index for split in splits for index in split.test) == sorted(
        {*splits[0].train, *splits[0].test}
    )
    for split in splits:
        learnt, asked = ({clips[i].group for i in part} for part in (split.train, split.test))
        assert not learnt & asked


def test_too_few_artists_are_said(clips: list[Clip]) -> None:
    with pytest.raises(errors.TrainingError, match="has too few artists for 50 folds"):
        benchmark.splits(clips, SCORED, 50)


def test_systems_do_not_see_the_labels_they_are_tested_on(
    clips: list[Clip], tmp_path: Path
) -> None:
    seen: list[set[int]] = []

    def spy(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
        seen.append({clip.song_id for clip in train} & {clip.song_id for clip in test})
        return lambda asked: [np.zeros((len(clip.columns), 2)) for clip in asked]

    comparing = benchmark.Benchmark(clips, SCORED, tmp_path, lambda system, split: None)
    tracks = comparing.tracks(System("spy", "a system that looks", spy))
    assert seen == [set()] * benchmark.FOLDS
    assert len(tracks) == 10


@pytest.mark.parametrize(
    "make",
    [
        lambda: published.BaselineNetwork(20),
        published.PublishedAutoencoder,
        published.InTimeAutoencoder,
        recurrent.FeedForward,
        lambda: recurrent.Recurrent(2, both_ways=True, length=5),
        recurrent.ConvolutionalRecurrent,
    ],
)
def test_networks_give_a_value_for_each_half_second(make: type[torch.nn.Module]) -> None:
    values = make()(torch.randn(3, 20, 96))
    assert values.shape[:2] == (3, 20)
    assert values.abs().max() <= 1.0


def test_the_published_outputs_are_not_in_the_order_of_time() -> None:
    torch.manual_seed(1)
    network = published.PublishedAutoencoder()
    network.encoder._keep_dropping = False
    network.eval()
    still = torch.zeros(1, 60, 96)
    struck = still.clone()
    struck[:, 50] += 5.0
    change = (network(struck) - network(still)).abs()[0, :, 0]
    # Something near the end of the window shows in both halves of the outputs.
    assert change[20:30].max() > 1e-6
    assert change[50:60].max() > 1e-6
    assert change[30:35].max() < change[50:60].max()


@pytest.mark.parametrize("make", [recurrent.FeedForward, published.PublishedAutoencoder])
def test_learning_and_asking_are_repeated_digit_by_digit(
    make: type[torch.nn.Module], clips: list[Clip]
) -> None:
    examples = learning.Examples.of(clips)
    course = learning.Course(epochs=2, batch_size=4, learning_rate=1e-3, noise=True, stopped=True)
    first, second = (
        learning.learnt(make, examples, examples, course, lambda curve: None) for _ in range(2)
    )
    assert np.array_equal(first(examples), second(examples))
    # One that drops at random when it is asked, too, says the same of the same again.
    assert np.array_equal(first(examples), first(examples))


def test_the_extreme_learning_machine_learns() -> None:
    random = np.random.default_rng(1)
    inputs = random.standard_normal((400, 3))
    targets = np.stack([np.sin(inputs[:, 0]), inputs[:, 1] * 0.5], axis=1)
    machine = ExtremeLearningMachine.fitted(inputs[:300], targets[:300])
    error = np.mean((machine(inputs[300:]) - targets[300:]) ** 2)
    assert error < 0.05 * targets[300:].var()


def test_a_recipe_is_adapted_to_other_data(clips: list[Clip], tmp_path: Path) -> None:
    recipe = read_recipe(write_recipe(tmp_path / "tiny"))
    assert benchmark.adapted(recipe, clips) is recipe
    others = [clip for clip in clips if clip.collection != SCORED]
    found = benchmark.adapted(recipe, others)
    assert found.collection == others[0].collection
    assert found.extra_collections == ()
