"""The laboratory's commands: `emoviz prepare`, `train`, `compare` and `evaluate`.

Imported whenever the program starts, so everything heavy is imported inside the functions.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emoviz import errors
from emoviz.system import paths

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from emoviz.training.data.dataset import Clip, Ears
    from emoviz.training.fits.recipe_fit import Lessons
    from emoviz.training.recipe import LinearRecipe, NetworkRecipe


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands; each sets `run`, which takes the arguments and gives the status."""
    prepare = subparsers.add_parser("prepare", help="decode a data folder into the training cache")
    _add_data(prepare)
    prepare.set_defaults(run=run_prepare)
    train = subparsers.add_parser("train", help="cross-validate, train and export a model")
    train.add_argument(
        "recipe", type=Path, metavar="RECIPE.toml", help="what is trained, on what and how"
    )
    _add_data(train)
    _add_music(train)
    train.set_defaults(run=run_train)
    compare = subparsers.add_parser(
        "compare",
        help="learn and test every system of the field, and the models, on the same songs",
    )
    _add_data(compare)
    _add_music(compare)
    compare.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="where COMPARISON.md and comparison.json go; without it, to the run folder",
    )
    compare.set_defaults(run=run_compare)
    evaluate = subparsers.add_parser("evaluate", help="compare a model with a data folder's labels")
    evaluate.add_argument("model", help="the name of an installed model, or its folder")
    _add_data(evaluate)
    evaluate.set_defaults(run=run_evaluate)


def run_prepare(arguments: argparse.Namespace) -> int:
    """Decode the data folder once; raises `errors.EmovizError`."""
    console = _console()
    _need_laboratory()
    from emoviz.training.data.cache import cache_file
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import listener_ears, small_ears

    for ears in (paper_ears(), small_ears(), listener_ears()):
        clips = _prepared(arguments.data, ears, console)
        songs = len({clip.song_id for clip in clips})
        console.print(f"{len(clips)} clips of {songs} songs in {cache_file(arguments.data, ears)}")
    return 0


def run_train(arguments: argparse.Namespace) -> int:
    """Make the model that the recipe describes, beside the recipe; raises `errors.EmovizError`."""
    _need_laboratory()
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import ears_for
    from emoviz.training.experiment import Experiment
    from emoviz.training.recipe import read_recipe
    from emoviz.training.scores import evaluate

    console = _console()
    recipe = read_recipe(arguments.recipe)
    plain = _prepared(arguments.data, paper_ears(), console)
    clips = _prepared(arguments.data, ears_for(recipe), console)
    lessons = _lessons(recipe, arguments.data, arguments.music, console)
    with _progress(console) as progress:
        watch = _watching(progress, console)
        experiment = Experiment(recipe, clips, plain, Path("runs"), watch, lessons)
        outcome = experiment.run()
    console.print(evaluate.table(outcome.systems, f"{recipe.folds}-fold cross-validation"))
    for path in outcome.files:
        console.print(str(path), soft_wrap=True)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Learn and test every system on the same songs; raises `errors.EmovizError`."""
    _need_laboratory()
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import ears_for
    from emoviz.training.fits.recipe_fit import Fitting
    from emoviz.training.recipe import read_recipe
    from emoviz.training.reports import comparison, comparison_page

    console = _console()
    plain = _prepared(arguments.data, paper_ears(), console)
    recipes = [
        comparison.adapted(read_recipe(path), plain)
        for path in sorted(paths.models().glob("*/recipe.toml"))
    ]
    with _progress(console) as progress:
        task = progress.add_task("comparing", total=None)
        comparing = comparison.Comparison(
            plain,
            recipes[0].collection,
            Path("runs"),
            lambda system, split: progress.update(task, description=f"{system}, {split}"),
        )
        tracks, about = {}, {}
        for system in comparison.plain_systems():
            tracks[system.name], about[system.name] = comparing.tracks(system), system.about
        for recipe in recipes:
            clips = _prepared(arguments.data, ears_for(recipe), console)
            lessons = _lessons(recipe, arguments.data, arguments.music, console)
            fitting = Fitting(recipe, clips, Path("runs"), lambda *_: None, lessons)
            tracks[recipe.name], about[recipe.name] = comparing.model_tracks(fitting), recipe.title
    compared = comparison_page.Compared(comparing.protocol, about, comparing.figures(tracks))
    for table in comparison_page.tables(compared):
        console.print(table)
    for path in comparison_page.write(compared, arguments.output or comparing.folder):
        console.print(str(path), soft_wrap=True)
    return 0


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Score a model on every song of the data folder; print the table, and write it as JSON."""
    _need_laboratory()
    from emoviz.models import estimator
    from emoviz.training.ears.ears import ears_of
    from emoviz.training.scores import evaluate

    console = _console()
    folder = Path(arguments.model)
    model = estimator.Estimator(folder) if folder.is_dir() else estimator.load(arguments.model)
    clips = _prepared(arguments.data, ears_of(model), console)
    systems = evaluate.by_collection(model, clips)
    console.print(evaluate.table(systems, f"{model.info.name} on {arguments.data}"))
    for collection in sorted(systems.keys() & _trained_on(model.info.folder)):
        console.print(
            f"{model.info.name} was trained on {collection}: this is how well it remembers; "
            f"how good it is on songs it has not heard stands in {model.info.card}.",
            soft_wrap=True,
        )
    path = Path("runs") / f"evaluate-{model.info.name}-{arguments.data.resolve().name}.json"
    _write_json(path, evaluate.as_json(systems))
    console.print(str(path), soft_wrap=True)
    return 0


def _trained_on(folder: Path) -> set[str]:
    """Give the names of the collections that a model was trained on, as far as it tells them."""
    try:
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        return set(results["collections"])
    except (OSError, ValueError, KeyError, TypeError):
        # A model without results can still be evaluated.
        return set()


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")


def _add_music(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--music", type=Path, metavar="DIR", help="unlabelled songs that a teacher labels"
    )


def _need_laboratory() -> None:
    import importlib.util

    for package in ("torch", "librosa", "matplotlib", "sklearn", "onnx", "onnxscript"):
        if importlib.util.find_spec(package) is None:
            raise errors.TrainingError(
                f"Training needs the package {package}, which is not installed; "
                "install emoviz with its training extra: pip install 'emoviz[train]'."
            )


def _console() -> "Console":
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        # In a pipe or a log there is no width to keep to, and a folded table cannot be read.
        console.width = 160
    return console


def _progress(console: "Console") -> "Progress":
    from rich.progress import Progress

    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _prepared(data: Path, ears: "Ears", console: "Console") -> "list[Clip]":
    from emoviz.training.data.cache import prepared

    with _progress(console) as progress:
        task = progress.add_task("decoding", total=None)
        return prepared(
            data, ears, lambda done, total: progress.update(task, completed=done, total=total)
        )


def _lessons(
    recipe: "NetworkRecipe | LinearRecipe", data: Path, music: Path | None, console: "Console"
) -> "Lessons | None":
    from emoviz.training.data.cache import prepared_music
    from emoviz.training.ears.ears import listener_ears, small_ears
    from emoviz.training.fits.distillation import Teacher
    from emoviz.training.fits.recipe_fit import Lessons
    from emoviz.training.recipe import LinearRecipe

    if isinstance(recipe, LinearRecipe) or recipe.distillation is None:
        return None
    teacher = recipe.teacher()
    assert teacher is not None
    heard = _prepared(data, listener_ears(), console)
    students: list[Clip] = []
    teachers: list[Clip] = []
    if music is not None:
        with _progress(console) as progress:
            task = progress.add_task("hearing music", total=None)
            students, teachers = (
                prepared_music(
                    music,
                    ears,
                    console.print,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
                for ears in (small_ears(), listener_ears())
            )
    share = recipe.distillation.share
    return Lessons(Teacher(teacher, heard, teachers, share), students)


def _watching(progress: "Progress", console: "Console") -> Callable[[str, int, int, float], None]:
    tasks: dict[str, Any] = {}

    def watch(title: str, epochs: int, total: int, loss: float) -> None:
        if title not in tasks:
            tasks[title] = progress.add_task(title, total=total)
        progress.update(tasks[title], completed=epochs, description=f"{title}, loss {loss:.4f}")
        if epochs == total:
            console.print(f"{title}: {epochs} epochs, loss {loss:.4f}")
            progress.remove_task(tasks[title])

    return watch


def _write_json(path: Path, table: object) -> None:
    from emoviz.system import files

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.OutputError(path.parent, (error.strerror or str(error)).lower()) from error
    files.write_whole({path: (json.dumps(table, indent=1) + "\n").encode()})
