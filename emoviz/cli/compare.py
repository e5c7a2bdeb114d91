"""`emoviz compare`: every system of the field and every model, on the same songs."""

import argparse
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
from emoviz.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from emoviz.training.data.collections import Collections
    from emoviz.training.data.dataset import Watch
    from emoviz.training.recipe import LinearRecipe, NetworkRecipe, TrailRecipe
    from emoviz.training.reports.benchmark import Benchmark, Songs
    from emoviz.training.reports.comparison_page import Compared
    from emoviz.training.reports.trained import Outcome


@dataclass(frozen=True)
class CompareRequest:
    """Which songs are to be learnt and tested on; without an output, the run folder has all.

    `rendered` is where the audio of whole pieces lies if not in their folder.
    """

    data: Path
    rendered: Path | None
    music: Path | None
    output: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz compare`."""
    add_data(parser)
    add_rendered(parser)
    add_music(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="where COMPARISON.md and comparison.json go; without it, to the run folder",
    )
    hand_over(parser, CompareRequest, compare)


def compare(request: CompareRequest) -> int:
    """Learn and test every system on the same songs; raises `errors.EmovizError`."""
    need_packages()
    from emoviz.training.data.collections import find_collections
    from emoviz.training.recipe import read_recipe
    from emoviz.training.reports import comparison_page
    from emoviz.training.reports.benchmark import Benchmark
    from emoviz.training.reports.splits import adapted

    console = terminal()
    found = find_collections(request.data)
    songs = _songs(found, request.rendered, console)
    recipes = [read_recipe(path) for path in sorted(paths.models().glob("*/recipe.toml"))]
    with progress(console) as bars:
        task = bars.add_task("comparing", total=None)
        comparing = Benchmark(
            songs,
            adapted(recipes[0], songs.clips).collection,
            Path("runs"),
            lambda system, split: bars.update(task, description=f"{system}, {split}"),
        )

        def fitted(recipe: "NetworkRecipe | LinearRecipe") -> "Outcome":
            return _fitted(comparing, recipe, found.need("clips"), request.music, console)

        compared = _compared(comparing, songs, recipes, fitted, watching(bars, console))
    for table in comparison_page.tables(compared):
        console.print(table)
    for path in comparison_page.write(compared, request.output or comparing.folder):
        console.print(str(path), soft_wrap=True)
    return 0


def _songs(found: "Collections", rendered: Path | None, console: "Console") -> "Songs":
    """Read every table and hear the clips."""
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.data.layouts import read_rows
    from emoviz.training.data.pieces import read_pieces
    from emoviz.training.data.quadrants import read_quadrants
    from emoviz.training.reports.benchmark import Songs

    folder = found.need("clips")
    rows = read_rows(folder)
    pieces = read_pieces(found.pieces, rendered) if found.pieces else []
    sided = read_quadrants(found.quadrants) if found.quadrants else []
    return Songs(prepared_clips(folder, paper_ears(), console), rows, pieces, sided)


def _compared(
    comparing: "Benchmark",
    songs: "Songs",
    recipes: "Sequence[TrailRecipe | NetworkRecipe | LinearRecipe]",
    fitted: "Callable[[NetworkRecipe | LinearRecipe], Outcome]",
    watch: "Watch",
) -> "Compared":
    """Score what nobody trained, every system of the field and every model."""
    from emoviz.training.recipe import TrailRecipe
    from emoviz.training.reports.comparison_page import Compared
    from emoviz.training.scores.pieces import moving
    from emoviz.training.scores.untrained import untrained
    from emoviz.training.systems.field import field_systems

    # First what may show that something has to be done before: not after hours.
    trained = {
        one.name: comparing.trained_outcome(one) for one in recipes if isinstance(one, TrailRecipe)
    }
    still = moving(untrained, songs.pieces, watch("untrained")) if songs.pieces else {}
    outcomes, about = {}, {}
    for system in field_systems():
        outcomes[system.name], about[system.name] = comparing.outcome(system), system.about
    for recipe in recipes:
        found = trained[recipe.name] if isinstance(recipe, TrailRecipe) else fitted(recipe)
        if found is not None:
            outcomes[recipe.name], about[recipe.name] = found, recipe.title
    return Compared(
        comparing.protocol,
        about,
        outcomes,
        still,
        tuple(name for name, outcome in trained.items() if outcome is None),
    )


def _fitted(
    comparing: "Benchmark",
    recipe: "NetworkRecipe | LinearRecipe",
    folder: Path,
    music: Path | None,
    console: "Console",
) -> "Outcome":
    """Fit and score a model on the clips of a folder, or on its largest collection."""
    from emoviz.training.ears.ears import ears_for
    from emoviz.training.fits.recipe_fit import Fitting
    from emoviz.training.reports.splits import adapted

    ears = ears_for(recipe)
    clips = prepared_clips(folder, ears, console)
    adjusted = adapted(recipe, clips)
    lessons = lessons_of(adjusted, folder, music, console)
    fitting = Fitting(adjusted, clips, Path("runs"), lambda *_: None, lessons)
    return comparing.model_outcome(fitting, ears)
