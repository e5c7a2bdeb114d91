"""Every system of the field beside the models: same songs, one page, nothing learnt twice."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from emoviz import errors
from emoviz.system import paths
from emoviz.training.data.dataset import DIMENSIONS, Clip, decode
from emoviz.training.data.layouts import read_rows
from emoviz.training.data.pieces import read_pieces
from emoviz.training.data.quadrants import read_quadrants
from emoviz.training.ears.ears import ears_for
from emoviz.training.fits.recipe_fit import Fitting
from emoviz.training.recipe import LinearRecipe, read_recipe
from emoviz.training.reports import benchmark, splits
from emoviz.training.scores import bootstrap, steps
from emoviz.training.scores.baselines import Ask, Doubles
from emoviz.training.systems import field, learning, listening, published, recurrent
from emoviz.training.systems.extreme import ExtremeLearningMachine
from emoviz.training.systems.field import field_systems
from emoviz.training.systems.system import Note, System
from tests.support.once import made_once
from tests.training.data.test_layouts import write_table
from tests.training.folders import (
    LINEAR_RECIPE,
    RECIPE,
    SCORED,
    replace_in,
    write_data,
    write_recipe,
)
from tests.training.moving import write_pieces, write_quadrants
from tests.training.test_training import run

RATE_HZ = 22050
FOLDS, EPOCHS = 2, 2
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
    """Give a folder with two models, one of them trained, and the command run once on all kinds."""

    def make(folder: Path) -> None:
        write_recipe(folder / "model" / "tiny", RECIPE.replace("seeds = [1, 2]", "seeds = [1]"))
        write_trained(folder / "model" / "trail")
        write_data(folder / "data" / "clips", songs=12)
        write_quadrants(folder / "data" / "sides", clips=8, clip_s=21.0)
        write_pieces(folder / "data" / "pieces")
        with pytest.MonkeyPatch.context() as patch:
            hasten(patch, folder)
            assert run("compare", "--data", "data", "--output", "model") == 0

    return made_once(tmp_path_factory, "benchmark", make)


@pytest.fixture
def own_workplace(workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the module's folder to go on in."""
    copy = Path(shutil.copytree(workplace, tmp_path / "work"))
    hasten(monkeypatch, copy)
    return copy


def hasten(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Work in a folder where everything is learnt in a moment."""
    patch.chdir(folder)
    patch.setattr(paths, "models", lambda: folder / "model")
    patch.setattr(benchmark, "FOLDS", FOLDS)
    patch.setattr(steps, "JOINS", 2)
    # Neither patience nor how narrow intervals are is what is tested.
    patch.setattr(bootstrap, "_DRAWS", 20)
    for module, name in (
        (recurrent, "COURSE"),
        (published, "PUBLISHED"),
        (published, "IN_TIME"),
        (published, "IN_TIME_WITH_NOISE"),
    ):
        patch.setattr(module, name, replace(getattr(module, name), epochs=EPOCHS))


def write_trained(folder: Path) -> Path:
    """Write a recipe and what its training told, as if it had been of the songs of the tests."""
    shipped = paths.models() / "cae"
    recipe = (shipped / "recipe.toml").read_text(encoding="utf-8")
    write_recipe(folder, recipe.replace("\nfolds = 5\n", f"\nfolds = {FOLDS}\n"))
    results = json.loads((shipped / "results.json").read_text(encoding="utf-8"))
    results["collections"] = {
        name: {"excerpts": count} for name, count in ((SCORED, 12), ("4q", 8), ("vgmidi", 3))
    }
    results["cross_validation"][folder.name] = results["cross_validation"].pop("cae")
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    return folder


def test_every_system_is_in_the_tables_of_clips(workplace: Path) -> None:
    table = json.loads((workplace / "model" / "comparison.json").read_text())
    assert table["protocol"] == f"{FOLDS} folds of {SCORED} by artist"
    assert set(table["systems"]) == SYSTEMS | {"tiny", "trail"}
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


def test_every_system_is_asked_about_music_that_moves(workplace: Path) -> None:
    table = json.loads((workplace / "model" / "comparison.json").read_text())
    page = (workplace / "model" / "COMPARISON.md").read_text()
    parts = {part.partition("\n")[0]: part for part in page.split("\n## ")}
    for name, found in table["systems"].items():
        moving = found["moving"]
        spliced, pieces = moving["spliced"]["arousal"], moving["pieces"]["arousal"]
        r2 = spliced["r2"]
        assert f"{r2['value']:.3f} [{r2['low']:.2f}, {r2['high']:.2f}]" in parts["Spliced pieces"]
        assert f"| {name} | {spliced['pieces']} | " in parts["Spliced pieces"]
        assert f"| {name} | {pieces['count']} | " in parts["Whole pieces"]
        joins = " / ".join(str(moving["steps"][one]["joins"]) for one in ("arousal", "valence"))
        assert f"| {name} | {joins} | " in parts["Steps"]
        assert f"| {name} | {moving['quadrants']['clips']} | " in parts["Quadrants"]
        if name != "trail":
            # Twelve songs in two folds are one piece each.
            assert (spliced["pieces"], pieces["count"], moving["quadrants"]["clips"]) == (2, 3, 8)
    # What does not move goes with nobody, and takes no step.
    still = table["systems"]["constant"]["moving"]
    assert still["pieces"]["arousal"]["r"]["value"] == 0.0
    assert still["steps"]["arousal"]["joins"] == 0
    for name in ("loudness", "spectral flux", "density"):
        motion = table["untrained"]["pieces"][name]["arousal"]["r"]["value"]
        assert f"| {name} | 3 | {motion:.3f} [" in parts["Whole pieces"]


def test_a_trained_model_brings_the_figures_of_its_own_folds(workplace: Path) -> None:
    table = json.loads((workplace / "model" / "comparison.json").read_text())["systems"]["trail"]
    results = json.loads((workplace / "model" / "trail" / "results.json").read_text())
    assert table["moving"] == results["moving"]
    for dimension in DIMENSIONS:
        assert table[dimension] == results["cross_validation"]["trail"][dimension]
    assert not list((workplace / "runs").glob("compare-*/trail*"))


def test_losses_are_kept_as_table_and_picture(workplace: Path) -> None:
    (folder,) = (workplace / "runs").glob("compare-*")
    lines = (folder / "paper-s-autoencoder" / "curves.csv").read_text().splitlines()
    assert lines[0] == "fit,epoch,training_loss,validation_loss"
    # Two networks, one a dimension, for each split.
    assert len(lines) == 1 + FOLDS * 2 * EPOCHS
    assert lines[-1].startswith(f'"fold {FOLDS}, arousal",{EPOCHS},')
    picture = (folder / "paper-s-autoencoder" / "curves.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert not (folder / "ridge" / "curves.csv").exists()


def test_a_second_run_learns_nothing_anew(
    own_workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {path: path.stat().st_mtime_ns for path in own_workplace.glob("runs/compare-*/*/*.npz")}
    assert len(kept) == FOLDS * len(SYSTEMS | {"tiny"})
    before = (own_workplace / "model" / "comparison.json").read_bytes()
    assert run("compare", "--data", "data", "--output", "model") == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (own_workplace / "model" / "comparison.json").read_bytes() == before
    assert f"arousal: {FOLDS} folds of {SCORED}" in capsys.readouterr().out


def test_a_damaged_result_is_named(own_workplace: Path) -> None:
    (path,) = own_workplace.glob("runs/compare-*/SVR/fold-1.npz")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(errors.TrainingError, match=r"fold-1.npz: this result .* is damaged"):
        run("compare", "--data", "data")


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda path: path.unlink(), r"results.json is missing; train it .* first: emoviz train"),
        (lambda path: path.write_text("{}"), r"results.json: the figures .* cannot be read"),
        (
            lambda path: replace_in(path, '"4q": {"excerpts": 8}', '"4q": {"excerpts": 450}'),
            r"tells of 450 excerpts of 4q, and the data folder holds 8; train it",
        ),
    ],
)
def test_a_model_that_was_not_trained_on_these_songs_is_named_before_anything_is_learnt(
    break_it: Callable[[Path], object], said: str, own_workplace: Path
) -> None:
    break_it(own_workplace / "model" / "trail" / "results.json")
    shutil.rmtree(own_workplace / "runs")
    with pytest.raises(errors.TrainingError, match=said):
        run("compare", "--data", "data")
    assert not (own_workplace / "runs").exists()


def test_the_authors_split_is_kept_and_what_is_not_there_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_trained(tmp_path / "model" / "trail")
    write_emomusic(tmp_path / "emomusic")
    hasten(monkeypatch, tmp_path)
    monkeypatch.setattr(field, "field_systems", lambda: field_systems()[:2])
    assert run("compare", "--data", "emomusic", "--output", "model") == 0
    table = json.loads((tmp_path / "model" / "comparison.json").read_text())
    assert table["protocol"] == "emomusic-evaluation, learnt on emomusic-development"
    assert list(table["systems"]) == ["constant", "ridge"]
    assert table["left_out"] == ["trail"]
    page = (tmp_path / "model" / "COMPARISON.md").read_text()
    assert "trail takes no part: " in page
    assert "Not scored: spliced pieces, since there are too few songs; steps and quad" in page
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Arousal",
        "## Valence",
        "## The systems",
    ]


def test_no_artist_is_on_both_sides_of_a_fold(clips: list[Clip]) -> None:
    protocol, found = splits.splits(clips, SCORED, 3)
    assert protocol == f"3 folds of {SCORED} by artist"
    assert sorted(index for split in found for index in split.test) == sorted(
        {*found[0].train, *found[0].test}
    )
    for split in found:
        learnt, asked = ({clips[i].group for i in part} for part in (split.train, split.test))
        assert not learnt & asked


def test_too_few_artists_are_said(clips: list[Clip]) -> None:
    with pytest.raises(errors.TrainingError, match="has too few artists for 50 folds"):
        splits.splits(clips, SCORED, 50)


def test_systems_do_not_learn_what_they_are_asked_about(
    shared_data: Path, clips: list[Clip], tmp_path: Path
) -> None:
    songs = benchmark.Songs(
        clips,
        read_rows(shared_data),
        read_pieces(write_pieces(tmp_path / "pieces", pieces=6)),
        read_quadrants(write_quadrants(tmp_path / "sides", clips=5, clip_s=2.0)),
    )
    seen: list[set[int]] = []
    asked: list[int] = []

    def spy(train: Sequence[Clip], test: Sequence[Clip], note: Note) -> Ask:
        seen.append({clip.song_id for clip in train} & {clip.song_id for clip in test})
        asked.append(0)

        def ask(about: Sequence[Clip]) -> list[Doubles]:
            asked[-1] += 1
            return [np.zeros((len(clip.columns), 2)) for clip in about]

        return ask

    comparing = benchmark.Benchmark(songs, SCORED, tmp_path, lambda system, split: None)
    outcome = comparing.outcome(System("spy", "a system that looks", spy))
    assert seen == [set()] * benchmark.FOLDS
    # Once about the clips of each fold, and about every piece and clip with a quadrant in one.
    assert sum(asked) == benchmark.FOLDS + 6 + 5
    assert outcome.moving.pieces["arousal"].count == 6
    assert outcome.moving.quadrants.clips == 5


def test_a_model_is_asked_through_its_own_ears(
    shared_data: Path, clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Large ears are exported and asked: minutes of their own.
    hasten(monkeypatch, tmp_path)
    rows = read_rows(shared_data)
    found = read_pieces(write_pieces(tmp_path / "pieces"))
    comparing = benchmark.Benchmark(
        benchmark.Songs(clips, rows, found), SCORED, Path("runs"), lambda system, split: None
    )
    recipe = read_recipe(write_recipe(tmp_path / "listener", LINEAR_RECIPE))
    assert isinstance(recipe, LinearRecipe)
    fitting = Fitting(recipe, decode(rows, ears_for(recipe)), Path("runs"), lambda *_: None)
    outcome = comparing.model_outcome(fitting, ears_for(recipe))
    # Loudness is arousal in these clips, and in these pieces arousal is how loud notes are.
    assert outcome.clips["arousal"].r2 > 0.3
    assert outcome.moving.pieces["arousal"].count == 3
    assert outcome.moving.pieces["arousal"].r.value != 0.0


@pytest.mark.parametrize("columns", [7, 20, 47])
def test_a_sound_is_asked_about_in_windows_of_the_length_that_was_learnt(columns: int) -> None:
    heard: list[int] = []

    def ask(about: Sequence[Clip]) -> list[Doubles]:
        heard.extend(len(clip.columns) for clip in about)
        return [np.repeat(clip.columns, 2, axis=1).astype(np.float64) for clip in about]

    sound = np.arange(columns, dtype=np.float32)[:, None]
    track = listening.in_windows(ask, sound, 20)
    # Every half-second has the value that belongs to it.
    assert np.allclose(track, np.repeat(sound, 2, axis=1))
    assert set(heard) == {20}


def test_a_change_is_not_known_before_it_is_heard_though_stretches_fit_the_clips() -> None:
    sound = np.repeat(np.float32([0.0, 1.0]), 20)[:, None]
    mean = listening.in_windows(
        lambda about: [np.full((20, 2), clip.columns.mean()) for clip in about], sound, 20
    )
    # What tells the mean of 20 half-seconds is half way where the clips meet.
    assert mean[[0, 39], 0] == pytest.approx([0.0, 1.0], abs=0.01)
    assert mean[[19, 20], 0] == pytest.approx([0.5, 0.5], abs=0.02)


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
    assert splits.adapted(recipe, clips) is recipe
    others = [clip for clip in clips if clip.collection != SCORED]
    found = splits.adapted(recipe, others)
    assert found.collection == others[0].collection
    assert found.extra_collections == ()
