"""`emoviz compare`: every system of the field and every model, on the same songs."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from emoviz.cli.arguments import hand_over
from emoviz.cli.laboratory import (
    add_data,
    add_music,
    lessons_of,
    need_packages,
    prepared_clips,
    progress,
    terminal,
)
from emoviz.system import paths


@dataclass(frozen=True)
class CompareRequest:
    """Which songs are to be learnt and tested on; without an output, the run folder has all."""

    data: Path
    music: Path | None
    output: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz compare`."""
    add_data(parser)
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
    from emoviz.training.data.dataset import paper_ears
    from emoviz.training.ears.ears import ears_for
    from emoviz.training.fits.recipe_fit import Fitting
    from emoviz.training.recipe import TrailRecipe, read_recipe
    from emoviz.training.reports import benchmark, comparison_page

    console = terminal()
    plain = prepared_clips(request.data, paper_ears(), console)
    read = [read_recipe(path) for path in sorted(paths.models().glob("*/recipe.toml"))]
    # One that learns from more than clips is scored on these folds where it is trained.
    recipes = [
        benchmark.adapted(recipe, plain) for recipe in read if not isinstance(recipe, TrailRecipe)
    ]
    with progress(console) as bars:
        task = bars.add_task("comparing", total=None)
        comparing = benchmark.Benchmark(
            plain,
            recipes[0].collection,
            Path("runs"),
            lambda system, split: bars.update(task, description=f"{system}, {split}"),
        )
        tracks, about = {}, {}
        for system in benchmark.plain_systems():
            tracks[system.name], about[system.name] = comparing.tracks(system), system.about
        for recipe in recipes:
            clips = prepared_clips(request.data, ears_for(recipe), console)
            lessons = lessons_of(recipe, request.data, request.music, console)
            fitting = Fitting(recipe, clips, Path("runs"), lambda *_: None, lessons)
            tracks[recipe.name], about[recipe.name] = comparing.model_tracks(fitting), recipe.title
    compared = comparison_page.Compared(comparing.protocol, about, comparing.figures(tracks))
    for table in comparison_page.tables(compared):
        console.print(table)
    for path in comparison_page.write(compared, request.output or comparing.folder):
        console.print(str(path), soft_wrap=True)
    return 0
