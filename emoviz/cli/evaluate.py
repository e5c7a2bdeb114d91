"""`emoviz evaluate`: how well a model tells what listeners said."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from emoviz.cli.arguments import hand_over
from emoviz.cli.laboratory import add_data, need_packages, prepared_clips, terminal
from emoviz.system import files


@dataclass(frozen=True)
class EvaluateRequest:
    """Which model, by its name or its folder, is to be compared with which labels."""

    model: str
    data: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz evaluate`."""
    parser.add_argument("model", help="the name of an installed model, or its folder")
    add_data(parser)
    hand_over(parser, EvaluateRequest, evaluate)


def evaluate(request: EvaluateRequest) -> int:
    """Score a model on every song of the data folder; print the table, and write it as JSON."""
    need_packages()
    from emoviz.models import estimator
    from emoviz.training.ears.ears import ears_of
    from emoviz.training.scores import evaluate as scores

    console = terminal()
    folder = Path(request.model)
    model = estimator.Estimator(folder) if folder.is_dir() else estimator.load(request.model)
    clips = prepared_clips(request.data, ears_of(model), console)
    systems = scores.by_collection(model, clips)
    console.print(scores.table(systems, f"{model.info.name} on {request.data}"))
    for collection in sorted(systems.keys() & _trained_on(model.info.folder)):
        console.print(
            f"{model.info.name} was trained on {collection}: this is how well it remembers; "
            f"how good it is on songs it has not heard stands in {model.info.card}.",
            soft_wrap=True,
        )
    path = Path("runs") / f"evaluate-{model.info.name}-{request.data.resolve().name}.json"
    _write_json(path, scores.as_json(systems))
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
