"""`emoviz evaluate`: how well a model tells what listeners said."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emoviz.cli.arguments import hand_over, positive
from emoviz.cli.laboratory import add_data, add_rendered, need_packages, progress, terminal
from emoviz.system import files

if TYPE_CHECKING:
    from emoviz.training.data.dataset import Progress


@dataclass(frozen=True)
class EvaluateRequest:
    """Which model, by its name or its folder, is to be compared with which labels.

    `rendered` is where the audio of whole pieces lies if not in their folder; of each collection
    that is scored by samples `songs` are taken at most, all if it is None. `directions`
    tells to ask for the signs on synthesised tunes too.
    """

    model: str
    data: Path
    rendered: Path | None
    songs: int | None
    directions: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz evaluate`."""
    parser.add_argument("model", help="the name of an installed model, or its folder")
    add_data(parser)
    add_rendered(parser)
    parser.add_argument(
        "--songs",
        type=positive,
        metavar="N",
        help="take N spliced pieces, whole pieces, clips with a quadrant and joins at most",
    )
    parser.add_argument(
        "--directions",
        action="store_true",
        help="also ask which way values move where one cue of a tune or of a clip is changed",
    )
    hand_over(parser, EvaluateRequest, evaluate)


def evaluate(request: EvaluateRequest) -> int:
    """Score a model on all that the data folder holds; print tables, and write them as JSON."""
    need_packages()
    from emoviz.models import estimator
    from emoviz.training.data.collections import find_collections
    from emoviz.training.evaluation import evaluations
    from emoviz.training.reports.moving import as_json

    console = terminal()
    folder = Path(request.model)
    model = estimator.Estimator(folder) if folder.is_dir() else estimator.load(request.model)
    found = find_collections(request.data)
    figures: dict[str, object] = {}
    collections: set[str] = set()
    with progress(console) as bars:

        def watch(name: str) -> "Progress":
            task = bars.add_task(name, total=None)
            return lambda done, total: bars.update(
                task, completed=done, total=total, visible=done < total
            )

        for scored in evaluations(
            model,
            found,
            watch,
            rendered=request.rendered,
            most=request.songs,
            asks_directions=request.directions,
        ):
            console.print(scored.table)
            figures[scored.name] = scored.figures
            collections |= set(scored.collections)
    for collection in sorted(collections & _trained_on(model.info.folder)):
        console.print(
            f"{model.info.name} was trained on {collection}: this is how well it remembers; "
            f"how good it is on songs it has not heard stands in {model.info.card}.",
            soft_wrap=True,
        )
    path = Path("runs") / f"evaluate-{model.info.name}-{request.data.resolve().name}.json"
    _write_json(path, as_json(figures))
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


def _write_json(path: Path, table: object) -> None:
    files.make_folder(path.parent)
    files.write_whole({path: (json.dumps(table, indent=1) + "\n").encode()})
