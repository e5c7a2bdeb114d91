"""`emoviz train`: a recipe and labelled songs in, a model out."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz.cli.arguments import hand_over
from emoviz.cli.laboratory import (
    add_data,
    add_music,
    add_rendered,
    lessons_of,
    need_packages,
    prepared_clips,
    progress,
    terminal,
    watching,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from emoviz.training.recipe import TrailRecipe


@dataclass(frozen=True)
class TrainRequest:
    """What is to be trained, on which labelled songs, and on which others if any.

    `rendered` is where the audio of whole pieces lies if not in their folder, `again` where
    there are further renderings of them.
    """

    recipe: Path
    data: Path
    rendered: Path | None
    again: Sequence[Path]
    music: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz train`."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE.toml", help="what is trained, on what and how"
    )
    add_data(parser)
    add_rendered(parser)
    parser.add_argument(
        "--again",
        type=Path,
        nargs="+",
        default=(),
        metavar="DIR",
        help="the same pieces by other instruments or in other keys, only learnt from",
    )
    add_music(parser)
    hand_over(parser, TrainRequest, train)


def train(request: TrainRequest) -> int:
    """Make the model that the recipe describes, beside the recipe; raises `errors.EmovizError`."""
    need_packages()
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import ears_for
    from emoviz.training.experiment import Experiment
    from emoviz.training.recipe import TrailRecipe, read_recipe
    from emoviz.training.scores import evaluate

    console = terminal()
    recipe = read_recipe(request.recipe)
    if isinstance(recipe, TrailRecipe):
        return _train_trail(recipe, request, console)
    plain = prepared_clips(request.data, paper_ears(), console)
    clips = prepared_clips(request.data, ears_for(recipe), console)
    lessons = lessons_of(recipe, request.data, request.music, console)
    with progress(console) as bars:
        watch = _watching(bars, console)
        experiment = Experiment(recipe, clips, plain, Path("runs"), watch, lessons)
        trained = experiment.run()
    console.print(evaluate.table(trained.systems, f"{recipe.folds}-fold cross-validation"))
    for path in trained.files:
        console.print(str(path), soft_wrap=True)
    return 0


def _train_trail(recipe: "TrailRecipe", request: TrainRequest, console: "Console") -> int:
    from emoviz.training.data.collections import find_collections
    from emoviz.training.trail_training import TrailTraining

    found = find_collections(request.data)
    with progress(console) as bars:
        watch = watching(bars, console)
        training = TrailTraining(
            recipe, found, request.rendered, request.again, request.music, Path("runs"), watch
        )
        written = training.run()
    for path in written:
        console.print(str(path), soft_wrap=True)
    return 0


def _watching(bars: "Progress", console: "Console") -> Callable[[str, int, int, float], None]:
    tasks: dict[str, TaskID] = {}

    def watch(title: str, epochs: int, total: int, loss: float) -> None:
        if title not in tasks:
            tasks[title] = bars.add_task(title, total=total)
        bars.update(tasks[title], completed=epochs, description=f"{title}, loss {loss:.4f}")
        if epochs == total:
            console.print(f"{title}: {epochs} epochs, loss {loss:.4f}")
            bars.remove_task(tasks[title])

    return watch
