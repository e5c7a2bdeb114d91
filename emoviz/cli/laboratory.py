"""What the laboratory's commands have in common: `emoviz prepare`, `train`, `compare`, `evaluate`.

Their parsers are made wherever the program is installed, with its training packages or without:
everything heavy is imported inside the functions.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.progress import Progress

    from emoviz.training.data.dataset import Clip, Ears, Watch
    from emoviz.training.fits.recipe_fit import Lessons
    from emoviz.training.recipe import LinearRecipe, NetworkRecipe


def add_data(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--data`: labelled songs."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")


def add_rendered(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--rendered`: whole pieces made audible."""
    parser.add_argument(
        "--rendered",
        type=Path,
        metavar="DIR",
        help="the rendered audio of whole pieces (default: audio in their folder)",
    )


def add_music(parser: argparse.ArgumentParser) -> None:
    """Describe the option `--music`: songs without labels."""
    parser.add_argument(
        "--music", type=Path, metavar="DIR", help="unlabelled songs that a teacher labels"
    )


def need_packages() -> None:
    """Raise `errors.TrainingError` where a package is missing that training needs."""
    import importlib.util

    for package in ("torch", "librosa", "matplotlib", "sklearn", "onnx", "onnxscript"):
        if importlib.util.find_spec(package) is None:
            raise errors.TrainingError(
                f"Training needs the package {package}, which is not installed; "
                "install emoviz with its training extra: pip install 'emoviz[train]'."
            )


def terminal() -> "Console":
    """Give what prints tables and paths."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        # In a pipe or a log there is no width to keep to, and a folded table cannot be read.
        console.width = 160
    return console


def progress(console: "Console") -> "Progress":
    """Give bars for the time that something takes: on a terminal, and not in a pipe."""
    from rich.progress import Progress

    return Progress(console=console, transient=True, disable=not console.is_terminal)


def watching(bars: "Progress", console: "Console") -> "Watch":
    """Give what shows how far each named work is, and prints that it is done."""

    def watch(name: str) -> "Callable[[int, int], None]":
        task = bars.add_task(name, total=None)

        def progress(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=done < total)
            if done == total:
                console.print(f"{name}: {total}")

        return progress

    return watch


def prepared_clips(data: Path, ears: "Ears", console: "Console") -> "list[Clip]":
    """Give the clips of a data folder as `ears` hear them, decoded if they are not yet."""
    from emoviz.training.data.cache import prepared

    with progress(console) as bars:
        task = bars.add_task("decoding", total=None)
        return prepared(
            data, ears, lambda done, total: bars.update(task, completed=done, total=total)
        )


def lessons_of(
    recipe: "NetworkRecipe | LinearRecipe", data: Path, music: Path | None, console: "Console"
) -> "Lessons | None":
    """Give what a teacher has to say to the model of a recipe that asks for one."""
    from emoviz.training.data.cache import prepared_music
    from emoviz.training.ears.ears import listener_ears, small_ears
    from emoviz.training.fits.distillation import Teacher
    from emoviz.training.fits.recipe_fit import Lessons
    from emoviz.training.recipe import LinearRecipe

    if isinstance(recipe, LinearRecipe) or recipe.distillation is None:
        return None
    teacher = recipe.teacher()
    assert teacher is not None
    heard = prepared_clips(data, listener_ears(), console)
    students: list[Clip] = []
    teachers: list[Clip] = []
    if music is not None:
        with progress(console) as bars:
            task = bars.add_task("hearing music", total=None)
            students, teachers = (
                prepared_music(
                    music,
                    ears,
                    console.print,
                    lambda done, total: bars.update(task, completed=done, total=total),
                )
                for ears in (small_ears(), listener_ears())
            )
    share = recipe.distillation.share
    return Lessons(Teacher(teacher, heard, teachers, share), students)
